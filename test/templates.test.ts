import { describe, expect, test } from '@jest/globals';
import type { INode, INodeType } from 'n8n-workflow';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/house/root.ts';
import { loadNodes, require } from './nodes/package.ts';

type Template = {
	name: string;
	nodes: Array<INode & { parameters: Record<string, unknown> }>;
	connections: Record<string, { main: Array<Array<{ node: string; type: string; index: number }>> }>;
	settings: Record<string, unknown>;
	[more: string]: unknown;
};

const { NodeHelpers } = require('n8n-workflow') as typeof import('n8n-workflow');
const ours = loadNodes();
const folder = join(root, 'workflows');
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
const templates = files.map(
	(file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Template] as const,
);
const isOurs = ({ type }: INode) => type.startsWith('n8n-nodes-reelsmith.');
const isNote = ({ type }: INode) => type === 'n8n-nodes-base.stickyNote';

test('there are the three templates', () => {
	expect(templates.map(([file]) => file).sort()).toEqual([
		'drive-folder-to-film.json',
		'prompt-to-film.json',
		'scheduled-reel.json',
	]);
});

describe.each(templates)('%s', (_file, template) => {
	const mine = template.nodes.filter(isOurs);

	test('holds no secret, no pinned data, and no id of somebody’s n8n', () => {
		expect(Object.keys(template).sort()).toEqual(['connections', 'name', 'nodes', 'settings']);
		for (const node of template.nodes) {
			expect(node.id).toBeUndefined();
			expect(node.webhookId).toBeUndefined();
		}
		for (const node of mine)
			expect(node.credentials).toEqual({ reelsmithApi: { id: null, name: 'Reelsmith account' } });
	});

	test('uses only nodes that exist, each under a name of its own', () => {
		expect(mine.length).toBeGreaterThan(2);
		for (const node of mine) expect(ours[node.type]).toBeDefined();
		expect(new Set(template.nodes.map(({ name }) => name)).size).toBe(template.nodes.length);
		for (const node of template.nodes) expect(node.position.every(Number.isInteger)).toBe(true);
	});

	test.each(mine.map((node) => [node.name, node] as const))(
		'%s is set to an operation and fields that exist',
		(_name, node) => {
			const type: INodeType = ours[node.type]!;
			const known = new Set(type.description.properties.map(({ name }) => name));
			if (type.description.polling) known.add('pollTimes');
			expect(Object.keys(node.parameters).filter((name) => !known.has(name))).toEqual([]);
			const issues = NodeHelpers.getNodeParametersIssues(type.description.properties, node, type.description);
			const unexpected = Object.keys(issues?.parameters ?? {}).filter((name) => name !== 'folder');
			expect(unexpected).toEqual([]);
		},
	);

	test('leaves every Drive folder to be chosen', () => {
		const folders = mine.map(({ parameters }) => parameters.folder).filter((value) => value !== undefined);
		for (const value of folders) expect(value).toEqual({ __rl: true, mode: 'list', value: '' });
	});

	test('wires every node, and only nodes that are there', () => {
		const working = template.nodes.filter((node) => !isNote(node)).map(({ name }) => name);
		const targets = Object.values(template.connections).flatMap(({ main }) => main.flat().map(({ node }) => node));
		expect(targets.filter((name) => !working.includes(name))).toEqual([]);
		const start = working.filter((name) => !targets.includes(name));
		expect(start).toHaveLength(1);
		expect(template.nodes.find(({ name }) => name === start[0])?.type).toMatch(/Trigger$/);
	});

	test('sends what a parked node could not make to a place that can be seen', () => {
		for (const node of mine.filter(({ parameters }) => parameters.wait === 'park')) {
			expect(node.onError).toBe('continueErrorOutput');
			expect(template.connections[node.name]?.main[1]?.length).toBe(1);
		}
	});

	test('explains every step in a note, and survives a crash of n8n', () => {
		const steps = template.nodes.filter((node) => !isNote(node) && node.type !== 'n8n-nodes-base.noOp').length;
		const notes = template.nodes
			.filter(isNote)
			.filter(({ parameters }) => /^### \d/.test(String(parameters.content)));
		expect(notes).toHaveLength(steps);
		expect(template.settings).toEqual({ executionOrder: 'v1', saveExecutionProgress: true });
	});
});
