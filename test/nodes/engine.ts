import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IExecuteFunctions,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeType,
	INodeTypes,
	IRun,
	IRunExecutionData,
	IWebhookResponseData,
	IWorkflowBase,
	IWorkflowExecuteAdditionalData,
	Workflow as WorkflowType,
} from 'n8n-workflow';
import { randomUUID } from 'node:crypto';
import { atEnd, scratchFolder } from '../e2e/house/cleanup.ts';
import { loadCredentials, loadNodes, require } from './package.ts';

// n8n-core reads both while it is loaded.
process.env.N8N_USER_FOLDER = scratchFolder('n8n-core');
process.env.N8N_ENCRYPTION_KEY = 'reelsmith-test-key';
process.env.N8N_LOG_LEVEL = 'silent';

require('reflect-metadata');
const { Container } = require('@n8n/di') as { Container: { get<T>(type: new (...args: never[]) => T): T } };
const core = require('n8n-core') as typeof import('n8n-core');
const workflow = require('n8n-workflow') as typeof import('n8n-workflow');

const START = 'n8n-nodes-base.manualTrigger';
const nodes: Record<string, INodeType> = { ...loadNodes(), [START]: startNode() };
const credentialTypes = loadCredentials();

export type Credential = { baseUrl: string; apiKey: string; geminiApiKey?: string; googleIdentitySecret?: string };
export type Step = { name: string; type: string; parameters: Record<string, unknown>; more?: Partial<INode> };
export type Engine = ReturnType<typeof makeEngine>;
export type Flow = { steps: Step[]; items?: Array<Record<string, unknown> | INodeExecutionData>; executionId?: string };

/** Binary data goes to n8n's disk, as it does in production. */
export async function useDiskBinaries(): Promise<void> {
	const config = Container.get(core.BinaryDataConfig);
	config.mode = 'filesystem';
	config.availableModes = ['filesystem'];
	await Container.get(core.BinaryDataService).init();
}

/** The bytes of a binary field. */
export async function bytesOf(binary: { id?: string; data: string }): Promise<Buffer> {
	return await Container.get(core.BinaryDataService).getAsBuffer(binary as never);
}

/** Puts bytes where n8n keeps binary data, as a node before ours would have. */
export async function toBinary(bytes: Buffer, fileName: string, mimeType: string) {
	const at = { type: 'execution', workflowId: 'workflow-of-test', executionId: randomUUID() } as const;
	const data = { data: '', fileName, mimeType, fileExtension: fileName.split('.').pop() ?? '' };
	return await Container.get(core.BinaryDataService).store(at, bytes, data);
}

/**
 * n8n's own engine around our compiled nodes: expressions, credential headers, item links, error outputs, waiting
 * state and disk binaries are the real thing. Runs a chain of nodes after a start node that gives out `items`.
 */
export function makeEngine(credential: Credential, n8nUrl = 'http://127.0.0.1:5678') {
	/** Runs a flow to its end (or to where it parks). `cancel` stops it as n8n's stop button does. */
	function start({ steps, items = [{}], executionId = randomUUID() }: Flow) {
		const base = chain(steps);
		const wf = workflowOf(base);
		const additionalData = surroundings(base, executionId, credential, n8nUrl);
		const data = items.map((item) => ('json' in item ? (item as INodeExecutionData) : { json: item as never }));
		const running = new core.WorkflowExecute(additionalData, 'manual').run({
			workflow: wf,
			startNode: wf.getStartNode()!,
			pinData: { Start: data },
		}) as Promise<IRun> & { cancel(): void };
		return { running, cancel: () => running.cancel(), wf, additionalData };
	}

	async function run(flow: Flow): Promise<IRun> {
		return await start(flow).running;
	}

	/** Calls the node's webhook() as n8n does when a callback arrives, on the data of a parked run. */
	async function callBack(parked: Parked, name: string, body: unknown): Promise<IWebhookResponseData> {
		const node = parked.wf.getNode(name)!;
		const additionalData = { ...parked.additionalData, httpRequest: { body, headers: {}, query: {}, params: {} } };
		const webhookData = { webhookDescription: nodes[node.type]!.description.webhooks![0] };
		const context = new core.WebhookContext(
			parked.wf,
			node,
			additionalData as never,
			'manual',
			webhookData as never,
			[],
			parked.run.data,
		);
		return await nodes[node.type]!.webhook!.call(context as never);
	}

	/** Lets a parked run go on with what webhook() gave out, the way n8n's webhook helpers do it. */
	async function wakeUp(parked: Parked, name: string, response: IWebhookResponseData): Promise<IRun> {
		const data = parked.run.data as IRunExecutionData & { waitTill?: Date };
		const entry = data.executionData!.nodeExecutionStack[0]!;
		data.waitTill = undefined;
		entry.node.disabled = true;
		entry.data.main = response.workflowData!;
		entry.metadata = { ...entry.metadata, forwardAllOutputs: true } as never;
		data.resultData.runData[name]!.pop();
		return (await new core.WorkflowExecute(parked.additionalData, 'manual', data as never).processRunExecutionData(
			parked.wf,
		)) as IRun;
	}

	return { start, run, callBack, wakeUp };
}

export type Parked = { run: IRun; wf: WorkflowType; additionalData: IWorkflowExecuteAdditionalData };

/** What a node gave out at one of its outputs in its last run. */
export function itemsOf(run: IRun, name: string, output = 0): INodeExecutionData[] {
	return run.data.resultData.runData[name]?.at(-1)?.data?.main?.[output] ?? [];
}

