import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { bringCompiler } from './apt.mjs';
import { node24, packagedNode } from './node24.mjs';
import { n8nRoot } from './places.mjs';
import { run, SetupError, works } from './run.mjs';

/**
 * n8n keeps its data in SQLite, whose binding is compiled here: its own install script would fetch a binary from
 * outside npm. It speaks N-API, so the headers of any Node will do (https://nodejs.org/api/n-api.html).
 *
 * @param {import('./report.mjs').Report} report
 */
export async function bringSqlite(report) {
	const node = node24();
	if (loads(node)) return;
	await bringCompiler(report);
	await report.step('compiling SQLite for n8n (about a minute)', async () => {
		const args = [nodeGyp(), 'rebuild', '--release', '-j', 'max', `--nodedir=${headers()}`];
		// node-gyp asks for `node` by name.
		const env = { PATH: `${dirname(node)}:${process.env.PATH}` };
		await run(node, args, { bound: true, cwd: join(n8nRoot, 'node_modules/sqlite3'), env });
	});
	if (!loads(node))
		throw new SetupError('SQLite was compiled but does not load; please remove n8n/node_modules and start again.');
}

/** @param {string} node */
const loads = (node) => works(node, ['-e', "new (require('sqlite3').Database)(':memory:').close()"], { cwd: n8nRoot });

/** The newest node-gyp at hand, npm's own or n8n's: old ones do not know new Pythons. */
function nodeGyp() {
	const npm = process.env.npm_execpath ? [resolve(process.env.npm_execpath, '../../node_modules/node-gyp')] : [];
	const beside = resolve(process.execPath, '../../lib/node_modules/npm/node_modules/node-gyp');
	const found = [...npm, beside, join(n8nRoot, 'node_modules/node-gyp')].filter((folder) =>
		existsSync(join(folder, 'package.json')),
	);
	const newest = found.sort((a, b) => major(b) - major(a))[0];
	if (!newest)
		throw new SetupError(
			'No node-gyp was found to compile SQLite with; it comes with npm: please install npm again.',
		);
	return join(newest, 'bin/node-gyp.js');
}

/** @param {string} folder */
const major = (folder) => Number.parseInt(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version, 10);

function headers() {
	const configured = process.env.npm_config_nodedir;
	const places = [
		packagedNode(),
		...(configured ? [configured] : []),
		resolve(process.execPath, '../..'),
		'/usr',
		'/usr/local',
	];
	const found = places.find((place) => existsSync(join(place, 'include/node/node_api.h')));
	if (found) return found;
	throw new SetupError(
		'No Node headers (include/node) were found to compile SQLite with; they come with Node’s own packages.',
	);
}
