import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '../base/errors.ts';
import { SECOND } from '../base/time.ts';

/** What one run of a tool may touch and use up. */
export type Confines = {
	/** Files it reads, by absolute path. */
	inputs: string[];
	/** The one folder it writes into, which is also its working directory; null for a run that writes nothing. */
	folder: string | null;
	/** Seconds of processor time, and bytes of the largest file it may write. */
	cpuSeconds: number;
	fileBytes: number;
};

/** A command line ready to spawn, and how the tool sees each input. */
export type Confined = { command: string; args: string[]; cwd: string; inputs: string[] };
export type Sandbox = {
	/** True inside bubblewrap: no network, no files but its own. */
	sandboxed: boolean;
	confine(binary: string, confines: Confines): Confined;
};

/** Address space: x264 does not start below 512 MB; 4 GiB serve one 1080p input many times over, 4k needs more. */
const ADDRESS_BYTES = 8 * 1024 ** 3;
const OPEN_FILES = 256;
/** Lowered priority, so that the worker still answers while every core encodes. */
const NICENESS = '10';
const TRY_SECONDS = 10;
/** Where fontconfig remembers what is in each font: without it every run that draws text looks into all of them. */
const FONT_CACHE = '/var/cache/fontconfig';
/** Where a distribution keeps programs, libraries and fonts; read-only inside. */
const SYSTEM = ['/usr', '/lib', '/lib64', '/bin', '/etc/alternatives', '/etc/fonts', '/etc/ld.so.cache', FONT_CACHE];

/**
 * Finds the strictest way of running a tool that works here: bubblewrap (own namespaces, no network, dies with the
 * worker), else `setpriv --pdeathsig` (dies with the worker), each with `prlimit` and `nice` where they exist.
 * `require` throws `invalid_input` where bubblewrap does not work, as in containers that forbid user namespaces.
 */
export async function openSandbox(mode: 'auto' | 'require' | 'off', binary: string): Promise<Sandbox> {
	const [nice, prlimit, setpriv, bwrap] = await Promise.all(['nice', 'prlimit', 'setpriv', 'bwrap'].map(whichOrNull));
	const outer = nice ? [nice, '-n', NICENESS] : [];
	const dying = setpriv ? [setpriv, '--pdeathsig', 'KILL', '--'] : [];
	const plain = (limits: boolean): Sandbox => ({
		sandboxed: false,
		confine: (tool, confines) => ({
			...split([...outer, ...dying, ...(limits && prlimit ? limited(prlimit, confines) : []), tool]),
			cwd: confines.folder ?? '/',
			inputs: confines.inputs,
		}),
	});
	const walled: Sandbox = {
		sandboxed: true,
		confine: (tool, confines) => ({
			...split([
				...outer,
				bwrap!,
				...walls(tool, confines),
				...(prlimit ? limited(prlimit, confines) : []),
				tool,
			]),
			cwd: '/',
			inputs: confines.inputs.map((_, index) => `/in/${index}`),
		}),
	};
	if (mode !== 'off' && bwrap && (await works(walled, binary))) return walled;
	if (mode === 'require')
		throw new Fault(
			'invalid_input',
			`REELSMITH_SANDBOX=require, but bubblewrap ${bwrap ? 'does not work here' : 'is missing'}`,
			{
				hint: 'Install bubblewrap and allow user namespaces, or set REELSMITH_SANDBOX=auto.',
			},
		);
	for (const limits of [true, false]) if (await works(plain(limits), binary)) return plain(limits);
	return {
		sandboxed: false,
		confine: (tool, { inputs, folder }) => ({ command: tool, args: [], cwd: folder ?? '/', inputs }),
	};
}

/** The absolute path of a program, as a shell finds it; null where it is not on PATH. */
export async function whichOrNull(program: string): Promise<string | null> {
	const asked = promisify(execFile)('/bin/sh', ['-c', 'command -v "$1"', 'sh', program], {
		timeout: TRY_SECONDS * SECOND,
	});
	const found = (await asked.catch(() => null))?.stdout.trim();
	return found ? resolve(found) : null;
}

function walls(tool: string, { inputs, folder }: Confines): string[] {
	const readOnly = [...SYSTEM, dirname(tool)].flatMap((path) => ['--ro-bind-try', path, path]);
	const given = inputs.flatMap((path, index) => ['--ro-bind', path, `/in/${index}`]);
	const own = folder ? ['--bind', folder, '/job', '--chdir', '/job'] : ['--chdir', '/tmp'];
	// No --new-session: the child leads a session of its own already, and a signal to its group has to reach ffmpeg at
	// once, also in the moment before bubblewrap has tied it to its parent.
	return [
		...['--unshare-all', '--die-with-parent', '--clearenv', '--setenv', 'PATH', '/usr/bin'],
		...['--setenv', 'LC_ALL', 'C.UTF-8', ...readOnly, '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
		...given,
		...own,
	];
}

const limited = (prlimit: string, { cpuSeconds, fileBytes }: Confines) => [
	prlimit,
	`--as=${ADDRESS_BYTES}`,
	`--fsize=${Math.ceil(fileBytes)}`,
	`--cpu=${Math.ceil(cpuSeconds)}`,
	`--nofile=${OPEN_FILES}`,
];

const split = ([command, ...args]: string[]) => ({ command: command!, args });

async function works(sandbox: Sandbox, binary: string): Promise<boolean> {
	const tool = await realpath(binary);
	const { command, args, cwd } = sandbox.confine(tool, {
		inputs: [],
		folder: null,
		cpuSeconds: TRY_SECONDS,
		fileBytes: 0,
	});
	return promisify(execFile)(command, [...args, '-hide_banner', '-version'], {
		cwd,
		timeout: TRY_SECONDS * SECOND,
	}).then(
		() => true,
		() => false,
	);
}
