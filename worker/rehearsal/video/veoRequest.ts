import { z } from 'zod';
import { WireError } from '../wire/errors.ts';
import type { Resolution, VideoModel } from './models.ts';

const Media = z.looseObject({
	bytesBase64Encoded: z.string().optional(),
	gcsUri: z.string().optional(),
	mimeType: z.string().optional(),
});
type Media = z.infer<typeof Media>;

const Body = z.looseObject({
	instances: z
		.array(
			z.looseObject({
				prompt: z.string().optional(),
				image: Media.optional(),
				lastFrame: Media.optional(),
				video: Media.optional(),
				referenceImages: z
					.array(z.looseObject({ image: Media, referenceType: z.string().optional() }))
					.optional(),
			}),
		)
		.length(1, { error: 'Exactly one instance is supported.' }),
	parameters: z
		.looseObject({
			sampleCount: z.int().min(1).max(4).default(1),
			durationSeconds: z
				.number({ error: 'The value type for `durationSeconds` needs to be a number.' })
				.default(8),
			seed: z
				.int()
				.min(0)
				.max(2 ** 32 - 1)
				.optional(),
			aspectRatio: z.enum(['16:9', '9:16']).default('16:9'),
			resolution: z.enum(['720p', '1080p', '4k']).default('720p'),
			generateAudio: z.boolean().default(true),
			storageUri: z.string().startsWith('gs://').optional(),
		})
		.prefault({}),
});

export type VeoRequest = {
	prompt: string;
	seconds: number;
	resolution: Resolution;
	ratio: '16:9' | '9:16';
	seed: number | null;
	samples: number;
	sound: boolean;
	storageUri: string | null;
	note: string;
};

/** Seconds one extension adds to the given video. Source: the Veo page of Vertex AI. */
const EXTENSION_SECONDS = 7;
/** Length assumed for a given video: a single clip. */
const SOURCE_SECONDS = 8;
const MOST_REFERENCES = 3;

/** Checks a predictLongRunning body as Vertex does. Throws a 400 WireError for everything it refuses. */
export function parseVeoRequest(model: VideoModel, given: unknown): VeoRequest {
	const parsed = Body.safeParse(given ?? {});
	if (!parsed.success) throw refuse(parsed.error.issues[0]!.message);
	const { parameters, instances } = parsed.data;
	const instance = instances[0]!;
	const media = [
		instance.image,
		instance.lastFrame,
		instance.video,
		...(instance.referenceImages ?? []).map((one) => one.image),
	];
	media.forEach((one) => one && checkMedia(one));
	if (!instance.prompt && media.every((one) => !one)) throw refuse('A prompt, an image or a video is required.');
	checkLengths(model, parsed.data);
	return {
		prompt: instance.prompt ?? '',
		seconds: instance.video ? SOURCE_SECONDS + EXTENSION_SECONDS : parameters.durationSeconds,
		resolution: parameters.resolution,
		ratio: parameters.aspectRatio,
		seed: parameters.seed ?? null,
		samples: parameters.sampleCount,
		sound: parameters.generateAudio,
		storageUri: parameters.storageUri ?? null,
		note: noteOf(instance),
	};
}

const refuse = (message: string) => new WireError(400, message);

function checkMedia(media: Media): void {
	if ('inlineData' in media)
		throw refuse(
			"`inlineData` isn't supported by this model. Please remove it or refer to the Gemini API documentation.",
		);
	if (!media.bytesBase64Encoded && !media.gcsUri)
		throw refuse('Either `bytesBase64Encoded` or `gcsUri` must be set.');
	if (!media.mimeType) throw refuse('`mimeType` must be set.');
}

function checkLengths(model: VideoModel, { instances, parameters }: z.infer<typeof Body>): void {
	const [instance] = instances;
	const references = instance!.referenceImages?.length ?? 0;
	if (references > 0 && instance!.image) throw refuse('`image` and `referenceImages` cannot be used together.');
	if (references > MOST_REFERENCES) throw refuse(`At most ${MOST_REFERENCES} reference images are supported.`);
	if (model.usdPerSecond[parameters.resolution] === undefined) {
		throw refuse(`Resolution ${parameters.resolution} is not supported by ${model.id}.`);
	}
	const lengths = 'oneOf' in model.seconds ? model.seconds.oneOf : [];
	if (!lengths.includes(parameters.durationSeconds)) {
		throw refuse(
			`Unsupported output video duration ${parameters.durationSeconds} seconds, supported durations are [${lengths.join(',')}] for feature text_to_video.`,
		);
	}
	const longOnly =
		parameters.resolution !== '720p'
			? parameters.resolution
			: references > 0
				? 'reference images'
				: instance!.video
					? 'extension'
					: null;
	if (longOnly && parameters.durationSeconds !== 8) throw refuse(`\`durationSeconds\` must be 8 for ${longOnly}.`);
}

function noteOf(instance: z.infer<typeof Body>['instances'][number]): string {
	if (instance.video) return 'extended from a video';
	if (instance.referenceImages?.length) return `made from ${instance.referenceImages.length} reference images`;
	if (instance.lastFrame) return 'made between two frames';
	return instance.image ? 'animated from an image' : '';
}
