import type { Media } from '../index.ts';
import { numberingOf, type ClipName, type testClips } from '../testing/clips.ts';
import { stitchTest, type TestFilm, type TestPiece } from '../testing/engine.ts';
import { judgeFilm } from '../testing/judge.ts';
import { layOnPaper, type Paper } from '../testing/paper.ts';

/** A piece by the name of a test clip, or by its path. */
export type RightPiece = Omit<TestPiece, 'path'> & ({ name: ClipName } | { path: string });
export type RightFilm = Awaited<ReturnType<typeof stitchTest>> & { wrong: string[]; paper: Paper };

const PROBE_MS = 30_000;

/** Makes a film of test clips with their sound as it is, and judges it. */
export async function rightFilm(
	media: Media,
	clips: ReturnType<typeof testClips>,
	pieces: RightPiece[],
	film: TestFilm = {},
): Promise<RightFilm> {
	const asked = pieces.map((piece): TestPiece => {
		if ('path' in piece) return piece;
		const { name, ...rest } = piece;
		return { ...rest, path: clips.path(name) };
	});
	const made = await stitchTest(media, clips.folder, asked, { ...film, sound: { loudness: null, ...film.sound } });
	const paths = asked.map(({ path }) => path);
	const probes = await Promise.all(
		paths.map((path) => media.probe(path, { name: path, signal: AbortSignal.timeout(PROBE_MS) })),
	);
	const numbered = pieces.map((piece) => ('name' in piece ? numberingOf(piece.name) : null));
	const wrong = await judgeFilm({ ...made, paths, probes, numbered });
	return { ...made, wrong, paper: layOnPaper(made.timeline, probes, made.report.fps) };
}
