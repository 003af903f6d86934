import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type {
	ICredentialType,
	INodeProperties,
	INodePropertyCollection,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { root } from '../../scripts/house/root.ts';

/** n8n's packages and our build are CommonJS: loaded this way, all of them see the one copy of n8n-workflow. */
export const require = createRequire(import.meta.url);

export type PackageJson = { n8n: { nodes: string[]; credentials: string[] } } & Record<string, unknown>;

/** The package's own package.json. */
export const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageJson;

/** Our nodes by type, as n8n loads them: from the files that package.json names. */
export function loadNodes(): Record<string, INodeType> {
	refuseStaleBuild();
	const nodes = packageJson.n8n.nodes.map((path) => instanceOf<INodeType>(path));
	return Object.fromEntries(nodes.map((node) => [`n8n-nodes-reelsmith.${node.description.name}`, node]));
}

/** Our credential types by name. */
export function loadCredentials(): Record<string, ICredentialType> {
	refuseStaleBuild();
	const types = packageJson.n8n.credentials.map((path) => instanceOf<ICredentialType>(path));
	return Object.fromEntries(types.map((type) => [type.name, type]));
}

/** All fields of a node, those inside of collections included. */
export function allFields(description: INodeTypeDescription): INodeProperties[] {
	return description.properties.flatMap(withInner);
}

function withInner(field: INodeProperties): INodeProperties[] {
	return [field, ...innerOf(field).flatMap(withInner)];
}

function innerOf(field: INodeProperties): INodeProperties[] {
	if (field.type === 'collection') return (field.options ?? []) as INodeProperties[];
	if (field.type !== 'fixedCollection') return [];
	return ((field.options ?? []) as INodePropertyCollection[]).flatMap(({ values }) => values);
}

function instanceOf<T>(path: string): T {
	const exported = require(join(root, path)) as Record<string, new () => T>;
	const Type = exported[path.split('/').pop()!.split('.')[0]!];
	if (!Type) throw new Error(`${path} does not export a class of its own name`);
	return new Type();
}

/** Tests of a build that is older than its source would pass or fail for reasons of yesterday. */
function refuseStaleBuild(): void {
	const built = newest(join(root, 'dist'));
	const source = Math.max(
		newest(join(root, 'nodes')),
		newest(join(root, 'credentials')),
		newest(join(root, 'icons')),
	);
	if (built < source)
		throw new Error('dist/ is older than nodes/, credentials/ or icons/: run `npm run build` first');
}

function newest(folder: string): number {
	const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	return Math.max(0, ...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}
