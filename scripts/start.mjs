import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { hold } from './setup/lock.mjs';
import { home, root } from './setup/places.mjs';
import { boundToUs } from './setup/run.mjs';
import { node24, setup } from './setup.mjs';

/** Brings what is missing, then hands over to `start/main.ts` under Node 24 and ends as that ends. */
async function start() {
	const holder = hold('start', home);
	if (typeof holder === 'number')
		throw new Error(
			`Reelsmith already runs from this folder (process ${holder}). End that one first, with Ctrl-C.`,
		);
	await setup();
	const args = [
		'--disable-warning=ExperimentalWarning',
		join(root, 'scripts/start/main.ts'),
		...process.argv.slice(2),
	];
	// Killed hard, this process must not leave servers behind.
	const [program, ...rest] = boundToUs(node24(), args);
	const child = spawn(program, rest, { stdio: 'inherit', cwd: root });
	// The terminal sends Ctrl-C to the child as well; it stops its servers, and then we end.
	process.on('SIGINT', () => {});
	for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'));
	return await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

start().then(
	(code) => process.exit(code),
	(error) => {
		console.error(`\n${error.message}`);
		process.exit(1);
	},
);
