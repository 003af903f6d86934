import type { IDataObject } from 'n8n-workflow';
import { pick } from '../../shared/read';
import { type Found, lookOptions, looks } from './inspect';

/** What of the clip's own fields is true of each of its scenes. */
const FILM_FIELDS = ['asset', 'title', 'briefName', 'fileName', 'aspectRatio'] as const;

/** Where the picture changes at one stroke: one item a scene, or one item with all of them. */
export const detectScenes = looks('scenes', {
	option: {
		name: 'Detect Scenes',
		value: 'detectScenes',
		action: 'Detect scenes of video',
		description: 'Find where one scene ends and the next begins',
	},
	fields: [
		{
			displayName: 'Output',
			name: 'output',
			type: 'options',
			options: [
				{ name: 'One Item', value: 'one', description: 'With a list of the scenes inside' },
				{
					name: 'One Item per Scene',
					value: 'scenes',
					description: 'With from and to, which Stitch Video and Edit Media take',
				},
			],
			default: 'scenes',
			description: 'What comes out of the node',
		},
		lookOptions([
			{
				displayName: 'Change (Percent)',
				name: 'threshold',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 100, numberPrecision: 1 },
				default: 10,
				description: 'How much of the picture must change at once for a new scene; less finds more scenes',
			},
			{
				displayName: 'Pictures',
				name: 'pictures',
				type: 'boolean',
				default: true,
				description: 'Whether a picture of each scene is made',
			},
			{
				displayName: 'Shortest Scene (Seconds)',
				name: 'minSeconds',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 600, numberPrecision: 2 },
				default: 0.6,
				description: 'Shorter ones become part of the scene before',
			},
		]),
	],
	labels: { threshold: 'Change (Percent)', minSeconds: 'Shortest Scene (Seconds)', pictures: 'Pictures' },
	formField: 'output',
	read: (_fields, options) => ({
		threshold: options.number('threshold', 'Change (Percent)'),
		minSeconds: options.number('minSeconds', 'Shortest Scene (Seconds)'),
		pictures: options.flag('pictures'),
	}),
	give: (found, keep, form) => (form === 'one' ? [whole(found, keep)] : scenes(found, keep)),
	pictures: ({ scenes }, form) =>
		form === 'one' ? [scenes[0]?.picture ?? null] : scenes.map(({ picture }) => picture),
});

function whole(found: Found<'scenes'>, keep: IDataObject): IDataObject {
	return { ...keep, clipSeconds: found.seconds, scenes: found.scenes.map((scene) => ({ ...scene })) };
}

/** `number` is then the scene's; that of the shot is called `shot`. */
function scenes(found: Found<'scenes'>, keep: IDataObject): IDataObject[] {
	const shot = keep.number === undefined ? {} : { shot: keep.number };
	const carried = { ...pick(keep, FILM_FIELDS), ...shot, scenes: found.scenes.length };
	return found.scenes.map((scene) => ({ ...carried, ...scene }));
}
