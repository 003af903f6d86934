import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, type WorkflowJson } from './house/house.ts';

/**
 * A template of workflows/ with fields of its nodes set, as a person sets them after the import: node name → fields.
 * Everything else stays as it is shipped.
 */
export function readTemplate(file: string, set: Record<string, Record<string, unknown>> = {}): WorkflowJson {
	const template = JSON.parse(readFileSync(join(root, 'workflows', file), 'utf8')) as WorkflowJson;
	const names = template.nodes.map(({ name }) => name);
	const strange = Object.keys(set).filter((name) => !names.includes(name));
	if (strange.length) throw new Error(`${file} has no node ${strange.join(', ')}`);
	const nodes = template.nodes.map((node) => ({ ...node, parameters: { ...node.parameters, ...set[node.name] } }));
	return { ...template, nodes };
}

/** The value of a field that holds a Drive folder, as the field's list or its "By ID" mode stores it. */
export const folder = (id: string) => ({ __rl: true, mode: 'id', value: id });
