import { execa } from 'execa';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Fault } from '../base/errors.ts';
import { SECOND } from '../base/time.ts';
import { diskFull } from './disk.ts';
import { openSandbox, whichOrNull, type Sandbox } from './sandbox.ts';

/** A file in an argument list, by absolute path: the sandbox decides what the tool sees it as. */
export type InputFile = { input: string };
export type Argument = string | InputFile;

export type Run = {
	args: Argument[];
	/** The one folder it writes into; outputs are named relative to it. */
	folder?: string;
	/** Names the clip or piece in an error, for people. */
	about: string;
	/** Seconds until it is given up, and bytes of the largest file it may write. */
	seconds: number;
	fileBytes?: number;
	signal: AbortSignal;
	/** Hears the frames and the seconds of output done so far. */
	progress?: (done: { frames: number; seconds: number }) => void;
};

/** What a run printed (of ffmpeg's own words complaints alone), and the processor seconds that ffmpeg says it used. */
export type Ran = { stdout: string; stderr: string; cpuSeconds: number };

export type Tools = {
	ffmpegPath: string;
	sandbox: Sandbox;
	/** Runs ffmpeg; resolves on exit 0 alone, which proves nothing about what it wrote: check that. */
	ffmpeg(run: Run): Promise<Ran>;
	/** Runs ffprobe; resolves with what it printed. */
	ffprobe(run: Run): Promise<Ran>;
};

/**
 * ffmpeg tells its processor time at the level of information (nobody else can: the system loses count of it in
 * namespaces), so it talks, every line marked with its level, and all but complaints is dropped.
 */
const QUIET = ['-hide_banner', '-nostdin', '-v', 'level+info', '-benchmark'];
/** Time between the polite signal and the one that cannot be refused. ffmpeg ends 20 ms after SIGTERM. */
const GRACE = 2 * SECOND;
const MOST_STDOUT = 256 * 1024 * 1024;
const OUT_OF_MEMORY = 'ffmpeg was killed, probably for lack of memory';
const KEPT_STDERR = 16 * 1024;

/**
 * Opens the only two programs the worker ever spawns for media. Throws `invalid_input` where one is missing or the
 * sandbox that was asked for does not work.
 */
export async function openTools(options: {
	ffmpeg: string;
	ffprobe: string;
	sandbox: 'auto' | 'require' | 'off';
}): Promise<Tools> {
	const [ffmpeg, ffprobe] = [
		await locate(options.ffmpeg, 'FFMPEG_PATH'),
		await locate(options.ffprobe, 'FFPROBE_PATH'),
	];
	const sandbox = await openSandbox(options.sandbox, ffmpeg);
	return {
		ffmpegPath: ffmpeg,
		sandbox,
		ffmpeg: (run) => spawn(sandbox, ffmpeg, { ...run, args: [...QUIET, ...run.args] }),
		ffprobe: (run) => spawn(sandbox, ffprobe, { ...run, args: ['-hide_banner', '-v', 'error', ...run.args] }),
	};
}

async function locate(program: string, setting: string): Promise<string> {
	const path = await whichOrNull(program);
	if (path) return realpath(path);
	throw new Fault('invalid_input', `${program} is not on this machine`, {
		hint: `Install ffmpeg (on Debian: apt install ffmpeg) or point ${setting} to it.`,
	});
}

/**
 * One run in a process group of its own, nothing on stdin. The caller's signal, the deadline and too much output end
 * the group: SIGTERM, and SIGKILL after a grace. Throws the signal's reason when aborted, `media` for everything else.
 */
async function spawn(sandbox: Sandbox, binary: string, run: Run): Promise<Ran> {
	run.signal.throwIfAborted();
	const files = run.args.flatMap((argument) => (typeof argument === 'string' ? [] : [resolve(argument.input)]));
	const { command, args, cwd, inputs } = sandbox.confine(binary, {
		inputs: files,
		folder: run.folder === undefined ? null : resolve(run.folder),
		cpuSeconds: run.seconds * 4,
		fileBytes: run.fileBytes ?? 0,
	});
	const seen = inputs.values();
	const own = run.args.map((argument) => (typeof argument === 'string' ? argument : `file:${seen.next().value}`));
	const child = execa(command, [...args, ...own], {
		cwd,
		stdin: 'ignore',
		detached: true,
		buffer: false,
		reject: false,
		extendEnv: false,
		env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
	});
	const stop = stopper(child.pid);
	const heard = listen(child, run.progress, () => stop('printed too much'));
	const cancel = () => stop('cancelled');
	run.signal.addEventListener('abort', cancel, { once: true });
	const timer = setTimeout(() => stop(`took longer than ${Math.round(run.seconds)} s`), run.seconds * SECOND);
	const { exitCode, signal, cause } = await child;
	clearTimeout(timer);
	run.signal.removeEventListener('abort', cancel);
	const why = stop.done();
	run.signal.throwIfAborted();
	const ran = heard();
	// ffmpeg calls it a success when it could not write the last of what it had.
	if (exitCode === 0 && !why && !isDiskFull(ran.stderr)) return ran;
	throw failure(run.about, why ?? endedBy(signal, exitCode), ran.stderr, { exitCode, cause });
}

const isDiskFull = (stderr: string) => /No space left on device|Disk quota exceeded/.test(stderr);

