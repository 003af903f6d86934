import type { ClipMaker } from './clips/maker.ts';
import type { Options } from './options.ts';
import type { Journal } from './state/journal.ts';
import type { Orders } from './state/orders.ts';
import type { State } from './state/state.ts';

/** What every route of one rehearsal server shares. */
export type House = {
	options: Options;
	state: State;
	journal: Journal;
	orders: Orders;
	clips: ClipMaker;
	/** Aborted when the server closes: whatever waits or runs stops. */
	closing: AbortSignal;
};
