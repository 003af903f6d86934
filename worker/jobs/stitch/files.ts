import { Fault } from '../../base/errors.ts';
import type { Timeline, TimelineClip } from '../../contract/timeline.ts';
import type { ClipFile } from '../../media/index.ts';
import type { Tools } from '../kind.ts';

type Assets = Tools['assets'];

/** The files of a timeline's clips, with the names people know them by; throws `invalid_input` for one without a picture. */
export const clipFiles = (timeline: Timeline, assets: Assets): Promise<ClipFile[]> =>
	Promise.all(timeline.clips.map((clip, index) => clipFile(clip, index, assets)));

/** The file of a clip that is there; `index` counts from 0. */
export async function clipFile({ asset }: TimelineClip, index: number, assets: Assets): Promise<ClipFile> {
	const found = await assets.get(asset ?? '');
	if (found.media?.video)
		return { id: found.id, path: assets.path(found.id), name: `clip ${index + 1} ("${found.name}")` };
	throw new Fault('invalid_input', `clip ${index + 1} ("${found.name}") has no picture`, {
		hint: 'A film is stitched out of videos. Check what the step before hands on.',
		refusals: [{ field: `timeline.clips.${index}.asset`, message: `is ${found.mimeType}, expected a video` }],
	});
}

/** Everything else that a timeline names: narrations, music, logo; by id. */
export async function otherFiles({ clips, sound, logo }: Timeline, assets: Assets): Promise<Record<string, ClipFile>> {
	const named = [
		...clips.map(({ narration }, index) => ({ id: narration, field: `timeline.clips.${index}.narration` })),
		{ id: sound.music?.asset, field: 'timeline.sound.music.asset' },
		{ id: logo?.asset, field: 'timeline.logo.asset' },
	];
	const files = await Promise.all(
		named.flatMap(({ id, field }) => (id === undefined ? [] : [otherFile(id, field, assets)])),
	);
	return Object.fromEntries(files.map((file) => [file.id, file]));
}

async function otherFile(id: string, field: string, assets: Assets): Promise<ClipFile> {
	const { name } = await assets.get(id).catch((error: unknown) => {
		if (!(error instanceof Fault) || error.code !== 'not_found') throw error;
		throw new Fault('not_found', error.message, {
			hint: error.hint,
			refusals: [{ field, message: 'is not stored on this worker' }],
		});
	});
	return { id, path: assets.path(id), name };
}
