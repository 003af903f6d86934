import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { z } from 'zod';
import type { StitchInput, Timeline } from '../../../worker/contract/timeline.ts';
import { CAPTION_MODES } from '../../shared/choices';
import { captionLabels, captionOptions, linesField, readCaptionLook, wordsField } from '../../shared/parts/captions';
import { logoField, logoLabels, logoOptions, readLogo } from '../../shared/parts/logo';
import type { Labels } from '../../shared/problems';
import { defined } from '../../shared/read';
import { fieldsOf, sectionOf } from '../../shared/reader';

/** Captions: whether, of which text, and how they look. */
export const captionFields: INodeProperties[] = [
	{
		displayName: 'Captions',
		name: 'captions',
		type: 'options',
		options: CAPTION_MODES,
		default: 'none',
		description: 'Whether what is said can be read as well',
	},
	{
		displayName: 'Caption Text',
		name: 'captionText',
		type: 'string',
		default: '={{ $json.narration }}',
		displayOptions: { hide: { captions: ['none'] } },
		description: 'What is said over the clip of each item',
	},
	{
		displayName: 'Caption Look',
		name: 'captionLook',
		type: 'collection',
		placeholder: 'Add to captions',
		default: {},
		displayOptions: { hide: { captions: ['none'] } },
		description: 'Letters, place and timing of the captions',
		options: [...captionOptions, linesField, wordsField],
	},
];

/** The section of the logo. */
export const logoSection: INodeProperties = {
	displayName: 'Logo',
	name: 'logo',
	type: 'collection',
	placeholder: 'Add logo',
	default: {},
	description: 'A picture over the film from its first to its last frame',
	options: [logoField, ...logoOptions],
};

const TAGS = ['artist', 'comment', 'copyright', 'date', 'description', 'genre'] as const;

/** The section of chapters, cover and what the file says about itself. */
export const fileSection: INodeProperties = {
	displayName: 'Chapters and File',
	name: 'file',
	type: 'collection',
	placeholder: 'Add to file',
	default: {},
	description: 'Chapters, cover picture, and what players and archives show about the film',
	options: [
		{
			displayName: 'Artist',
			name: 'artist',
			type: 'string',
			default: '',
			description: 'Who made the film',
		},
		{
			displayName: 'Chapter',
			name: 'chapter',
			type: 'string',
			default: '={{ $json.scene }}',
			description: 'Name of the chapter each item belongs to; a chapter begins with each clip where it changes',
		},
		{
			displayName: 'Comment',
			name: 'comment',
			type: 'string',
			default: '',
			description: 'A remark about the film',
		},
		{
			displayName: 'Copyright',
			name: 'copyright',
			type: 'string',
			default: '',
			placeholder: 'e.g. © 2026 Honey Works',
			description: 'Who owns the film',
		},
		{
			displayName: 'Cover',
			name: 'cover',
			type: 'options',
			options: [
				{ name: 'A Given Picture', value: 'given' },
				{ name: 'A Picture of the Film', value: 'film' },
				{ name: 'None', value: 'none' },
			],
			default: 'film',
			description: 'Picture that lists of files show for the film',
		},
		{
			displayName: 'Cover Picture',
			name: 'coverPicture',
			type: 'string',
			default: '',
			displayOptions: { show: { cover: ['given'] } },
			placeholder: "e.g. {{ $('Import Cover').first().json.asset }}",
			description: 'The field asset of the item that Transfer File → Import gave out',
		},
		{
			displayName: 'Date',
			name: 'date',
			type: 'string',
			default: '',
			placeholder: 'e.g. 2026-11-20',
			description: 'When the film was made',
		},
		{
			displayName: 'Description',
			name: 'description',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			description: 'What the film is about',
		},
		{
			displayName: 'Genre',
			name: 'genre',
			type: 'string',
			default: '',
			placeholder: 'e.g. Advertisement',
			description: 'What kind of film it is',
		},
	],
};

/** What these fields of the contract are called. */
export const extraLabels: Labels = {
	...captionLabels('timeline.captions'),
	...logoLabels('timeline.logo'),
	cover: 'Cover Picture',
	'tags.artist': 'Artist',
	'tags.comment': 'Comment',
	'tags.copyright': 'Copyright',
	'tags.date': 'Date',
	'tags.description': 'Description',
	'tags.genre': 'Genre',
};

/** Captions and logo of the timeline, by the first item's fields. */
export function readOverlays(
	ctx: IExecuteFunctions,
	first: number,
): Pick<z.input<typeof Timeline>, 'captions' | 'logo'> {
	const mode = (fieldsOf(ctx, first).text('captions') ?? 'none') as 'none' | 'soft' | 'burned' | 'both';
	const logo = sectionOf(ctx, 'logo', first);
	const hint = 'Give the asset of the picture, or remove the options from Logo.';
	return defined({
		captions: mode === 'none' ? undefined : { mode, ...readCaptionLook(sectionOf(ctx, 'captionLook', first)) },
		logo: logo.has([logoField, ...logoOptions].map(({ name }) => name))
			? readLogo(logo, logo.need('logo', 'Logo', hint))
			: undefined,
	});
}

/** Cover and tags of the film's file. */
export function readFile(ctx: IExecuteFunctions, first: number): Pick<z.input<typeof StitchInput>, 'tags' | 'cover'> {
	const file = sectionOf(ctx, 'file', first);
	const tags = defined(Object.fromEntries(TAGS.map((name) => [name, file.text(name)])));
	const cover = file.text('cover');
	const hint = 'Cover is A Given Picture: give its asset, or choose a picture of the film.';
	return defined({
		tags: Object.keys(tags).length ? tags : undefined,
		cover: cover === 'given' ? file.need('coverPicture', 'Cover Picture', hint) : cover,
	});
}
