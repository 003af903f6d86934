import { z } from 'zod';
import { Fault } from './faults.ts';
import type { State } from './state.ts';

/** An order for a fault: which calls it meets, what happens to them, and how many of them. */
export const OrderInput = z.strictObject({
	match: z.strictObject({
		/** A route's name as the journal shows it; `drive.*` is every route of Drive. */
		route: z.string().min(1),
		/** Meets only the nth matching call, counted from the order on. */
		nth: z.int().min(1).optional(),
		/** Meets only calls about this shot number. */
		shot: z.int().optional(),
		model: z.string().optional(),
		/** Meets only calls whose prompt, file name or path contains this text. */
		contains: z.string().optional(),
	}),
	fault: Fault,
	/** How many calls it meets before it is used up. */
	times: z.int().min(1).default(1),
});
export type OrderInput = z.input<typeof OrderInput>;
export type Order = z.output<typeof OrderInput> & { id: string; seen: number; used: number };

/** What is known about a call before it is answered: orders are matched against it. */
export type Facts = { model?: string | undefined; shot?: number | undefined; text?: string | undefined };

export type Orders = {
	add(input: z.output<typeof OrderInput>): Order;
	/** The faults this call has to suffer; counts them as used. */
	take(route: string, facts: Facts): Fault[];
	list(): Order[];
	clear(): void;
};

/** The orders for faults of one server; they survive a restart like everything else. */
export function openOrders(state: State): Orders {
	const table = state.table<Order>('orders');
	return {
		add(input) {
			const id = String(state.next('order'));
			return table.set(id, { ...input, id, seen: 0, used: 0 });
		},
		take(route, facts) {
			const meets = (order: Order) => order.used < order.times && matches(order, route, facts);
			return table
				.all()
				.filter(meets)
				.filter((order) => takeOnce(table.set, order))
				.map((order) => order.fault);
		},
		list: () => table.all(),
		clear: () => table.clear(),
	};
}

function matches({ match }: Order, route: string, facts: Facts): boolean {
	const byName = match.route.endsWith('*') ? route.startsWith(match.route.slice(0, -1)) : route === match.route;
	if (!byName) return false;
	if (match.shot !== undefined && match.shot !== facts.shot) return false;
	if (match.model !== undefined && match.model !== facts.model) return false;
	return match.contains === undefined || (facts.text ?? '').includes(match.contains);
}

function takeOnce(save: (id: string, order: Order) => Order, order: Order): boolean {
	const seen = order.seen + 1;
	const meets = order.match.nth === undefined || order.match.nth === seen;
	save(order.id, { ...order, seen, used: meets ? order.used + 1 : order.used });
	return meets;
}
