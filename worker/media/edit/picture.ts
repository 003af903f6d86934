import type { EditOf } from '../../contract/edit.ts';
import type { Clip } from '../inspect/clip.ts';
import type { Shop } from '../stitch.ts';
import { makeThumbnail } from '../thumbnail.ts';
import type { Edited, EditJob } from './edit.ts';

/** A picture out of a clip, as a JPEG: the frame at a given second, or a sharp, bright, typical one. */
export async function makePicture(
	shop: Shop,
	{ path, name, probe }: Clip,
	{ at, width }: EditOf<'thumbnail'>,
	{ out, signal, progress }: EditJob,
): Promise<Edited> {
	progress(0.1, 'Looking for the picture');
	await shop.pool(() => makeThumbnail(shop, path, probe, out, { signal, at, width, name }), signal);
	return { extension: 'jpg', mimeType: 'image/jpeg', report: null, notes: [] };
}
