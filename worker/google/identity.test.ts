import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { DRIVE_SCOPE, identityClient, openIdentities, parseIdentity } from './identity.ts';
import { openGoogle } from './index.ts';
import { openOrigins } from './origins.ts';
import { calm, configFor, faultOf } from './testing.ts';

/** Writes down all that arrives, raw. Gives tokens; answers everything else with nothing. */
let server: Server;
let url: string;
let heard: string[] = [];
let folder: string;
beforeAll(async () => {
	server = createServer(async (request, response) => {
		let body = '';
		for await (const piece of request) body += String(piece);
		heard.push(`${request.method} ${request.url}\n${request.rawHeaders.join('\n')}\n\n${body}`);
		const token = request.url === '/token';
		response.writeHead(token ? 200 : 404, { 'content-type': 'application/json' });
		response.end(
			token
				? '{"access_token":"ya29.fresh","expires_in":3599,"token_type":"Bearer"}'
				: '{"error":{"code":404,"message":"none"}}',
		);
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	folder = await mkdtemp(join(tmpdir(), 'reelsmith-identity-'));
});
afterAll(async () => {
	server.close();
	await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
	heard = [];
});

const { privateKey } = generateKeyPairSync('rsa', {
	modulusLength: 2048,
	privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
	publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const SERVICE = {
	type: 'service_account',
	client_email: 'robot@s3cret-project.example',
	private_key: privateKey,
	project_id: 's3cret-project',
};
const PERSON = {
	type: 'authorized_user',
	client_id: 's3cret-client',
	client_secret: 's3cret-word',
	refresh_token: 's3cret-refresh',
};

describe('a rehearsal', () => {
	test('sends no real secret, whatever the grant and the worker’s own identity hold', async () => {
		for (const name of ['GOOGLE_API_KEY', 'GOOGLE_CLOUD_PROJECT']) process.env[name] = 's3cret-environment';
		process.env.GOOGLE_GENAI_USE_VERTEXAI = 'true';
		process.env.GOOGLE_GEMINI_BASE_URL = process.env.GOOGLE_VERTEX_BASE_URL = 'http://s3cret.example';
		const identityFile = join(folder, 'identity.json');
		await writeFile(identityFile, JSON.stringify(SERVICE));
		const config = { ...configFor(url), geminiKey: 's3cret-own-key', identityFile, project: undefined };
		const google = await openGoogle(config, { log: pino({ level: 'silent' }), waits: { backoff: 1 } });
		const grant = { geminiKey: 's3cret-grant-key', googleIdentity: JSON.stringify(PERSON) };
		for (const model of ['gemini-omni-1.2-flash', 'veo-3.1-generate-001']) {
			const checked = google.checkClip({ prompt: 'x', model });
			if ('request' in checked) await faultOf(google.video.start(checked.request, grant, calm()));
		}
		await faultOf(google.drive.describe('x', grant, calm()));
		await faultOf(google.drive.download('x', grant, join(folder, 'x'), calm()));
		expect(heard.length).toBeGreaterThanOrEqual(4);
		expect(heard.join('\n')).not.toMatch(/s3cret|BEGIN PRIVATE/);
		expect(google.missing('drive', {})).toBeNull();
	});

	test('turns every address that Google names to the stand-in', () => {
		const { trusted } = openOrigins(url);
		expect(trusted('https://www.googleapis.com/upload/x?a=1', url)).toBe(`${url}/upload/x?a=1`);
	});
});

describe('a service account', () => {
	test('signs a request for a token, which goes to the address that is set', async () => {
		const client = identityClient(parseIdentity(JSON.stringify(SERVICE)), DRIVE_SCOPE, `${url}/token`);
		const headers = await client.getRequestHeaders();
		expect(headers.get('authorization')).toBe('Bearer ya29.fresh');
		const assertion = new URLSearchParams(heard[0]?.split('\n\n')[1]).get('assertion') ?? '';
		const claims = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString()) as object;
		expect(claims).toMatchObject({ iss: SERVICE.client_email, scope: DRIVE_SCOPE });
	});
});

describe('identities', () => {
	test('of a grant go before the worker’s own, and a token is asked for once', async () => {
		const identities = await openIdentities({ geminiKey: 'own', tokenUrl: `${url}/token` });
		expect(identities.geminiKey({ geminiKey: 'brought' })).toBe('brought');
		expect(identities.geminiKey({})).toBe('own');
		const grant = { googleIdentity: JSON.stringify(PERSON) };
		await identities.google(grant, DRIVE_SCOPE).getRequestHeaders();
		await identities.google(grant, DRIVE_SCOPE).getRequestHeaders();
		expect(heard).toHaveLength(1);
		await identities.google(grant, DRIVE_SCOPE, 'anew').getRequestHeaders();
		expect(heard).toHaveLength(2);
	});

	test.each([['not json'], ['{"type":"service_account"}'], ['{"type":"external_account"}'], ['{"client_id":"x"}']])(
		'that cannot be used (%s) are refused without being repeated',
		async (text) => {
			const identities = await openIdentities({});
			const fell = await faultOf((async () => identities.google({ googleIdentity: text }, DRIVE_SCOPE))());
			expect(fell.code).toBe('unauthorized');
			expect(fell.message).not.toContain(text);
		},
	);

	test('that are missing are named with the way out', async () => {
		const google = await openGoogle(configFor(), { log: pino({ level: 'silent' }) });
		expect(google.missing('text', {})).toMatchObject({
			code: 'unauthorized',
			hint: expect.stringMatching(/GEMINI_API_KEY/),
		});
		expect(google.missing('video', {})?.message).toMatch(/Gemini API key/);
		expect(google.missing('video', {}, 'veo-3.1-generate-001')?.message).toMatch(
			/Veo 3\.1 needs a Google identity/,
		);
		expect(
			google.missing('video', { googleIdentity: JSON.stringify(PERSON) }, 'veo-3.1-generate-001')?.message,
		).toMatch(/project/);
		expect(google.missing('video', { googleIdentity: JSON.stringify(SERVICE) }, 'veo-3.1-generate-001')).toBeNull();
		expect(google.missing('drive', {})?.hint).toMatch(/service account/);
		expect(google.missing('text', { geminiKey: 'k' })).toBeNull();
	});
});

test('outside a rehearsal an address is followed only within Google’s own domains', () => {
	const { trusted, gemini } = openOrigins();
	expect(trusted('/download/x', gemini)).toBe('https://generativelanguage.googleapis.com/download/x');
	expect(() => trusted('https://googleapis.com.evil.example/x', gemini)).toThrow(/not its own/);
	expect(() => trusted('http://www.googleapis.com/x', gemini)).toThrow(/not its own/);
});
