import { beforeAll, describe, expect, test } from '@jest/globals';
import type { INode, INodeProperties, INodeTypeDescription, NodeParameterValueType } from 'n8n-workflow';
import { createRequire } from 'node:module';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { itemsOf, root, type StoredWorkflow } from './house/house.ts';
import { openStage, type Stage } from './stage.ts';
import { folder, readTemplate } from './template.ts';

const { NodeHelpers } = createRequire(import.meta.url)('n8n-workflow') as typeof import('n8n-workflow');
const templates = readdirSync(join(root, 'workflows')).filter((file) => file.endsWith('.json'));
/** What n8n itself adds to the fields of every trigger that polls. */
const OF_N8N = ['pollTimes'];

let rehearsal: Stage['rehearsal'];
let n8n: Stage['n8n'];
let credential: Stage['credential'];
let served: INodeTypeDescription[];

beforeAll(async () => {
	({ rehearsal, n8n, credential } = await openStage({ seconds: 0.5 }));
	served = await n8n.rest<INodeTypeDescription[]>('GET', '/types/nodes.json');
}, 240_000);

describe.each(templates)('%s', (file) => {
	let stored: StoredWorkflow;

	test('is taken by n8n as it is, and finds the credential by its name', async () => {
		const { id } = await n8n.importWorkflow(readTemplate(file));
		stored = await n8n.rest<StoredWorkflow>('GET', `/rest/workflows/${id}`);
		const asking = stored.nodes.filter((node) => node.type.startsWith('n8n-nodes-reelsmith.'));
		expect(asking.length).toBeGreaterThan(2);
		for (const node of asking)
			expect(node.credentials).toEqual({ reelsmithApi: { id: credential.id, name: credential.name } });
	});

	test('sets nothing that n8n does not offer', () => {
		const strange = stored.nodes.flatMap((node) => {
			const type = typeOf(node as unknown as INode);
			return type ? strangeFields(node as unknown as INode, type) : [`${node.name}: no type ${node.type}`];
		});
		expect(strange).toEqual([]);
	});
});

/** A node type as the editor gets it from n8n. */
function typeOf(node: INode): INodeTypeDescription | undefined {
	return served.find(
		({ name, version }) => name === node.type && [version].flat().includes(node.typeVersion as number),
	);
}

/** Fields of a node that its type has not, shows not, or has not with that value; in words. */
function strangeFields(node: INode, type: INodeTypeDescription): string[] {
	return Object.entries(node.parameters).flatMap(([name, value]) => {
		if (type.polling && OF_N8N.includes(name)) return [];
		const shown = type.properties.filter(
			(property) => property.name === name && NodeHelpers.displayParameter(node.parameters, property, node, type),
		);
		if (shown.length === 0) return [`${node.name}: no field ${name} here`];
		return shown.some((property) => takes(property, value))
			? []
			: [`${node.name}: ${name} ${JSON.stringify(value)}`];
	});
}

/** Whether a field can hold a value: one of its options, or known fields inside of it. */
function takes(property: INodeProperties, value: NodeParameterValueType): boolean {
	if (typeof value === 'string' && value.startsWith('=')) return !property.noDataExpression;
	const names = (property.options ?? []).map((option) => ('value' in option ? option.value : option.name));
	switch (property.type) {
		case 'options':
			return property.typeOptions?.loadOptionsMethod !== undefined || names.includes(value as string);
		case 'multiOptions':
			return (value as string[]).every((one) => names.includes(one));
		case 'collection':
		case 'fixedCollection':
			return Object.keys(value as object).every((name) => names.includes(name));
		default:
			return true;
	}
}

describe('the templates that need no Drive folder to begin with', () => {
	test('prompt-to-film.json runs to a film', async () => {
		const flow = await n8n.importWorkflow(readTemplate('prompt-to-film.json'));
		const run = await n8n.waitForExecution(await n8n.runManually(flow.id, 'Manual Trigger'));
		expect({ status: run.status, error: run.error }).toEqual({ status: 'success', error: undefined });
		const [film] = itemsOf(run, 'Stitch Video');
		expect(film!.json).toMatchObject({
			mimeType: 'video/mp4',
			media: { width: 1280, height: 720, fps: '24/1', seconds: 8 },
			stitch: { frames: 8 * 24, copiedSeconds: 8, encodedSeconds: 0 },
		});
		const preview = await fetch(String(film!.json.previewUrl), { signal: AbortSignal.timeout(10_000) });
		expect([preview.status, preview.headers.get('content-type')]).toEqual([200, 'video/mp4']);
		expect((await preview.arrayBuffer()).byteLength).toBe(film!.json.bytes);
	}, 150_000);

	test('scheduled-reel.json runs to a vertical film of today’s topic on Drive', async () => {
		// Three seconds a shot in place of eight: less to encode, nothing else is another.
		const short = {
			'Gemini Script': { seconds: 9, shotSeconds: 3 },
			'Transfer File': { folder: folder('rehearsal-films') },
		};
		const flow = await n8n.importWorkflow(readTemplate('scheduled-reel.json', short));
		const run = await n8n.waitForExecution(await n8n.runManually(flow.id, 'Schedule Trigger'));
		expect({ status: run.status, error: run.error }).toEqual({ status: 'success', error: undefined });
		expect(itemsOf(run, 'Stitch Video')[0]!.json).toMatchObject({
			media: { width: 720, height: 1280, seconds: 9 },
		});
		const today = new Date().toISOString().slice(0, 10);
		const drive = JSON.stringify(await rehearsal.side('GET', '/rehearsal/drive'));
		expect(itemsOf(run, 'Transfer File')[0]!.json.name).toMatch(new RegExp(`^${today} .+\\.mp4$`));
		expect(drive).toContain(JSON.stringify(itemsOf(run, 'Transfer File')[0]!.json.name));
	}, 150_000);
});
