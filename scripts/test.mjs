import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, state } from './setup/places.mjs';
import { node24, setup } from './setup.mjs';
import { endMarked } from './test/leftovers.mjs';
import { addUp, closingLine, readSummary } from './test/summary.mjs';

const bin = (path) => join(root, 'node_modules', path);

/** Each counts as one check beside the tests. */
const CHECKS = [
	{ name: 'types of the nodes', args: [bin('typescript/bin/tsc'), '-p', 'tsconfig.json', '--noEmit'] },
	{ name: 'types of the tests', args: [bin('typescript/bin/tsc'), '-p', 'tsconfig.test.json'] },
	{ name: 'types of the worker', args: [bin('typescript/bin/tsc'), '-p', 'worker/tsconfig.json'] },
	{ name: 'lint', args: [bin('eslint/bin/eslint.js'), '.'] },
	{ name: 'formatting', args: [bin('prettier/bin/prettier.cjs'), '--check', '.', '--log-level', 'warn'] },
];

/** Each end-to-end file starts an n8n of its own and waits for it often: two at a time fill two cores. */
const SUITES = [
	{ name: 'worker and nodes', args: ['--selectProjects', 'worker', 'nodes'] },
	{ name: 'end to end', args: ['--selectProjects', 'e2e', '--maxWorkers', '2'] },
];

/** jest ends within a second of its last test unless something is still open. */
const LINGER_MS = 20_000;

const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', bin('jest/bin/jest.js')];

/**
 * `npm test`: brings what is missing, then type-checks, lints, builds and runs every suite under Node 24; closes with
 * one line that sums everything up. With arguments (`npm test -- worker/media`) they go to jest, and only the tests run.
 */
async function main(args) {
	await setup({ needs: ['media', 'browser', 'n8n', 'nodes'] });
	const run = randomUUID();
	const parts = args.length ? [] : await sequence(CHECKS, (check) => runCheck(check, run));
	parts.push(
		...(await (args.length
			? sequence([{ name: 'chosen tests', args }], (suite) => runSuite(suite, run))
			: sequence(SUITES, (suite) => runSuite(suite, run)))),
	);
	const left = endMarked(run);
	if (left.length) console.log(`\nStill running after the tests and ended now:\n${left.join('\n')}`);
	const sum = addUp(parts);
	for (const failure of parts.flatMap((part) => part.failures)) console.log(`✗ ${failure}`);
	console.log(`\n${closingLine(sum)}`);
	return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

async function runCheck({ name, args }, run) {
	console.log(`\n── ${name}`);
	const code = await node(args, run);
	return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0, failures: code === 0 ? [] : [name] };
}

async function runSuite({ name, args }, run) {
	console.log(`\n── tests: ${name}`);
	const outputFile = join(state, 'tests', `${name.replaceAll(' ', '-')}.json`);
	mkdirSync(dirname(outputFile), { recursive: true });
	rmSync(outputFile, { force: true });
	const done = () => existsSync(outputFile);
	const code = await node([...JEST, '--json', `--outputFile=${outputFile}`, ...args], run, {
		stdout: 'ignore',
		done,
	});
	return readSummary(name, code, () => JSON.parse(readFileSync(outputFile, 'utf8')));
}

/**
 * Runs Node 24 with a mark in its environment by which everything it starts is found again. When `done` says that its
 * work is written down and it stays all the same (a test has left a socket open), it is ended.
 */
async function node(args, run, { stdout = 'inherit', done = () => false } = {}) {
	const path = node24();
	const colours = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
	const env = {
		...process.env,
		...colours,
		PATH: `${dirname(path)}:${process.env.PATH}`,
		// jest sets this for itself; the lint rules of n8n would take every file for a test of theirs.
		NODE_ENV: undefined,
		REELSMITH_RUN: run,
	};
	const child = spawn(path, args, { cwd: root, env, stdio: ['ignore', stdout, 'inherit'] });
	const stop = (signal) => child.kill(signal);
	process.on('SIGINT', stop).on('SIGTERM', stop);
	let late;
	const watch = setInterval(() => {
		if (done()) late ??= setTimeout(() => child.kill('SIGKILL'), LINGER_MS);
	}, 1_000);
	const code = await new Promise((resolve) => {
		child.once('exit', (status, signal) => resolve(status ?? (signal === 'SIGKILL' && done() ? 0 : 1)));
	});
	clearInterval(watch);
	clearTimeout(late);
	process.off('SIGINT', stop).off('SIGTERM', stop);
	return code;
}

async function sequence(list, act) {
	const done = [];
	for (const one of list) done.push(await act(one));
	return done;
}

main(process.argv.slice(2)).then(
	(code) => process.exit(code),
	(error) => {
		console.error(`\n${error.message}`);
		process.exit(1);
	},
);