/** Signals in words. Inside bubblewrap a signal arrives as exit code 128 + its number (signal(7)). */
const ENDINGS: Record<string, { number: number; words: string }> = {
	SIGXFSZ: { number: 25, words: 'it became larger than anything planned' },
	SIGXCPU: { number: 24, words: 'it took more processor time than anything planned' },
	SIGSEGV: { number: 11, words: 'ffmpeg crashed on it' },
	SIGABRT: { number: 6, words: 'ffmpeg gave up on it' },
	SIGKILL: { number: 9, words: OUT_OF_MEMORY },
};

function endedBy(signal: string | undefined, exitCode: number | undefined): string | null {
	const ending = Object.entries(ENDINGS).find(([name, { number }]) => name === signal || exitCode === 128 + number);
	return ending ? ending[1].words : signal ? `ffmpeg was ended by ${signal}` : null;
}

/**
 * A run that never reached the tool is our own trouble, a full disk or too little memory the machine's, and may pass;
 * everything else that the tool refuses is the file's.
 */
function failure(
	about: string,
	why: string | null,
	stderr: string,
	facts: { exitCode?: number; cause: unknown },
): Fault {
	const { exitCode, cause } = facts;
	if (isDiskFull(stderr)) return diskFull(cause);
	if (why === OUT_OF_MEMORY) return new Fault('unavailable', `${about}: ${why}`, { cause });
	if (!why && (exitCode === undefined || /^(bwrap|prlimit|setpriv|nice):/m.test(stderr)))
		return new Fault('internal', `ffmpeg could not be started: ${briefly(stderr)}`, { cause });
	return new Fault('media', `${about}: ${why ?? briefly(stderr)}`, { cause });
}

/** Ends a process group once, and remembers why. */
function stopper(pid: number | undefined) {
	let reason: string | null = null;
	let killer: NodeJS.Timeout | undefined;
	const signal = (name: NodeJS.Signals) => {
		try {
			if (pid) process.kill(-pid, name);
		} catch {
			// The group is gone already: nothing is left to end.
		}
	};
	const stop = (why: string) => {
		if (reason) return;
		reason = why;
		signal('SIGTERM');
		killer = setTimeout(() => signal('SIGKILL'), GRACE);
	};
	stop.done = () => {
		clearTimeout(killer);
		return reason;
	};
	return stop;
}

type Child = ReturnType<typeof execa>;

function listen(child: Child, progress: Run['progress'], tooMuch: () => void) {
	const printed: Buffer[] = [];
	let bytes = 0;
	const words = complaints();
	child.stdout?.on('data', (data: Buffer) => {
		if (progress) return progress(progressIn(data.toString('latin1')));
		bytes += data.length;
		if (bytes > MOST_STDOUT) return tooMuch();
		printed.push(data);
	});
	child.stderr?.on('data', (data: Buffer) => words.hear(data.toString()));
	return () => ({ stdout: Buffer.concat(printed).toString(), ...words.end() });
}

/** A level's mark on a line, and the line that tells the processor time. */
const LEVEL = /\[(quiet|panic|fatal|error|warning|info|verbose|debug|trace)\] ?/;
const COMPLAINTS = ['panic', 'fatal', 'error'];
const BENCHMARK = /bench: utime=([\d.]+)s stime=([\d.]+)s/;

/** Sorts what a program says: complaints are kept, without their mark, and lines without one, say of the sandbox. */
function complaints() {
	let [kept, rest, cpuSeconds] = ['', '', 0];
	const sort = (line: string) => {
		const level = LEVEL.exec(line)?.[1];
		const [, user, system] = BENCHMARK.exec(line) ?? [];
		if (user) cpuSeconds = Number(user) + Number(system);
		else if (!level || COMPLAINTS.includes(level))
			kept = `${kept}${line.replace(LEVEL, '')}\n`.slice(0, KEPT_STDERR);
	};
	return {
		hear(text: string) {
			const lines = (rest + text).split(/[\r\n]+/);
			rest = lines.pop()!.slice(-KEPT_STDERR);
			for (const line of lines) if (line) sort(line);
		},
		end() {
			if (rest) sort(rest);
			rest = '';
			return { stderr: kept, cpuSeconds };
		},
	};
}

/** The last `frame=` and `out_time_us=` of what `-progress pipe:1` wrote; 0 for what it did not say. */
function progressIn(text: string): { frames: number; seconds: number } {
	const last = (key: string) => Number([...text.matchAll(new RegExp(`${key}=\\s*(\\d+)`, 'g'))].at(-1)?.[1] ?? 0);
	return { frames: last('frame'), seconds: last('out_time_us') / 1e6 };
}

/** Lines that say only that something failed, not what. */
const EMPTY_WORDS =
	/^(Fontconfig error|Conversion failed!|Error while filtering|Failed to inject frame|Error initializing output|Nothing was written|Error marking filters)/i;
const LONGEST_LINE = 200;

/** One line of what ffmpeg complained about, without memory addresses and paths. */
export function briefly(stderr: string): string {
	const lines = stderr
		.split('\n')
		.map((line) =>
			line
				.replace(/\[[^\]]*@ 0x[0-9a-f]+\]\s*/g, '')
				.replace(/file:\S+?: /g, '')
				.trim(),
		)
		.filter((line) => line && !EMPTY_WORDS.test(line));
	return (lines[0] ?? 'ffmpeg failed without a word').slice(0, LONGEST_LINE);
}
