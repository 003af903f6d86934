import type { INodeProperties } from 'n8n-workflow';
import type { z } from 'zod';
import type { TitleCard } from '../../../worker/contract/look.ts';
import type { Labels } from '../problems';
import { defined } from '../read';
import type { Reader } from '../reader';

/** The words of a title card. */
export const cardWords: INodeProperties[] = [
	{
		displayName: 'Card Title',
		name: 'cardTitle',
		type: 'string',
		default: '={{ $json.title }}',
		required: true,
		description: 'What stands on the card in large letters',
	},
	{
		displayName: 'Card Subtitle',
		name: 'cardSubtitle',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		description: 'What stands below in smaller letters',
	},
	{
		displayName: 'Card Length (Seconds)',
		name: 'cardSeconds',
		type: 'number',
		typeOptions: { minValue: 0.2, maxValue: 60, numberPrecision: 2 },
		default: 3,
		description: 'How long the card is shown',
	},
];

/** The look of a title card. */
export const cardLook: INodeProperties[] = [
	{
		displayName: 'Card Colour',
		name: 'cardBackground',
		type: 'color',
		default: '#000000',
		description: 'Colour behind the letters',
	},
	{
		displayName: 'Card Fade (Seconds)',
		name: 'cardFade',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 5, numberPrecision: 2 },
		default: 0.5,
		description: 'How long the letters take to come and to go; 0 for neither',
	},
	{
		displayName: 'Card Text Colour',
		name: 'cardColour',
		type: 'color',
		default: '#FFFFFF',
		description: 'Colour of the letters',
	},
];

/** What the contract takes as a title card: its words and its look may stand in different places. */
export function readCard(words: Reader, look: Reader, hint: string): z.input<typeof TitleCard> {
	return defined({
		title: words.need('cardTitle', 'Card Title', hint),
		subtitle: words.text('cardSubtitle'),
		seconds: words.positive('cardSeconds', 'Card Length (Seconds)'),
		background: look.text('cardBackground'),
		colour: look.text('cardColour'),
		fadeSeconds: look.number('cardFade', 'Card Fade (Seconds)'),
	});
}

/** What the fields of the contract's title card are called, where it stands at `path`. */
export const cardLabels = (path: string): Labels => ({
	[`${path}.title`]: 'Card Title',
	[`${path}.subtitle`]: 'Card Subtitle',
	[`${path}.seconds`]: 'Card Length (Seconds)',
	[`${path}.background`]: 'Card Colour',
	[`${path}.colour`]: 'Card Text Colour',
	[`${path}.fadeSeconds`]: 'Card Fade (Seconds)',
});
