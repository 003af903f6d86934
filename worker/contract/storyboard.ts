import { z } from 'zod';
import type { Transition } from './transition.ts';
import { AspectRatio } from './vocabulary.ts';

/** How one shot may lead into the next, as far as a storyboard chooses; a stitch knows more (`transition.ts`). */
export const ShotTransition = z.enum(['cut', 'crossfade', 'fadeblack']) satisfies z.ZodType<Transition>;

/** One camera take: what one paid model call makes. */
export const Shot = z.object({
	prompt: z.string().min(1).describe('What the camera sees and hears, in one continuous take, in English'),
	narration: z.string().describe('What a narrator says over this shot; empty when nobody speaks'),
	caption: z.string().describe('A caption of at most eight words; empty when there is none'),
	seconds: z.int().min(1).max(60).describe('Length of the shot in whole seconds'),
	transition: ShotTransition.describe('How the shot before this one leads into it'),
});
export type Shot = z.infer<typeof Shot>;

export const Scene = z.object({
	title: z.string().min(1).describe('Place and moment of the scene'),
	shots: z.array(Shot).min(1).max(20),
});

/** The plan of a film: ordered scenes, each with its shots. */
export const Storyboard = z.object({
	title: z.string().min(1).describe('Title of the film'),
	logline: z.string().describe('The film in one sentence'),
	scenes: z.array(Scene).min(1).max(30),
});
export type Storyboard = z.infer<typeof Storyboard>;

/** A shot as it leaves the storyboard: with its place in the film. */
export const NumberedShot = Shot.extend({
	/** Counts from 1 through the whole film. */
	number: z.int().positive(),
	scene: z.string(),
});
export type NumberedShot = z.infer<typeof NumberedShot>;

export const StoryboardInput = z
	.object({
		/** The brief itself; or the Drive file that holds it. */
		text: z.string().trim().min(1).max(200_000).optional(),
		driveFile: z.string().trim().min(1).optional(),
		model: z.string().min(1).optional(),
		/** Wanted length of the whole film. */
		seconds: z.int().min(1).max(3600).default(32),
		/** Wanted length of each shot; the video model's own lengths otherwise. */
		shotSeconds: z.int().min(1).max(60).optional(),
		/** The video model that will make the clips: its clip lengths bind the shots. */
		videoModel: z.string().min(1).optional(),
		aspectRatio: AspectRatio.default('16:9'),
		language: z.string().max(60).default(''),
		style: z.string().max(2000).default(''),
		transition: ShotTransition.default('cut'),
		/** A hard limit: no storyboard has more shots, so no batch of clips costs more. */
		maxShots: z.int().min(1).max(200).default(20),
	})
	.refine((input) => (input.text === undefined) !== (input.driveFile === undefined), {
		message: 'give the brief either as text or as a Drive file',
		path: ['text'],
	});
export type StoryboardInput = z.infer<typeof StoryboardInput>;

export const StoryboardResult = z.object({
	storyboard: Storyboard,
	shots: z.array(NumberedShot),
	/** Sum of the shots' seconds. */
	seconds: z.number(),
	aspectRatio: AspectRatio,
	/** Where the brief came from: the Drive file's name, or null for text. */
	briefName: z.string().nullable(),
	model: z.string(),
	costUsd: z.number().nullable(),
});
export type StoryboardResult = z.infer<typeof StoryboardResult>;
