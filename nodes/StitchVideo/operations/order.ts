import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { fieldsOf } from '../../shared/reader';

const NUMBER_OF_ITEM = '={{ $json.number }}';

/** Which clip comes after which. */
export const orderFields: INodeProperties[] = [
	{
		displayName: 'Order',
		name: 'order',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'As the Items Come', value: 'items' },
			{ name: 'By a Number of Each Item', value: 'number' },
			{
				name: 'By a Text or Date of Each Item',
				value: 'text',
				description: 'Say the file name; clip 9 comes before clip 10',
			},
		],
		default: 'items',
		description: 'Which clip comes after which',
	},
	{
		displayName: 'Number',
		name: 'number',
		type: 'number',
		default: NUMBER_OF_ITEM,
		displayOptions: { show: { order: ['number'] } },
		description: 'The smallest comes first',
	},
	{
		displayName: 'Sort By',
		name: 'sortBy',
		type: 'string',
		default: '={{ $json.fileName }}',
		displayOptions: { show: { order: ['text'] } },
		description: 'What the clips are sorted by, from A to Z; numbers in it count as numbers',
	},
];

const ALPHABET = { numeric: true, sensitivity: 'base' } as const;

/** The items in the order of the film; those that are equal keep theirs. Throws NodeOperationError by field and item. */
export function inOrder(ctx: IExecuteFunctions, items: number[]): number[] {
	const order = ctx.getNodeParameter('order', 0) as string;
	if (order === 'number') {
		const numbers = new Map(items.map((item) => [item, numberOf(ctx, item)]));
		return [...items].sort((a, b) => (numbers.get(a) ?? 0) - (numbers.get(b) ?? 0));
	}
	if (order === 'text') {
		const texts = new Map(items.map((item) => [item, textOf(ctx, item)]));
		return [...items].sort((a, b) => (texts.get(a) ?? '').localeCompare(texts.get(b) ?? '', 'en', ALPHABET));
	}
	return items;
}

const ANOTHER_ORDER = 'Or choose another Order, say As the Items Come.';

function numberOf(ctx: IExecuteFunctions, item: number): number {
	const fields = fieldsOf(ctx, item);
	const hint = `Order: By a Number of Each Item needs one for every item. ${ANOTHER_ORDER}`;
	const number = Number(fields.text('number') ?? Number.NaN);
	return Number.isFinite(number) ? number : fields.refuse('Number is not a number', hint);
}

function textOf(ctx: IExecuteFunctions, item: number): string {
	const hint = `Order: By a Text or Date of Each Item needs one for every item. ${ANOTHER_ORDER}`;
	const fields = fieldsOf(ctx, item);
	const value = fields.value('sortBy');
	// n8n gives dates of expressions as objects of luxon; their own text sorts by time.
	const date = value as { toISO?: () => string; toISOString?: () => string } | null;
	return date?.toISO?.() ?? date?.toISOString?.() ?? fields.need('sortBy', 'Sort By', hint);
}
