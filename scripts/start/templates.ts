import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rest } from '../house/n8n-session.ts';
import {
	importWorkflow,
	readWorkflow,
	updateWorkflow,
	type Credential,
	type WorkflowJson,
	type WorkflowNode,
} from '../house/n8n-workflows.ts';
import { root } from '../house/root.ts';

/** The template that makes the first film. */
const MAIN = 'drive-folder-to-film.json';

export interface Folders {
	/** Drive folder that is watched for briefs. */
	briefs: string;
	/** Drive folder that films are put into. */
	films: string;
}

/** Which field of which node names a Drive folder, and which of the two it is. */
const FOLDER_FIELDS: Array<{ node: string; field: string; is: keyof Folders }> = [
	{ node: 'driveWatchTrigger', field: 'folder', is: 'briefs' },
	{ node: 'transferFile', field: 'folder', is: 'films' },
];

/** The folders of the rehearsal Drive. */
export const REHEARSAL_FOLDERS: Folders = { briefs: 'rehearsal-briefs', films: 'rehearsal-films' };

/** A folder field with one of these was not chosen by the user. */
const UNCHOSEN: unknown[] = ['', ...Object.values(REHEARSAL_FOLDERS)];

/**
 * Puts the templates of `workflows/` into n8n that are not there yet (told by name), with the credential filled in,
 * and fills in the Drive folders wherever the user has not chosen one. Gives the id of the main one.
 */
export async function keepTemplates(rest: Rest, credential: Credential, folders: Folders): Promise<string> {
	const there = await rest<Array<{ id: string; name: string }>>('GET', '/rest/workflows');
	let main = '';
	for (const file of readdirSync(join(root, 'workflows')).filter((name) => name.endsWith('.json'))) {
		const template = JSON.parse(readFileSync(join(root, 'workflows', file), 'utf8')) as WorkflowJson;
		const known = there.find((workflow) => workflow.name === template.name);
		const { id, nodes } = known
			? await readWorkflow(rest, known.id)
			: await importWorkflow(rest, template, credential);
		const filled = nodes.map((node) => withFolders(node, folders));
		if (JSON.stringify(filled) !== JSON.stringify(nodes)) await updateWorkflow(rest, id, { nodes: filled });
		if (file === MAIN) main = id;
	}
	if (!main) throw new Error(`workflows/${MAIN} is missing`);
	return main;
}

function withFolders(node: WorkflowNode, folders: Folders): WorkflowNode {
	const parameters = { ...node.parameters };
	for (const { node: name, field, is } of FOLDER_FIELDS) {
		const asked = node.type.endsWith(`.${name}`) && field in parameters;
		if (asked && UNCHOSEN.includes(idOf(parameters[field])))
			parameters[field] = inForm(parameters[field], folders[is]);
	}
	return { ...node, parameters };
}

/** A field that picks one thing of a list holds an object with the way it was picked; any other holds plain text. */
const isLocator = (value: unknown): value is { value: unknown } =>
	typeof value === 'object' && value !== null && 'value' in value;

const idOf = (value: unknown) => (isLocator(value) ? value.value : value);

const inForm = (present: unknown, id: string) => (isLocator(present) ? { __rl: true, mode: 'id', value: id } : id);
