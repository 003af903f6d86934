import { expect, test } from '@jest/globals';
import { Timeline } from '../contract/timeline.ts';
import { explain } from './explain.ts';
import { planFilm, type PlanClip } from './plan.ts';
import type { Picture } from './picture.ts';

const closed = (frames: number) =>
	Array.from({ length: frames / 4 }, (_, index) => (index + 1) * 4).concat(frames % 4 ? [frames] : []);

/** A probed clip as Veo makes them; every fourth frame closes. */
function clip(id: string, changes: Partial<Picture> = {}, audio = true): PlanClip {
	const frames = changes.frames ?? 192;
	const video: Picture = {
		stream: 0,
		codec: 'h264',
		width: 1280,
		height: 720,
		stored: { width: 1280, height: 720 },
		rotation: 0,
		pixelAspect: { n: 1, d: 1 },
		pixelFormat: 'yuv420p',
		interlaced: false,
		colour: { range: 'tv', space: 'unknown', transfer: 'unknown', primaries: 'unknown' },
		frames,
		rate: { n: 24, d: 1 },
		seconds: frames / 24,
		lastFrameSeconds: 1 / 24,
		startSeconds: 0,
		uneven: null,
		copy: { timescale: 12_288, ticks: 512, delay: 2, idr: [0], closed: closed(frames) },
		...changes,
	};
	const sound = audio ? { stream: 1, codec: 'aac', sampleRate: 48_000, channels: 2, seconds: 8, tracks: 1 } : null;
	const probe = {
		kind: 'video' as const,
		format: 'mov' as const,
		bytes: 1e6,
		seconds: video.seconds,
		provenance: false,
		video,
		audio: sound,
	};
	return { id: id.repeat(64).slice(0, 64), path: `/clips/${id}.mp4`, name: `${id}.mp4`, probe };
}

const nothingElse = (clips: PlanClip[]) => ({ narrations: clips.map(() => null), music: null, logo: null });

function plan(clips: PlanClip[], pieces: object[] = [], target: object = {}, more: object = {}) {
	const asked = clips.map(({ id }, index) => ({ asset: id, ...pieces[index] }));
	const timeline = Timeline.parse({ clips: asked, target, ...more });
	return planFilm(timeline, clips, { ...nothingElse(clips), logo: timeline.logo ? clip('f') : null }, 'ffmpeg 5');
}
const fade = { transition: 'crossfade', transitionSeconds: 0.5 };
const shape = (planned: ReturnType<typeof plan>) =>
	planned.segments.map(({ clips, how, start, frames }) => [clips.join('+'), how, start, frames]);

test('clips alike are copied whole, one piece each', () => {
	expect(shape(plan([clip('a'), clip('b')]))).toEqual([
		['0', 'copied', 0, 192],
		['1', 'copied', 192, 192],
	]);
});

test('a crossfade takes the end of one clip from its last closed frame on, and all of a clip that has one IDR picture', () => {
	expect(shape(plan([clip('a'), clip('b'), clip('c')], [{}, { ...fade, transitionSeconds: 0.625 }, fade]))).toEqual([
		['0', 'copied', 0, 176],
		['0+1', 'encoded', 176, 16],
		['1', 'encoded', 192, 192 - 15 - 12],
		['1+2', 'encoded', 357, 12],
		['2', 'encoded', 369, 180],
	]);
});

test('a clip with an IDR picture each second is copied again behind a crossfade', () => {
	const second = clip('b', {
		copy: { timescale: 12_288, ticks: 512, delay: 2, idr: [0, 24, 48, 72, 96, 120, 144, 168], closed: closed(192) },
	});

	expect(shape(plan([clip('a'), second], [{}, fade]))).toEqual([
		['0', 'copied', 0, 180],
		['0+1', 'encoded', 180, 24],
		['1', 'copied', 204, 168],
	]);
});

