import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The folder of the pinned n8n. */
export const n8nRoot = join(root, 'n8n');

/** What set-up leaves on this machine: never committed, free to delete while nothing runs. */
export const state = join(root, '.reelsmith');

/** Where `npm start` keeps its data: the same folder unless REELSMITH_HOME names another. */
export const home = resolve(process.env.REELSMITH_HOME || state);
