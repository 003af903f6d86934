import type { Content, Part } from '@google/genai';
import { Fault } from '../base/errors.ts';
import type { Grant } from '../base/grant.ts';
import type { Storyboard, StoryboardInput } from '../contract/storyboard.ts';
import { fit } from './fit.ts';
import { DIRECTOR, repairOf, termsOf } from './prompt.ts';
import type { Room } from './room.ts';
import { checkStoryboard } from './rules.ts';
import { storyboardSchema } from './schema.ts';
import { askJson } from './text.ts';

/** A brief as text, or as a PDF for Gemini to read itself. */
export type Brief = { text: string } | { pdf: Buffer };
export type Written = { storyboard: Storyboard; model: string; costUsd: number | null };

const DOING = 'writing the storyboard';

/**
 * Has Gemini write a storyboard by the contract's own schema, within the terms of the input: at most
 * `maxShots`, lengths that the video model makes, the wanted total. An answer that does not fit is sent back
 * once with the validator's words; a second one that does not fit is `internal`, which the worker tries once
 * more. Faults: `invalid_input` (the model's rules), `blocked`, and Google's own.
 */
export async function writeStoryboard(
	room: Room,
	input: StoryboardInput,
	brief: Brief,
	grant: Grant,
	signal: AbortSignal,
	progress?: (activity: string) => void,
): Promise<Written> {
	const terms = checkStoryboard(room.catalog, input);
	if ('refusals' in terms) throw refused(terms.refusals);
	const found = room.catalog.text(input.model);
	if ('refusal' in found) throw new Fault('invalid_input', found.refusal);
	const contents: Content[] = [
		{ role: 'user', parts: [...partsOf(brief), { text: termsOf(input, terms.shotSeconds) }] },
	];
	const question = { system: DIRECTOR, contents, schema: storyboardSchema(terms.shotSeconds), doing: DOING };

	progress?.('Writing the storyboard');
	const first = await askJson(room, found.row, question, grant, signal);
	const fitted = fit(first.text, { ...input, shotSeconds: terms.shotSeconds });
	if ('storyboard' in fitted) return { ...fitted, model: found.row.id, costUsd: first.costUsd };

	progress?.('Mending the storyboard');
	const problems = first.cutShort
		? ['It was cut short: write it more briefly.', ...fitted.problems]
		: fitted.problems;
	room.log.info({ problems }, 'a storyboard does not fit and is sent back once');
	contents.push(
		{ role: 'model', parts: [{ text: first.text || '{}' }] },
		{ role: 'user', parts: [{ text: repairOf(problems) }] },
	);
	const second = await askJson(room, found.row, question, grant, signal);
	const mended = fit(second.text, { ...input, shotSeconds: terms.shotSeconds });
	if ('storyboard' in mended) return { ...mended, model: found.row.id, costUsd: plus(first.costUsd, second.costUsd) };
	throw unusable(mended.problems);
}

function partsOf(brief: Brief): Part[] {
	if ('text' in brief) return [{ text: `<brief>\n${brief.text}\n</brief>` }];
	const pdf = { inlineData: { mimeType: 'application/pdf', data: brief.pdf.toString('base64') } };
	return [{ text: 'The brief is this document:' }, pdf];
}

const plus = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b);

const refused = (refusals: { field: string; message: string }[]) =>
	new Fault('invalid_input', refusals.map(({ message }) => message).join(' '), { refusals });

const unusable = (problems: string[]) =>
	new Fault('internal', `Gemini wrote no storyboard that can be used: ${problems.slice(0, 3).join(' ')}`, {
		hint: 'Try again, choose another text model, or make the brief plainer.',
	});
