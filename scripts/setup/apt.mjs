import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { run, SetupError, which, works } from './run.mjs';

/** What must be there, by the need it serves: how to see that it is, and the Debian package that brings it. */
const PROGRAMS = [
	{ need: 'media', package: 'ffmpeg', there: () => which('ffmpeg') && which('ffprobe') },
	{ need: 'media', package: 'redis-server', there: () => which('redis-server') },
	{
		need: 'media',
		package: 'fonts-dejavu-core',
		there: () => existsSync('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'),
	},
	{
		need: 'browser',
		package: 'chromium',
		there: () => which('chromium') ?? which('chromium-browser') ?? which('google-chrome'),
	},
];

/**
 * Good to have: a cage for ffmpeg, and captions in other scripts than Latin (12 MB to load), in Chinese, Japanese and
 * Korean (57 MB), emoji (1 MB), and of every other sign at least a plain form (2 MB). Without them everything still
 * works, and texts that no font draws are refused by name.
 */
const WELCOME = [
	{ need: 'media', package: 'bubblewrap', there: () => which('bwrap') },
	{ need: 'media', package: 'fontconfig', there: () => which('fc-list') },
	{
		need: 'media',
		package: 'fonts-noto-core',
		there: () => existsSync('/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf'),
	},
	{
		need: 'media',
		package: 'fonts-noto-cjk',
		there: () => existsSync('/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc'),
	},
	{
		need: 'media',
		package: 'fonts-symbola',
		there: () => existsSync('/usr/share/fonts/truetype/ancient-scripts/Symbola_hint.ttf'),
	},
	{
		need: 'media',
		package: 'fonts-unifont',
		there: () => existsSync('/usr/share/fonts/opentype/unifont/unifont_upper.otf'),
	},
];

const COMPILER = [
	{ need: 'n8n', package: 'python3', there: () => which('python3') },
	{ need: 'n8n', package: 'make', there: () => which('make') },
	{ need: 'n8n', package: 'g++', there: () => which('g++') ?? which('c++') },
];

/** Another apt may hold the lock for as long as an unattended upgrade takes. */
const LOCK_PATIENCE_S = 600;

/** Debian's way to say that no package may start its service (https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt). */
const POLICY = '/usr/sbin/policy-rc.d';
const OUR_POLICY = '#!/bin/sh\n# Written by the set-up of Reelsmith for the time of one installation.\nexit 101\n';

/**
 * Brings the programs that are not npm packages: ffmpeg, redis-server, fonts, and Chromium for tests.
 *
 * @param {string[]} needs
 * @param {import('./report.mjs').Report} report
 */
export async function bringPrograms(needs, report) {
	const missing = PROGRAMS.filter((program) => needs.includes(program.need) && !program.there()).map(
		(program) => program.package,
	);
	if (missing.length) await install(missing, report);
	const welcome = WELCOME.filter((program) => needs.includes(program.need) && !program.there()).map(
		(program) => program.package,
	);
	if (welcome.length && mayInstall()) {
		await install(welcome, report).catch((error) =>
			report.log(`    going on without ${welcome.join(' and ')}: ${error.message.split('\n')[0]}`),
		);
	}
}

/** @param {import('./report.mjs').Report} report */
export async function bringCompiler(report) {
	const missing = COMPILER.filter((program) => !program.there()).map((program) => program.package);
	if (missing.length) await install(missing, report);
}

const mayInstall = () => process.getuid?.() === 0 && Boolean(which('apt-get'));

/**
 * @param {string[]} packages
 * @param {import('./report.mjs').Report} report
 */
async function install(packages, report) {
	if (!mayInstall())
		throw new SetupError(`Please install what is missing and start again:\n\n  ${commandFor(packages)}\n`);
	await report.step(`installing ${packages.join(', ')} from Debian's packages`, async () => {
		const brings = packages.includes('redis-server');
		const undo = brings ? forbidServices() : () => {};
		try {
			// Finishes what an installation that was cut off has left half done.
			await patiently('dpkg', ['--configure', '-a']);
			await patiently('apt-get', ['-o', 'Acquire::Retries=3', 'update']);
			await patiently('apt-get', [
				'-o',
				'Acquire::Retries=3',
				'-o',
				`DPkg::Lock::Timeout=${LOCK_PATIENCE_S}`,
				'install',
				'-y',
				'--no-install-recommends',
				...packages,
			]);
		} finally {
			undo();
		}
		// With systemd it would come up at the next boot: the worker brings its own Redis and needs none of the system's.
		if (brings && existsSync('/run/systemd/system')) works('systemctl', ['disable', '--now', 'redis-server']);
	});
}

/** Says no to the start of services while packages are installed, unless this machine has a policy of its own. */
function forbidServices() {
	const leftover = existsSync(POLICY) && readFileSync(POLICY, 'utf8') === OUR_POLICY;
	if (existsSync(POLICY) && !leftover) return () => {};
	writeFileSync(POLICY, OUR_POLICY, { mode: 0o755 });
	const undo = () => rmSync(POLICY, { force: true });
	process.once('exit', undo);
	return undo;
}

/**
 * Runs a command of apt's, and again for as long as somebody else holds apt's lock.
 *
 * @param {string} command
 * @param {string[]} args
 */
async function patiently(command, args) {
	const end = Date.now() + LOCK_PATIENCE_S * 1000;
	for (;;) {
		try {
			return await run(command, args, { env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' } });
		} catch (error) {
			if (
				!/could not get lock|lock.*held|is another process using it|was locked by another/i.test(
					error.message,
				) ||
				Date.now() > end
			)
				throw error;
			await pause(3_000);
		}
	}
}

/** @param {string[]} packages */
function commandFor(packages) {
	if (which('apt-get'))
		return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
	if (which('brew'))
		return `brew install ${packages.map((name) => ({ 'redis-server': 'redis' })[name] ?? name).join(' ')}`;
	return `${packages.join(', ')} (with this system's own package manager)`;
}
