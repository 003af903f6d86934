import type { INodeProperties } from 'n8n-workflow';
import type { Fit } from '../../../worker/contract/look.ts';
import { FITS } from '../choices';
import { defined } from '../read';
import type { Reader } from '../reader';

/** How a clip of another shape fills the picture. */
export const fitField: INodeProperties = {
	displayName: 'Fit',
	name: 'fit',
	type: 'options',
	options: FITS,
	default: 'pad',
	description: 'How a clip of another shape fills the picture',
};

/** Of the bars beside such a clip. */
export const barColourField: INodeProperties = {
	displayName: 'Bar Colour',
	name: 'barColour',
	type: 'color',
	default: '#000000',
	description: 'Colour of the bars beside a clip of another shape; where Fit is Bars of a Colour',
};

/** What the contract takes. */
export function readFit(from: Reader): { fit?: Fit; colour?: string } {
	return defined({ fit: from.text('fit') as Fit | undefined, colour: from.text('barColour') });
}
