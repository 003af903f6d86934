import type { INodeProperties } from 'n8n-workflow';
import type { z } from 'zod';
import type { Logo } from '../../../worker/contract/look.ts';
import { CORNERS } from '../choices';
import type { Labels } from '../problems';
import { defined } from '../read';
import type { Reader } from '../reader';

/** Which picture. */
export const logoField: INodeProperties = {
	displayName: 'Logo',
	name: 'logo',
	type: 'string',
	default: '',
	placeholder: "e.g. {{ $('Import Logo').first().json.asset }}",
	description:
		'The picture, best a PNG with transparency: the field asset of the item that Transfer File → Import gave out',
};

/** How a logo lies over a film. */
export const logoOptions: INodeProperties[] = [
	{
		displayName: 'Logo Corner',
		name: 'corner',
		type: 'options',
		options: CORNERS,
		default: 'top-right',
		description: 'Where the logo sits',
	},
	{
		displayName: 'Logo Margin (Percent)',
		name: 'margin',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 40, numberPrecision: 1 },
		default: 3,
		description: 'Distance of the logo from the edges, of the shorter side of the picture',
	},
	{
		displayName: 'Logo Opacity (Percent)',
		name: 'opacity',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 100 },
		default: 100,
		description: 'How much the logo covers what is behind it',
	},
	{
		displayName: 'Logo Width (Percent)',
		name: 'logoWidth',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100, numberPrecision: 1 },
		default: 12,
		description: 'Width of the logo, of the width of the picture',
	},
];

/** What the contract takes as logo, from the options that were added. */
export function readLogo(from: Reader, asset: string): z.input<typeof Logo> {
	return defined({
		asset,
		corner: from.text('corner') as z.input<typeof Logo>['corner'],
		width: from.share('logoWidth', 'Logo Width (Percent)', 1, 100),
		margin: from.share('margin', 'Logo Margin (Percent)', 0, 40),
		opacity: from.share('opacity', 'Logo Opacity (Percent)', 0, 100),
	});
}

/** What the fields of the contract's logo are called, where it stands at `path`. */
export const logoLabels = (path: string): Labels => ({
	[`${path}.asset`]: 'Logo',
	[`${path}.corner`]: 'Logo Corner',
	[`${path}.width`]: 'Logo Width (Percent)',
	[`${path}.margin`]: 'Logo Margin (Percent)',
	[`${path}.opacity`]: 'Logo Opacity (Percent)',
});
