import type { Rest } from './n8n-session.ts';

export interface WorkflowNode {
	id?: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string; name: string }>;
	[more: string]: unknown;
}

export interface WorkflowJson {
	id?: string;
	versionId?: string;
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, unknown>;
	settings?: Record<string, unknown>;
}

export interface StoredWorkflow extends WorkflowJson {
	id: string;
	versionId: string;
	active: boolean;
	activeVersionId?: string | null;
}

export interface Credential {
	id: string;
	name: string;
	type: string;
}

/** Stores a credential and gives it back without its secrets. */
export async function createCredential(
	rest: Rest,
	name: string,
	type: string,
	data: Record<string, unknown>,
): Promise<Credential> {
	return await rest<Credential>('POST', '/rest/credentials', { name, type, data });
}

/** All credentials the owner sees, without their secrets. */
export async function listCredentials(rest: Rest): Promise<Credential[]> {
	return await rest<Credential[]>('GET', '/rest/credentials');
}

/** Stores a workflow as the editor would after an import; `credential` goes into every node that asks for its type. */
export async function importWorkflow(
	rest: Rest,
	workflow: WorkflowJson,
	credential?: Credential,
): Promise<StoredWorkflow> {
	const nodes = workflow.nodes.map((node) => withCredential(node, credential));
	const settings = { executionOrder: 'v1', ...workflow.settings };
	return await rest<StoredWorkflow>('POST', '/rest/workflows', {
		name: workflow.name,
		nodes,
		connections: workflow.connections,
		settings,
	});
}

/** A stored workflow with its nodes. */
export async function readWorkflow(rest: Rest, id: string): Promise<StoredWorkflow> {
	return await rest<StoredWorkflow>('GET', `/rest/workflows/${id}`);
}

/** Changes a stored workflow; what was published stays live until it is published again. */
export async function updateWorkflow(rest: Rest, id: string, change: Partial<WorkflowJson>): Promise<StoredWorkflow> {
	const { versionId } = await readWorkflow(rest, id);
	return await rest<StoredWorkflow>('PATCH', `/rest/workflows/${id}`, { versionId, ...change });
}

/** Publishes the newest version: its triggers are registered and polled from now on. */
export async function publish(rest: Rest, id: string): Promise<StoredWorkflow> {
	const { versionId } = await readWorkflow(rest, id);
	return await rest<StoredWorkflow>('POST', `/rest/workflows/${id}/activate`, { versionId });
}

/** Takes a published workflow off the air. */
export async function unpublish(rest: Rest, id: string): Promise<void> {
	await rest('POST', `/rest/workflows/${id}/deactivate`);
}

/** Runs a stored workflow as the editor's button does, from the named trigger; gives the execution's id. */
export async function runManually(rest: Rest, id: string, trigger: string): Promise<string> {
	const workflowData = await readWorkflow(rest, id);
	const body = { workflowData, triggerToStartFrom: { name: trigger } };
	const answer = await rest<{ executionId?: string }>('POST', `/rest/workflows/${id}/run`, body);
	if (!answer.executionId) throw new Error(`n8n did not start the workflow: ${JSON.stringify(answer)}`);
	return String(answer.executionId);
}

function withCredential(node: WorkflowNode, credential?: Credential): WorkflowNode {
	const asked = node.credentials && credential && Object.keys(node.credentials).includes(credential.type);
	if (!asked) return node;
	return {
		...node,
		credentials: { ...node.credentials, [credential.type]: { id: credential.id, name: credential.name } },
	};
}
