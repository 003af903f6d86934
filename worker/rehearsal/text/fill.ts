import { briefIn, fewWords, sentencesOf } from './prose.ts';
import { planShots, type Limits, type PlannedShot } from './storyboard.ts';
import { normalise, type Schema } from './schema.ts';

/** What a value can be made of: the prompt, the sentence in hand, and the shot it stands for. */
type Context = { text: string; sentences: string[]; at: number; shot: PlannedShot | null; shots: PlannedShot[] | null };

/** Shots in a scene of a made-up storyboard, when the schema leaves it open. */
const SHOTS_IN_A_SCENE = 4;
const MANY = 1000;

/**
 * A JSON document that fits a schema and is made of the prompt's words: the same prompt and schema give the same
 * document. A list called `shots`, alone or inside `scenes`, becomes a storyboard of the brief.
 */
export function fillSchema(given: unknown, text: string): unknown {
	const schema = normalise(given);
	const sentences = sentencesOf(briefIn(text));
	return fill(schema, '', { text, sentences, at: 0, shot: null, shots: null });
}

function fill(schema: Schema, name: string, context: Context): unknown {
	if ('const' in schema) return schema.const;
	if (schema.enum?.length) return chosen(schema, name, context);
	const type = schema.type ?? (schema.properties ? 'object' : 'string');
	if (type === 'object') return object(schema, context);
	if (type === 'array') return array(schema, name, context);
	if (type === 'integer' || type === 'number') return number(schema, name, context);
	if (type === 'boolean') return false;
	return type === 'null' ? null : words(schema, name, context);
}