test('hidden frames let a clip behind a transition be copied from its next closed frame on', () => {
	const film = plan(
		[clip('a'), clip('b'), clip('c')],
		[{}, { ...fade, transitionSeconds: 0.625 }, fade],
		{},
		{
			joints: 'hidden',
		},
	);

	expect(shape(film)).toEqual([
		['0', 'copied', 0, 176],
		['0+1', 'encoded', 176, 17],
		['1', 'copied', 193, 164],
		['1+2', 'encoded', 357, 12],
		['2', 'copied', 369, 180],
	]);
	expect(film.segments.map(({ hidden, copiedFrom }) => [hidden, copiedFrom])).toEqual([
		[0, 0],
		[0, null],
		[16, 0],
		[0, null],
		[12, 0],
	]);
});

test('no frame is hidden before the film begins, nor more than a second of them', () => {
	const hidden = { joints: 'hidden' };

	expect(shape(plan([clip('a')], [{ cutFrom: 0.5 }], {}, hidden))).toEqual([['0', 'encoded', 0, 180]]);
	expect(shape(plan([clip('a'), clip('b')], [{}, { cutFrom: 2 }], {}, hidden))[1]).toEqual([
		'1',
		'encoded',
		192,
		144,
	]);
});

test('title cards stand before and behind the clips and move everything else', () => {
	const cards = { first: { title: 'Honey', seconds: 2 }, last: { title: 'The end', seconds: 1 } };
	const film = plan([clip('a'), clip('b')], [], {}, { cards });

	expect(shape(film)).toEqual([
		['', 'encoded', 0, 48],
		['0', 'copied', 48, 192],
		['1', 'copied', 240, 192],
		['', 'encoded', 432, 24],
	]);
	expect(film.sound!.samples).toBe((456 * 48_000) / 24);
	expect(film.sound!.pieces.map(({ start }) => start)).toEqual([96_000, 480_000]);
});

test('a chapter lasts until the next one; what stands before the first belongs to it', () => {
	const pieces = [{ chapter: 'Meadow' }, {}, { chapter: 'Kitchen' }];
	const cards = { first: { title: 'Honey', seconds: 2 } };

	expect(plan([clip('a'), clip('b'), clip('c')], pieces, {}, { cards }).chapters).toEqual([
		{ title: 'Meadow', start: 0, frames: 432 },
		{ title: 'Kitchen', start: 432, frames: 192 },
	]);
});

test('burned captions and a logo are reasons to encode what they lie over, soft captions are none', () => {
	const pieces = [{ text: 'Bees fly over the meadow.' }, {}];
	const [burned, soft] = ['burned', 'soft'].map((mode) =>
		plan([clip('a'), clip('b')], pieces, {}, { captions: { mode } }),
	);
	const logo = plan([clip('a')], [], {}, { logo: { asset: clip('f').id } });

	expect(burned!.segments.map(({ why }) => why)).toEqual([
		'captions are burned into it',
		'it already is what the film is',
	]);
	expect(soft!.segments.map(({ how }) => how)).toEqual(['copied', 'copied']);
	expect(
		soft!.cues.map(({ lines }) =>
			lines
				.flat()
				.map(({ text }) => text)
				.join(''),
		),
	).toEqual(['Bees fly over the meadow.']);
	expect(logo.segments[0]!.why).toBe('the logo is drawn over it');
});

const linesOf = ({ cues }: ReturnType<typeof plan>) =>
	cues.map(({ from, to, lines }) => [
		lines.map((line) => line.map(({ text }) => text).join('')).join(' '),
		Number(from.toFixed(3)),
		Number(to.toFixed(3)),
	]);

test('a caption that begins when its clip is over is told in a note, not dropped in silence', () => {
	const captions = [
		{ text: 'In time', from: 1, to: 3 },
		{ text: `Too late:\n${'very '.repeat(20)}late`, from: 4, to: 9 },
		{ text: 'Far too late', from: 7.25 },
	];
	const film = plan([clip('a'), clip('b')], [{}, { cutTo: 4, captions }], {}, { captions: { mode: 'soft' } });

	expect(linesOf(film)).toEqual([['In time', 9, 11]]);
	expect(film.notes).toEqual([
		'the caption "Too late: very very very very very very…" is not shown: it is to begin 4.00 s into clip 2, of which 4.00 s are shown',
		'the caption "Far too late" is not shown: it is to begin 7.25 s into clip 2, of which 4.00 s are shown',
	]);
	expect(plan([clip('a')], [{ cutTo: 4, captions }]).notes).toEqual([]);
});

