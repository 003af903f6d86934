import { extname } from 'node:path';
import type { Entry } from './entry.ts';

/** What an upload that names no type still shows by its name (https://www.iana.org/assignments/media-types). */
const BY_ENDING: Record<string, string> = {
	'.mp4': 'video/mp4',
	'.m4v': 'video/mp4',
	'.mov': 'video/quicktime',
	'.mkv': 'video/x-matroska',
	'.webm': 'video/webm',
	'.avi': 'video/x-msvideo',
	'.mpg': 'video/mpeg',
	'.mpeg': 'video/mpeg',
	'.mts': 'video/mp2t',
	'.mxf': 'application/mxf',
	'.mp3': 'audio/mpeg',
	'.m4a': 'audio/mp4',
	'.aac': 'audio/aac',
	'.wav': 'audio/wav',
	'.flac': 'audio/flac',
	'.ogg': 'audio/ogg',
	'.oga': 'audio/ogg',
	'.opus': 'audio/ogg',
	'.jpg': 'image/jpeg',
	'.jpeg': 'image/jpeg',
	'.png': 'image/png',
	'.webp': 'image/webp',
	'.gif': 'image/gif',
	'.heic': 'image/heic',
	'.txt': 'text/plain',
	'.md': 'text/markdown',
	'.markdown': 'text/markdown',
	'.csv': 'text/csv',
	'.srt': 'application/x-subrip',
	'.vtt': 'text/vtt',
	'.json': 'application/json',
	'.pdf': 'application/pdf',
	'.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
};
const UNNAMED = new Set(['', 'application/octet-stream', 'binary/octet-stream', 'application/x-binary']);

/** The media type of a file: Drive's, or by the ending of its name where Drive has none to say. */
export const kindOf = ({ mimeType, name }: Pick<Entry, 'mimeType' | 'name'>): string =>
	UNNAMED.has(mimeType.toLowerCase()) ? (BY_ENDING[extname(name).toLowerCase()] ?? mimeType) : mimeType;

/** Whether a file is of one of the wanted types (`video/*`, `text/plain`, `*`); none wanted means all are. */
export function isWanted(entry: Pick<Entry, 'mimeType' | 'name'>, types: string[]): boolean {
	const kind = kindOf(entry).toLowerCase();
	return (
		types.length === 0 ||
		types.some((type) => {
			const pattern = type.trim().toLowerCase();
			if (pattern === '*' || pattern === '*/*') return true;
			return pattern.endsWith('/*') ? kind.startsWith(pattern.slice(0, -1)) : kind === pattern;
		})
	);
}
