import { inflateSync } from 'node:zlib';

/** A4 in points, and a page's worth of lines. */
const PAGE = [595, 842] as const;
const LINES_A_PAGE = 48;
const LETTERS_A_LINE = 88;

/** A plain PDF of a text in Helvetica: what exporting a document gives. Characters outside Latin-1 become question marks. */
export function writePdf(text: string): Buffer {
	const lines = wrap(text);
	const pages = Array.from({ length: Math.max(1, Math.ceil(lines.length / LINES_A_PAGE)) }, (_, at) =>
		lines.slice(at * LINES_A_PAGE, (at + 1) * LINES_A_PAGE),
	);
	const kids = pages.map((_, at) => `${4 + at * 2} 0 R`).join(' ');
	const objects = [
		'<< /Type /Catalog /Pages 2 0 R >>',
		`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
		'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
		...pages.flatMap((page, at) => pageObjects(page, 5 + at * 2)),
	];
	return assemble(objects);
}

function pageObjects(lines: string[], contents: number): string[] {
	const escaped = lines.map((line) => `(${line.replace(/[\\()]/g, '\\$&')}) Tj T*`);
	const stream = `BT /F1 12 Tf 15 TL 56 780 Td\n${escaped.join('\n')}\nET`;
	return [
		`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.join(' ')}] /Resources << /Font << /F1 3 0 R >> >> /Contents ${contents} 0 R >>`,
		`<< /Length ${Buffer.byteLength(stream, 'latin1')} >>\nstream\n${stream}\nendstream`,
	];
}

function assemble(objects: string[]): Buffer {
	let text = '%PDF-1.4\n';
	const offsets = objects.map((object, at) => {
		const offset = text.length;
		text += `${at + 1} 0 obj\n${object}\nendobj\n`;
		return offset;
	});
	const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
	const start = text.length;
	text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
	return Buffer.from(text, 'latin1');
}

function wrap(text: string): string[] {
	const latin = text
		.replace(/\r/g, '')
		.replace(/[“”]/g, '"')
		.replace(/[‘’]/g, "'")
		.replace(/[–—]/g, '-')
		.replace(/[^\n\x20-\xff]/g, '?');
	return latin
		.split('\n')
		.flatMap(
			(line) => line.match(new RegExp(`.{1,${LETTERS_A_LINE}}(?:\\s|$)|.{1,${LETTERS_A_LINE}}`, 'g')) ?? [''],
		);
}

/** The words in a PDF, as far as its fonts use plain one-byte codes; good enough to rehearse a brief. */
export function readPdf(bytes: Buffer): string {
	const raw = bytes.toString('latin1');
	const pieces: string[] = [];
	for (const match of raw.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)) pieces.push(textOf(unpack(match[1]!)));
	return pieces.filter(Boolean).join('\n').trim();
}

function unpack(stream: string): string {
	try {
		return inflateSync(Buffer.from(stream, 'latin1')).toString('latin1');
	} catch {
		return stream;
	}
}

function textOf(content: string): string {
	const shown = content.match(/\((?:\\.|[^\\()])*\)\s*(?:Tj|'|")|\[(?:\\.|[^\]])*\]\s*TJ/g) ?? [];
	const lines = shown.map((piece) => (piece.match(/\((?:\\.|[^\\()])*\)/g) ?? []).map(unescape).join(''));
	return lines.join('\n');
}

const unescape = (piece: string) => piece.slice(1, -1).replace(/\\([\\()])/g, '$1');