/** A number is chosen by the shot's length; a word when the prompt quotes it, last one first, or the brief contains it; else the first. */
function chosen({ enum: values = [] }: Schema, name: string, { text, shot }: Context): unknown {
	if (shot && isLength(name)) return values.find((value) => Number(value) === shot.seconds) ?? values[0];
	const strings = values.filter((value): value is string => typeof value === 'string' && value.length > 2);
	const quoted = strings.map((value) => ({ value, at: text.lastIndexOf(`"${value}"`) })).filter(({ at }) => at >= 0);
	if (quoted.length > 0) return quoted.sort((a, b) => b.at - a.at)[0]!.value;
	return strings.find((value) => new RegExp(`\\b${escape(value)}\\b`, 'i').test(briefIn(text))) ?? values[0];
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function object(schema: Schema, context: Context): unknown {
	const entries = Object.entries(schema.properties ?? {});
	return Object.fromEntries(entries.map(([name, property]) => [name, fill(property, name, context)]));
}

function array(schema: Schema, name: string, context: Context): unknown[] {
	if (schema.prefixItems) return schema.prefixItems.map((item, at) => fill(item, name, { ...context, at }));
	const item = schema.items ?? { type: 'string' };
	if (/^scenes?$/i.test(name) && item.properties?.shots) return scenes(schema, item, context);
	if (/^(shots|clips)$/i.test(name)) return shots(schema, item, context);
	const { least, most } = bounds(schema);
	const count = Math.max(least, Math.min(context.shot ? 1 : context.sentences.length, most, 3));
	return Array.from({ length: count }, (_, at) => fill(item, singular(name), { ...context, at: context.at + at }));
}

const singular = (name: string) => name.replace(/s$/, '');
const bounds = ({ minItems = 0, maxItems = MANY }: Schema) => ({ least: minItems, most: maxItems });

function shots(schema: Schema, item: Schema, context: Context): unknown[] {
	const planned = context.shots ?? planShots(context.text, { ...bounds(schema), seconds: secondsOf(item) });
	return planned.map((shot) => fill(item, 'shot', { ...context, shot, at: shot.number - 1 }));
}

function scenes(schema: Schema, item: Schema, context: Context): unknown[] {
	const list = item.properties!.shots!;
	const scene = bounds(schema);
	const inside = bounds(list);
	const limits: Limits = {
		least: Math.max(scene.least, 1) * Math.max(inside.least, 1),
		most: scene.most * inside.most,
		seconds: secondsOf(list.items ?? {}),
	};
	const planned = planShots(context.text, limits);
	const fewest = Math.max(1, scene.least, Math.ceil(planned.length / inside.most));
	const most = Math.min(scene.most, Math.floor(planned.length / Math.max(1, inside.least)));
	const count = Math.max(fewest, Math.min(Math.ceil(planned.length / SHOTS_IN_A_SCENE), most));
	return Array.from({ length: count }, (_, at) => {
		const part = planned.slice(
			Math.floor((at * planned.length) / count),
			Math.floor(((at + 1) * planned.length) / count),
		);
		return fill(item, 'scene', { ...context, shots: part, at: (part[0]?.number ?? 1) - 1 });
	});
}

/** Which lengths the schema of one shot allows. */
function secondsOf(item: Schema): Limits['seconds'] {
	const entry = Object.entries(item.properties ?? {}).find(([name]) => isLength(name))?.[1];
	const listed = (entry?.enum ?? []).map(Number).filter(Number.isFinite);
	if (listed.length > 0) return { oneOf: listed };
	return { min: entry?.minimum ?? 1, max: entry?.maximum ?? 60 };
}

const isLength = (name: string) => /sec|duration|length/i.test(name);

function number(schema: Schema, name: string, { shot, at }: Context): number {
	const wanted = shot && isLength(name) ? shot.seconds : /number|index|order|^n$|^id$/i.test(name) ? at + 1 : 1;
	const low = schema.minimum ?? (schema.exclusiveMinimum === undefined ? -Infinity : schema.exclusiveMinimum + 1);
	const high = schema.maximum ?? (schema.exclusiveMaximum === undefined ? Infinity : schema.exclusiveMaximum - 1);
	const value = Math.max(low, Math.min(wanted, high));
	return schema.multipleOf ? Math.ceil(value / schema.multipleOf) * schema.multipleOf : value;
}

function words(schema: Schema, name: string, context: Context): string {
	const text = formatted(schema.format) ?? byName(name, context);
	const long = schema.minLength ? text.padEnd(schema.minLength, '.') : text;
	return schema.maxLength === undefined ? long : long.slice(0, schema.maxLength);
}

function formatted(format: string | undefined): string | null {
	const made: Record<string, string> = {
		date: '2026-11-21',
		'date-time': '2026-11-21T10:00:00Z',
		time: '10:00:00Z',
		email: 'you@rehearsal.example',
		uri: 'https://rehearsal.example/',
		uuid: '00000000-0000-4000-8000-000000000001',
	};
	return (format && made[format]) ?? null;
}

/** What a field is likely to want, judged by its name. */
function byName(name: string, { shot, sentences, at, text, shots }: Context): string {
	const sentence = shot?.words ?? shots?.[0]?.words ?? sentences[at % sentences.length]!;
	if (/^(title|name|headline|heading)$/i.test(name))
		return capital(fewWords(shots || shot ? sentence : (titleIn(text) ?? sentences[0]!), 6));
	if (/logline|summary|synopsis|description/i.test(name) && !shot) return `${sentences.slice(0, 2).join('. ')}.`;
	if (/caption|subtitle|overlay|label/i.test(name)) return shot?.caption ?? fewWords(sentence, 6);
	if (/narrat|voice|script|dialog|speech/i.test(name)) return shot?.narration ?? `${sentences.join('. ')}.`;
	if (/hashtag/i.test(name)) return `#${(sentence.match(/\p{L}{4,}/u)?.[0] ?? 'film').toLowerCase()}`;
	if (/tag|keyword/i.test(name)) return (sentence.match(/\p{L}{4,}/gu) ?? ['film'])[at % 3]?.toLowerCase() ?? 'film';
	if (/language|locale/i.test(name)) return 'en';
	if (shot && /prompt|visual|description|action|video|text/i.test(name)) return shot.prompt;
	return sentence;
}

const titleIn = (text: string) =>
	(/(?:^|\n)[\s#]*title\s*:\s*(.+)/i.exec(briefIn(text)) ?? /(?:^|\n)#+\s+(.+)/.exec(briefIn(text)))?.[1]?.trim() ??
	null;
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
