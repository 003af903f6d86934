import { describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { root } from '../scripts/house/root.ts';
import { readConfig } from '../worker/base/config.ts';
import { packageJson, require } from './nodes/package.ts';

/** Comes with eslint and jest, at versions the lockfile holds: nothing is installed for it. */
const yaml = require('js-yaml') as { load(text: string): unknown };

interface Service {
	image: string;
	build?: { context: string; dockerfile: string };
	environment?: Record<string, string>;
	ports?: string[];
	volumes?: string[];
	networks?: string[];
	depends_on?: Record<string, { condition: string }>;
	[key: string]: unknown;
}
interface Compose {
	services: Record<string, Service>;
	volumes: Record<string, unknown>;
	networks: Record<string, { internal?: boolean } | null>;
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]!);
const unique = (names: string[]) => [...new Set(names)].sort();

/** Names of settings as a zod object in a source file lists them. */
const declared = (path: string) => matches(read(path), /^\t([A-Z][A-Z0-9_]+): /gm);
const ofWorker = declared('worker/base/config.ts');
const ofRehearsal = declared('worker/rehearsal/options.ts');
const ofStart = matches(
	['live', 'settings'].map((name) => read(`scripts/start/${name}.ts`)).join('\n'),
	/\b((?:REELSMITH|REHEARSAL|GOOGLE|GEMINI|REDIS|FFMPEG|FFPROBE)_[A-Z0-9_]+)\b/g,
);

