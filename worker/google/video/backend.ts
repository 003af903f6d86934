import type { Grant } from '../../base/grant.ts';
import type { VideoRow } from '../models.ts';
import type { Room } from '../room.ts';
import type { ClipRequest } from '../rules.ts';

export type Poll = { state: 'pending' } | { state: 'done'; costUsd: number | null };
export type Collected = { bytes: number; costUsd: number | null };

/** What a service that makes video can do. `name` is the service's own name of the paid work. */
export type Backend = {
	/** One POST; answers with the name. */
	start(room: Room, row: VideoRow, request: ClipRequest, grant: Grant, signal: AbortSignal): Promise<string>;
	poll(room: Room, row: VideoRow | null, name: string, grant: Grant, signal: AbortSignal): Promise<Poll>;
	collect(
		room: Room,
		row: VideoRow | null,
		name: string,
		grant: Grant,
		to: string,
		signal: AbortSignal,
		progress?: (bytes: number) => void,
	): Promise<Collected>;
	cancel(room: Room, name: string, grant: Grant, signal: AbortSignal): Promise<void>;
};
