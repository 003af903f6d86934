import { Fault } from '../../base/errors.ts';
import type { NumberedShot, Storyboard } from '../../contract/storyboard.ts';
import type { JobKind } from '../kind.ts';

/**
 * Brief in, storyboard out. The text call is an ordinary remembered step, not a guarded payment: a repeat after a
 * crash costs a fraction of a cent, and a question to the user would cost more.
 */
export const storyboard: JobKind<'storyboard'> = {
	queue: 'google',
	check: (input, { google }) => {
		const checked = google.checkStoryboard(input);
		return 'refusals' in checked
			? checked
			: { request: checked, estimateUsd: checked.estimateUsd, basis: checked.basis };
	},
	missing: (input, grant, { google }) =>
		google.missing('text', grant, input.model) ?? (input.driveFile ? google.missing('drive', grant) : null),
	async run(input, { grant, signal, step, progress }, { google }) {
		progress(0.05, 'Reading the brief');
		const brief = input.driveFile
			? await google.drive.readBrief(input.driveFile, grant, signal)
			: { name: null, text: input.text ?? '' };
		if ('text' in brief && brief.text.trim() === '')
			throw new Fault('invalid_input', `the brief "${brief.name}" is empty`, {
				hint: 'Write a few sentences about the film into it.',
			});
		progress(0.2, 'Writing the storyboard');
		const written = await step('write', () => google.text.storyboard(input, brief, grant, signal));
		const shots = numberShots(written.storyboard);
		const seconds = shots.reduce((sum, shot) => sum + shot.seconds, 0);
		return {
			result: { ...written, shots, seconds, aspectRatio: input.aspectRatio, briefName: brief.name },
			costUsd: written.costUsd,
		};
	},
};

/** The shots of all scenes in order, numbered from 1 through the film. */
export function numberShots({ scenes }: Storyboard): NumberedShot[] {
	return scenes
		.flatMap((scene) => scene.shots.map((shot) => ({ ...shot, scene: scene.title })))
		.map((shot, index) => ({ ...shot, number: index + 1 }));
}
