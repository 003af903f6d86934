import type { INodeProperties } from 'n8n-workflow';
import type { z } from 'zod';
import type { Captions } from '../../../worker/contract/caption.ts';
import { CAPTION_PLACES, CAPTION_STYLES } from '../choices';
import type { Labels } from '../problems';
import { defined } from '../read';
import type { Reader } from '../reader';

/** What captions look like. */
export const captionOptions: INodeProperties[] = [
	{
		displayName: 'Caption Language',
		name: 'captionLanguage',
		type: 'string',
		default: 'eng',
		placeholder: 'e.g. deu',
		description: 'Language code of three letters that players show for the track',
	},
	{
		displayName: 'Caption Place',
		name: 'captionPlace',
		type: 'options',
		options: CAPTION_PLACES,
		default: 'bottom',
		description: 'Where in the picture captions stand',
	},
	{
		displayName: 'Caption Size (Percent)',
		name: 'captionSize',
		type: 'number',
		typeOptions: { minValue: 2, maxValue: 20, numberPrecision: 1 },
		default: 6,
		description: 'Height of the letters, of the shorter side of the picture',
	},
	{
		displayName: 'Caption Style',
		name: 'captionStyle',
		type: 'options',
		options: CAPTION_STYLES,
		default: 'plain',
		description: 'What burned-in captions look like',
	},
];

/** When each word is said. */
export const wordsField: INodeProperties = {
	displayName: 'Word Times',
	name: 'words',
	type: 'string',
	default: '={{ $json.words }}',
	description:
		'A list that says when each word is heard: text, from and to, in seconds from the beginning of the clip. Without it the words are spread evenly.',
};

/** Captions with times of their own. */
export const linesField: INodeProperties = {
	displayName: 'Timed Lines',
	name: 'lines',
	type: 'string',
	default: '={{ $json.lines }}',
	description:
		'A list of lines, each with text and, in seconds of the clip, from and to; they are shown instead of Caption Text',
};

/** What the contract takes as captions' look, from the options that were added. */
export function readCaptionLook(from: Reader): Omit<z.input<typeof Captions>, 'mode'> {
	type Look = z.input<typeof Captions>;
	return defined({
		style: from.text('captionStyle') as Look['style'],
		place: from.text('captionPlace') as Look['place'],
		size: from.share('captionSize', 'Caption Size (Percent)', 2, 20),
		language: from.text('captionLanguage'),
	});
}

/** What the fields of the contract's captions are called, where they stand at `path`. */
export const captionLabels = (path: string): Labels => ({
	[`${path}.mode`]: 'Captions',
	[`${path}.style`]: 'Caption Style',
	[`${path}.place`]: 'Caption Place',
	[`${path}.size`]: 'Caption Size (Percent)',
	[`${path}.language`]: 'Caption Language',
});
