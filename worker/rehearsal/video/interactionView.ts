import { readFile } from 'node:fs/promises';
import { createGeneratedFile, downloadUri } from '../files/table.ts';
import type { House } from '../house.ts';
import type { Operation, Outcome } from './operations.ts';
import { usageOf } from './usage.ts';

/** The part every interaction has, whatever its status. */
export function showHead(operation: Operation, status: string) {
	return {
		id: operation.id,
		status,
		created: new Date(operation.createdAt).toISOString(),
		updated: new Date(status === 'in_progress' ? operation.createdAt : Date.now()).toISOString(),
		object: 'interaction',
		model: operation.model,
	};
}

/** The interaction as it stands: the video inline or by address, the tokens, or what went wrong. */
export async function showInteraction(house: House, operation: Operation, outcome: Outcome, deliver: 'data' | 'uri') {
	if (outcome.state === 'running') return showHead(operation, 'in_progress');
	if (outcome.state === 'cancelled') return showHead(operation, 'cancelled');
	if (outcome.state === 'done') {
		const video = await videoBlock(house, operation, outcome.paths[0]!, deliver);
		return finished(
			operation,
			[{ type: 'thought' }, { content: [video], type: 'model_output' }],
			operation.clips[0]!.seconds,
		);
	}
	const { ending } = outcome;
	if (ending.as === 'empty' || ending.as === 'filtered') return finished(operation, [{ type: 'thought' }], 0);
	return { ...showHead(operation, 'failed'), errors: [{ code: String(ending.code), message: ending.message }] };
}

function finished(operation: Operation, steps: unknown[], seconds: number) {
	const usage = operation.usage ? { usage: usageOf(operation.prompt, operation.resolution, seconds) } : {};
	return { ...showHead(operation, 'completed'), ...usage, service_tier: 'standard', steps };
}

async function videoBlock(house: House, operation: Operation, path: string, deliver: 'data' | 'uri') {
	if (deliver === 'data')
		return { data: (await readFile(path)).toString('base64'), mime_type: 'video/mp4', type: 'video' };
	const file = await createGeneratedFile(house, operation.id, path);
	return { type: 'video', mime_type: 'video/mp4', uri: downloadUri(file.id) };
}
