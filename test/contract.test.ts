import { expect, test } from '@jest/globals';
import type { INodePropertyOptions } from 'n8n-workflow';
import { INPUTS, KINDS, STATUSES } from '../worker/contract/index.ts';
import { Transition } from '../worker/contract/storyboard.ts';
import { AspectRatio, Resolution } from '../worker/contract/vocabulary.ts';
import { allFields, loadNodes, require } from './nodes/package.ts';

const nodes = loadNodes();
const choices = require('../../dist/nodes/shared/choices.js') as Record<string, INodePropertyOptions[]>;
const values = (list: INodePropertyOptions[] | undefined) => (list ?? []).map(({ value }) => value).sort();

test.each([
	['aspect ratios', choices.ASPECT_RATIOS, AspectRatio.options],
	['resolutions', choices.RESOLUTIONS, Resolution.options],
	['transitions', choices.TRANSITIONS, Transition.options],
	['kinds of job', choices.KINDS, KINDS],
	['states of a job', choices.STATUSES, STATUSES],
])('the nodes offer the same %s as the worker knows', (_what, offered, known) => {
	expect(values(offered)).toEqual([...known].sort());
});

test.each([
	['geminiScript', '../../dist/nodes/GeminiScript/operations/createStoryboard.js', 'createStoryboard'],
	['veoVideo', '../../dist/nodes/VeoVideo/operations/generateFromText.js', 'generateFromText'],
	['stitchVideo', '../../dist/nodes/StitchVideo/operations/stitchItems.js', 'stitchItems'],
	['transferFile', '../../dist/nodes/TransferFile/operations/importFile.js', 'importFile'],
	['transferFile', '../../dist/nodes/TransferFile/operations/exportFile.js', 'exportFile'],
])('%s calls each field of the contract by the name it has in the node (%s)', (node, path, name) => {
	const operation = (require(path) as Record<string, { kind: keyof typeof INPUTS; labels: Record<string, string> }>)[
		name
	]!;
	const shown = allFields(nodes[`n8n-nodes-reelsmith.${node}`]!.description).map(({ displayName }) => displayName);
	const labels = Object.values(operation.labels);
	expect(
		labels.filter((label) => !shown.some((field) => field === label || field === `${label} Name or ID`)),
	).toEqual([]);
	const schema = INPUTS[operation.kind] as unknown as { shape?: object; def?: { in?: { shape: object } } };
	const fields = Object.keys(schema.shape ?? schema.def?.in?.shape ?? {});
	expect(fields.length).toBeGreaterThan(0);
	const named = Object.keys(operation.labels).map((field) => field.split('.')[0]);
	expect(fields.filter((field) => !named.includes(field))).toEqual([]);
});

test('the video nodes offer every aspect ratio beside "as in the storyboard"', () => {
	const field = allFields(nodes['n8n-nodes-reelsmith.veoVideo']!.description).find(
		({ name }) => name === 'aspectRatio',
	)!;
	expect(values(field.options as INodePropertyOptions[])).toEqual(['item', ...AspectRatio.options].sort());
});
