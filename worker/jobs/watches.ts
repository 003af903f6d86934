import type { Redis } from 'ioredis';
import { Fault } from '../base/errors.ts';
import type { Grant } from '../base/grant.ts';
import { newId } from '../base/hash.ts';
import { SECOND, sleep } from '../base/time.ts';
import type { DriveChanges, DriveChangesRequest, DriveFile } from '../contract/drive.ts';
import type { Google, WatchState } from '../google/index.ts';
import { KEYS } from './keys.ts';

/** A watch that nobody asks about is forgotten after this long. */
const FORGOTTEN_AFTER = 90 * 86_400;
/** One look at Drive at a time for each watch; a look that takes longer than this has died. */
const LOOK_WITHIN = 60;

/** What is kept of a watch: the state after the last answer, and that answer, until the watcher shows that it has it. */
type Kept = { generation: number; state: WatchState; answer: { files: DriveFile[]; unfinished: number } };

export type Watches = ReturnType<typeof openWatches>;

/**
 * Drive watching as a handshake. A cursor is `<watch>.<generation>.<page token>`. Asked with the generation it gave
 * last, the worker knows that the watcher has that answer, and looks on. Asked with the one before, it gives the same
 * answer again: n8n died between getting it and keeping it. Thus no file is missed and none comes twice, whoever
 * dies when. Where the worker's own memory is lost, the page token in the cursor finds everything changed since.
 */
export function openWatches(redis: Redis, google: Google) {
	/** What is new since the cursor; throws `invalid_input` for a cursor that is not one, and whatever Drive says. */
	async function look(
		request: DriveChangesRequest,
		owner: string,
		grant: Grant,
		signal: AbortSignal,
	): Promise<DriveChanges> {
		if (request.sample)
			return { files: await google.drive.sample(request, grant, signal), cursor: null, unfinished: 0 };
		const cursor = request.cursor === undefined ? null : readCursor(request.cursor);
		const watch = cursor?.watch ?? newId('watch');
		return alone(watch, async () => {
			const kept = cursor && (await load(watch, owner));
			if (kept && cursor.generation === kept.generation - 1) return answer(watch, kept);
			if (kept && cursor.generation !== kept.generation)
				throw new Fault('conflict', 'this cursor was used up by a later look', {
					hint: 'Two watchers share one cursor: a workflow was copied or restored. Deactivate one of them and activate the other again.',
				});
			const seen = kept
				? await google.drive.watch(request, kept.state, grant, signal)
				: cursor
					? await google.drive.rebuild(request, cursor.pageToken, grant, signal)
					: await google.drive.watch(request, null, grant, signal);
			const { state, files, unfinished } = seen;
			// n8n keeps a cursor only when a look brought files, so a quiet look must leave the old one good: what was
			// learnt is kept, the generation and the last answer with files stay.
			const quiet = cursor !== null && files.length === 0;
			const generation = quiet ? cursor.generation : (cursor?.generation ?? 0) + 1;
			const next: Kept = { generation, state, answer: quiet && kept ? kept.answer : { files, unfinished } };
			await redis.set(KEYS.watch(watch), JSON.stringify({ owner, ...next }), 'EX', FORGOTTEN_AFTER);
			return answer(watch, { ...next, answer: { files, unfinished } });
		});
	}

	/** Runs alone among all processes for this watch. */
	async function alone<T>(watch: string, act: () => Promise<T>): Promise<T> {
		const lock = `${KEYS.watch(watch)}:lock`;
		const token = newId('l');
		for (let tries = 0; (await redis.set(lock, token, 'EX', LOOK_WITHIN, 'NX')) === null; tries++) {
			if (tries >= 20)
				throw new Fault('unavailable', 'another look at this folder is still under way', { retryAfter: 30 });
			await sleep(SECOND);
		}
		try {
			return await act();
		} finally {
			if ((await redis.get(lock)) === token) await redis.del(lock);
		}
	}

	async function load(watch: string, owner: string): Promise<Kept | null> {
		const text = await redis.get(KEYS.watch(watch));
		const found = text ? (JSON.parse(text) as Kept & { owner: string }) : null;
		return found?.owner === owner ? found : null;
	}

	return { look };
}

const answer = (watch: string, { generation, state, answer }: Kept): DriveChanges => ({
	...answer,
	cursor: `${watch}.${generation}.${state.token}`,
});

function readCursor(text: string): { watch: string; generation: number; pageToken: string } {
	const [, watch, generation, pageToken] = /^(watch_[0-9a-z]+)\.(\d+)\.(.+)$/s.exec(text) ?? [];
	if (!watch || !generation || !pageToken)
		throw new Fault('invalid_input', 'cursor: is not one that this worker gave', {
			hint: 'Deactivate the workflow and activate it again.',
		});
	return { watch, generation: Number(generation), pageToken };
}
