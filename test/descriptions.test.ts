import { describe, expect, test } from '@jest/globals';
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../scripts/house/root.ts';
import { allFields, loadCredentials, loadNodes, packageJson } from './nodes/package.ts';

const nodes = Object.values(loadNodes());
const actions = nodes.filter(({ description }) => !description.polling);

/** Words that stay small in a title (AP style, as n8n's own rules have it), and names that are written in their own way. */
const SMALL = new Set([
	'a',
	'an',
	'and',
	'as',
	'at',
	'by',
	'for',
	'from',
	'if',
	'in',
	'it',
	'of',
	'on',
	'or',
	'per',
	'the',
	'to',
	'with',
]);
const OWN_SPELLING = new Set(['n8n', '360p', '720p', '1080p']);

const isTitle = (text: string) =>
	text
		.replace(/\([^)]*\)/g, '')
		.split(/\s+/)
		.filter(Boolean)
		.every((word) => /^[A-Z0-9(]/.test(word) || SMALL.has(word) || OWN_SPELLING.has(word));

const optionsOf = (field: INodeProperties) =>
	['options', 'multiOptions'].includes(field.type) ? ((field.options ?? []) as INodePropertyOptions[]) : [];

const operationsOf = (node: (typeof nodes)[number]) =>
	optionsOf(node.description.properties.find(({ name }) => name === 'operation')!).map(({ value }) => value);

test('the package has the eight nodes and the credential that its package.json names', () => {
	expect(nodes.map(({ description }) => description.name).sort()).toEqual([
		'driveWatchTrigger',
		'editMedia',
		'geminiScript',
		'inspectMedia',
		'reelsmithJob',
		'stitchVideo',
		'transferFile',
		'veoVideo',
	]);
	expect(Object.keys(loadCredentials())).toEqual(['reelsmithApi']);
});

describe.each(nodes.map((node) => [node.description.displayName, node] as const))('%s', (_name, node) => {
	const { description } = node;
	const fields = allFields(description);

	test('writes every name and label in Title Case', () => {
		const labels = [
			description.displayName,
			...fields.map(({ displayName }) => displayName),
			...fields.flatMap(optionsOf).map(({ name }) => name),
		];
		expect(labels.filter((label) => !isTitle(label))).toEqual([]);
	});

	test('starts every boolean description with "Whether"', () => {
		const wrong = fields.filter(
			({ type, description: text }) => type === 'boolean' && !text?.startsWith('Whether '),
		);
		expect(wrong.map(({ name }) => name)).toEqual([]);
	});

	test('describes every field, and ends a single sentence without a full stop', () => {
		const described = fields.filter(({ name }) => name !== 'operation' && name !== 'options');
		expect(described.filter(({ description: text }) => !text).map(({ name }) => name)).toEqual([]);
		const single = described.filter(({ description: text }) => /^[^.]*\.$/.test(text ?? ''));
		expect(single.map(({ name }) => name)).toEqual([]);
	});

	test('starts every placeholder of a text field with "e.g."', () => {
		const wrong = fields.filter(
			({ type, placeholder }) => type === 'string' && placeholder && !placeholder.startsWith('e.g. '),
		);
		expect(wrong.map(({ name }) => name)).toEqual([]);
	});

	test('shows no field for an operation or a choice that does not exist', () => {
		const known = new Map(
			fields.filter(({ type }) => type === 'options').map((field) => [field.name, new Set<unknown>()]),
		);
		for (const field of fields) for (const { value } of optionsOf(field)) known.get(field.name)?.add(value);
		const conditions = fields.flatMap(({ name, displayOptions }) =>
			[displayOptions?.show, displayOptions?.hide].flatMap((rules) =>
				Object.entries(rules ?? {}).flatMap(([field, values]) =>
					(values ?? []).map((value) => ({ name, field, value })),
				),
			),
		);
		expect(conditions.filter(({ field, value }) => !known.get(field)?.has(value))).toEqual([]);
	});

	test('has a light and a dark icon that exist in the build and differ', () => {
		const { light, dark } = description.icon as { light: string; dark: string };
		const path = packageJson.n8n.nodes.find((file) => file.includes(`/${node.constructor.name}.node.js`))!;
		const read = (icon: string) => readFileSync(join(root, dirname(path), icon.replace('file:', '')), 'utf8');
		expect(read(light)).toMatch(/^<svg /);
		expect(read(dark)).toMatch(/^<svg /);
		expect(read(light)).not.toBe(read(dark));
	});

	test('has a codex file that names it, in the build too', () => {
		const path = packageJson.n8n.nodes.find((file) => file.includes(`/${node.constructor.name}.node.js`))!;
		const codex = JSON.parse(readFileSync(join(root, path.replace(/\.js$/, '.json')), 'utf8')) as Record<
			string,
			unknown
		>;
		expect(codex).toMatchObject({
			node: `n8n-nodes-reelsmith.${description.name}`,
			nodeVersion: '1.0',
			codexVersion: '1.0',
		});
		expect(codex.categories).not.toEqual([]);
	});

	test('asks for the Reelsmith credential and for no other', () => {
		expect(description.credentials).toEqual([{ name: 'reelsmithApi', required: true }]);
	});

	test('finds every list that its fields ask for', () => {
		const asked = fields.flatMap((field) => [
			field.typeOptions?.loadOptionsMethod,
			...(field.modes ?? []).map((mode) => mode.typeOptions?.searchListMethod),
		]);
		const given = { ...node.methods?.loadOptions, ...node.methods?.listSearch };
		expect(asked.filter(Boolean).filter((name) => !(name! in given))).toEqual([]);
	});
});

describe.each(actions.map((node) => [node.description.displayName, node] as const))('%s', (_name, node) => {
	test('can be used by an AI Agent', () => {
		expect(node.description.usableAsTool).toBe(true);
	});

	test('offers each operation with an action in sentence case', () => {
		const field = node.description.properties.find(({ name }) => name === 'operation')!;
		expect(field.noDataExpression).toBe(true);
		for (const { action, description } of optionsOf(field)) {
			expect(action).toMatch(/^[A-Z][a-z]+( [a-z]+)*$/);
			expect(description).toBeTruthy();
		}
		expect(operationsOf(node)).toContain(field.default);
	});

	test('wakes up by a callback where it can be parked, and has no field to park it where it cannot', () => {
		const parks = node.description.properties.some(({ name }) => name === 'wait');
		expect(parks).toBe(node.description.name !== 'reelsmithJob');
		expect(Boolean(node.webhook)).toBe(parks);
		expect(node.description.webhooks?.[0]?.restartWebhook).toBe(parks || undefined);
	});
});

test('the trigger takes no input, polls, and is no tool', () => {
	const trigger = nodes.find(({ description }) => description.polling)!;
	expect(trigger.description).toMatchObject({ name: 'driveWatchTrigger', inputs: [], group: ['trigger'] });
	expect(trigger.description.usableAsTool).toBeUndefined();
	expect(existsSync(join(root, 'nodes/DriveWatch/DriveWatchTrigger.node.ts'))).toBe(true);
});
