import type { IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { place } from './problems';

/**
 * Refuses an item that carries `error`: a clip or storyboard that was not made. A parked node has no way to stop the
 * workflow, so such items can flow on; the next Reelsmith node is where they stop. Throws NodeOperationError.
 */
export function refuseFailedItem(ctx: IExecuteFunctions, index: number): void {
	const item = ctx.getInputData()[index];
	const fault = item?.json.error ?? item?.error;
	if (fault === undefined || fault === null || fault === false || fault === '') return;
	const said = typeof fault === 'string' ? fault : ((fault as { message?: string }).message ?? JSON.stringify(fault));
	throw new NodeOperationError(ctx.getNode(), `The item before was not made: ${said}${place(index)}`, {
		itemIndex: index,
		description: [
			(item?.json.details as { hint?: string } | undefined)?.hint,
			'Items like this one carry the field "error". In the settings of the node they come from, choose On Error: Continue (Using Error Output), and wire that output to whatever should happen with them.',
		]
			.filter(Boolean)
			.join('\n'),
	});
}
