import { cardLabels, cardLook, cardWords, readCard } from '../../shared/parts/card';
import { makes } from './edit';

/** A short video of words on a plain picture, made of nothing but its fields. */
export const makeTitleCard = makes('titleCard', {
	option: {
		name: 'Make Title Card',
		value: 'makeTitleCard',
		action: 'Make title card',
		description: 'Make a short video of words on a plain picture',
	},
	fields: [
		...cardWords,
		{
			displayName: 'Width',
			name: 'width',
			type: 'number',
			typeOptions: { minValue: 16, maxValue: 7680 },
			default: 1280,
			description: 'In pixels, an even number',
		},
		{
			displayName: 'Height',
			name: 'height',
			type: 'number',
			typeOptions: { minValue: 16, maxValue: 7680 },
			default: 720,
			description: 'In pixels, an even number',
		},
	],
	options: [
		...cardLook,
		{
			displayName: 'Frames per Second',
			name: 'fps',
			type: 'string',
			default: '24',
			placeholder: 'e.g. 24 or 30000/1001',
			description: 'A whole number or a fraction; best that of the clips it goes with',
		},
	],
	labels: { ...cardLabels('card'), width: 'Width', height: 'Height', fps: 'Frames per Second' },
	read: (fields, options) => ({
		card: readCard(fields, options, 'Write the words of the card.'),
		width: fields.positive('width', 'Width'),
		height: fields.positive('height', 'Height'),
		fps: options.text('fps'),
	}),
});
