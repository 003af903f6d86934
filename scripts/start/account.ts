import type { Rest } from '../house/n8n-session.ts';
import { createCredential, listCredentials, type Credential } from '../house/n8n-workflows.ts';

const NAME = 'Reelsmith account';
const TYPE = 'reelsmithApi';

/**
 * The credential by which n8n reaches the worker: made on the first start, and given the worker's present address on
 * every later one. What the user has added to it stays: n8n hands secrets out masked and takes a mask back as
 * "unchanged".
 */
export async function keepAccount(rest: Rest, worker: { url: string; apiKey: string }): Promise<Credential> {
	const known = (await listCredentials(rest)).find(
		(credential) => credential.type === TYPE && credential.name === NAME,
	);
	const current = { baseUrl: worker.url, apiKey: worker.apiKey };
	if (!known) return await createCredential(rest, NAME, TYPE, current);
	const { data } = await rest<{ data?: Record<string, unknown> }>(
		'GET',
		`/rest/credentials/${known.id}?includeData=true`,
	);
	await rest('PATCH', `/rest/credentials/${known.id}`, { name: NAME, type: TYPE, data: { ...data, ...current } });
	return known;
}
