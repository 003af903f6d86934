import { hasFinished, spentOf, type Row } from './run.ts';

/** The rows as a table of text: times, memory, and processor time against the case's base. */
export function tableOf(rows: Row[]): string {
	const cases = [...new Set(rows.map((row) => row.case))];
	return cases.map((id) => caseOf(rows.filter((row) => row.case === id))).join('\n\n');
}

const HEAD = [
	'',
	'wall s',
	'cpu s',
	'cpu ratio',
	'peak MB',
	'call s',
	'call cpu s',
	'join s',
	'copied',
	'runs',
	'film',
];

function caseOf(rows: Row[]): string {
	const base = rows.find((row) => row.base);
	const lines = [HEAD, ...rows.map((row) => cellsOf(row, base))];
	const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)));
	const line = (cells: string[]) =>
		cells.map((cell, at) =>
			at === 0 || at === HEAD.length - 1 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!),
		);
	return [rows[0]!.title, ...lines.map((cells) => line(cells).join('  ').trimEnd())].join('\n');
}

function cellsOf(row: Row, base: Row | undefined): string[] {
	const number = (value: number | null) => (value === null ? '' : value.toFixed(2));
	return [
		row.name,
		number(row.wallSeconds),
		number(row.cpuSeconds),
		base && hasFinished(base) ? ratioText(spentOf(row) / spentOf(base)) : '',
		row.peakMegabytes.toFixed(0),
		number(row.callSeconds),
		number(row.callCpuSeconds),
		number(row.joinSeconds),
		row.copied === null ? '' : `${Math.round(row.copied * 100)} %`,
		String(row.runs),
		row.right,
	];
}

/** A ratio as people say it: 1/20 of something, or 1.3 times it. */
export const ratioText = (ratio: number): string =>
	ratio < 0.67 ? `1/${(1 / ratio).toFixed(1 / ratio < 10 ? 1 : 0)}` : `${ratio.toFixed(2)} ×`;
