import type { IDataObject, IExecuteFunctions, INodeExecutionData, NodeApiError } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { refuseFailedItem } from './guards';
import type { AnyOperation } from './operation';

/** What a slot came to before its job began: told in the place of its result. */
export type Fault = { message: string; details: IDataObject };

/** The place of one job in a node's output: which items it is made of, and the job or why there is none. */
export type Slot = {
	from: number[];
	keep: IDataObject;
	/** In which form the operation is to give its result. */
	form?: string;
	input?: unknown;
	/** The items in the order in which the input lists what they gave. */
	order?: number[];
	/** Its place among the batch's jobs, once submitted. */
	job?: number;
	fault?: Fault;
};

/** What a way of waiting works with. */
export type Work = { operation: AnyOperation; slots: Slot[]; thumbnails: boolean };

/**
 * Reads the node's fields for every item. An item that cannot be worked on stops the node, unless On Error says to
 * continue: then its slot keeps the fault and the others go on.
 */
export function openSlots(ctx: IExecuteFunctions, operation: AnyOperation): Slot[] {
	const all = ctx.getInputData().map((_, index) => index);
	const groups = operation.together ? (all.length ? [all] : []) : all.map((index) => [index]);
	return groups.map((from) => openSlot(ctx, operation, from));
}

function openSlot(ctx: IExecuteFunctions, operation: AnyOperation, from: number[]): Slot {
	try {
		for (const index of from) refuseFailedItem(ctx, index);
		const { input, keep = {}, form, order } = operation.ask(ctx, from);
		return { from, keep, form, input, order };
	} catch (error) {
		const fault = new NodeOperationError(ctx.getNode(), error as Error, { itemIndex: from[0] });
		if (ctx.continueOnFail()) return { from, keep: {}, fault: faultOf(fault) };
		if (fault.context.itemIndex === undefined) fault.context.itemIndex = from[0];
		throw new NodeOperationError(ctx.getNode(), fault);
	}
}

/** A thrown problem as the place of its result tells it. */
export function faultOf(error: NodeApiError | NodeOperationError): Fault {
	return { message: error.message, details: { hint: error.description ?? '' } };
}

/** The item that stands for a slot without result. Exactly these fields: n8n's error output knows items by them. */
export function faultItem(slot: Slot, fault: Fault): INodeExecutionData {
	return { json: { error: fault.message, details: fault.details }, pairedItem: pairOf(slot) };
}

/** Links a result to the item or items it was made of. */
export function pairOf(slot: Slot): INodeExecutionData['pairedItem'] {
	return slot.from.length === 1 ? { item: slot.from[0] ?? 0 } : slot.from.map((item) => ({ item }));
}

/** The item that a field of a slot's job was read from: `timeline.clips.2.asset` comes from the third one in order. */
export function itemOf(slot: Slot | undefined, field = ''): number {
	const [, entry] = /\.(\d+)(?:\.|$)/.exec(field) ?? [];
	const listed = entry === undefined ? undefined : slot?.order?.[Number(entry)];
	return listed ?? slot?.from[0] ?? 0;
}
