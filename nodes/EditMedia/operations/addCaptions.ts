import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { z } from 'zod';
import type { CaptionLine } from '../../../worker/contract/caption.ts';
import { CAPTION_MODES } from '../../shared/choices';
import { captionLabels, captionOptions, readCaptionLook, wordsField } from '../../shared/parts/captions';
import { readLines, readWords } from '../../shared/parts/lists';
import { defined } from '../../shared/read';
import { type Reader, setOf } from '../../shared/reader';
import { edits } from './edit';

type Line = z.input<typeof CaptionLine>;

const lineFields: INodeProperties[] = [
	{
		displayName: 'Line',
		name: 'text',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		description: 'What is to be read',
	},
	{
		displayName: 'Shown From (Seconds)',
		name: 'from',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 2 },
		default: 0,
		description: 'When the line appears',
	},
	{
		displayName: 'Shown To (Seconds)',
		name: 'to',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 2 },
		default: 0,
		description: 'When the line goes; 0 for the end of the video',
	},
];

const fields: INodeProperties[] = [
	{
		displayName: 'Captions',
		name: 'captions',
		type: 'options',
		options: CAPTION_MODES.filter(({ value }) => value !== 'none'),
		default: 'burned',
		description: 'How the captions come with the video',
	},
	{
		displayName: 'Words From',
		name: 'captionsFrom',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'A List of the Item', value: 'list', description: 'With text, from and to of each line' },
			{ name: 'Lines Written Here', value: 'lines', description: 'Each with its time' },
			{
				name: 'One Text Over the Whole Video',
				value: 'text',
				description: 'Broken into lines and spread evenly',
			},
		],
		default: 'text',
		description: 'Where the words come from',
	},
	{
		displayName: 'Caption Text',
		name: 'captionText',
		type: 'string',
		typeOptions: { rows: 3 },
		default: '={{ $json.narration }}',
		displayOptions: { show: { captionsFrom: ['text'] } },
		description: 'What is said in the video',
	},
	{
		displayName: 'Lines',
		name: 'lines',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Line',
		default: {},
		displayOptions: { show: { captionsFrom: ['lines'] } },
		description: 'What is to be read, and when',
		options: [{ displayName: 'Line', name: 'line', values: lineFields }],
	},
	{
		displayName: 'List',
		name: 'list',
		type: 'string',
		default: '={{ $json.lines }}',
		displayOptions: { show: { captionsFrom: ['list'] } },
		description:
			'A list of lines, each with text and, in seconds, from and to; words with times of their own may be in it',
	},
];

/** Puts words on a video, as a track, into the picture, or both. */
export const addCaptions = edits('captions', {
	option: {
		name: 'Add Captions',
		value: 'addCaptions',
		action: 'Add captions to video',
		description: 'Show what is said, or any words, on a video',
	},
	fields,
	options: [...captionOptions, wordsField],
	labels: {
		...captionLabels('captions'),
		lines: 'Caption Text',
		'lines.*.text': 'Caption Text',
		'lines.*.from': 'Shown From (Seconds)',
		'lines.*.to': 'Shown To (Seconds)',
		'lines.*.words': 'Word Times',
	},
	read: (from, options) => ({
		captions: {
			mode: (from.text('captions') ?? 'burned') as 'soft' | 'burned' | 'both',
			...readCaptionLook(options),
		},
		lines: linesOf(from, options),
	}),
});

function linesOf(from: Reader, options: Reader): Line[] {
	const source = from.text('captionsFrom');
	if (source === 'list')
		return (
			readLines(from, 'list', 'List') ??
			from.refuse('List is empty', 'Give a list, or choose where else the words come from.')
		);
	if (source === 'lines') return written(from);
	const hint = 'Write the words, or let the items come from Gemini Script: each brings its narration.';
	const text = from.need('captionText', 'Caption Text', hint);
	return [defined({ text, words: readWords(options, 'words', 'Word Times') })];
}

function written(from: Reader): Line[] {
	const { line = [] } = (from.value('lines') ?? {}) as { line?: IDataObject[] };
	if (line.length === 0) from.refuse('Lines is empty', 'Add a line, or take the words from somewhere else.');
	return line.map((values) => {
		const one = setOf(from.ctx, values, from.item);
		return defined({
			text: one.need('text', 'Line', 'Write the words of every line, or remove it.'),
			from: one.positive('from', 'Shown From (Seconds)'),
			to: one.positive('to', 'Shown To (Seconds)'),
		});
	});
}
