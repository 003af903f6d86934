import type { EditInput, EditOf, EditOperation } from '../../contract/edit.ts';
import type { StitchReport } from '../../contract/timeline.ts';
import type { Clip } from '../inspect/clip.ts';
import { stitchFilm, type ClipFile, type Shop, type StitchOptions } from '../stitch.ts';
import { extractAudio } from './audio.ts';
import { makeCard } from './card.ts';
import { makeContactSheet } from './contact.ts';
import { FILM_EDITS, notesOf, refuseUnfit, timelineOf, type FilmEdit } from './films.ts';
import { changeSpeed } from './speed.ts';
import { makePicture } from './picture.ts';

export type EditRequest = {
	input: EditInput;
	/** The file that is edited; null for an edit that makes one from nothing. */
	source: ClipFile | null;
	/** Everything else that the input names by its id: music, a logo. */
	files: Record<string, ClipFile>;
	/** Where the result is put when it is whole; nothing is there before. */
	out: string;
};

/** What came of an edit: its type, what was copied and encoded, and what is worth saying. */
export type Edited = { extension: string; mimeType: string; report: StitchReport | null; notes: string[] };

/** What one edit works with. */
export type EditJob = StitchOptions & Pick<EditRequest, 'files' | 'out'> & { folder: string };

type Edit<O extends EditOperation> = (shop: Shop, input: EditOf<O>, clip: Clip, job: EditJob) => Promise<Edited>;

const VIDEO = { extension: 'mp4', mimeType: 'video/mp4' };
const SOUNDS = { aac: ['m4a', 'audio/mp4'], mp3: ['mp3', 'audio/mpeg'], wav: ['wav', 'audio/wav'] } as const;

const film: Edit<FilmEdit> = async (shop, input, clip, { files, out, signal, progress }) => {
	const timeline = timelineOf(input);
	await refuseUnfit(input, clip);
	const request = { clips: [clip], files, timeline, title: clip.name.replace(/\.[^.]*$/, ''), out };
	const report = await stitchFilm(shop, request, { signal, progress });
	return { ...VIDEO, report, notes: [...notesOf(input, clip), ...report.notes] };
};

/** Every edit; one of the contract that is missing here does not compile. */
const EDITS: { [O in Exclude<EditOperation, 'titleCard'>]: Edit<O> } = {
	...(Object.fromEntries(FILM_EDITS.map((operation) => [operation, film])) as { [O in FilmEdit]: Edit<O> }),
	speed: async (shop, input, clip, job) => ({
		...VIDEO,
		report: null,
		...(await changeSpeed(shop, clip, input, job.out, job)),
	}),
	audio: async (shop, input, clip, job) => {
		const [extension, mimeType] = SOUNDS[input.format];
		return { extension, mimeType, report: null, ...(await extractAudio(shop, clip, input, job.out, job)) };
	},
	thumbnail: (shop, input, clip, job) => makePicture(shop, clip, input, job),
	contactSheet: async (shop, input, clip, job) => ({
		...{ extension: 'jpg', mimeType: 'image/jpeg', report: null },
		...(await makeContactSheet(shop, clip, input, job.out, job)),
	}),
};

/**
 * Carries out one edit. Throws `media` or `invalid_input` naming the file, or the signal's reason; then nothing is left
 * at `out`.
 */
export async function editMedia(shop: Shop, request: EditRequest, options: StitchOptions): Promise<Edited> {
	const { input, source, files, out } = request;
	const folder = await shop.cache.scratch();
	const job = { ...options, files, out, folder };
	try {
		if (input.operation === 'titleCard') return { ...VIDEO, ...(await makeCard(shop, input, job)) };
		const probe = await shop.pool(() => shop.probe(source!.path, source!.name, options.signal), options.signal);
		const edit = EDITS[input.operation] as Edit<EditOperation>;
		return await edit(shop, input, { ...source!, probe }, job);
	} finally {
		await shop.cache.drop(folder);
		await shop.cache.evict().catch((err: unknown) => shop.log.warn({ err }, 'old pieces could not be removed'));
	}
}
