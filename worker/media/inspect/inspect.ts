import type { InspectInput, InspectOf, InspectOperation, InspectResult } from '../../contract/inspect.ts';
import type { ClipFile, Shop, StitchOptions } from '../stitch.ts';
import type { Clip, Job } from './clip.ts';
import { probeReport } from './probe.ts';
import { checkQuality } from './quality.ts';
import { findScenes } from './scenes.ts';
import { findSilence } from './silence.ts';
import { findWatermark } from './watermark.ts';

export type InspectRequest = {
	input: InspectInput;
	source: ClipFile;
	/** The logo to look for; null where none was given. */
	logo: ClipFile | null;
	/** An empty folder for the pictures of what is found. */
	folder: string;
};

/** What a look found; pictures are paths in the folder instead of assets. */
export type Found = InspectResult;

type Look<O extends InspectOperation> = (
	shop: Shop,
	clip: Clip,
	input: InspectOf<O>,
	job: Job & { logo: Clip | null },
) => Promise<Extract<Found, { operation: O }>>;

/** Every look; one of the contract that is missing here does not compile. */
const LOOKS: { [O in InspectOperation]: Look<O> } = {
	probe: (_shop, clip) => Promise.resolve(probeReport(clip)),
	scenes: findScenes,
	silence: findSilence,
	quality: checkQuality,
	watermark: (shop, clip, { threshold }, job) => findWatermark(shop, clip, { logo: job.logo, threshold }, job),
};

/** Looks at one file. Throws `media` or `invalid_input` naming it, or the signal's reason. */
export async function inspectMedia(
	shop: Shop,
	{ input, source, logo, folder }: InspectRequest,
	{ signal, progress }: StitchOptions,
): Promise<Found> {
	const look = async (file: ClipFile): Promise<Clip> => ({
		...file,
		probe: await shop.pool(() => shop.probe(file.path, file.name, signal), signal),
	});
	const clip = await look(source);
	const run = LOOKS[input.operation] as Look<InspectOperation>;
	return run(shop, clip, input, { signal, progress, folder, logo: logo && (await look(logo)) });
}
