import type { Kind } from '../contract/vocabulary.ts';
import { clip } from './clip/clip.ts';
import { edit } from './edit/edit.ts';
import { exportFile } from './export/export.ts';
import { importFile } from './import/import.ts';
import { inspect } from './inspect/inspect.ts';
import type { JobKind } from './kind.ts';
import { stitch } from './stitch/stitch.ts';
import { storyboard } from './storyboard/storyboard.ts';

/** Every kind of job. A kind of the contract that is missing here does not compile. */
export const REGISTRY = {
	storyboard,
	clip,
	stitch,
	edit,
	inspect,
	import: importFile,
	export: exportFile,
} as const satisfies { [K in Kind]: JobKind<K> };

/** The kind's entry, with the types of any kind. */
export const kindOf = (kind: Kind): JobKind<Kind> => REGISTRY[kind] as unknown as JobKind<Kind>;