const composeText = read('docker-compose.yml');
const compose = yaml.load(composeText) as Compose;
const ofCompose = matches(composeText.replace(/^\s*#.*$/gm, ''), /\$\{([A-Z][A-Z0-9_]*)/g);

const REQUIRED = {
	REELSMITH_DATA: '/data',
	REELSMITH_API_KEYS: `rsk_${'0'.repeat(64)}`,
	REELSMITH_SEAL_KEY: '0'.repeat(64),
};

describe('.env.example', () => {
	const lines = read('.env.example').split('\n');
	const setting = /^#?([A-Z][A-Z0-9_]+)=(.*)$/;
	const shown = lines.flatMap((line, at) => {
		const [, name, value] = setting.exec(line) ?? [];
		return name === undefined ? [] : [{ name, value: value!, off: line.startsWith('#'), sentence: lines[at - 1]! }];
	});

	test('names every setting that the worker, the rehearsal, npm start and Docker Compose read, once, and no other', () => {
		expect(ofWorker.length).toBeGreaterThan(20);
		expect(ofRehearsal.length).toBeGreaterThan(4);
		// COMPOSE_PROFILES is read by Docker Compose itself.
		const all = unique([...ofWorker, ...ofRehearsal, ...ofStart, ...ofCompose, 'COMPOSE_PROFILES']);
		expect(shown.map(({ name }) => name).sort()).toEqual(all);
	});

	test('explains each in one sentence on the line before', () => {
		const sentence = /^# [A-Z0-9].{15,120}\.$/;
		expect(shown.filter((one) => !sentence.test(one.sentence)).map(({ name }) => name)).toEqual([]);
	});

	test('changes nothing when copied as it is', () => {
		const copied = parseEnv(read('.env.example'));
		expect(Object.values(copied).filter(Boolean)).toEqual([]);
		expect(readConfig({ ...copied, ...REQUIRED })).toEqual(readConfig(REQUIRED));
	});

	test('shows what holds by itself: each value given after a # is the one the worker has without it', () => {
		const values = Object.fromEntries(
			shown.filter(({ name, off }) => off && ofWorker.includes(name)).map(({ name, value }) => [name, value]),
		);
		expect(Object.keys(values).length).toBeGreaterThan(8);
		expect(Object.values(values)).not.toContain('');
		expect(readConfig({ ...values, ...REQUIRED })).toEqual(readConfig(REQUIRED));
	});

	test('begins with what a film by Google needs', () => {
		const needed = unique(
			matches(read('scripts/start/live.ts'), /\b((?:REELSMITH_\w+_FOLDER|GEMINI_API_KEY|GOOGLE_\w+))\b/g),
		);
		const first = shown.slice(0, needed.length + 1).map(({ name }) => name);
		expect(first).toEqual(expect.arrayContaining(needed));
	});
});

describe('docker-compose.yml', () => {
	const { n8n, worker, redis, rehearsal } = compose.services as Record<
		'n8n' | 'worker' | 'redis' | 'rehearsal',
		Service
	>;
	const names = (service: Service) => Object.keys(service.environment ?? {});

	test('gives worker and rehearsal only settings that exist', () => {
		expect(names(worker).filter((name) => !ofWorker.includes(name))).toEqual([]);
		expect(names(rehearsal).filter((name) => !ofRehearsal.includes(name))).toEqual([]);
	});

	test('passes every setting of the worker on from .env, but for those that the image decides', () => {
		const image = matches(read('worker/Dockerfile'), /(REELSMITH_\w+)=/g);
		const brought = [...image, 'FFMPEG_PATH', 'FFPROBE_PATH'];
		// Paths on the host, which the container does not see; comments in the file show the way.
		const files = ['GOOGLE_APPLICATION_CREDENTIALS', 'REELSMITH_MODELS_FILE'];
		expect(unique([...names(worker), ...brought, ...files])).toEqual(unique(ofWorker));
		for (const name of files) expect(composeText).toContain(name);
	});

	test('starts a worker whose settings hold, and which calls n8n and is called by its name in the network', () => {
		const env = resolved(worker.environment!, { ...REQUIRED, N8N_ENCRYPTION_KEY: 'x' });
		const config = readConfig({ ...env, REELSMITH_DATA: '/data' });
		expect(config.redisUrl).toBe('redis://redis:6379');
		const n8nSees = resolved(n8n.environment!, { N8N_ENCRYPTION_KEY: 'x' });
		expect(config.callbackOrigins).toContain(new URL(n8nSees.N8N_WEBHOOK_URL!).origin);
		expect(new URL(n8nSees.N8N_WEBHOOK_URL!).hostname).toBe('n8n');
		expect(n8n.networks!.some((network) => worker.networks!.includes(network))).toBe(true);
	});

	test('refuses to start without its secrets, and says how to make each', () => {
		const secrets = matches(composeText, /\$\{(\w+):\?[^}]*openssl rand -hex \d+[^}]*\}/g);
		expect(secrets.sort()).toEqual(['N8N_ENCRYPTION_KEY', 'REELSMITH_API_KEYS', 'REELSMITH_SEAL_KEY']);
	});

	test('opens n8n and the previews of the worker to this machine alone, and nothing else to anybody', () => {
		const open = Object.entries(compose.services).flatMap(([name, { ports }]) =>
			(ports ?? []).map((port) => [name, port]),
		);
		expect(open).toEqual([
			['n8n', '${N8N_BIND:-127.0.0.1}:5678:5678'],
			['worker', '127.0.0.1:8484:8484'],
		]);
		expect(redis.networks).toEqual(['jobs']);
		expect(compose.networks.jobs).toEqual({ internal: true });
	});

	test.each(Object.entries(compose.services))('takes every right from %s that it does not need', (name, service) => {
		expect(service).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
		expect(service.mem_limit).toMatch(/^\d+[mg]$/);
		expect(service.pids_limit).toBeGreaterThan(0);
		expect(service.image).not.toMatch(/:latest$|^[^:]+$/);
		expect(service.privileged).toBeUndefined();
		if (name !== 'n8n')
			expect(service).toMatchObject({ read_only: true, user: expect.stringMatching(/^(node|redis)$/) });
	});

	test('keeps what must not be lost on named volumes', () => {
		for (const { volumes = [] } of Object.values(compose.services))
			for (const volume of volumes) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
		expect(redis.volumes).toEqual(['redis:/data']);
		expect(redis.command).toEqual(
			expect.arrayContaining(['--appendonly', 'yes', '--appendfsync', 'always', 'noeviction']),
		);
	});

	test('waits for health before it starts what depends on it', () => {
		const waits = Object.values(compose.services).flatMap(({ depends_on = {} }) => Object.entries(depends_on));
		expect(waits).toEqual([
			['worker', { condition: 'service_healthy' }],
			['redis', { condition: 'service_healthy' }],
		]);
		expect(read('worker/Dockerfile')).toMatch(/^HEALTHCHECK .*--interval=/m);
		expect(redis.healthcheck).toBeDefined();
	});

	test('stops the worker later than the worker gives up stopping by itself', () => {
		const within = Number(/STOP_WITHIN = (\d+) \* SECOND/.exec(read('worker/main.ts'))?.[1]);
		expect(within).toBeGreaterThan(0);
		expect(parseInt(worker.stop_grace_period as string, 10)).toBeGreaterThan(within);
	});
});

