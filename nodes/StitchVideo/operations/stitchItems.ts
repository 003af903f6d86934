import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { JobView } from '../../../worker/contract/job.ts';
import type { StitchResult } from '../../../worker/contract/timeline.ts';
import type { Operation } from '../../shared/operation';
import { assetFacts, filmFacts } from '../../shared/output';
import { cleanNumber, defined, readText } from '../../shared/read';
import { cardSection, cardsLabels, readCards } from './cards';
import { clipField, clipLabels, readClips, transitionFields } from './clips';
import { captionFields, extraLabels, fileSection, logoSection, readFile, readOverlays } from './extras';
import { inOrder, orderFields } from './order';
import { pictureLabels, pictureSection, readPicture, targetFields } from './picture';
import { narrationField, readSound, soundLabels, soundSection } from './sound';

const titleField: INodeProperties = {
	displayName: 'Title',
	name: 'title',
	type: 'string',
	default: '={{ $json.title || "Film" }}',
	description: 'Title of the film, also its file name; taken from the first item',
};

const gapsField: INodeProperties = {
	displayName: 'If Shots Are Missing',
	name: 'missingShots',
	type: 'options',
	options: [
		{ name: 'Make the Film Without Them', value: 'goOn' },
		{ name: 'Stop', value: 'stop' },
	],
	default: 'stop',
	description: 'What to do when the storyboard had more shots than clips have come, say because one was blocked',
};

/** Makes one film of all items: their clips on a timeline, in order, with all that a film can have. */
export const stitchItems: Operation<'stitch'> = {
	option: {
		name: 'Stitch Items',
		value: 'stitchItems',
		action: 'Stitch items into a film',
		description: 'Join the clips of all items into one film',
	},
	fields: [
		clipField,
		titleField,
		...orderFields,
		...transitionFields,
		gapsField,
		...targetFields,
		narrationField,
		...captionFields,
		soundSection,
		cardSection,
		pictureSection,
		logoSection,
		fileSection,
	],
	kind: 'stitch',
	together: true,
	pictured: true,
	labels: {
		title: 'Title',
		missing: 'If Shots Are Missing',
		...clipLabels,
		...pictureLabels,
		...cardsLabels,
		...soundLabels,
		...extraLabels,
	},
	ask: (ctx, items) => {
		const missing = ctx.getNodeParameter('missingShots', 0) === 'stop' ? undefined : ('leaveOut' as const);
		if (!missing) refuseGaps(ctx, items);
		const [first = 0] = items;
		const order = inOrder(ctx, items);
		const timeline = {
			clips: readClips(ctx, order),
			...readPicture(ctx, first),
			...readCards(ctx, first),
			...readSound(ctx, first),
			...readOverlays(ctx, first),
		};
		const title = readText(ctx, 'title', first);
		return {
			input: defined({ timeline, title, missing, ...readFile(ctx, first) }),
			keep: defined({ title, briefName: ctx.getInputData()[first]?.json.briefName }),
			order,
		};
	},
	give: (job, keep) => [filmItem(job, keep)],
};

/** A film without one of its shots looks finished; so the count that the storyboard gave every item is held against what came. */
function refuseGaps(ctx: IExecuteFunctions, items: number[]): void {
	const all = ctx.getInputData();
	const wanted = cleanNumber(all[0]?.json.shots);
	if (!wanted || items.length >= wanted) return;
	const there = new Set(items.map((item) => all[item]?.json.number));
	const missing = Array.from({ length: wanted }, (_, index) => index + 1).filter((number) => !there.has(number));
	throw new NodeOperationError(ctx.getNode(), `The film would lack shot ${missing.join(', ')} of ${wanted}`, {
		description:
			'The storyboard has more shots than clips have come. Look at what became of them, or set If Shots Are Missing to make the film without them. Clips that were made are kept.',
	});
}

function filmItem(job: JobView, keep: IDataObject): IDataObject {
	const { asset, report } = job.result as StitchResult;
	return { ...keep, ...assetFacts(asset), stitch: filmFacts(report), job: job.id };
}
