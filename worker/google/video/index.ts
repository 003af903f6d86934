import { Fault } from '../../base/errors.ts';
import type { Grant } from '../../base/grant.ts';
import type { Room } from '../room.ts';
import type { ClipRequest } from '../rules.ts';
import type { Backend, Collected, Poll } from './backend.ts';
import { omni } from './omni.ts';
import { veo } from './veo.ts';

export type Video = {
	/**
	 * Asks for one clip with ONE paid POST that is never repeated, and answers with the operation: a
	 * line of text from which any process can go on. A refusal that is certain to have cost nothing comes as
	 * what it is; whatever leaves open whether Google took the request is `unknown_outcome`; a connection that
	 * never came about is `unavailable`.
	 */
	start(request: ClipRequest, grant: Grant, signal: AbortSignal): Promise<string>;
	/**
	 * One look. A clip that came to a bad end throws (`blocked` with reasons, `media`, `cancelled`); a look
	 * that failed throws `unavailable` or `quota` and is free to repeat. `costUsd` null: Google does not say.
	 */
	poll(operation: string, grant: Grant, signal: AbortSignal): Promise<Poll>;
	/** Writes the clip's bytes to `to`, over what it held. Free to repeat while Google keeps the clip. */
	collect(
		operation: string,
		grant: Grant,
		to: string,
		signal: AbortSignal,
		progress?: (bytes: number) => void,
	): Promise<Collected>;
	/** Asks Google to stop; it may come too late, and Veo has no such call. Never throws for that. */
	cancel(operation: string, grant: Grant, signal: AbortSignal): Promise<void>;
};

const BACKENDS: Record<'omni' | 'veo', Backend> = { omni, veo };

/** The services that make video, behind one door: the model's row says which one is meant. */
export function openVideo(room: Room): Video {
	const rowOf = (model: string) => {
		const found = room.catalog.video(model);
		return 'row' in found ? found.row : null;
	};
	const at = (operation: string) => {
		const { service, model, name } = parseOperation(operation);
		return { backend: BACKENDS[service], row: rowOf(model), name };
	};
	return {
		start: async (request, grant, signal) => {
			const found = room.catalog.video(request.model);
			if ('refusal' in found) throw new Fault('invalid_input', found.refusal);
			signal.throwIfAborted();
			const name = await BACKENDS[found.row.service].start(room, found.row, request, grant, signal);
			return `${found.row.service}/${found.row.id}/${name}`;
		},
		poll: async (operation, grant, signal) => {
			const { backend, row, name } = at(operation);
			return backend.poll(room, row, name, grant, signal);
		},
		collect: async (operation, grant, to, signal, progress) => {
			const { backend, row, name } = at(operation);
			return backend.collect(room, row, name, grant, to, signal, progress);
		},
		cancel: async (operation, grant, signal) => {
			const { backend, name } = at(operation);
			await backend.cancel(room, name, grant, signal);
		},
	};
}

/** `omni/<model>/<interaction id>` or `veo/<model>/projects/…/operations/…`; throws `internal` for anything else. */
export function parseOperation(operation: string): { service: 'omni' | 'veo'; model: string; name: string } {
	const [, service, model, name] = /^(omni|veo)\/([^/]+)\/(.+)$/s.exec(operation) ?? [];
	if (!service || !model || !name) throw new Fault('internal', 'This is not the name of an operation.');
	return { service: service as 'omni' | 'veo', model, name };
}
