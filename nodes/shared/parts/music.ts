import type { INodeProperties } from 'n8n-workflow';
import type { z } from 'zod';
import type { Music } from '../../../worker/contract/sound.ts';
import type { Labels } from '../problems';
import { defined } from '../read';
import type { Reader } from '../reader';

/** Which music; `={{ … }}` mostly reaches for the item of a Transfer File node beside. */
export const musicField: INodeProperties = {
	displayName: 'Music',
	name: 'music',
	type: 'string',
	default: '',
	placeholder: "e.g. {{ $('Import Music').first().json.asset }}",
	description: 'The recording: the field asset of the item that Transfer File → Import gave out',
};

/** How music lies under a film. */
export const musicOptions: INodeProperties[] = [
	{
		displayName: 'Music Begins At (Seconds)',
		name: 'musicFrom',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 2 },
		default: 0,
		description: 'How much of the beginning of the music is left out',
	},
	{
		displayName: 'Music Fade In (Seconds)',
		name: 'fadeIn',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 30, numberPrecision: 2 },
		default: 1,
		description: 'How long the music takes to come in',
	},
	{
		displayName: 'Music Fade Out (Seconds)',
		name: 'fadeOut',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 30, numberPrecision: 2 },
		default: 3,
		description: 'How long the music takes to go at the end',
	},
	{
		displayName: 'Music Level (dB)',
		name: 'musicLevel',
		type: 'number',
		typeOptions: { minValue: -60, maxValue: 20, numberPrecision: 1 },
		default: -12,
		description: 'How loud the music is against the sound of the clips',
	},
	{
		displayName: 'Music Steps Back',
		name: 'duck',
		type: 'boolean',
		default: true,
		description: 'Whether the music becomes quieter while somebody speaks',
	},
	{
		displayName: 'Music Steps Back By (dB)',
		name: 'duckLevel',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 40, numberPrecision: 1 },
		default: 10,
		description: 'How much quieter the music becomes while somebody speaks',
	},
	{
		displayName: 'Repeat Music',
		name: 'loop',
		type: 'boolean',
		default: true,
		description: 'Whether the music begins anew when it is shorter than the film',
	},
];

/** What the contract takes as music, from the options that were added. */
export function readMusic(from: Reader, asset: string): z.input<typeof Music> {
	return defined({
		asset,
		gainDb: from.number('musicLevel', 'Music Level (dB)'),
		duck: from.flag('duck'),
		duckDb: from.number('duckLevel', 'Music Steps Back By (dB)'),
		fadeInSeconds: from.number('fadeIn', 'Music Fade In (Seconds)'),
		fadeOutSeconds: from.number('fadeOut', 'Music Fade Out (Seconds)'),
		loop: from.flag('loop'),
		from: from.number('musicFrom', 'Music Begins At (Seconds)'),
	});
}

/** What the fields of the contract's music are called, where it stands at `path`. */
export const musicLabels = (path: string): Labels => ({
	[`${path}.asset`]: 'Music',
	[`${path}.gainDb`]: 'Music Level (dB)',
	[`${path}.duck`]: 'Music Steps Back',
	[`${path}.duckDb`]: 'Music Steps Back By (dB)',
	[`${path}.fadeInSeconds`]: 'Music Fade In (Seconds)',
	[`${path}.fadeOutSeconds`]: 'Music Fade Out (Seconds)',
	[`${path}.loop`]: 'Repeat Music',
	[`${path}.from`]: 'Music Begins At (Seconds)',
});
