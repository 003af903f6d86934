import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Captions } from '../../contract/caption.ts';
import { ffmpeg } from '../testing/clips.ts';
import { planCues, type Cue } from './cues.ts';
import { srtOf } from './srt.ts';

const LINES = [
	...['<b>bold</b> <i>x', '{\\an8}top {y:i}micro {\\b1}', 'a\\Nb \\h c\\', '1 < 2 & 3 > 1 &lt; &amp; &nbsp;'],
	...['00:00:01,000 --> 00:00:02,000', '42', ' 42 ', '-7', '+1', '<!-- no -->', `it's 100% "q" , ; [x]`],
	...['<font color="red">', '漢字 עברית 😀', '٤٢', '{', '}', '<', '\\', '</b>', '<3 love', 'WEBVTT', '%{pts}'],
];
const cueOf = (lines: string[], from: number, to: number): Cue => ({
	from,
	to,
	lines: lines.map((text) => [{ text, from, to }]),
});

/** Bytes of a sample's text are led by their number in two bytes (3GPP TS 26.245, "TextSample"). */
function samplesOf(cues: Cue[]): { texts: string[]; times: number[][] } {
	const folder = mkdtempSync(join(tmpdir(), 'reelsmith-captions-'));
	try {
		const [srt, film] = [join(folder, 'captions.srt'), join(folder, 'film.mp4')];
		writeFileSync(srt, srtOf(cues));
		ffmpeg('-f', 'lavfi', '-i', 'color=s=64x64:r=24:d=40', '-f', 'srt', '-i', srt, '-c:s', 'mov_text', film);
		const bytes = execFileSync('ffmpeg', [
			'-v',
			'error',
			'-i',
			film,
			'-map',
			'0:s',
			'-c',
			'copy',
			'-f',
			'data',
			'-',
		]);
		const probe = ['-v', 'error', '-select_streams', 's', '-show_packets', '-of', 'json', film];
		const { packets } = JSON.parse(execFileSync('ffprobe', probe, { encoding: 'utf8' })) as {
			packets: { pts_time: string; duration_time: string; size: string }[];
		};
		let at = 0;
		const read = packets.map(({ pts_time, duration_time, size }) => {
			const text = bytes.toString('utf8', at + 2, at + 2 + bytes.readUInt16BE(at));
			const styled = Number(size) > 2 + bytes.readUInt16BE(at);
			at += Number(size);
			const from = Number(pts_time);
			return { text, styled, times: [from, from + Number(duration_time)] };
		});
		expect(read.some(({ styled }) => styled)).toBe(false);
		const shown = read.filter(({ text }) => text);
		return {
			texts: shown.map(({ text }) => text.replaceAll('\u2060', '')),
			times: shown.map(({ times }) => times),
		};
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

test('a film says in its text track exactly what was written, tags and figures included', () => {
	const { texts } = samplesOf(LINES.map((line, index) => cueOf([line], index, index + 0.9)));

	expect(texts).toEqual(LINES.map((line) => line.trim()));
});

test('two lines come back as two lines, at their times', () => {
	const { texts, times } = samplesOf([cueOf(['1. First', '2. Second'], 1.25, 2.5), cueOf(['Third'], 3, 4.125)]);

	expect(texts).toEqual(['1. First\n2. Second', 'Third']);
	expect(times).toEqual([
		[1.25, 2.5],
		[3, 4.125],
	]);
});

test('no text can begin a cue of its own', () => {
	const captions = Captions.parse({});
	const hostile = 'one\n\n2\n00:00:09,000 --> 00:00:10,000\ntwo';
	const cues = planCues([{ text: hostile, from: 0, to: 4 }], { width: 640, height: 360 }, captions);
	const { texts, times } = samplesOf(cues);

	expect(texts).toHaveLength(cues.length);
	expect(Math.max(...times.flat())).toBeLessThanOrEqual(4.001);
});

test('hours are written beyond a day', () => {
	expect(srtOf([cueOf(['late'], 90_061.5, 90_062)])).toBe('1\n25:01:01,500 --> 25:01:02,000\nlate\n\n');
});
