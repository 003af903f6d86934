import type { WorkflowJson, WorkflowNode } from './house/house.ts';

/** What a shot's item carries. */
export type Shot = { number: number; prompt: string; seconds: number; [more: string]: unknown };

type Parameters = Record<string, unknown>;
type More = Partial<WorkflowNode>;

/** Google's shortest clip: cheap to make on the stand-in too. */
const SHORTEST_SECONDS = 3;
const STEP_APART = 220;

/**
 * A workflow of nodes and the wires between them. A wire is written as a chain of names, `'Start > Shots > Veo Video'`;
 * `'Veo Video:1 > Refused'` leaves by the node's second output.
 */
export function lay(
	name: string,
	nodes: WorkflowNode[],
	wires: string[],
	settings: Record<string, unknown> = {},
): WorkflowJson {
	const connections: Record<string, { main: { node: string; type: 'main'; index: 0 }[][] }> = {};
	for (const wire of wires) {
		const stops = wire.split(' > ').map((stop) => stop.split(':') as [string, string?]);
		stops.slice(0, -1).forEach(([from, output = '0'], place) => {
			const outputs = (connections[from] ??= { main: [] }).main;
			while (outputs.length <= Number(output)) outputs.push([]);
			outputs[Number(output)]!.push({ node: stops[place + 1]![0], type: 'main', index: 0 });
		});
	}
	const placed = nodes.map((node, place) => ({ ...node, position: [place * STEP_APART, 0] as [number, number] }));
	return { name, nodes: placed, connections, settings };
}

/** A node with an id of its own, as the editor gives one: the worker finds jobs of an earlier run by it. */
export function node(
	name: string,
	type: string,
	typeVersion: number,
	parameters: Parameters = {},
	more?: More,
): WorkflowNode {
	return { id: `id-${name.replaceAll(' ', '-')}`, name, type, typeVersion, position: [0, 0], parameters, ...more };
}

const reelsmith = (name: string, type: string, parameters: Parameters, more?: More): WorkflowNode =>
	node(name, `n8n-nodes-reelsmith.${type}`, 1, parameters, {
		credentials: { reelsmithApi: { id: '', name: '' } },
		...more,
	});

/** The editor's own button, named Start. */
export const start = (): WorkflowNode => node('Start', 'n8n-nodes-base.manualTrigger', 1);

/** A call from outside to a published workflow, named Call. */
export const call = (path: string): WorkflowNode =>
	node(
		'Call',
		'n8n-nodes-base.webhook',
		2,
		{ path, httpMethod: 'POST', responseMode: 'onReceived', options: {} },
		{ webhookId: path },
	);

/** Shots of three seconds: one for each prompt. */
export const shotsOf = (...prompts: string[]): Shot[] =>
	prompts.map((prompt, place) => ({ number: place + 1, prompt, seconds: SHORTEST_SECONDS }));

/** Two nodes, `Shots` and `Each Shot`: one item a shot. */
export function shotNodes(shots: Shot[]): WorkflowNode[] {
	const jsonOutput = JSON.stringify({ shots });
	return [
		node('Shots', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput, options: {} }),
		node('Each Shot', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'shots', options: {} }),
	];
}

/** A Veo Video node that makes small clips, with its fields at their defaults but for those given. */
export function veo(given: Parameters = {}, more?: More): WorkflowNode {
	const parameters = {
		operation: 'generateFromText',
		prompt: '={{ $json.prompt }}',
		model: '',
		seconds: '={{ $json.seconds }}',
		aspectRatio: 'item',
		resolution: '360p',
		options: {},
		wait: 'keepRunning',
		attachThumbnail: false,
		...given,
	};
	return reelsmith('Veo Video', 'veoVideo', parameters, more);
}

/** A Stitch Video node with its fields at their defaults but for those given. */
export function stitch(given: Parameters = {}, more?: More): WorkflowNode {
	const parameters = {
		operation: 'stitchItems',
		clip: '={{ $json.asset }}',
		title: 'Film',
		order: 'number',
		number: '={{ $json.number }}',
		transition: 'cut',
		missingShots: 'stop',
		target: 'clips',
		wait: 'keepRunning',
		attachThumbnail: false,
		...given,
	};
	return reelsmith('Stitch Video', 'stitchVideo', parameters, more);
}

/** A node that does nothing: to see which items come along a wire. */
export const look = (name: string): WorkflowNode => node(name, 'n8n-nodes-base.noOp', 1);

/** The main job at its smallest: shots, clips, film. */
export function film(
	name: string,
	shots: Shot[],
	nodes: { veo?: WorkflowNode; stitch?: WorkflowNode } = {},
	settings: Record<string, unknown> = {},
): WorkflowJson {
	const all = [start(), ...shotNodes(shots), nodes.veo ?? veo(), nodes.stitch ?? stitch()];
	return lay(name, all, [all.map((one) => one.name).join(' > ')], settings);
}

/** Clips alone, and `Made` behind them: to see what goes on from the node. */
export function clips(
	name: string,
	shots: Shot[],
	video: WorkflowNode = veo(),
	settings: Record<string, unknown> = {},
): WorkflowJson {
	const wires = ['Start > Shots > Each Shot > Veo Video > Made'];
	const nodes = [start(), ...shotNodes(shots), video, look('Made')];
	if (video.onError !== 'continueErrorOutput') return lay(name, nodes, wires, settings);
	return lay(name, [...nodes, look('Refused')], [...wires, 'Veo Video:1 > Refused'], settings);
}
