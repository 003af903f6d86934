import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { pick } from './read';

/** Fields of a shot that what is made of it carries on: what later nodes need to stitch, caption and narrate. */
export const SHOT_FIELDS = [
	'number',
	'scene',
	'prompt',
	'narration',
	'narrationAsset',
	'words',
	'caption',
	'seconds',
	'transition',
	'title',
	'aspectRatio',
	'shots',
	'briefName',
] as const;

/** A shot's fields as the item carries them, and of others those named in `more`. */
export function shotFields(ctx: IExecuteFunctions, item: number, more: readonly string[] = []): IDataObject {
	return pick(ctx.getInputData()[item]?.json ?? {}, [...SHOT_FIELDS, ...more]);
}
