import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { z } from 'zod';
import type { Timeline } from '../../../worker/contract/timeline.ts';
import { cardLabels, cardLook, cardWords, readCard } from '../../shared/parts/card';
import type { Labels } from '../../shared/problems';
import { defined } from '../../shared/read';
import { setOf } from '../../shared/reader';

/** The section of the cards before and behind the film. */
export const cardSection: INodeProperties = {
	displayName: 'Title Cards',
	name: 'cards',
	type: 'fixedCollection',
	placeholder: 'Add Title Card',
	default: {},
	description: 'Words on a plain picture, before the first clip or behind the last',
	options: [
		{ displayName: 'Before the First Clip', name: 'first', values: [...cardWords, ...cardLook] },
		{ displayName: 'Behind the Last Clip', name: 'last', values: [...cardWords, ...cardLook] },
	],
};

/** What these fields of the contract are called. */
export const cardsLabels: Labels = { ...cardLabels('timeline.cards.first'), ...cardLabels('timeline.cards.last') };

/** The cards that were added; the first item's, as they are the film's. */
export function readCards(ctx: IExecuteFunctions, first: number): Pick<z.input<typeof Timeline>, 'cards'> {
	const cards = ctx.getNodeParameter('cards', first, {}) as { first?: IDataObject; last?: IDataObject };
	const hint = 'A title card needs words. Write them, or remove the card from Title Cards.';
	const read = (values: IDataObject | undefined) => {
		if (!values) return undefined;
		const fields = setOf(ctx, values, first);
		return readCard(fields, fields, hint);
	};
	const found = defined({ first: read(cards.first), last: read(cards.last) });
	return Object.keys(found).length ? { cards: found } : {};
}
