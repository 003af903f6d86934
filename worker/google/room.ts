import type { Log } from '../base/log.ts';
import type { Catalog } from './catalog.ts';
import type { Identities } from './identity.ts';
import type { Origins } from './origins.ts';

/** What every part of this floor is given: whom it speaks as, where to, with which models. */
export type Room = {
	log: Log;
	catalog: Catalog;
	identities: Identities;
	origins: Origins;
	/** Google Cloud project and location of the worker's own, for Vertex AI. */
	project?: string;
	location: string;
	waits: Waits;
};

/** Milliseconds; tests set shorter ones. */
export type Waits = {
	/** Between the two looks at a fresh file on Drive. */
	settle: number;
	/** The first pause before a free call is repeated; it doubles. */
	backoff: number;
	/** The longest silence in a transfer. */
	idle: number;
	/** The longest wait for the answer to a paid request. */
	paid: number;
};

const SECONDS = 1000;
export const WAITS: Waits = { settle: 4 * SECONDS, backoff: 500, idle: 60 * SECONDS, paid: 90 * SECONDS };
