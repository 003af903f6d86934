import { describe, expect, test } from '@jest/globals';
import type { INodePropertyOptions } from 'n8n-workflow';
import { CAPTION_MODES, CAPTION_PLACES, CAPTION_STYLES } from '../worker/contract/caption.ts';
import { AUDIO_FORMATS, EditInput } from '../worker/contract/edit.ts';
import { INPUTS, KINDS, STATUSES } from '../worker/contract/index.ts';
import { InspectInput } from '../worker/contract/inspect.ts';
import { CORNERS, FITS } from '../worker/contract/look.ts';
import { ShotTransition } from '../worker/contract/storyboard.ts';
import { JOINTS } from '../worker/contract/timeline.ts';
import { TRANSITIONS } from '../worker/contract/transition.ts';
import { AspectRatio, Resolution } from '../worker/contract/vocabulary.ts';
import { allFields, loadNodes, require } from './nodes/package.ts';

type Labelled = { kind: keyof typeof INPUTS; labels: Record<string, string>; option: { value: string } };

const nodes = loadNodes();
const choices = require('../../dist/nodes/shared/choices.js') as Record<string, INodePropertyOptions[]>;
const { TRANSITIONS: transitions } = require('../../dist/nodes/shared/transitions.js') as typeof choices;
const values = (list: INodePropertyOptions[] | undefined) => (list ?? []).map(({ value }) => value).sort();
const operationAt = (path: string) =>
	(require(`../../dist/nodes/${path}.js`) as Record<string, Labelled>)[path.split('/').pop()!]!;

/** What fields and choices of a node are called, with what n8n adds to lists that the worker fills. */
function namesIn(node: string, operation?: string): Set<string> {
	const { description } = nodes[`n8n-nodes-reelsmith.${node}`]!;
	const shown = description.properties.filter(({ displayOptions }) => {
		const only = displayOptions?.show?.operation;
		return !operation || !only || only.includes(operation);
	});
	const names = allFields({ ...description, properties: shown }).map(({ displayName }) => displayName);
	return new Set([...names, ...names.map((name) => name.replace(/ Name or ID$/, ''))]);
}

test.each([
	['aspect ratios', choices.ASPECT_RATIOS, AspectRatio.options],
	['resolutions', choices.RESOLUTIONS, Resolution.options],
	['transitions', transitions, TRANSITIONS],
	['transitions of a storyboard', choices.SHOT_TRANSITIONS, ShotTransition.options],
	['fits', choices.FITS, FITS],
	['corners', choices.CORNERS, CORNERS],
	['ways to caption', choices.CAPTION_MODES, CAPTION_MODES],
	['styles of captions', choices.CAPTION_STYLES, CAPTION_STYLES],
	['places of captions', choices.CAPTION_PLACES, CAPTION_PLACES],
	['joints', choices.JOINTS, JOINTS],
	['formats of sound', choices.AUDIO_FORMATS, AUDIO_FORMATS],
	['kinds of job', choices.KINDS, KINDS],
	['states of a job', choices.STATUSES, STATUSES],
])('the nodes offer the same %s as the worker knows', (_what, offered, known) => {
	expect(values(offered)).toEqual([...known].sort());
});

test('no two transitions have the same name', () => {
	expect(new Set(transitions!.map(({ name }) => name)).size).toBe(TRANSITIONS.length);
});

test.each([
	['geminiScript', 'GeminiScript/operations/createStoryboard'],
	['veoVideo', 'VeoVideo/operations/generateFromText'],
	['stitchVideo', 'StitchVideo/operations/stitchItems'],
	['transferFile', 'TransferFile/operations/importFile'],
	['transferFile', 'TransferFile/operations/exportFile'],
])('%s calls each field of the contract by the name it has in the node (%s)', (node, path) => {
	const operation = operationAt(path);
	const names = namesIn(node);
	expect(Object.values(operation.labels).filter((label) => !names.has(label))).toEqual([]);
	const schema = INPUTS[operation.kind] as unknown as { shape?: object; def?: { in?: { shape: object } } };
	const fields = Object.keys(schema.shape ?? schema.def?.in?.shape ?? {});
	expect(fields.length).toBeGreaterThan(0);
	const named = Object.keys(operation.labels).map((field) => field.split('.')[0]);
	expect(fields.filter((field) => !named.includes(field))).toEqual([]);
});

const EDITS = {
	trim: 'trim',
	aspect: 'changeAspect',
	resize: 'resize',
	speed: 'changeSpeed',
	music: 'addMusic',
	loudness: 'normaliseLoudness',
	captions: 'addCaptions',
	logo: 'addLogo',
	titleCard: 'makeTitleCard',
	audio: 'extractAudio',
	thumbnail: 'makeThumbnail',
	contactSheet: 'makeContactSheet',
};
const LOOKS = {
	probe: 'probe',
	scenes: 'detectScenes',
	silence: 'detectSilence',
	quality: 'checkQuality',
	watermark: 'detectWatermark',
};

describe.each([
	['editMedia', 'EditMedia', EditInput, EDITS],
	['inspectMedia', 'InspectMedia', InspectInput, LOOKS],
] as const)('%s', (node, folder, schema, operations) => {
	const forms = schema.options as ReadonlyArray<{ shape: Record<string, object> }>;
	const formOf = (name: string) => forms.find(({ shape }) => (shape.operation as { value: string }).value === name)!;
	const offered = nodes[`n8n-nodes-reelsmith.${node}`]!.description.properties.find(
		({ name }) => name === 'operation',
	)!;

	test('has every operation of the contract, from A to Z', () => {
		const known = forms.map(({ shape }) => (shape.operation as { value: string }).value);
		expect(Object.keys(operations).sort()).toEqual([...known].sort());
		expect(values(offered.options as INodePropertyOptions[])).toEqual(Object.values(operations).sort());
		const names = (offered.options as INodePropertyOptions[]).map(({ name }) => name);
		expect(names).toEqual([...names].sort());
	});

	test.each(Object.entries(operations))('calls each field of %s by the name it has in %s', (name, file) => {
		const operation = operationAt(`${folder}/operations/${file}`);
		const names = namesIn(node, operation.option.value);
		expect(Object.values(operation.labels).filter((label) => !names.has(label))).toEqual([]);
		const fields = Object.keys(formOf(name).shape).filter((field) => field !== 'operation');
		const named = Object.keys(operation.labels).map((field) => field.split('.')[0]);
		expect(fields.filter((field) => !named.includes(field))).toEqual([]);
	});
});

test('the video nodes offer every aspect ratio beside "as in the storyboard"', () => {
	const field = allFields(nodes['n8n-nodes-reelsmith.veoVideo']!.description).find(
		({ name }) => name === 'aspectRatio',
	)!;
	expect(values(field.options as INodePropertyOptions[])).toEqual(['item', ...AspectRatio.options].sort());
});