test('a thousand captions that are not shown are told in few notes', () => {
	const captions = Array.from({ length: 1000 }, (_, index) => ({ text: `Line ${index}`, from: index }));
	const { notes } = plan([clip('a')], [{ captions }], {}, { captions: { mode: 'burned' } });

	expect(notes).toHaveLength(21);
	expect(notes.at(-1)).toBe('and 972 captions more are not shown for the like');
});

test('no caption outlasts the film by a millisecond', () => {
	const odd = clip('a', { frames: 961, rate: { n: 60, d: 1 }, seconds: 961 / 60 });
	const soft = { captions: { mode: 'soft' } };

	expect(linesOf(plan([odd], [{ text: 'All of it' }], {}, soft)).at(-1)![2]).toBe(16.016);
	expect(linesOf(plan([odd], [{ captions: [{ text: 'The end', from: 16 }] }], {}, soft))).toEqual([
		['The end', 16, 16.016],
	]);
});

test('the words of a caption are part of the address, and those of other clips are not', () => {
	const keys = (first: string, second: string) =>
		plan(
			[clip('a'), clip('b')],
			[{ text: first }, { text: second }],
			{},
			{ captions: { mode: 'burned' } },
		).segments.map(({ key }) => key);

	expect(keys('One', 'Two')[0]).not.toBe(keys('Three', 'Two')[0]);
	expect(keys('One', 'Two')[1]).toBe(keys('Three', 'Two')[1]);
});

test('all pieces decode as far ahead as the copied clip that does most', () => {
	const far = clip('b', { copy: { timescale: 12_288, ticks: 512, delay: 3, idr: [0], closed: closed(192) } });
	const further = clip('c', { copy: { timescale: 12_288, ticks: 512, delay: 5, idr: [0], closed: closed(192) } });
	const { target, segments } = plan([clip('a'), far, further]);

	expect(target.delay).toBe(3);
	for (const { recipe } of segments.slice(0, 2)) expect(recipe.output.join(' ')).toContain('(N-3)');
	expect(segments[2]!.why).toBe('its frames are stored 5 ahead of their turn');
});

test('each reason for encoding is told in words', () => {
	const why = (changes: Partial<Picture>, target: object = {}) =>
		plan([clip('a'), clip('b'), clip('c', changes)], [], target).segments[2]!.why;

	expect(why({ codec: 'hevc' })).toBe('its codec is hevc, not h264');
	expect(why({ pixelFormat: 'yuv420p10le' })).toBe('its pixel format is yuv420p10le, not yuv420p');
	expect(why({ interlaced: true })).toBe('it is interlaced');
	expect(why({ rotation: 180 })).toBe('it is turned by 180 degrees');
	expect(why({ stored: { width: 640, height: 360 }, width: 640, height: 360 })).toBe(
		"its size is 640x360, the film's is 1280x720",
	);
	expect(why({ rate: { n: 25, d: 1 } })).toBe("its rate is 25/1 frames a second, the film's is 24/1");
	expect(why({ uneven: 'its frame rate varies' })).toBe('its frame rate varies');
	expect(why({ colour: { range: 'tv', space: 'bt709', transfer: 'bt709', primaries: 'bt709' } })).toBe(
		"its colour tags differ from the film's",
	);
	expect(why({ copy: null })).toBe('its H.264 is not stored the plain way');
	expect(why({}, { fps: '25' })).toBe("its rate is 24/1 frames a second, the film's is 25/1");
});

test('the film has the size and rate of most of its running time, unless the user says otherwise', () => {
	const tall = clip('d', {
		width: 720,
		height: 1280,
		stored: { width: 720, height: 1280 },
		rate: { n: 30, d: 1 },
		frames: 240,
		seconds: 8,
	});

	expect(plan([tall, clip('a'), clip('b')]).target).toMatchObject({
		width: 1280,
		height: 720,
		rate: { n: 24, d: 1 },
	});
	expect(plan([tall, tall, clip('b')]).target).toMatchObject({
		width: 720,
		height: 1280,
		rate: { n: 30, d: 1 },
		timescale: 15_360,
	});
	expect(plan([tall, clip('a')], [], { width: 1920, fps: '30000/1001' }).target).toMatchObject({
		width: 1920,
		height: 3412,
		rate: { n: 30_000, d: 1001 },
		level: '5.1',
	});
	expect(plan([clip('a'), tall], [{ cutTo: 1 }]).target).toMatchObject({ width: 720 });
});

