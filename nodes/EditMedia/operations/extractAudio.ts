import type { EditInput } from '../../../worker/contract/edit.ts';
import { AUDIO_FORMATS } from '../../shared/choices';
import { edits } from './edit';

type Format = Extract<EditInput, { operation: 'audio' }>['format'];

/** The sound of a video as a file of its own. */
export const extractAudio = edits('audio', {
	option: {
		name: 'Extract Audio',
		value: 'extractAudio',
		action: 'Extract audio of video',
		description: 'Make a sound file of the sound of a video',
	},
	fields: [
		{
			displayName: 'Format',
			name: 'format',
			type: 'options',
			options: AUDIO_FORMATS,
			default: 'aac',
			description: 'Which kind of file it becomes',
		},
	],
	labels: { format: 'Format' },
	pictured: false,
	read: (fields) => ({ format: fields.text('format') as Format | undefined }),
});
