import { join } from 'node:path';
import { Fault } from '../../base/errors.ts';
import type { EditOf } from '../../contract/edit.ts';
import { decodeDeadline, refuseLong, type Clip, type Job } from '../inspect/clip.ts';
import { userInput } from '../input.ts';
import type { Shop } from '../stitch.ts';
import { handOver } from '../hand-over.ts';
import { has } from './has.ts';

type Format = EditOf<'audio'>['format'];

/** How each format is written; ffmpeg picks a rate near the source's where the format does not have that. */
const FORMATS: Record<Format, { encoder: string; options: string[]; container: string[] }> = {
	aac: { encoder: 'aac', options: ['-b:a', '192k'], container: ['-movflags', '+faststart', '-f', 'ipod'] },
	// LAME's quality 2: about 190 kb/s, transparent to most ears.
	mp3: {
		encoder: 'libmp3lame',
		options: ['-q:a', '2', '-af', 'aformat=channel_layouts=stereo|mono'],
		container: ['-f', 'mp3'],
	},
	wav: { encoder: 'pcm_s16le', options: [], container: ['-f', 'wav'] },
};
/** A WAV file holds 4 GiB: its length is a 32-bit number. */
const MOST_WAV_BYTES = 2 ** 32 - 1024;
const SPARE_BYTES = 16 * 1024 * 1024;
/** How far the result may be from the track's length: one encoder's padding to either side. */
const TOLERANCE_SECONDS = 0.2;

/**
 * Writes the sound track of a file as AAC (in M4A), MP3 or WAV. AAC stays as it is, packet for packet, with the edit
 * list that hides the encoder's lead-in. Throws `media`, naming the file, where there is no sound.
 */
export async function extractAudio(
	shop: Shop,
	clip: Clip,
	{ format }: Pick<EditOf<'audio'>, 'format'>,
	out: string,
	job: Job,
): Promise<{ notes: string[] }> {
	const { probe, name } = clip;
	const { audio } = probe;
	if (!audio)
		throw new Fault('media', `${name} has no sound track`, {
			hint: 'Give a file with sound as the asset; a clip without any has nothing to extract.',
		});
	refuseLong(clip, 'Sound is extracted from');
	const { encoder, options, container } = FORMATS[format];
	const copied = format === 'aac' && audio.codec === 'aac';
	const bytes = clip.probe.bytes + SPARE_BYTES + audio.seconds * audio.sampleRate * Math.max(2, audio.channels) * 2;
	if (format === 'wav' && bytes - probe.bytes > MOST_WAV_BYTES)
		throw new Fault('invalid_input', `the sound of ${name} is too long for a WAV file`, {
			hint: 'A WAV file holds 4 GiB. Choose MP3 or AAC as the format, or trim it first.',
			refusals: [{ field: 'format', message: 'expected mp3 or aac for so long a sound' }],
		});
	if (!copied && !(await has(shop.tools, 'encoders', encoder, job.signal)))
		throw new Fault('invalid_input', `this ffmpeg cannot write ${format.toUpperCase()}`, {
			hint: `Choose another format, or install an ffmpeg with the encoder ${encoder}.`,
			refusals: [{ field: 'format', message: `expected a format that this worker's ffmpeg writes` }],
		});
	job.progress(0.05, copied ? 'Copying the sound' : 'Encoding the sound');
	const run = {
		args: [
			...['-y', '-vn', '-threads', '1', '-nostats', '-progress', 'pipe:1'],
			...userInput(clip.path, probe.format),
			...['-map', `0:${audio.stream}`, '-map_metadata', '-1', '-map_chapters', '-1'],
			...(copied ? ['-c:a', 'copy'] : ['-c:a', encoder, ...options]),
			...[...container, 'extracted'],
		],
		folder: job.folder,
		about: name,
		seconds: decodeDeadline(clip),
		fileBytes: bytes,
		signal: job.signal,
		progress: ({ seconds }: { seconds: number }) =>
			job.progress(Math.min(0.95, 0.05 + (0.9 * seconds) / Math.max(0.1, audio.seconds)), 'Writing the sound'),
	};
	await shop.pool(() => shop.tools.ffmpeg(run), job.signal);
	const made = join(job.folder, 'extracted');
	await refuseOther(shop, made, clip, job.signal);
	await handOver(made, out);
	const more = audio.tracks > 1 ? [`${name} has ${audio.tracks} sound tracks; the first one was taken.`] : [];
	return { notes: [...(copied ? ['The sound is AAC already: it was copied as it is.'] : []), ...more] };
}

/** ffmpeg's exit code proves nothing: the result is looked at like any file. */
async function refuseOther(shop: Shop, made: string, { name, probe }: Clip, signal: AbortSignal): Promise<void> {
	const found = await shop.probe(made, `the sound of ${name}`, signal);
	const is = found.audio?.seconds ?? 0;
	const wanted = probe.audio!.seconds;
	if (found.audio && (!wanted || Math.abs(is - wanted) <= Math.max(TOLERANCE_SECONDS, wanted / 1000))) return;
	throw new Fault('media', `the sound of ${name} is damaged: ${is.toFixed(2)} of ${wanted.toFixed(2)} s came out`, {
		hint: 'Get the file anew from where it came from, or trim off the part that is damaged.',
	});
}
