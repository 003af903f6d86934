import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Fault } from '../base/errors.ts';
import { ModelsView, TextModelView, VideoModelView } from '../contract/models.ts';
import { RETIRED, TEXT_ROWS, TextRow, VIDEO_ROWS, VideoRow } from './models.ts';

/** Either the row or, where there is none, a sentence that says what to use instead. */
export type Found<Row> = { row: Row } | { refusal: string };
export type Catalog = {
	view(): ModelsView;
	/** A video model by id; the default one for undefined. */
	video(id?: string): Found<VideoRow>;
	/** A text model by id; the default one for undefined. */
	text(id?: string): Found<TextRow>;
};

/**
 * The models table as this worker knows it: the built-in rows, with those of the file over them. A row of
 * the file with a known id needs only the fields that differ; a `default: true` of the file wins. Throws
 * `invalid_input` naming the file and every wrong field.
 */
export async function openCatalog(modelsFile?: string): Promise<Catalog> {
	const added = modelsFile ? await readRows(modelsFile) : { video: [], text: [], retired: {} };
	const video = merge(VIDEO_ROWS, added.video, VideoRow, modelsFile);
	const text = merge(TEXT_ROWS, added.text, TextRow, modelsFile);
	const retired = { ...RETIRED, ...added.retired };
	return {
		view: () => ModelsView.parse({ video: video.map((row) => VideoModelView.parse(row)), text: text.map(priced) }),
		video: (id) => find(video, retired, id),
		text: (id) => {
			const found = find(text, retired, id);
			return 'row' in found ? { row: { ...found.row, ...priced(found.row) } } : found;
		},
	};
}

const RowsFile = z.strictObject({
	video: z.array(z.looseObject({ id: z.string().min(1) })).default([]),
	text: z.array(z.looseObject({ id: z.string().min(1) })).default([]),
	retired: z.record(z.string(), z.string()).default({}),
});

async function readRows(file: string): Promise<z.infer<typeof RowsFile>> {
	const hint =
		'REELSMITH_MODELS_FILE names a JSON file of the form {"video": [...], "text": [...], "retired": {...}}.';
	try {
		return RowsFile.parse(JSON.parse(await readFile(file, 'utf8')));
	} catch (cause) {
		const words = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
		throw new Fault('invalid_input', `The models file ${file} cannot be used: ${words}`, { hint, cause });
	}
}

function merge<Row extends { id: string; default: boolean }>(
	built: Row[],
	added: { id: string; default?: unknown }[],
	schema: z.ZodType<Row>,
	file = '',
): Row[] {
	const rows = new Map<string, Row>(built.map((row) => [row.id, row]));
	for (const row of added) {
		const read = schema.safeParse({ ...rows.get(row.id), ...row });
		if (!read.success)
			throw new Fault(
				'invalid_input',
				`The models file ${file} has a wrong row "${row.id}": ${z.prettifyError(read.error)}`,
			);
		rows.set(row.id, read.data);
	}
	const chosen = added.findLast((row) => row.default === true)?.id;
	const all = [...rows.values()].map((row) => (chosen ? { ...row, default: row.id === chosen } : row));
	return all.some((row) => row.default) ? all : all.map((row, index) => ({ ...row, default: index === 0 }));
}

function find<Row extends { id: string; default: boolean }>(
	rows: Row[],
	retired: Record<string, string>,
	id?: string,
): Found<Row> {
	const row = rows.find((candidate) => (id ? candidate.id === id : candidate.default));
	if (row) return { row };
	const successor = Object.hasOwn(retired, id ?? '') ? retired[id ?? ''] : undefined;
	if (successor)
		return { refusal: `"${id}" has been shut down by Google. Use ${successor} instead.${alsoVertex(rows, id)}` };
	return { refusal: `"${id}" is not in the models table. Known are ${rows.map((known) => known.id).join(', ')}.` };
}

/** The Veo preview ids died with the API-key service; the same model lives on Vertex AI under another id. */
function alsoVertex(rows: { id: string }[], id = ''): string {
	const vertex = id.replace(/-(preview|001)$/, '-001').replace(/^veo-[\d.]+/, 'veo-3.1');
	return id.startsWith('veo-') && rows.some((row) => row.id === vertex)
		? ` (With a Google Cloud identity: ${vertex}.)`
		: '';
}

/** A text row as people see it, with the price that holds today. */
function priced({ then, ...row }: TextRow): TextModelView {
	const due = then !== undefined && new Date().toISOString().slice(0, 10) >= then.from;
	return TextModelView.parse(due ? { ...row, ...then, pricedOn: then.from } : row);
}
