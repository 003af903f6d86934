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

/** How one shot may lead into the next, as far as a storyboard chooses. */
export const SHOT_TRANSITIONS: INodePropertyOptions[] = [
	{ name: 'Crossfade', value: 'crossfade' },
	{ name: 'Cut', value: 'cut' },
	{ name: 'Fade Through Black', value: 'fadeblack' },
];

/** How a clip of another shape fills the picture. */
export const FITS: INodePropertyOptions[] = [
	{ name: 'Bars of a Colour', value: 'pad', description: 'All of the clip is seen, with bars beside it' },
	{
		name: 'Blurred Background',
		value: 'blur',
		description: 'All of the clip is seen, before a blurred copy of itself',
	},
	{ name: 'Crop', value: 'crop', description: 'The clip fills the picture; what stands over is cut off' },
];

/** Where a logo sits. */
export const CORNERS: INodePropertyOptions[] = [
	{ name: 'Bottom Left', value: 'bottom-left' },
	{ name: 'Bottom Right', value: 'bottom-right' },
	{ name: 'Top Left', value: 'top-left' },
	{ name: 'Top Right', value: 'top-right' },
];

/** How captions come with a film. */
export const CAPTION_MODES: INodePropertyOptions[] = [
	{ name: 'None', value: 'none' },
	{ name: 'Soft', value: 'soft', description: 'A track that the player can switch on and off; costs nothing' },
	{
		name: 'Burned In',
		value: 'burned',
		description: 'Part of the picture, seen everywhere; what carries captions is encoded',
	},
	{ name: 'Both', value: 'both', description: 'Part of the picture, and a track besides' },
];

/** What captions look like. */
export const CAPTION_STYLES: INodePropertyOptions[] = [
	{ name: 'Box', value: 'box', description: 'White on a dark box' },
	{ name: 'Karaoke', value: 'karaoke', description: 'Each word lights up when it is said' },
	{ name: 'Plain', value: 'plain', description: 'White with an outline' },
];

/** Where captions stand. */
export const CAPTION_PLACES: INodePropertyOptions[] = [
	{ name: 'Bottom', value: 'bottom' },
	{ name: 'Middle', value: 'middle' },
	{ name: 'Top', value: 'top' },
];

/** What becomes of the frames of a clip behind a transition. */
export const JOINTS: INodePropertyOptions[] = [
	{ name: 'Encode (Plays Everywhere)', value: 'encoded' },
	{
		name: 'Copy, Hidden Frames (Faster)',
		value: 'hidden',
		description: 'Frames that the copied ones need stay in the file for an instant each; a few players show them',
	},
];

/** Files of sound. */
export const AUDIO_FORMATS: INodePropertyOptions[] = [
	{ name: 'AAC', value: 'aac', description: 'Small, plays everywhere; copied as it is where the clip has AAC' },
	{ name: 'MP3', value: 'mp3', description: 'Small, for old players' },
	{ name: 'WAV', value: 'wav', description: 'Large, nothing lost' },
];

/** Kinds of job. */
export const KINDS: INodePropertyOptions[] = [
	{ name: 'Clip', value: 'clip' },
	{ name: 'Edit', value: 'edit' },
	{ name: 'Export', value: 'export' },
	{ name: 'Import', value: 'import' },
	{ name: 'Inspect', value: 'inspect' },
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
