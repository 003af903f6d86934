import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { node24 } from './node24.mjs';
import { root } from './places.mjs';
import { run } from './run.mjs';

/** Everything dist/ is made of. */
const SOURCES = ['nodes', 'credentials', 'icons', 'worker/contract', 'package.json', 'tsconfig.json', 'gulpfile.js'];

/**
 * Builds the nodes into dist/ when their sources are others than those dist/ was made of.
 *
 * @param {import('./report.mjs').Report} report
 */
export async function buildNodes(report) {
	const stamp = join(root, 'dist/.fingerprint');
	const key = fingerprint();
	if (read(stamp) === key && declared().every((file) => existsSync(join(root, file)))) return;
	await report.step('building the nodes', async () => {
		const node = node24();
		const env = { PATH: `${dirname(node)}:${process.env.PATH}` };
		rmSync(join(root, 'dist'), { recursive: true, force: true });
		await run(node, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'], {
			bound: true,
			cwd: root,
			env,
		});
		await run(node, [join(root, 'node_modules/gulp/bin/gulp.js'), 'build'], { bound: true, cwd: root, env });
		writeFileSync(stamp, key);
	});
}

/** Files that n8n will look for. */
function declared() {
	const { n8n } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	return [...n8n.nodes, ...n8n.credentials];
}

function fingerprint() {
	const hash = createHash('sha256');
	for (const file of SOURCES.flatMap(filesBelow))
		hash.update(`${file}\0`)
			.update(readFileSync(join(root, file)))
			.update('\0');
	return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
	const full = join(root, path);
	if (!existsSync(full)) return [];
	if (/\.\w+$/.test(path)) return [path];
	const entries = readdirSync(full, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
	return entries.flatMap((entry) =>
		entry.isDirectory() ? filesBelow(`${path}/${entry.name}`) : [`${path}/${entry.name}`],
	);
}

/** @param {string} path */
function read(path) {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return undefined;
	}
}
