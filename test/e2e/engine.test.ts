import { beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, statSync } from 'node:fs';
import { itemsOf, openBrowser, scratchFolder, startN8n, until, type N8n, type WorkflowJson } from './house/house.ts';

/** Long enough to be killed in, short enough to be waited for; below 65 s n8n waits in memory, as a polling node does. */
const WAIT_SECONDS = 6;

const manual = {
	id: 'a1',
	name: 'Start',
	type: 'n8n-nodes-base.manualTrigger',
	typeVersion: 1,
	position: [0, 0] as [number, number],
	parameters: {},
};

const hello: WorkflowJson = {
	name: 'Hello',
	nodes: [
		manual,
		{
			id: 'b2',
			name: 'Say',
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			position: [220, 0],
			parameters: { mode: 'raw', jsonOutput: '={{ { said: "hello " + $execution.id } }}' },
		},
	],
	connections: { Start: { main: [[{ node: 'Say', type: 'main', index: 0 }]] } },
};

const slow: WorkflowJson = {
	name: 'Slow',
	settings: { saveExecutionProgress: true },
	nodes: [
		manual,
		{
			id: 'c3',
			name: 'Wait',
			type: 'n8n-nodes-base.wait',
			typeVersion: 1.1,
			position: [220, 0],
			parameters: { resume: 'timeInterval', amount: WAIT_SECONDS, unit: 'seconds' },
		},
	],
	connections: { Start: { main: [[{ node: 'Wait', type: 'main', index: 0 }]] } },
};

describe('the n8n that Reelsmith is made for', () => {
	let n8n: N8n;
	beforeAll(async () => {
		n8n = await startN8n({ dir: scratchFolder('n8n') });
	}, 240_000);

	test('a workflow runs and its items can be read back', async () => {
		const flow = await n8n.importWorkflow(hello);
		const run = await n8n.waitForExecution(await n8n.runManually(flow.id, 'Start'));
		expect(run.status).toBe('success');
		expect(itemsOf(run, 'Say').map((item) => item.json)).toEqual([{ said: `hello ${run.id}` }]);
	}, 120_000);

	test('a person signs in, opens a workflow and runs it in the editor', async () => {
		const flow = await n8n.importWorkflow(hello);
		const browser = await openBrowser();
		await browser.signIn(n8n);
		await browser.openWorkflow(n8n, flow.id);
		await browser.page.click('[data-test-id=execute-workflow-button]');
		await browser.page.waitForSelector('[data-test-id=canvas-node-status-success]');
		const picture = await browser.screenshot('n8n-editor');
		expect(existsSync(picture) && statSync(picture).size).toBeGreaterThan(10_000);
		expect((await n8n.executions(flow.id)).map((execution) => execution.status)).toEqual(['success']);
		await browser.close();
	}, 180_000);

	test('an execution killed with n8n is crashed, and its retry goes on at the node that ran, under a new id', async () => {
		const flow = await n8n.importWorkflow(slow);
		const id = await n8n.runManually(flow.id, 'Start');
		await until(async () => 'Start' in (await n8n.execution(id)).runs, { what: 'the first node to be stored' });
		await n8n.kill();
		await n8n.restart();
		const crashed = await n8n.waitForExecution(id, (execution) => execution.status === 'crashed');
		const retried = await n8n.execution((await n8n.retryExecution(id)).id);
		expect(retried).toMatchObject({ status: 'success', mode: 'retry', retryOf: id });
		expect(retried.id).not.toBe(id);
		expect(retried.runs.Start?.[0]?.startTime).toBe(crashed.runs.Start?.[0]?.startTime);
		expect(retried.runs.Wait).toHaveLength(1);
	}, 240_000);
});
