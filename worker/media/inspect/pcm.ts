import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { userInput } from '../input.ts';
import { SAMPLE_RATE, sampleAt } from '../rate.ts';
import type { Shop } from '../stitch.ts';
import { decodeDeadline, framesOf, type Clip } from './clip.ts';

/** 16-bit stereo at 48 kHz, as a film holds it. */
export const SAMPLE_BYTES = 4;
const CHANNELS = 2;
/** Bytes read at once, whole samples. */
const BLOCK = 1 << 20;
const SPARE_BYTES = 1024 * 1024;

/**
 * Decodes a clip's first sound track into `sound.pcm` of the folder, beginning with its first frame of picture. It is
 * as long as the picture, silent where the track ends before; sound alone is as long as it is. Answers with the path.
 */
export async function decodePcm(
	shop: Pick<Shop, 'tools' | 'pool'>,
	clip: Clip,
	{ folder, signal }: { folder: string; signal: AbortSignal },
): Promise<string> {
	const { video, audio } = clip.probe;
	const begin = Math.round((video?.startSeconds ?? 0) * SAMPLE_RATE);
	const samples = video && clip.probe.kind === 'video' ? sampleAt(framesOf(video), video.rate) : null;
	const chain = [
		`aresample=${SAMPLE_RATE}:async=1:first_pts=0`,
		// Left to itself ffmpeg makes a single channel 3 dB softer on its way to two.
		...(audio!.channels === 1 ? ['pan=stereo|c0=c0|c1=c0'] : []),
		'aformat=sample_fmts=s16:channel_layouts=stereo',
		...(samples === null ? [] : [`apad=whole_len=${begin + samples}`]),
		`atrim=start_sample=${begin}${samples === null ? '' : `:end_sample=${begin + samples}`}`,
	];
	const run = {
		args: [
			...['-y', '-vn', '-threads', '1', '-filter_threads', '1'],
			...userInput(clip.path, clip.probe.format),
			...['-map', `0:${audio!.stream}`, '-af', chain.join(','), '-c:a', 'pcm_s16le', '-f', 's16le', 'sound.pcm'],
		],
		folder,
		about: clip.name,
		seconds: decodeDeadline(clip),
		fileBytes: SPARE_BYTES + (clip.probe.seconds + 60) * SAMPLE_RATE * SAMPLE_BYTES * 1.1,
		signal,
	};
	await shop.pool(() => shop.tools.ffmpeg(run), signal);
	return join(folder, 'sound.pcm');
}

/** Stretches of samples [from, to). */
export type Samples = { from: number; to: number };
export type PcmFacts = {
	samples: number;
	/** Every stretch in which no channel goes above the level asked for. */
	quiet: Samples[];
	/** Every stretch in which a channel stays at full scale for several samples, and how many samples those are. */
	clipped: Samples[];
	clippedSamples: number;
};

/** At or next to full scale of 16 bits. */
const FULL_SCALE = 32_766;
/** Consecutive samples at full scale that are no accident of a peak: three, as audio editors count. */
const CLIPPED_RUN = 3;
/** Stretches of clipping closer than this are told as one. */
const TOGETHER = SAMPLE_RATE / 10;

/**
 * Reads PCM once: where it is quieter than `level` (of 32768) for at least `least` samples, and where it is clipped.
 * Exact to the sample, whatever the length.
 */
export async function readPcm(path: string, level: number, least: number, signal: AbortSignal): Promise<PcmFacts> {
	const file = await open(path);
	const facts: PcmFacts = { samples: 0, quiet: [], clipped: [], clippedSamples: 0 };
	const scan = scanner(facts, level, least);
	try {
		const block = Buffer.alloc(BLOCK);
		for (let at = 0; ;) {
			signal.throwIfAborted();
			const { bytesRead } = await file.read(block, 0, BLOCK, at);
			const whole = bytesRead - (bytesRead % SAMPLE_BYTES);
			if (!whole) break;
			scan.take(new Int16Array(block.buffer, block.byteOffset, whole / 2));
			at += whole;
		}
		scan.end();
		return facts;
	} finally {
		await file.close();
	}
}

function scanner(facts: PcmFacts, level: number, least: number) {
	let quietFrom = 0;
	const runs = new Int32Array(CHANNELS);
	const closeQuiet = (to: number) => {
		if (to - quietFrom >= least && to > quietFrom) facts.quiet.push({ from: quietFrom, to });
	};
	const clip = (from: number, to: number) => {
		const last = facts.clipped.at(-1);
		if (last && from - last.to <= TOGETHER) last.to = Math.max(last.to, to);
		else facts.clipped.push({ from, to });
	};
	const hear = (value: number, channel: number, sample: number) => {
		const loud = value < 0 ? -value : value;
		if (loud < FULL_SCALE) {
			runs[channel] = 0;
			return loud;
		}
		const run = ++runs[channel]!;
		if (run >= CLIPPED_RUN) {
			facts.clippedSamples += run === CLIPPED_RUN ? CLIPPED_RUN : 1;
			clip(sample - run + 1, sample + 1);
		}
		return loud;
	};
	return {
		take(values: Int16Array) {
			for (let at = 0; at < values.length; at += CHANNELS) {
				const sample = facts.samples++;
				const [left, right] = [hear(values[at]!, 0, sample), hear(values[at + 1]!, 1, sample)];
				if (left <= level && right <= level) continue;
				closeQuiet(sample);
				quietFrom = sample + 1;
			}
		},
		end: () => closeQuiet(facts.samples),
	};
}

/** A level in dB below full scale as a sample of 16 bits. */
export const levelOf = (db: number): number => Math.floor(32_768 * 10 ** (db / 20));
