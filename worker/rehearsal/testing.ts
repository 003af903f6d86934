import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach } from '@jest/globals';
import { GoogleGenAI, GenerateVideosOperation } from '@google/genai';
import type { RehearsalOptions } from './options.ts';
import { startRehearsal, type Rehearsal } from './server.ts';
import type { OrderInput } from './state/orders.ts';
import type { Entry, Totals } from './state/journal.ts';

/** Whatever JSON holds: tests look into answers without describing them first. */
export type Json = ReturnType<typeof JSON.parse>;

/** A server for one test file, and short ways to its control API. The journal and the orders are empty before each test. */
export type Stage = {
	url(): string;
	rehearsal(): Rehearsal;
	order(input: OrderInput): Promise<void>;
	journal(): Promise<{ totals: Totals; entries: Entry[] }>;
	post(path: string, body?: unknown, method?: string): Promise<Json>;
	get(path: string): Promise<Json>;
	gemini(): GoogleGenAI;
	vertex(): GoogleGenAI;
};

/** Starts a rehearsal whose operations take a twentieth of a second, and stops it when the file is over. */
export function testStage(options: Partial<RehearsalOptions> = {}): Stage {
	const data = mkdtempSync(join(tmpdir(), 'rehearsal-test-'));
	const started = startRehearsal({ data, seconds: 0.05, processingMs: 150, ...options });
	let rehearsal: Rehearsal | undefined;
	beforeEach(async () => {
		rehearsal = await started;
		await stage.post('/rehearsal/orders', undefined, 'DELETE');
		await stage.post('/rehearsal/journal', undefined, 'DELETE');
	});
	afterAll(async () => {
		await (await started).close();
		rmSync(data, { recursive: true, force: true });
	});
	const url = () => rehearsal!.url;
	// The SDK's own fetch looks for undici's dispatcher on a global object that jest does not show it.
	const post: Stage['post'] = async (path, body, method = 'POST') => {
		const answer = await fetch(url() + path, {
			method,
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
		return answer.json();
	};
	const stage: Stage = {
		url,
		rehearsal: () => rehearsal!,
		order: (input) => post('/rehearsal/orders', input),
		journal: async () =>
			(await fetch(`${url()}/rehearsal/journal`)).json() as Promise<{ totals: Totals; entries: Entry[] }>,
		post,
		get: async (path) => (await fetch(url() + path)).json(),
		gemini: () =>
			new GoogleGenAI({ apiKey: 'a key', apiVersion: 'v1beta', httpOptions: { baseUrl: url(), fetch } }),
		vertex: () =>
			new GoogleGenAI({
				vertexai: true,
				project: 'film',
				location: 'us-central1',
				httpOptions: { baseUrl: url(), fetch },
				googleAuthOptions: {
					authClient: {
						getRequestHeaders: async () => new Headers({ authorization: 'Bearer rehearsal' }),
					} as never,
				},
			}),
	};
	return stage;
}

/** The body of a small Omni request: three seconds of 360p unless said otherwise. */
export function omni(prompt: string, format: Record<string, unknown> = {}, rest: Record<string, unknown> = {}): Json {
	return {
		model: 'gemini-omni-1.2-flash',
		input: [{ type: 'text', text: prompt }],
		background: true,
		response_format: [{ type: 'video', resolution: '360p', aspect_ratio: '16:9', duration: '3s', ...format }],
		...rest,
	};
}

/** Polls an interaction until it is over. */
export async function untilOver(ai: GoogleGenAI, id: string): Promise<Json> {
	for (let look = 0; look < 400; look += 1) {
		const interaction: Json = await ai.interactions.get(id);
		if (!['queued', 'in_progress'].includes(interaction.status)) return interaction;
		await new Promise((go) => setTimeout(go, 50));
	}
	throw new Error(`interaction ${id} does not end`);
}

/** Polls a Veo operation by its name until it is done. */
export async function untilDone(vertex: GoogleGenAI, name: string): Promise<GenerateVideosOperation> {
	for (let look = 0; look < 400; look += 1) {
		const operation = new GenerateVideosOperation();
		operation.name = name;
		const now = await vertex.operations.getVideosOperation({ operation });
		if (now.done) return now;
		await new Promise((go) => setTimeout(go, 50));
	}
	throw new Error(`operation ${name} does not end`);
}

/** The value a promise rejects with; throws when it does not. */
export async function errorOf(promise: Promise<unknown>): Promise<Json> {
	return promise.then(
		() => {
			throw new Error('this should have failed');
		},
		(error: unknown) => error,
	);
}
