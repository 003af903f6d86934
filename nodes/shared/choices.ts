import type { INodePropertyOptions } from 'n8n-workflow';

/*
 * Lists of the worker's contract, written out here: nodes may not load the contract itself, only its types. A test
 * compares each with the contract.
 */

/** Shapes of the picture. */
export const ASPECT_RATIOS: INodePropertyOptions[] = [
	{ name: 'Landscape (16:9)', value: '16:9' },
	{ name: 'Portrait (9:16)', value: '9:16' },
	{ name: 'Square (1:1)', value: '1:1' },
	{ name: 'Tall (4:5)', value: '4:5' },
];

/** Sizes of the picture. */
export const RESOLUTIONS: INodePropertyOptions[] = [
	{ name: '360p', value: '360p' },
	{ name: '720p', value: '720p' },
	{ name: '1080p', value: '1080p' },
	{ name: '4K', value: '4k' },
];

/** How one clip leads into the next. */
export const TRANSITIONS: INodePropertyOptions[] = [
	{ name: 'Crossfade', value: 'crossfade' },
	{ name: 'Cut', value: 'cut' },
];

/** Kinds of job. */
export const KINDS: INodePropertyOptions[] = [
	{ name: 'Clip', value: 'clip' },
	{ name: 'Export', value: 'export' },
	{ name: 'Import', value: 'import' },
	{ name: 'Stitch', value: 'stitch' },
	{ name: 'Storyboard', value: 'storyboard' },
];

/** States of a job. */
export const STATUSES: INodePropertyOptions[] = [
	{ name: 'Cancelled', value: 'cancelled' },
	{ name: 'Failed', value: 'failed' },
	{ name: 'Queued', value: 'queued' },
	{ name: 'Running', value: 'running' },
	{ name: 'Succeeded', value: 'succeeded' },
	{ name: 'Unknown', value: 'unknown' },
	{ name: 'Waiting', value: 'waiting' },
];