describe.each(['worker/Dockerfile', 'n8n/Dockerfile'])('%s', (path) => {
	const text = read(path);
	const copies = matches(text, /^COPY (?!--from)(.+)$/gm).flatMap((line) => line.split(' ').slice(0, -1));

	test('copies files that exist and that .dockerignore lets through', () => {
		expect(copies.length).toBeGreaterThan(4);
		expect(copies.filter((copied) => !existsSync(join(root, copied)))).toEqual([]);
		const through = matches(read('.dockerignore'), /^!(.+)$/gm);
		const passes = (copied: string) => through.some((kept) => copied === kept || copied.startsWith(`${kept}/`));
		expect(copies.filter((copied) => !passes(copied))).toEqual([]);
	});

	test('has a Node that the packages in it accept', () => {
		const versions = matches(text, /^FROM node:(\d+)/gm).map(Number);
		const { engines } = JSON.parse(read('worker/package.json')) as { engines: { node: string } };
		const least = Number(/^>=(\d+)$/.exec(engines.node)![1]);
		expect(versions.length).toBeGreaterThan(0);
		for (const version of versions) expect(version).toBeGreaterThanOrEqual(least);
	});

	test('names the version of what it builds on, never just the latest', () => {
		for (const image of matches(text, /^FROM (\S+)/gm)) expect(image).toMatch(/^[\w/]+:\d[\w.-]+$/);
	});
});

test('the n8n of Docker is the n8n of npm start', () => {
	const { dependencies } = JSON.parse(read('n8n/package.json')) as { dependencies: { n8n: string } };
	expect(matches(read('n8n/Dockerfile'), /^FROM n8nio\/n8n:(\S+)/gm)).toEqual([dependencies.n8n]);
});

test('the worker’s image does not run as root', () => {
	const users = matches(read('worker/Dockerfile'), /^USER (.+)$/gm);
	expect(users.at(-1)).toBe('node');
});

test('no secret, film or dependency of this machine gets into an image', () => {
	const rules = read('.dockerignore')
		.split('\n')
		.filter((line) => line && !line.startsWith('#'));
	expect(rules[0]).toBe('*');
	expect(rules).not.toContain('!.env');
	expect(rules.indexOf('**/node_modules')).toBeGreaterThan(rules.findLastIndex((rule) => rule.startsWith('!')));
});

describe('.github/workflows', () => {
	interface Steps {
		steps?: Array<{ uses?: string; run?: string }>;
		uses?: string;
		permissions?: Record<string, string>;
	}
	const folder = join(root, '.github/workflows');
	const files = readdirSync(folder).map((name) => [name, yaml.load(read(`.github/workflows/${name}`))] as const);
	const jobsOf = (name: string) => (Object.fromEntries(files)[name] as { jobs: Record<string, Steps> }).jobs;

	test.each(files)(
		'%s says when it runs, may only read by itself, and has steps that do something',
		(_name, workflow) => {
			const { on, permissions, jobs } = workflow as {
				on: object;
				permissions: object;
				jobs: Record<string, Steps>;
			};
			expect(Object.keys(on).length).toBeGreaterThan(0);
			expect(permissions).toEqual({ contents: 'read' });
			for (const job of Object.values(jobs)) {
				expect(Boolean(job.uses) !== Boolean(job.steps?.length)).toBe(true);
				for (const step of job.steps ?? []) expect(Boolean(step.uses) !== Boolean(step.run)).toBe(true);
			}
		},
	);

	test('they call only scripts of package.json and other workflows that exist', () => {
		const jobs = files.flatMap(([name]) => Object.values(jobsOf(name)));
		const runs = jobs.flatMap(({ steps = [] }) => steps.flatMap(({ run }) => (run ? [run] : [])));
		const scripts = Object.keys(packageJson.scripts as object);
		const called = runs.flatMap((run) => matches(run, /\bnpm (?:run )?(test|start|(?<=run )\w+)\b/g));
		expect(called).toContain('test');
		expect(called.filter((script) => !scripts.includes(script))).toEqual([]);
		for (const { uses } of jobs) if (uses) expect(existsSync(join(root, uses))).toBe(true);
	});

	test('a version is published with provenance, by no kept token, only after all checks', () => {
		const { checks, publish } = jobsOf('publish.yml') as Record<string, Steps & { needs?: string }>;
		expect(checks!.uses).toBe('./.github/workflows/checks.yml');
		expect(publish).toMatchObject({ needs: 'checks', permissions: { contents: 'read', 'id-token': 'write' } });
		expect(publish!.steps!.at(-1)!.run).toMatch(/^npm publish .*--provenance/);
		expect(read('.github/workflows/publish.yml')).not.toMatch(/secrets\./);
	});
});

test('the changelog has a chapter for the version of the package', () => {
	expect(read('CHANGELOG.md')).toMatch(new RegExp(`^## ${String(packageJson.version).replaceAll('.', '\\.')}$`, 'm'));
});

/** The environment as Compose hands it over: `${NAME:-default}` and `${NAME:?message}` filled in. */
function resolved(environment: Record<string, string>, given: Record<string, string>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(environment).map(([name, value]) => [
			name,
			String(value).replace(
				/\$\{(\w+):[-?]([^}]*)\}/g,
				(whole, key: string, rest: string) => given[key] ?? (whole.includes(':-') ? rest : ''),
			),
		]),
	);
}
