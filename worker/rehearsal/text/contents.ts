import { readFileSync } from 'node:fs';
import { filesOf } from '../files/table.ts';
import type { House } from '../house.ts';
import { readPdf } from './pdf.ts';
import { briefIn } from './prose.ts';

type Part = {
	text?: unknown;
	inlineData?: { mimeType?: string; data?: string };
	fileData?: { mimeType?: string; fileUri?: string };
	thought?: boolean;
};

/**
 * What the user says before the model first answers: text parts, and text or PDF that came inline or by the Files API.
 * A part that follows a heading such as "The brief:" is marked as the brief.
 */
export function textOfContents(house: House, contents: unknown): string {
	const turns = (Array.isArray(contents) ? contents : [contents]) as (
		{ role?: string; parts?: Part[] } | string | null
	)[];
	const answered = turns.findIndex((turn) => typeof turn === 'object' && turn?.role === 'model');
	const texts = turns.slice(0, answered < 0 ? turns.length : answered).flatMap((turn) => {
		if (typeof turn === 'string') return [turn];
		return (turn?.parts ?? []).map((part) => textOfPart(house, part));
	});
	return texts
		.map((text, at) => (HEADING.test(texts[at - 1] ?? '') ? markBrief(text) : text))
		.filter((text) => text && !HEADING.test(text))
		.join('\n\n');
}

/** A part that only announces the next one. */
const HEADING = /^\W*(?:the |this is the |here is the )?brief\W*$/i;

function textOfPart(house: House, part: Part): string {
	if (typeof part.text === 'string') return part.text;
	if (part.inlineData?.data) return decode(Buffer.from(part.inlineData.data, 'base64'), part.inlineData.mimeType);
	const id = /files\/([a-z0-9-]+)/.exec(part.fileData?.fileUri ?? '')?.[1];
	const file = id ? filesOf(house).get(id) : undefined;
	return file ? decode(readFileSync(file.path), file.mimeType) : '';
}

/** The words of a document as the model would read it; nothing for pictures, sound and video. */
export function decode(bytes: Buffer, mimeType = ''): string {
	if (mimeType === 'application/pdf') return markBrief(readPdf(bytes));
	return /^text\/|json/.test(mimeType) ? markBrief(bytes.toString('utf8')) : '';
}

/** Marks a text as the brief, unless something inside it is marked already. */
export function markBrief(text: string): string {
	const plain = text.trim();
	return plain && briefIn(plain) === plain ? `<brief>\n${plain}\n</brief>` : plain;
}
