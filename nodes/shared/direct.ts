import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { refuseFailedItem } from './guards';
import { faultItem, faultOf } from './slots';

/** What an operation without jobs does for one item; throws NodeApiError or NodeOperationError. */
export type Direct = (ctx: IExecuteFunctions, item: number) => Promise<INodeExecutionData[]>;

/** Does something for each item in turn. With On Error = continue an item that fails becomes an error item. */
export async function forEachItem(ctx: IExecuteFunctions, direct: Direct): Promise<INodeExecutionData[][]> {
	const items: INodeExecutionData[] = [];
	for (let index = 0; index < ctx.getInputData().length; index++) items.push(...(await oneItem(ctx, direct, index)));
	return [items];
}

async function oneItem(ctx: IExecuteFunctions, direct: Direct, index: number): Promise<INodeExecutionData[]> {
	try {
		refuseFailedItem(ctx, index);
		return (await direct(ctx, index)).map((item) => ({ ...item, pairedItem: { item: index } }));
	} catch (error) {
		const problem = new NodeOperationError(ctx.getNode(), error as Error, { itemIndex: index });
		if (ctx.continueOnFail()) return [faultItem({ from: [index], keep: {} }, faultOf(problem))];
		throw new NodeOperationError(ctx.getNode(), problem);
	}
}
