import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Fault } from '../../base/errors.ts';
import type { EditOf } from '../../contract/edit.ts';
import { beginOf, framesOf, movingPicture, undecodable, type Clip, type Job } from '../inspect/clip.ts';
import { goodness } from '../inspect/goodness.ts';
import { grabFrames, type Grabbed } from '../inspect/grab.ts';
import type { Picture } from '../picture.ts';
import type { Shop } from '../stitch.ts';
import { handOver } from '../hand-over.ts';
import { stampsOf } from './stamps.ts';

/** Gap between pictures and around them, as a share of the sheet's width, in pixels at least. */
const GAP_SHARE = 0.004;
const LEAST_GAP = 2;
const BACKGROUND = '0x181818';
/** A picture this good, or this much of the usual one of its film, needs no better one; black ones have 0. */
const GOOD = 0.15;
const USUAL_SHARE = 0.75;
/** Where else in its stretch of the film a picture is looked for, as shares of the stretch. */
const ELSEWHERE = [0.25, 0.75, 0.05, 0.95];
const MIDDLE = 0.5;
/** Narrower pictures show nothing. */
const LEAST_WIDTH = 32;
const GREY_SIDE = 160;
const RUN_SECONDS = 120;
const MOST_BYTES = 64 * 1024 * 1024;
/** Shares of the progress bar. */
const SHARES = { first: 0.7, better: 0.9 };

/**
 * Makes one JPEG of pictures evenly spread over a clip, each with its time: the frame in the middle of its stretch, or
 * a better one of the stretch where that shows nothing. A long film is sought rather than decoded. Throws `media` for
 * anything but a video clip and `invalid_input` where the pictures would become too small.
 */
export async function makeContactSheet(
	shop: Shop,
	clip: Clip,
	{ columns, rows, width }: Pick<EditOf<'contactSheet'>, 'columns' | 'rows' | 'width'>,
	out: string,
	job: Job,
): Promise<{ notes: string[] }> {
	const picture = movingPicture(clip, 'Contact sheets are made of', Infinity);
	const tile = tileOf(picture, columns, width);
	const count = Math.min(columns * rows, framesOf(picture));
	const chosen = await choosePictures(shop, clip, count, tile, job);
	if (!chosen.length) throw undecodable(clip.name);
	job.progress(SHARES.better, 'Laying out the sheet');
	await writeFile(join(job.folder, 'tiles.ffconcat'), listOf(chosen));
	const grid = { columns, rows: Math.ceil(chosen.length / columns), ...tile };
	const times = chosen.map(({ frame }) => beginOf(frame, picture));
	await writeFile(join(job.folder, 'stamps.ass'), stampsOf(times, grid));
	await layOut(shop, clip, grid, job);
	await handOver(join(job.folder, 'sheet.jpg'), out);
	const fewer =
		count < columns * rows
			? [`${clip.name} has no more than ${count} frame${count === 1 ? '' : 's'}: the sheet shows all of it.`]
			: [];
	return { notes: fewer };
}

export type Tile = { width: number; height: number; gap: number };

function tileOf(picture: Picture, columns: number, width: number): Tile {
	const gap = Math.max(LEAST_GAP, Math.round(width * GAP_SHARE));
	const own = Math.floor((width - gap * (columns + 1)) / columns / 2) * 2;
	if (own < LEAST_WIDTH)
		throw new Fault('invalid_input', `a sheet ${width} pixels wide is too narrow for ${columns} columns`, {
			hint: `Make it at least ${widthFor(columns, gap)} pixels wide, or give it fewer columns.`,
			refusals: [
				{ field: 'width', message: `expected at least ${widthFor(columns, gap)} for ${columns} columns` },
			],
		});
	return { width: own, height: Math.max(2, Math.round((own * picture.height) / picture.width / 2) * 2), gap };
}

/** The least width of a sheet, even as widths are. */
const widthFor = (columns: number, gap: number) => Math.ceil(((LEAST_WIDTH + gap) * columns + gap) / 2) * 2;

/** A picture for each stretch of the film; for those that show nothing, the best of a few others. */
async function choosePictures(shop: Shop, clip: Clip, count: number, tile: Tile, job: Job): Promise<Grabbed[]> {
	const picture = clip.probe.video!;
	const frames = framesOf(picture);
	const at = (stretch: number, share: number) =>
		Math.min(frames - 1, Math.floor(((stretch + share) * frames) / count));
	const grey = { width: GREY_SIDE, height: Math.max(2, Math.round((GREY_SIDE * tile.height) / tile.width)) };
	const grab = (wanted: number[], prefix: string, done: (share: number) => void) =>
		grabFrames(shop, clip, wanted, { picture: tile, grey, prefix }, { ...job, done });
	const stretches = Array.from({ length: count }, (_, index) => index);
	const first = await grab(
		stretches.map((stretch) => at(stretch, MIDDLE)),
		'first',
		(share) => job.progress(SHARES.first * share, 'Taking pictures'),
	);
	const byFrame = new Map(first.map((each) => [each.frame, each]));
	const usual = first.map(worth).sort((a, b) => a - b)[Math.floor(first.length / 2)] ?? 0;
	const least = Math.max(GOOD, usual * USUAL_SHARE);
	const poor = stretches.filter((stretch) => worth(byFrame.get(at(stretch, MIDDLE))) < least);
	const others = poor.flatMap((stretch) => ELSEWHERE.map((share) => at(stretch, share)));
	const more = others.length
		? await grab(others, 'more', (share) =>
				job.progress(SHARES.first + (SHARES.better - SHARES.first) * share, 'Taking better pictures'),
			)
		: [];
	for (const each of more) byFrame.set(each.frame, each);
	return stretches.flatMap((stretch) => {
		const shares = poor.includes(stretch) ? [MIDDLE, ...ELSEWHERE] : [MIDDLE];
		const candidates = shares.map((share) => byFrame.get(at(stretch, share))).filter((each) => each?.picture);
		return candidates.length ? [candidates.reduce((best, each) => (worth(each) > worth(best) ? each : best))!] : [];
	});
}

const worth = (grabbed: Grabbed | undefined) => (grabbed?.grey ? goodness(grabbed.grey) : 0);

/** The pictures' files as a list for ffmpeg; their names are ours. */
const listOf = (chosen: Grabbed[]) =>
	`ffconcat version 1.0\n${chosen.map(({ picture }) => `file '${basename(picture!)}'\nduration 1\n`).join('')}`;

type Grid = Tile & { columns: number; rows: number };

async function layOut(shop: Shop, clip: Clip, { columns, rows, gap }: Grid, { folder, signal }: Job): Promise<void> {
	const tiles = `tile=${columns}x${rows}:padding=${gap}:margin=${gap}:color=${BACKGROUND}`;
	const run = {
		args: [
			...['-y', '-protocol_whitelist', 'file', '-format_whitelist', 'concat,image2,jpeg_pipe', '-f', 'concat'],
			...['-i', 'tiles.ffconcat', '-vf', `${tiles},setpts=0,ass=filename=stamps.ass`, '-frames:v', '1'],
			...['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', '3', '-f', 'image2', '-update', '1', 'sheet.jpg'],
		],
		folder,
		about: clip.name,
		seconds: RUN_SECONDS,
		fileBytes: MOST_BYTES,
		signal,
	};
	await shop.pool(() => shop.tools.ffmpeg(run), signal);
}
