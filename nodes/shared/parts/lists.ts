import type { IDataObject } from 'n8n-workflow';
import type { z } from 'zod';
import type { CaptionLine, Word } from '../../../worker/contract/caption.ts';
import { cleanText, defined } from '../read';
import type { Reader } from '../reader';

/**
 * A list of objects, from an expression or as JSON text; undefined where the field is empty. Throws NodeOperationError
 * by the field's display name.
 */
export function readList(from: Reader, name: string, label: string, hint: string): IDataObject[] | undefined {
	if (from.text(name) === undefined) return undefined;
	const given = from.value(name);
	const list = typeof given === 'string' ? parsed(given) : given;
	const isList = Array.isArray(list) && list.every((entry) => typeof entry === 'object' && entry !== null);
	return isList ? (list as IDataObject[]) : from.refuse(`${label} is not a list`, hint);
}

/** Word times; the names that speech services use (`word`, `start`, `end`) are understood too. */
export function readWords(from: Reader, name: string, label: string): Word[] | undefined {
	const hint = 'It has to be a list such as [{"text": "Hello", "from": 0.2, "to": 0.6}], mostly as an expression.';
	return readList(from, name, label, hint)?.map(wordOf);
}

/** Caption lines with times of their own; `start` and `end` are understood too. What is missing is left to the worker to refuse. */
export function readLines(from: Reader, name: string, label: string): Array<z.input<typeof CaptionLine>> | undefined {
	const hint = 'It has to be a list such as [{"text": "Hello", "from": 0, "to": 1.5}], mostly as an expression.';
	return readList(from, name, label, hint)?.map((entry) => {
		const { from: start, to: end } = wordOf(entry);
		const words = Array.isArray(entry.words) ? (entry.words as IDataObject[]).map(wordOf) : undefined;
		return defined({ text: cleanText(entry.text) ?? '', from: start, to: end, words });
	});
}

function wordOf(entry: IDataObject): Word {
	const { text = entry.word, from = entry.start, to = entry.end } = entry;
	return { text: text as string, from: from as number, to: to as number };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
