import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { n8nRoot, root } from './places.mjs';
import { run } from './run.mjs';

const TREES = {
	root: { folder: root, what: 'installing the packages of the nodes and the worker (about a minute)' },
	n8n: { folder: n8nRoot, what: 'installing n8n (two to four minutes, 2.2 GB, once)' },
};

/**
 * Installs the packages of a tree exactly as its lockfile says, unless they already lie there. No package's own
 * script runs: what they would bring is either shipped in the packages (Node 24, isolated-vm) or made by us (sqlite3).
 *
 * @param {keyof typeof TREES} tree
 * @param {import('./report.mjs').Report} report
 */
export async function bringPackages(tree, report) {
	const { folder, what } = TREES[tree];
	if (isWhole(folder)) return;
	await report.step(what, async () => {
		const [command, args] = npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
		const options = {
			bound: true,
			cwd: folder,
			env: { NODE_ENV: undefined, npm_config_production: undefined, npm_config_omit: undefined },
		};
		// Twice: a registry that stumbles once is no reason to send a person away.
		await run(command, args, options).catch(() => run(command, args, options));
	});
}

/**
 * Whether node_modules holds what the lockfile asks for. npm writes `node_modules/.package-lock.json` as its very
 * last act (https://docs.npmjs.com/cli/configuring-npm/package-lock-json#hidden-lockfiles), so an installation that
 * was cut off has none, and one of another lockfile names other versions.
 *
 * @param {string} folder
 */
export function isWhole(folder) {
	const wanted = packagesOf(join(folder, 'package-lock.json'));
	const found = packagesOf(join(folder, 'node_modules/.package-lock.json'));
	if (!wanted || !found) return false;
	const agreed = Object.entries(wanted).every(([path, entry]) => {
		if (!path.includes('node_modules/') || entry.link) return true;
		return found[path] ? found[path].version === entry.version : entry.optional === true;
	});
	return agreed && Object.keys(found).every((path) => existsSync(join(folder, path)));
}

/** @param {string} path */
function packagesOf(path) {
	try {
		return JSON.parse(readFileSync(path, 'utf8')).packages;
	} catch {
		return undefined;
	}
}

/**
 * The npm that started us, else the one in PATH.
 *
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
function npm(args) {
	const started = process.env.npm_execpath;
	return started?.endsWith('npm-cli.js') ? [process.execPath, [started, ...args]] : ['npm', args];
}
