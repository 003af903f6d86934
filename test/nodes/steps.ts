import type { INode } from 'n8n-workflow';
import type { Step } from './engine.ts';

type Parameters = Record<string, unknown>;
type More = Partial<INode>;

/** A Gemini Script node with its fields at their defaults but for those given. */
export const script = (given: Parameters = {}, more?: More): Step => ({
	name: 'Gemini Script',
	type: 'n8n-nodes-reelsmith.geminiScript',
	parameters: {
		operation: 'createStoryboard',
		briefFrom: 'text',
		text: '={{ $json.text }}',
		seconds: 8,
		shotSeconds: 4,
		aspectRatio: '16:9',
		videoModel: '',
		style: '',
		output: 'shots',
		options: {},
		wait: 'keepRunning',
		...given,
	},
	more,
});

/** A Veo Video node with its fields at their defaults but for those given. */
export const veo = (given: Parameters = {}, more?: More): Step => ({
	name: 'Veo Video',
	type: 'n8n-nodes-reelsmith.veoVideo',
	parameters: {
		operation: 'generateFromText',
		prompt: '={{ $json.prompt }}',
		model: '',
		seconds: '={{ $json.seconds }}',
		aspectRatio: 'item',
		// Small clips: the stand-in encodes them for real.
		resolution: '360p',
		options: {},
		wait: 'keepRunning',
		attachThumbnail: true,
		...given,
	},
	more,
});

/** A Stitch Video node with its fields at their defaults but for those given. */
export const stitch = (given: Parameters = {}, more?: More): Step => ({
	name: 'Stitch Video',
	type: 'n8n-nodes-reelsmith.stitchVideo',
	parameters: {
		operation: 'stitchItems',
		clip: '={{ $json.asset || $json.job }}',
		title: '={{ $json.title || "Film" }}',
		order: 'items',
		number: '={{ $json.number }}',
		transition: 'item',
		transitionSeconds: 0.5,
		missingShots: 'stop',
		target: 'clips',
		wait: 'keepRunning',
		attachThumbnail: true,
		...given,
	},
	more,
});

/** A Transfer File node; the operation has to be given. */
export const transfer = (given: Parameters, more?: More): Step => ({
	name: 'Transfer File',
	type: 'n8n-nodes-reelsmith.transferFile',
	parameters: {
		asset: '={{ $json.asset }}',
		from: 'drive',
		to: 'drive',
		fileName: '',
		binaryField: 'data',
		wait: 'keepRunning',
		attachThumbnail: true,
		...given,
	},
	more,
});

/** An Edit Media node; fields that are not given have their defaults. */
export const edit = (operation: string, given: Parameters = {}, more?: More): Step => ({
	name: 'Edit Media',
	type: 'n8n-nodes-reelsmith.editMedia',
	parameters: { operation, ...given },
	more,
});

/** An Inspect Media node; fields that are not given have their defaults. */
export const inspect = (operation: string, given: Parameters = {}, more?: More): Step => ({
	name: 'Inspect Media',
	type: 'n8n-nodes-reelsmith.inspectMedia',
	parameters: { operation, ...given },
	more,
});

/** A Reelsmith Job node; the operation has to be given. */
export const job = (given: Parameters, more?: More): Step => ({
	name: 'Reelsmith Job',
	type: 'n8n-nodes-reelsmith.reelsmithJob',
	parameters: { job: '={{ $json.job }}', simplify: true, limit: 50, options: {}, payAgain: false, ...given },
	more,
});