/** A poll trigger's context, as n8n makes it for a tick (`trigger`) or for a test run in the editor (`manual`). */
export function pollContext(
	credential: Credential,
	step: Step,
	mode: 'manual' | 'trigger',
	memory: Record<string, unknown>,
) {
	const base = { ...chain([]), nodes: [nodeOf(step)] };
	const wf = workflowOf(base);
	Object.assign(wf.getStaticData('node', wf.getNode(step.name)!), memory);
	const context = new core.PollContext(
		wf,
		wf.getNode(step.name)!,
		surroundings(base, randomUUID(), credential),
		mode,
		'init',
	);
	const poll = async () => await nodes[step.type]!.poll!.call(context as never);
	return { poll, memory: () => ({ ...wf.getStaticData('node', wf.getNode(step.name)!) }) };
}

/** The context in which n8n runs a node: fields with their defaults, expressions, item by item. */
export function executeContext(credential: Credential, step: Step, items: Array<Record<string, unknown>>) {
	const base = { ...chain([]), nodes: [nodeOf(step)] };
	const wf = workflowOf(base);
	const node = wf.getNode(step.name)!;
	const data = items.map((json, item) => ({ json: json as never, pairedItem: { item } }));
	const run = { resultData: { runData: {} }, executionData: { contextData: {} } } as never;
	const input = { main: [data] };
	return new core.ExecuteContext(
		wf,
		node,
		surroundings(base, randomUUID(), credential),
		'manual',
		run,
		0,
		data,
		input,
		{ node, data: input, source: null },
		[],
	) as unknown as IExecuteFunctions;
}

/** The context in which n8n fills lists of choices. */
export function listContext(credential: Credential, step: Step) {
	const base = { ...chain([]), nodes: [nodeOf(step)] };
	const wf = workflowOf(base);
	return new core.LoadOptionsContext(
		wf,
		wf.getNode(step.name)!,
		surroundings(base, randomUUID(), credential),
		'',
	) as never;
}

function chain(steps: Step[]): IWorkflowBase {
	const all = [nodeOf({ name: 'Start', type: START, parameters: {} }), ...steps.map(nodeOf)];
	const connections = Object.fromEntries(
		all
			.slice(0, -1)
			.map(({ name }, index) => [
				name,
				{ main: [[{ node: all[index + 1]!.name, type: 'main' as const, index: 0 }]] },
			]),
	);
	const times = { createdAt: new Date(), updatedAt: new Date() };
	return {
		id: 'workflow-of-test',
		name: 'Test',
		active: false,
		isArchived: false,
		activeVersionId: null,
		...times,
		nodes: all,
		connections,
	};
}

function nodeOf({ name, type, parameters, more }: Step): INode {
	const credentials: INode['credentials'] =
		type === START ? {} : { reelsmithApi: { id: '1', name: 'Reelsmith account' } };
	return {
		id: `id-of-${name}`,
		name,
		type,
		typeVersion: 1,
		position: [0, 0],
		parameters: parameters as never,
		credentials,
		...more,
	};
}

function workflowOf(base: IWorkflowBase): WorkflowType {
	const nodeTypes = {
		getByName: (name: string) => nodes[name],
		getByNameAndVersion: (name: string) => nodes[name],
		getKnownTypes: () => ({}),
	} as unknown as INodeTypes;
	return new workflow.Workflow({ ...base, nodeTypes, settings: { executionOrder: 'v1' } });
}

function surroundings(
	base: IWorkflowBase,
	executionId: string,
	credential: Credential,
	n8nUrl = 'http://127.0.0.1:5678',
): IWorkflowExecuteAdditionalData {
	const at = `${n8nUrl}/`;
	return {
		executionId,
		hooks: new core.ExecutionLifecycleHooks('manual', executionId, base),
		credentialsHelper: helperFor(credential),
		instanceBaseUrl: at,
		restApiUrl: `${at}rest`,
		webhookBaseUrl: `${at}webhook`,
		webhookTestBaseUrl: `${at}webhook-test`,
		webhookWaitingBaseUrl: `${at}webhook-waiting`,
		formWaitingBaseUrl: `${at}form-waiting`,
		variables: {},
		setExecutionStatus() {},
		sendDataToUI() {},
		logAiEvent() {},
		currentNodeExecutionIndex: 0,
	} as unknown as IWorkflowExecuteAdditionalData;
}

/** The secrets come from here, the headers from the credential's own `authenticate`. */
function helperFor(secret: Credential) {
	const authenticate = async (data: ICredentialDataDecryptedObject, type: string, request: IHttpRequestOptions) => {
		const how = (credentialTypes[type] as ICredentialType).authenticate;
		if (typeof how !== 'function') throw new Error(`${type} has no authenticate function`);
		return await how.call(credentialTypes[type], data, request);
	};
	return {
		getDecrypted: async () => ({ ...secret }),
		getCredentialsProperties: (type: string) => credentialTypes[type]?.properties ?? [],
		isCredentialUsableByNode: () => true,
		getParentTypes: () => [],
		preAuthentication: async () => undefined,
		authenticate,
	};
}

/** What a manual trigger does: the items are pinned on it. */
function startNode(): INodeType {
	return {
		description: {
			displayName: 'Start',
			name: 'manualTrigger',
			group: ['trigger'],
			version: 1,
			inputs: [],
			outputs: ['main'],
			properties: [],
			defaults: {},
			description: '',
		},
		execute: async function () {
			return [this.getInputData()];
		},
	} as INodeType;
}

atEnd(() => {
	delete process.env.N8N_USER_FOLDER;
});
