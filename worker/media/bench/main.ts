/**
 * Measures the film engine against other ways to the same film, all in one run: `npm run bench -- [--quick] [--only
 * matched-30,mixed-8] [--repeats 3] [--json file] [--svg file]`. Medians of interleaved runs, processor time and memory
 * of whole process trees, and whether each film is right. On a machine that does nothing else.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openTestMedia } from '../testing/engine.ts';
import { CASES } from './cases.ts';
import { chartOf } from './chart.ts';
import { benchClips } from './clips.ts';
import { goalsOf, goalsText } from './goals.ts';
import { runCase, type Row } from './run.ts';
import { tableOf } from './table.ts';

const { values } = parseArgs({
	options: {
		quick: { type: 'boolean', default: false },
		only: { type: 'string' },
		repeats: { type: 'string' },
		json: { type: 'string' },
		svg: { type: 'string' },
	},
});
const DEFAULT_REPEATS = 3;

await main();

async function main(): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'reelsmith-bench-'));
	try {
		const clips = benchClips(join(folder, 'clips'));
		const ffmpeg = execFileSync('ffmpeg', ['-version'], { encoding: 'utf8' }).split(' ')[2];
		const about = `${clips.origin}, ${availableParallelism()} cores, ffmpeg ${ffmpeg}, Node ${process.versions.node}`;
		console.log(about);
		// Written after each case, so that a run that is broken off leaves what it has measured.
		const rows = await runAll(clips, folder, (measured) => {
			const goals = goalsOf(measured);
			if (values.json) writeFileSync(values.json, JSON.stringify({ about, rows: measured, goals }, null, '\t'));
			if (values.svg) writeFileSync(values.svg, chartOf(measured, about));
		});
		console.log(`\n${tableOf(rows)}\n\n${goalsText(goalsOf(rows))}`);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

async function runAll(
	clips: ReturnType<typeof benchClips>,
	folder: string,
	tell: (rows: Row[]) => void,
): Promise<Row[]> {
	const media = await openTestMedia(join(folder, 'probing'));
	const chosen = values.only?.split(',');
	const wanted = chosen?.flatMap((name) => CASES.filter(({ id }) => id === name)) ?? CASES;
	const rows: Row[] = [];
	for (const { make } of wanted) {
		const each = make(clips, folder);
		if (each.heavy && values.quick && !values.only) {
			console.log(`${each.id} is left out of a quick run`);
			continue;
		}
		const repeats = Number(values.repeats ?? (values.quick || each.heavy ? 1 : DEFAULT_REPEATS));
		rows.push(...(await runCase(each, repeats, folder, media, (line) => console.log(line))));
		tell(rows);
	}
	return rows;
}
