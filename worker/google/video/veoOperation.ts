import { Fault } from '../../base/errors.ts';

type Filtered = { raiMediaFilteredCount?: number; raiMediaFilteredReasons?: string[] };
type Video = { gcsUri?: string; bytesBase64Encoded?: string; uri?: string };

/** A Veo operation as it stands on the wire; the older form nests everything one level deeper. */
export type VeoOperation = {
	name?: string;
	done?: boolean;
	error?: { code?: number; message?: string };
	response?: Filtered & {
		videos?: Video[];
		generatedSamples?: { video?: Video }[];
		generateVideoResponse?: Filtered & { generatedSamples?: { video?: Video }[] };
	};
};

export type VeoVerdict = { state: 'pending' } | { state: 'done'; data?: string; gcsUri?: string };

/** google.rpc.Code (https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto) of ends that the sender can mend. */
const INVALID_ARGUMENT = 3;
const CANCELLED = 1;

/** Words with which a Veo error tells of a filter: it comes as code 3 with prose, not with a code of its own. */
const FILTER_WORDS = /safety|responsible ai|usage guidelines|content polic|prohibited|violat/i;

/**
 * What a Veo operation means for the clip. Bad ends throw: `blocked` with Google's reasons wherever in the
 * answer they stand, `invalid_input`, `cancelled`, or `media` for a fault of Veo's and for "done" without a clip.
 */
export function veoVerdict(seen: VeoOperation): VeoVerdict {
	if (!seen.done) return { state: 'pending' };
	if (seen.error) throw failure(seen.error);
	const response = seen.response ?? {};
	const nested = response.generateVideoResponse ?? {};
	const samples = response.generatedSamples ?? nested.generatedSamples ?? [];
	const videos = response.videos ?? samples.flatMap((sample) => sample.video ?? []);
	const video = videos.find((one) => one.bytesBase64Encoded || one.gcsUri || one.uri);
	if (video) {
		const gcsUri = video.gcsUri ?? video.uri;
		return {
			state: 'done',
			...(video.bytesBase64Encoded && { data: video.bytesBase64Encoded }),
			...(gcsUri && { gcsUri }),
		};
	}
	const reasons = response.raiMediaFilteredReasons ?? nested.raiMediaFilteredReasons ?? [];
	const count = response.raiMediaFilteredCount ?? nested.raiMediaFilteredCount ?? 0;
	if (count > 0 || reasons.length) throw blocked(reasons.length ? reasons : ['filtered without a stated reason']);
	throw new Fault('media', 'Veo finished without making a video.', { hint: 'Submit this shot again.' });
}

function failure({ code, message = '' }: { code?: number; message?: string }): Fault {
	if (FILTER_WORDS.test(message)) return blocked([message]);
	if (code === CANCELLED) return new Fault('cancelled', 'The clip was cancelled at Google.');
	if (code === INVALID_ARGUMENT) return new Fault('invalid_input', `Veo refused the request: ${message}`);
	return new Fault('media', `Veo could not make the clip (code ${code}): ${message}`, {
		hint: 'Submit this shot again; if it fails once more, simplify its prompt.',
	});
}

const blocked = (reasons: string[]) =>
	new Fault('blocked', 'Google’s safety filter blocked the clip.', {
		reasons,
		hint: 'Google says that a filtered clip is not charged. Change the prompt and submit this shot again.',
	});
