import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

/** Which rooms a room may know; itself always. Downwards only, and rooms of one floor do not know each other. */
const MAY_KNOW: Record<string, string[]> = {
	contract: [],
	base: ['contract'],
	google: ['base', 'contract'],
	media: ['base', 'contract'],
	assets: ['base', 'contract'],
	spend: ['base', 'contract'],
	jobs: ['google', 'media', 'assets', 'spend', 'base', 'contract'],
	http: ['jobs', 'google', 'media', 'assets', 'spend', 'base', 'contract'],
	rehearsal: [],
};

const WORKER = import.meta.dirname;
const ROOT = resolve(WORKER, '..');

type Import = { from: string; to: string; typeOnly: boolean };

function importsOf(file: string): Import[] {
	const text = readFileSync(file, 'utf8');
	return [...text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+'([^']+)'|import\('([^']+)'\)/gm)].map(
		([, type, plain, dynamic]) => ({
			from: relative(ROOT, file),
			to: plain ?? dynamic ?? '',
			typeOnly: type !== undefined,
		}),
	);
}

const sources = (folder: string): string[] =>
	readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
		.map((name) => join(folder, name));

/** The room an import leads to, or null for a package. */
function roomOf({ from, to }: Import): string | null {
	if (!to.startsWith('.')) return null;
	return relative(WORKER, resolve(ROOT, dirname(from), to)).split('/')[0] ?? null;
}

test.each(Object.keys(MAY_KNOW))('the room %s knows only the rooms below it', (room) => {
	const files = sources(join(WORKER, room)).filter((file) => !file.endsWith('.test.ts'));
	expect(files.length).toBeGreaterThan(0);
	const strangers = files
		.flatMap(importsOf)
		.filter((entry) => {
			const to = roomOf(entry);
			return to !== null && to !== room && !MAY_KNOW[room]!.includes(to);
		})
		.map(({ from, to }) => `${from} → ${to}`);
	expect(strangers).toEqual([]);
});

test('the contract imports zod alone', () => {
	const packages = sources(join(WORKER, 'contract'))
		.flatMap(importsOf)
		.map(({ to }) => to)
		.filter((to) => !to.startsWith('.'));
	expect([...new Set(packages)]).toEqual(['zod']);
});

test('nodes and credentials know of the worker the types of its contract and nothing else', () => {
	const strangers = ['nodes', 'credentials']
		.flatMap((folder) => sources(join(ROOT, folder)))
		.flatMap(importsOf)
		.filter(({ to }) => to.includes('worker/'))
		.filter(({ to, typeOnly }) => !typeOnly || !to.includes('worker/contract/'))
		.map(({ from, to }) => `${from} → ${to}`);
	expect(strangers).toEqual([]);
});

// PATH is how the system finds programs, not a setting of ours.
test('only the configuration reads the environment', () => {
	const readers = ['base', 'google', 'media', 'assets', 'spend', 'jobs', 'http']
		.flatMap((room) => sources(join(WORKER, room)))
		.filter((file) => !file.endsWith('.test.ts') && /process\.env(?!\.PATH\b)/.test(readFileSync(file, 'utf8')));
	expect(readers.map((file) => relative(WORKER, file))).toEqual([]);
});
