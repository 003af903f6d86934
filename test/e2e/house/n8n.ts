import { signIn, type Rest } from '../../../scripts/house/n8n-session.ts';
import { startN8nServer, type N8nServer, type N8nServerOptions } from '../../../scripts/house/n8n-server.ts';
import * as executions from '../../../scripts/house/n8n-executions.ts';
import * as workflows from '../../../scripts/house/n8n-workflows.ts';
import { atEnd } from './cleanup.ts';

export { hasEnded, itemsOf } from '../../../scripts/house/n8n-executions.ts';
export type { Execution, ExecutionSummary, Item, NodeRun } from '../../../scripts/house/n8n-executions.ts';
export type { Credential, StoredWorkflow, WorkflowJson, WorkflowNode } from '../../../scripts/house/n8n-workflows.ts';

export type N8n = Awaited<ReturnType<typeof startN8n>>;

/**
 * Starts a real n8n for a test, signed in as its owner, and binds the editor's API to it. It is killed when the test
 * file ends. Our nodes come from dist/, so `npm run build` must have run.
 */
export async function startN8n(options: N8nServerOptions) {
	const server = await startN8nServer(options);
	atEnd(() => server.kill());
	const rest = await signIn(server.url, server.owner);
	return { ...server, rest, ...bind(rest, server) };
}

function bind(rest: Rest, server: N8nServer) {
	return {
		/** Stores the worker's address and key as the credential `Reelsmith account`. */
		createReelsmithCredential: (worker: { url: string; apiKey: string }, more: Record<string, unknown> = {}) =>
			workflows.createCredential(rest, 'Reelsmith account', 'reelsmithApi', {
				baseUrl: worker.url,
				apiKey: worker.apiKey,
				...more,
			}),
		createCredential: (name: string, type: string, data: Record<string, unknown>) =>
			workflows.createCredential(rest, name, type, data),
		importWorkflow: (json: workflows.WorkflowJson, credential?: workflows.Credential) =>
			workflows.importWorkflow(rest, json, credential),
		updateWorkflow: (id: string, change: Partial<workflows.WorkflowJson>) =>
			workflows.updateWorkflow(rest, id, change),
		publish: (id: string) => workflows.publish(rest, id),
		unpublish: (id: string) => workflows.unpublish(rest, id),
		runManually: (id: string, trigger: string) => workflows.runManually(rest, id, trigger),
		execution: (id: string) => executions.readExecution(rest, id),
		executions: (workflowId: string) => executions.listExecutions(rest, workflowId),
		waitForExecution: (id: string, is?: (execution: executions.Execution) => boolean, timeoutMs?: number) =>
			executions.waitForExecution(rest, id, is, timeoutMs),
		stopExecution: (id: string) => executions.stopExecution(rest, id),
		retryExecution: (id: string, newWorkflow?: boolean) => executions.retryExecution(rest, id, newWorkflow),
		/** Bytes of an item's binary, as the editor would download them. */
		binary: async (id: string, mimeType = 'application/octet-stream') => {
			const query = new URLSearchParams({ id, action: 'view', mimeType });
			const response = await fetch(`${server.url}/rest/binary-data?${query}`, { headers: await cookie(server) });
			if (!response.ok) throw new Error(`binary ${id}: ${response.status}`);
			return Buffer.from(await response.arrayBuffer());
		},
	};
}

async function cookie(server: N8nServer): Promise<Record<string, string>> {
	const body = JSON.stringify({ emailOrLdapLoginId: server.owner.email, password: server.owner.password });
	const response = await fetch(`${server.url}/rest/login`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body,
	});
	return {
		cookie: response.headers
			.getSetCookie()
			.map((line) => line.split(';')[0])
			.join('; '),
	};
}
