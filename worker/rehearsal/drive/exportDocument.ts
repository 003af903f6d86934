import type { Answer, Call } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { writePdf } from '../text/pdf.ts';
import { findItem } from './access.ts';
import { readText } from './content.ts';
import { DOCUMENT } from './tree.ts';

/** Google writes text exports with a byte order mark and Windows line ends. */
const BOM = '\uFEFF';

/** Exports a Google document as plain text, Markdown or PDF. Throws Drive's errors for other files and other types. */
export async function exportDocument(call: Call): Promise<Answer> {
	const item = findItem(call);
	const mimeType = call.query.get('mimeType');
	if (!mimeType)
		throw new WireError(400, 'Required parameter: mimeType', { reason: 'required', location: 'mimeType' });
	if (item.mimeType !== DOCUMENT) {
		throw new WireError(403, 'Export only supports Docs Editors files.', { reason: 'fileNotExportable' });
	}
	const text = await readText(call.house, item);
	const lines = text.replace(/\r\n/g, '\n');
	if (mimeType === 'text/plain')
		return { bytes: Buffer.from(BOM + lines.replaceAll('\n', '\r\n')), headers: { 'Content-Type': mimeType } };
	if (mimeType === 'text/markdown') return { bytes: Buffer.from(lines), headers: { 'Content-Type': mimeType } };
	if (mimeType === 'application/pdf') return { bytes: writePdf(lines), headers: { 'Content-Type': mimeType } };
	throw new WireError(400, 'The requested conversion is not supported.', {
		reason: 'badRequest',
		location: 'convertTo',
	});
}
