import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/house/root.ts';
import { packageJson } from './nodes/package.ts';

const sources = ['nodes', 'credentials'].flatMap((folder) =>
	readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts'))
		.map((file) => [join(folder, file), readFileSync(join(root, folder, file), 'utf8')] as const),
);

test('package.json has what n8n’s verification asks for', () => {
	expect(packageJson.name).toMatch(/^n8n-nodes-[a-z0-9-]+$/);
	expect(packageJson.keywords).toContain('n8n-community-node-package');
	expect(packageJson).toMatchObject({
		license: 'MIT',
		peerDependencies: { 'n8n-workflow': '*' },
		n8n: { n8nNodesApiVersion: 1, strict: true },
	});
	for (const field of ['version', 'description', 'author', 'homepage', 'repository'])
		expect(packageJson[field]).toBeTruthy();
	for (const field of ['dependencies', 'overrides']) expect(packageJson[field]).toBeUndefined();
	const scripts = packageJson.scripts as Record<string, string>;
	for (const name of ['prepare', 'preinstall', 'install', 'postinstall', 'prepublish'])
		expect(scripts[name]).toBeUndefined();
});

test('every file that package.json names for n8n is built, and every node and credential of the source is named', () => {
	const named = [...packageJson.n8n.nodes, ...packageJson.n8n.credentials];
	expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
	const written = sources.map(([path]) => path).filter((path) => /\.(node|credentials)\.ts$/.test(path));
	expect(written.map((path) => `dist/${path.replace(/\.ts$/, '.js')}`).sort()).toEqual([...named].sort());
});

test('the tarball holds compiled nodes, credentials, icons and codex files, and no test, source or worker code', () => {
	const listing = JSON.parse(
		execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
			cwd: root,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		}),
	) as Array<{ files: Array<{ path: string }> }>;
	const files = listing[0]!.files.map(({ path }) => path);
	const allowed =
		/^(dist\/(nodes|credentials)\/.*\.(js|json)|dist\/icons\/.*\.svg|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
	expect(files.filter((path) => !allowed.test(path))).toEqual([]);
	expect(files).toEqual(expect.arrayContaining(packageJson.n8n.nodes));
});

test('nodes and credentials load nothing of the worker at run time, and nothing but n8n-workflow from outside', () => {
	for (const [path, text] of sources) {
		const imports = [...text.matchAll(/^import (type )?[^;]*? from '([^']+)';/gms)];
		for (const [, type, from] of imports) {
			if (from!.includes('worker/')) expect([path, from, type]).toEqual([path, from, 'type ']);
			else if (!from!.startsWith('.'))
				expect([path, ['n8n-workflow', 'zod'].includes(from!)]).toEqual([path, true]);
			if (from === 'zod') expect([path, type]).toEqual([path, 'type ']);
		}
	}
	const compiled = readdirSync(join(root, 'dist/nodes'), { recursive: true, encoding: 'utf8' }).filter((file) =>
		file.endsWith('.js'),
	);
	for (const file of compiled)
		expect(readFileSync(join(root, 'dist/nodes', file), 'utf8')).not.toMatch(/require\("(\.\.\/)+worker/);
});

test('no comment in nodes or credentials switches a rule of the linter off', () => {
	expect(sources.filter(([, text]) => text.includes('eslint-disable')).map(([path]) => path)).toEqual([]);
});
