/**
 * Random films out of odd clips: `npm run fuzz -- [--seed n] [--count 500] [--only seed] [--damaged]`. Each either comes
 * out right or is refused by a fault that names its clip; `--damaged` changes bytes of a clip instead of the timeline.
 * Prints the seed that repeats a run; ends with 1 if anything is wrong.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { testClips } from '../testing/clips.ts';
import { openTestMedia } from '../testing/engine.ts';
import { damagedOne } from './damaged.ts';
import { fuzzOne, type FuzzResult } from './one.ts';

const { values } = parseArgs({
	options: {
		seed: { type: 'string' },
		count: { type: 'string', default: '500' },
		only: { type: 'string' },
		side: { type: 'string' },
		damaged: { type: 'boolean', default: false },
	},
});
/** Films made at a time, each side in a process and a folder of its own, so that leftovers are told apart. */
const SIDES = 2;
/** Names of clips and numbers in a refusal, for which it is the same as another one. */
const PARTICULARS = /[\w-]+\.(mp4|webm|gif)|\d+(\.\d+)?/g;
/** A sign of life after so many films. */
const PROGRESS = 25;

if (values.side === undefined) await main();
else await makeSide(Number(values.seed), Number(values.side), Number(values.count));

async function main(): Promise<void> {
	const seed = Number(values.only ?? values.seed ?? Math.floor(Math.random() * 2 ** 31));
	const count = values.only === undefined ? Number(values.count) : 1;
	const sides = Math.min(SIDES, count);
	const damaged = values.damaged ? ['--damaged'] : [];
	const tally = { film: 0, refused: 0, wrong: 0, heard: 0 };
	console.log(`seed ${seed}, ${count} films`);
	const reasons = new Map<string, number>();
	const begun = Date.now();
	const codes = await Promise.all(
		Array.from({ length: sides }, (_, side) =>
			runSide(['--seed', `${seed}`, '--count', `${count}`, '--side', `${side}`, ...damaged], (result) =>
				hear(result, tally, reasons),
			),
		),
	);
	const minutes = ((Date.now() - begun) / 60_000).toFixed(1);
	console.log(
		`${tally.film} films, ${tally.refused} refused, ${tally.wrong} wrong, in ${minutes} minutes from seed ${seed}`,
	);
	for (const [why, times] of [...reasons].toSorted(([, a], [, b]) => b - a)) console.log(`${times} x ${why}`);
	process.exitCode = tally.wrong || tally.heard !== count || codes.some((code) => code !== 0) ? 1 : 0;
}

function hear(
	{ seed, outcome, why, wrong, what }: FuzzResult,
	tally: Record<string, number>,
	reasons: Map<string, number>,
): void {
	const reason = why?.replace(PARTICULARS, '#');
	if (reason) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
	tally.heard!++;
	tally[outcome]!++;
	if (wrong.length) tally.wrong!++;
	if (wrong.length) console.log(`${seed} ${outcome} WRONG\n  ${wrong.join('\n  ')}\n  ${what}`);
	else if (tally.heard! % PROGRESS === 0) console.log(`${tally.heard} done`);
}
/** One side as a process; hears its results line by line and resolves with its exit code. */
function runSide(args: string[], hearing: (result: FuzzResult) => void): Promise<number | null> {
	const child = spawn(process.execPath, [import.meta.filename, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
	createInterface({ input: child.stdout }).on('line', (line) => hearing(JSON.parse(line) as FuzzResult));
	return new Promise((resolve) => child.on('close', resolve));
}

async function makeSide(seed: number, side: number, count: number): Promise<void> {
	const clips = testClips();
	try {
		const media = await openTestMedia(clips.folder);
		const make = values.damaged ? damagedOne : fuzzOne;
		for (let round = side; round < count; round += SIDES)
			console.log(JSON.stringify(await make(media, clips, seed + round)));
	} finally {
		clips.remove();
	}
}
