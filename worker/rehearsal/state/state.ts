import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One named collection of JSON documents. `all` keeps the order in which ids were first set. */
export type Table<T> = {
	get(id: string): T | undefined;
	set(id: string, value: T): T;
	delete(id: string): void;
	all(): T[];
	clear(): void;
};

export type State = {
	table<T>(name: string): Table<T>;
	/** Counts 1, 2, 3 ... by name, and goes on counting after a restart. */
	next(counter: string): number;
	/** The number `next` gave last; 0 before the first. */
	last(counter: string): number;
	/** Forgets everything but the counters: numbers and change tokens never come twice. */
	clear(): void;
	/** Absolute path of a file beside the state: `kind` is the folder. */
	path(kind: 'blobs' | 'uploads' | 'clips', name: string): string;
};

/** Bytes of changes after which the log is written anew: days of polling would fill the disk otherwise. */
const REWRITE_AFTER = 32 * 1024 * 1024;

type Line = [table: string, id: string, value: unknown];
type Tables = Map<string, Map<string, unknown>>;

/**
 * The rehearsal's memory: JSON documents in an append-only log which is rewritten at every start and whenever it has
 * grown. Each change
 * is one line written before the answer goes out, so a killed server remembers all it has said; a last line torn by
 * the kill is dropped.
 */
export function openState(folder: string): State {
	for (const kind of ['blobs', 'uploads', 'clips']) mkdirSync(join(folder, kind), { recursive: true });
	const log = join(folder, 'state.jsonl');
	const tables = readLog(log);
	rewriteLog(log, tables);
	let appended = 0;
	const append = (line: Line) => {
		const text = `${JSON.stringify(line)}\n`;
		appendFileSync(log, text);
		appended += text.length;
		if (appended < REWRITE_AFTER) return;
		appended = 0;
		rewriteLog(log, tables);
	};
	const table = <T>(name: string) => openTable<T>(tables, name, append);
	return {
		table,
		next(counter) {
			return table<number>('counters').set(counter, (table<number>('counters').get(counter) ?? 0) + 1);
		},
		last: (counter) => table<number>('counters').get(counter) ?? 0,
		clear() {
			for (const name of tables.keys()) if (name !== 'counters') table(name).clear();
		},
		path: (kind, name) => join(folder, kind, name),
	};
}

function openTable<T>(tables: Tables, name: string, append: (line: Line) => void): Table<T> {
	let rows = tables.get(name) as Map<string, T> | undefined;
	if (!rows) tables.set(name, (rows = new Map()));
	const map = rows;
	return {
		get: (id) => map.get(id),
		set(id, value) {
			map.set(id, value);
			append([name, id, value]);
			return value;
		},
		delete(id) {
			if (map.delete(id)) append([name, id, null]);
		},
		all: () => [...map.values()],
		clear() {
			for (const id of [...map.keys()]) append([name, id, null]);
			map.clear();
		},
	};
}

function readLog(log: string): Tables {
	const tables: Tables = new Map();
	if (!existsSync(log)) return tables;
	for (const text of readFileSync(log, 'utf8').split('\n')) {
		const line = parseLine(text);
		if (!line) continue;
		const [name, id, value] = line;
		let rows = tables.get(name);
		if (!rows) tables.set(name, (rows = new Map()));
		if (value === null) rows.delete(id);
		else rows.set(id, value);
	}
	return tables;
}

function parseLine(text: string): Line | null {
	try {
		return text ? (JSON.parse(text) as Line) : null;
	} catch {
		return null;
	}
}

function rewriteLog(log: string, tables: Tables): void {
	const lines: string[] = [];
	for (const [name, rows] of tables) {
		for (const [id, value] of rows) lines.push(JSON.stringify([name, id, value]));
	}
	writeFileSync(`${log}.new`, lines.length ? `${lines.join('\n')}\n` : '');
	renameSync(`${log}.new`, log);
}
