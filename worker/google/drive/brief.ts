import { Fault } from '../../base/errors.ts';
import type { DriveSession } from './client.ts';
import { type Entry, isFolder, isNative } from './entry.ts';
import { getTarget } from './files.ts';
import { kindOf } from './kinds.ts';

/** A brief as it lies on Drive: its words, or a PDF that Gemini reads itself. */
export type DriveBrief = { name: string; text: string } | { name: string; pdf: Buffer };

/** What Google's documents are exported as (https://developers.google.com/workspace/drive/api/guides/ref-export-formats). */
const EXPORTS: Record<string, string> = {
	'application/vnd.google-apps.document': 'text/plain',
	'application/vnd.google-apps.presentation': 'text/plain',
	'application/vnd.google-apps.spreadsheet': 'text/csv',
};

const MEGABYTE = 1_000_000;
/** The contract's own limit on a brief's text, in bytes of the longest writing. */
const MAX_TEXT = 1 * MEGABYTE;
/** A whole request to Gemini with inline data may have 20 MB, and base64 adds a third (https://ai.google.dev/gemini-api/docs/document-processing). */
const MAX_PDF = 14 * MEGABYTE;

const READING = 'reading the brief on Drive';

/**
 * Reads a brief: plain text, Markdown and the like, a Google Doc, Slides or Sheet, or a PDF. Faults:
 * `invalid_input` when it is none of these, is empty, or is too long.
 */
export async function readBrief(session: DriveSession, file: string): Promise<DriveBrief> {
	const entry = await getTarget(session, file);
	if (isFolder(entry)) throw unreadable(entry);
	const { name } = entry;
	if (isNative(entry.mimeType)) return { name, text: textOf(entry, await exported(session, entry)) };
	const kind = kindOf(entry);
	const isPdf = kind === 'application/pdf';
	if (!isPdf && !/^text\/|^application\/(json|x-subrip|xml|yaml)/.test(kind)) throw unreadable(entry);
	if (entry.bytes > (isPdf ? MAX_PDF : MAX_TEXT)) throw tooLong(entry);
	const bytes = await content(session, entry);
	return isPdf ? { name, pdf: bytes } : { name, text: textOf(entry, bytes) };
}

async function exported(session: DriveSession, entry: Entry): Promise<Buffer> {
	const mimeType = EXPORTS[entry.mimeType];
	if (!mimeType) throw unreadable(entry);
	const { data } = await session.read(READING, (api, options) =>
		api.files.export({ fileId: entry.id, mimeType }, { ...options, responseType: 'arraybuffer' }),
	);
	return Buffer.from(data as ArrayBuffer);
}

async function content(session: DriveSession, entry: Entry): Promise<Buffer> {
	const { data } = await session.read(READING, (api, options) =>
		api.files.get(
			{ fileId: entry.id, alt: 'media', supportsAllDrives: true },
			{ ...options, responseType: 'arraybuffer' },
		),
	);
	return Buffer.from(data as unknown as ArrayBuffer);
}

function textOf(entry: Entry, bytes: Buffer): string {
	if (bytes.length > MAX_TEXT) throw tooLong(entry);
	const text = decoded(bytes).trim();
	if (text) return text;
	throw new Fault('invalid_input', `The brief "${entry.name}" is empty.`);
}

/** UTF-8, or UTF-16 as Windows writes it with a mark at the beginning. */
function decoded(bytes: Buffer): string {
	const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
	return new TextDecoder(utf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}

const unreadable = (entry: Entry) =>
	new Fault('invalid_input', `"${entry.name}" cannot be read as a brief.`, {
		hint: 'A brief is a text or Markdown file, a Google Doc, or a PDF. A Word file can be saved as a Google Doc.',
	});

const tooLong = (entry: Entry) =>
	new Fault('invalid_input', `The brief "${entry.name}" is too long.`, { hint: 'Text may have 1 MB, a PDF 14 MB.' });
