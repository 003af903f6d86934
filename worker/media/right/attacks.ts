import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ffmpeg, type testClips } from '../testing/clips.ts';

/** A file that no film may be made of, and what it is. */
export type Attack = { what: string; path: string };
type Clips = ReturnType<typeof testClips>;

/** Box of an ISO file: its length, its type, what is in it. */
export function box(type: string, ...content: (Buffer | number[])[]): Buffer {
	const body = Buffer.concat(content.map((each) => Buffer.from(each)));
	const head = Buffer.alloc(8);
	head.writeUInt32BE(8 + body.length);
	head.write(type, 4, 'latin1');
	return Buffer.concat([head, body]);
}

const FTYP = box('ftyp', Buffer.from('isom\0\0\x02\0isomavc1', 'latin1'));
const BOMB_BYTES = 100 * 1024 * 1024;

/** Every file that must be refused, made in the clips' folder. */
export function attacks(clips: Clips): Attack[] {
	const put = (name: string, content: string | Buffer) => {
		const path = join(clips.folder, name);
		writeFileSync(path, content);
		return path;
	};
	const secret = clips.path('a2');
	const whole = readFileSync(secret);
	return [
		{
			what: 'an HLS playlist',
			path: put('hls.mp4', `#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://${secret}\n`),
		},
		{ what: 'a list of the concat demuxer', path: put('concat.mp4', `ffconcat version 1.0\nfile '${secret}'\n`) },
		{ what: 'a DASH manifest', path: put('dash.mp4', DASH) },
		{ what: 'an SVG picture that reads a file', path: put('svg.png', SVG) },
		{ what: 'a GIF of 65535 by 65535', path: put('bomb.mp4', gifBomb()) },
		{ what: 'a PNG of 30000 by 30000', path: put('bomb.png', pngBomb()) },
		{ what: 'a zip archive', path: zip(clips, secret) },
		{ what: 'no bytes at all', path: put('empty.mp4', '') },
		{ what: 'zeros', path: put('zeros.mp4', Buffer.alloc(100_000)) },
		{ what: 'half a file whose header stands in front', path: clips.path('half') },
		{ what: 'a file that ends in its header', path: put('header.mp4', frontHalf(clips)) },
		{ what: 'a clip of thirty hours', path: thirtyHours(clips) },
		{ what: 'more samples than bytes', path: put('samples.mp4', bent(whole, 'stsz', 12, 0xffff_ffff)) },
		{ what: 'a header of millions of empty boxes', path: filled(clips, 'boxes.mp4', box('free')) },
		{ what: 'a header of millions of tracks', path: filled(clips, 'tracks.mp4', box('trak')) },
		{ what: 'a file of millions of boxes', path: filled(clips, 'top.mp4', box('free'), { bare: true }) },
		{ what: 'a thousand tracks of millions of samples', path: put('many.mp4', manyTracks(whole)) },
		{ what: 'boxes in boxes', path: put('deep.mp4', Buffer.concat([FTYP, nested(20_000)])) },
	];
}

const DASH = `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><BaseURL>http://127.0.0.1:9/</BaseURL></Period></MPD>`;
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>';

function gifBomb(): Buffer {
	const screen = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
	const picture = Buffer.from([0x2c, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 2, 2, 0x4c, 1, 0]);
	return Buffer.concat([
		Buffer.from('GIF89a'),
		screen,
		...Array.from({ length: 1000 }, () => picture),
		Buffer.from(';'),
	]);
}

/** A small, whole PNG whose header asks for 900 million pixels; its checksum is right. */
function pngBomb(): Buffer {
	const header = Buffer.alloc(25);
	header.writeUInt32BE(13);
	header.write('IHDR', 4, 'latin1');
	header.writeUInt32BE(30_000, 8);
	header.writeUInt32BE(30_000, 12);
	header.set([8, 6, 0, 0, 0], 16);
	header.writeUInt32BE(crc(header.subarray(4, 21)), 21);
	const [signature, end] = ['89504e470d0a1a0a', '0000000049454e44ae426082'].map((hex) => Buffer.from(hex, 'hex'));
	return Buffer.concat([signature!, header, end!]);
}

/** CRC-32 as PNG has it (ISO 3309). */
function crc(bytes: Buffer): number {
	let value = 0xffff_ffff;
	for (const byte of bytes) {
		value ^= byte;
		for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb8_8320 : 0);
	}
	return (value ^ 0xffff_ffff) >>> 0;
}

/** A stored zip entry of that file, as `zip -0` writes its local header. */
function zip(clips: Clips, inside: string): string {
	const content = readFileSync(inside);
	const header = Buffer.alloc(30);
	header.writeUInt32LE(0x04034b50);
	header.writeUInt16LE(1, 26);
	header.writeUInt32LE(content.length, 18);
	const path = join(clips.folder, 'archive.mp4');
	writeFileSync(path, Buffer.concat([header, Buffer.from('a'), content]));
	return path;
}

function frontHalf(clips: Clips): Buffer {
	const path = join(clips.folder, 'front.mp4');
	ffmpeg('-i', clips.path('a3'), '-c', 'copy', '-movflags', '+faststart', path);
	return readFileSync(path).subarray(0, 700);
}