test('the same input has the same addresses; content, cut, target and ffmpeg each change them, a path does not', () => {
	const keys = (clips: PlanClip[], pieces: object[] = [], target: object = {}, engine = 'ffmpeg 5') =>
		planFilm(
			Timeline.parse({ clips: clips.map(({ id }, index) => ({ asset: id, ...pieces[index] })), target }),
			clips,
			nothingElse(clips),
			engine,
		)
			.segments.map(({ key }) => key)
			.join();
	const base = keys([clip('a')]);

	expect(keys([{ ...clip('a'), path: '/elsewhere.mp4', name: 'other.mp4' }])).toBe(base);
	expect(keys([clip('b')])).not.toBe(base);
	expect(keys([clip('a')], [{ cutTo: 4 }])).not.toBe(base);
	expect(keys([clip('a')], [], { fps: '25' })).not.toBe(base);
	expect(keys([clip('a')], [], {}, 'ffmpeg 6')).not.toBe(base);
});

test('sound borders are rounded from the beginning of the film, so a thousand joints drift by nothing', () => {
	const ntsc = { rate: { n: 30_000, d: 1001 }, frames: 181, seconds: (181 * 1001) / 30_000 };
	const { sound, frames } = plan(Array.from({ length: 1000 }, () => clip('a', ntsc)));

	expect(sound!.samples).toBe(Math.round((frames * 1001 * 48_000) / 30_000));
	for (const [index, piece] of sound!.pieces.entries()) {
		expect(piece.start).toBe(Math.round((index * 181 * 1001 * 48_000) / 30_000));
		expect(piece.start + piece.samples).toBe(sound!.pieces[index + 1]?.start ?? sound!.samples);
	}
});

test('crossfaded sound overlaps by exactly the crossfade', () => {
	const { sound } = plan([clip('a'), clip('b')], [{}, fade]);

	expect(sound).toMatchObject({ samples: 384_000 + 384_000 - 24_000 });
	expect(sound!.pieces).toMatchObject([
		{ start: 0, samples: 384_000, fadeIn: 0 },
		{ start: 360_000, samples: 384_000, fadeIn: 24_000 },
	]);
});

test('a silent clip among others is silence, and a film of silent clips has no sound', () => {
	expect(plan([clip('a'), clip('b', {}, false)]).sound!.pieces.map(({ pcm }) => pcm === null)).toEqual([false, true]);
	expect(plan([clip('a', {}, false)]).sound).toBeNull();
});

test('no text of a user ever stands in a filter', () => {
	const named = { ...clip('a'), name: "x';[in]drawtext=textfile=/etc/passwd", path: "/a/b';.mp4" };
	const { segments, sound } = plan([named, named], [{}, fade]);

	for (const { recipe } of [...segments, ...sound!.pieces.map(({ pcm }) => pcm!)]) {
		expect(recipe.output.join(' ')).not.toContain('drawtext');
		expect(
			recipe.inputs.flatMap(({ options }) => options.filter((option) => typeof option === 'string')).join(' '),
		).not.toContain("b'");
	}
});

test('the plan explains itself, a line a piece', () => {
	expect(explain(plan([clip('a'), clip('b', { codec: 'hevc' })])).split('\n')).toEqual([
		'1280x720, 24/1 frames a second, 384 frames, 16.000 s; sound of 16.000 s from 2 clips',
		'0.000 s + 8.000 s: clip 1 (a.mp4) copied: it already is what the film is',
		'8.000 s + 8.000 s: clip 2 (b.mp4) encoded: its codec is hevc, not h264',
	]);
});

test('pictures and sound on the timeline are refused as no clips', () => {
	const still = clip('a');
	still.probe.kind = 'picture';

	expect(() => plan([still])).toThrow('a.mp4 is a picture, not a clip');
});
