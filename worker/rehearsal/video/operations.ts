import { randomUUID } from 'node:crypto';
import { clipHash, type ClipSpec } from '../clips/spec.ts';
import type { House } from '../house.ts';
import { faultOf, type Fault } from '../state/faults.ts';
import type { Resolution } from './models.ts';
import { pause } from '../wire/pause.ts';

/** How an operation ends. */
export type Ending =
	| { as: 'video' }
	| { as: 'pending' }
	| { as: 'failed'; code: string | number; message: string }
	| { as: 'blocked'; code: string; message: string }
	| { as: 'empty' }
	| { as: 'filtered'; message: string };

export type Operation = {
	/** `v1_...` of an interaction; the whole resource name of a Veo operation. */
	id: string;
	api: 'omni' | 'veo';
	model: string;
	prompt: string;
	shot: number;
	resolution: Resolution;
	/** More than one only for Veo's sampleCount. */
	clips: ClipSpec[];
	/** Milliseconds since 1970. */
	createdAt: number;
	readyAt: number;
	ending: Ending;
	deliver: 'data' | 'uri' | 'gcs';
	storageUri: string | null;
	usage: boolean;
	/** What an interaction was asked to keep. */
	stored: boolean;
	cancelledAt: number | null;
	usd: number;
};

export type NewOperation = Omit<Operation, 'createdAt' | 'readyAt' | 'ending' | 'usage' | 'cancelledAt'>;

/** How often a waiting answer looks again. */
const LOOK_AGAIN_MS = 100;

/** The table of all video operations. */
export const operationsOf = (house: House) => house.state.table<Operation>('operations');

/** Creates an operation: from here on it counts as paid. Its clips begin to be made at once. */
export function startOperation(house: House, given: NewOperation, faults: Fault[]): Operation {
	const now = Date.now();
	const seconds = faultOf(faults, 'seconds')?.seconds ?? house.options.seconds;
	const ending = endingOf(faults);
	const operation: Operation = {
		...given,
		// Google does not charge for what its filter or a fault took away.
		usd: ending.as === 'video' || ending.as === 'pending' ? given.usd : 0,
		createdAt: now,
		readyAt: now + seconds * 1000,
		ending,
		deliver: given.deliver === 'gcs' ? 'gcs' : (faultOf(faults, 'deliver')?.as ?? given.deliver),
		usage: !faultOf(faults, 'noUsage'),
		cancelledAt: null,
	};
	operationsOf(house).set(operation.id, operation);
	render(house, operation);
	return operation;
}

function endingOf(faults: Fault[]): Ending {
	if (faultOf(faults, 'pending')) return { as: 'pending' };
	const fail = faultOf(faults, 'fail');
	if (fail)
		return {
			as: 'failed',
			code: fail.code ?? 13,
			message: fail.message ?? 'Internal error encountered while generating the video.',
		};
	const block = faultOf(faults, 'block');
	const message =
		block?.message ?? 'The prompt was blocked because it might violate the usage guidelines. Try rephrasing it.';
	if (block?.as === 'failed') return { as: 'blocked', code: block.code ?? 'content_blocked', message };
	if (block?.as === 'empty') return { as: 'empty' };
	if (block?.as === 'filtered') return { as: 'filtered', message };
	return { as: 'video' };
}

/** Takes up the making of clips that a restart interrupted. */
export function resumeOperations(house: House): void {
	for (const operation of operationsOf(house).all()) render(house, operation);
}

function render(house: House, operation: Operation): void {
	if (operation.ending.as !== 'video' || operation.cancelledAt !== null) return;
	for (const spec of operation.clips) {
		const key = `${operation.id} ${clipHash(spec)}`;
		if (made(house).has(key)) continue;
		house.clips.make(spec).then(
			(path) => made(house).set(key, { path }),
			(error: unknown) => made(house).set(key, { error: String(error instanceof Error ? error.message : error) }),
		);
	}
}

type Made = { path: string } | { error: string };
const madeByHouse = new WeakMap<House, Map<string, Made>>();

/** What became of each clip since the server started; the files themselves outlive it. */
function made(house: House): Map<string, Made> {
	const known = madeByHouse.get(house) ?? new Map<string, Made>();
	madeByHouse.set(house, known);
	return known;
}

export type Outcome =
	| { state: 'running' }
	| { state: 'cancelled' }
	| { state: 'done'; paths: string[] }
	| { state: 'over'; ending: Exclude<Ending, { as: 'video' } | { as: 'pending' }> };

/** Where an operation stands at this moment. A clip that could not be made ends it as failed. */
export function outcomeOf(house: House, operation: Operation): Outcome {
	if (operation.cancelledAt !== null) return { state: 'cancelled' };
	if (operation.ending.as === 'pending' || Date.now() < operation.readyAt) return { state: 'running' };
	if (operation.ending.as !== 'video') return { state: 'over', ending: operation.ending };
	const all = operation.clips.map((spec) => made(house).get(`${operation.id} ${clipHash(spec)}`));
	const broken = all.find((one) => one && 'error' in one);
	if (broken && 'error' in broken)
		return { state: 'over', ending: { as: 'failed', code: 13, message: broken.error } };
	const paths = all.flatMap((one) => (one && 'path' in one ? [one.path] : []));
	return paths.length === operation.clips.length ? { state: 'done', paths } : { state: 'running' };
}

/** Waits until an operation has ended. Rejects when the signal aborts. */
export async function waitForOutcome(house: House, id: string, signal: AbortSignal): Promise<Outcome> {
	for (;;) {
		const operation = operationsOf(house).get(id);
		const outcome: Outcome = operation ? outcomeOf(house, operation) : { state: 'cancelled' };
		if (outcome.state !== 'running') return outcome;
		await pause(LOOK_AGAIN_MS, signal);
	}
}

/** An id as the Interactions API makes them: opaque, with a version in front. */
export const newInteractionId = () => `v1_${randomUUID().replaceAll('-', '')}${randomUUID().slice(0, 8)}`;

/** The shot number a prompt names ("Shot 3: ..."), or null. */
export function shotIn(prompt: string): number | null {
	const match = /\bshot\s*(?:no\.?|number|#)?\s*(\d{1,4})\b/i.exec(prompt);
	return match ? Number(match[1]) : null;
}

/** The shot number for the picture: named in the prompt, or the next running number. */
export function shotNumber(house: House, prompt: string): number {
	return shotIn(prompt) ?? house.state.next('shot');
}