/** One frame an hour: small, and longer than any clip taken. */
function thirtyHours(clips: Clips): string {
	const path = join(clips.folder, 'hours.mp4');
	const picture = ['-f', 'lavfi', '-i', 'color=s=64x36:r=1:d=30', '-vf', 'setpts=N*3600/TB'];
	ffmpeg(...picture, '-fps_mode', 'passthrough', '-c:v', 'libx264', '-video_track_timescale', '1', path);
	return path;
}

/** The file with another number in the first box of a type, `skip` bytes behind the type's name. */
function bent(whole: Buffer, type: string, skip: number, value: number): Buffer {
	const bytes = Buffer.from(whole);
	bytes.writeUInt32BE(value, bytes.indexOf(type, 0, 'latin1') + skip);
	return bytes;
}

/** A movie header, or without one the file itself, of as many copies of a box as fit into 100 MB. */
function filled(clips: Clips, name: string, content: Buffer, { bare = false } = {}): string {
	const path = join(clips.folder, name);
	const many = Buffer.concat(Array.from({ length: 1 << 16 }, () => content));
	const file = openSync(path, 'w');
	const head = bare ? FTYP : Buffer.concat([FTYP, box('moov')]);
	const copies = Math.floor(BOMB_BYTES / many.length);
	if (!bare) head.writeUInt32BE(8 + copies * many.length, FTYP.length);
	writeSync(file, head);
	for (let copy = 0; copy < copies; copy++) writeSync(file, many);
	closeSync(file);
	return path;
}

function nested(depth: number): Buffer {
	const bytes = Buffer.alloc(depth * 8);
	for (let level = 0; level < depth; level++) {
		bytes.writeUInt32BE((depth - level) * 8, level * 8);
		bytes.write(level ? 'trak' : 'moov', level * 8 + 4, 'latin1');
	}
	return bytes;
}

/** The clip with its picture's track a thousand times, each of four million samples of a byte by its table. */
function manyTracks(whole: Buffer): Buffer {
	const moov = whole.indexOf('moov', 0, 'latin1') - 4;
	const trak = whole.indexOf('trak', moov, 'latin1') - 4;
	const one = Buffer.from(whole.subarray(trak, trak + whole.readUInt32BE(trak)));
	const at = (type: string) => one.indexOf(type, 0, 'latin1');
	one.writeUInt32BE(1, at('stsz') + 8);
	one.writeUInt32BE(4_000_000, at('stsz') + 12);
	one.writeUInt32BE(4_000_000, at('stsc') + 16);
	const many = Buffer.concat(Array.from({ length: 1000 }, () => one));
	return Buffer.concat([whole.subarray(0, moov), box('moov', many)]);
}

/** Tables with as many entries as their box holds, in a whole clip whose header grew by 100 MB. */
export function tableBomb(clips: Clips, type: 'stts' | 'ctts' | 'stsc' | 'elst'): string {
	const path = join(clips.folder, `table-${type}.mp4`);
	const back = readFileSync(clips.path('a2'));
	const at = back.indexOf(type, 0, 'latin1') - 4;
	const grown = Math.floor(BOMB_BYTES / 24) * 24;
	const moov = back.indexOf('moov', 0, 'latin1') - 4;
	const parents = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'edts'];
	for (const parent of parents) grow(back, back.indexOf(parent, moov, 'latin1') - 4, at, grown);
	const old = back.readUInt32BE(at);
	back.writeUInt32BE(old + grown, at);
	const size = type === 'stsc' || type === 'elst' ? 12 : 8;
	back.writeUInt32BE(Math.floor((old + grown - 16) / size), at + 12);
	const file = openSync(path, 'w');
	writeSync(file, back.subarray(0, at + old));
	ftruncateSync(file, at + old + grown);
	writeSync(file, back, at + old, back.length - at - old, at + old + grown);
	closeSync(file);
	return path;
}

function grow(bytes: Buffer, at: number, inside: number, by: number): void {
	const length = bytes.readUInt32BE(at);
	if (at <= inside && inside < at + length) bytes.writeUInt32BE(length + by, at);
}

/** Ten hours in small frames, which is no attack but must not cost like one. */
export function tenHours(clips: Clips): string {
	const path = join(clips.folder, 'ten.mp4');
	const picture = ['-f', 'lavfi', '-i', 'color=s=32x32:r=2:d=36000'];
	ffmpeg(...picture, '-c:v', 'libx264', '-preset', 'ultrafast', '-x264-params', 'keyint=1000', path);
	return path;
}

/** A clip whose first run of frames claims to be four thousand million long. */
export function runLie(clips: Clips): string {
	const path = join(clips.folder, 'run.mp4');
	writeFileSync(path, bent(readFileSync(clips.path('a2')), 'stts', 12, 0xffff_ffff));
	return path;
}

/** A clip of two seconds whose every header says that it lasts a day. */
export function dayLie(clips: Clips): string {
	const bytes = readFileSync(clips.path('a2'));
	for (const type of ['mvhd', 'mdhd']) {
		const at = bytes.indexOf(type, 0, 'latin1') + 4;
		bytes.writeUInt32BE(bytes.readUInt32BE(at + 12) * 86_000, at + 16);
	}
	const path = join(clips.folder, 'lie.mp4');
	writeFileSync(path, bytes);
	return path;
}
