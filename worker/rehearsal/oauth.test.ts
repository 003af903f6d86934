import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { drive } from '@googleapis/drive';
import { Gaxios } from 'gaxios';
import { JWT, UserRefreshClient } from 'google-auth-library';
import { errorOf, testStage } from './testing.ts';

const stage = testStage();
const { privateKey } = generateKeyPairSync('rsa', {
	modulusLength: 2048,
	privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
	publicKeyEncoding: { type: 'spki', format: 'pem' },
});

const person = (refreshToken: string) =>
	new UserRefreshClient({
		clientId: 'id',
		clientSecret: 'secret',
		refreshToken,
		endpoints: { oauth2TokenUrl: `${stage.url()}/token` },
	} as never);

function robot(subject?: string): JWT {
	const transporter = new Gaxios();
	transporter.interceptors.request.add({
		resolved: async (config) => {
			config.url = new URL(String(config.url).replace('https://oauth2.googleapis.com', stage.url()));
			return config;
		},
	});
	const scopes = ['https://www.googleapis.com/auth/drive'];
	return new JWT({
		email: 'robot@film.iam.gserviceaccount.example',
		key: privateKey,
		scopes,
		transporter: transporter as never,
		...(subject ? { subject } : {}),
	});
}

const open = (auth: unknown) => drive({ version: 'v3', auth: auth as never, rootUrl: `${stage.url()}/` });

test('a refresh token is exchanged for an access token that opens the Drive', async () => {
	const auth = person('a refresh token');
	expect((await auth.getAccessToken()).token).toMatch(/^ya29\.rehearsal-/);
	expect((await open(auth).about.get({ fields: 'user(emailAddress)' })).data).toEqual({
		user: { emailAddress: 'you@rehearsal.example' },
	});
});

test('a revoked refresh token is an invalid grant, and so is an ordered one', async () => {
	const error = await errorOf(person('revoked').getAccessToken());
	expect(error.response.data).toEqual({
		error: 'invalid_grant',
		error_description: 'Token has been expired or revoked.',
	});
	await stage.order({ match: { route: 'token' }, fault: { kind: 'http', status: 400, code: 'invalid_grant' } });
	expect((await errorOf(person('fine').getAccessToken())).response.data.error).toBe('invalid_grant');
});

test('a service account signs in, and cannot own files once that is switched on', async () => {
	const create = (auth: JWT, parent: string) =>
		open(auth).files.create({ supportsAllDrives: true, requestBody: { name: 'a.txt', parents: [parent] } });
	expect((await create(robot(), 'rehearsal-films')).status).toBe(200);
	await stage.post('/rehearsal/settings', { serviceAccountsHaveNoStorage: true }, 'PUT');
	const error = await errorOf(create(robot(), 'rehearsal-films'));
	expect([error.status, error.response.data.error.errors[0].reason]).toEqual([403, 'storageQuotaExceeded']);
	expect((await create(robot(), 'rehearsal-shared-films')).status).toBe(200);
	expect((await create(robot('boss@film.example'), 'rehearsal-films')).status).toBe(200);
	await stage.post('/rehearsal/settings', { serviceAccountsHaveNoStorage: false }, 'PUT');
});

test('an assertion that has run out is refused', async () => {
	const claims = Buffer.from(JSON.stringify({ iss: 'a', scope: 'b', exp: 1 })).toString('base64url');
	const body = new URLSearchParams({
		grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
		assertion: `e30.${claims}.x`,
	});
	const answer = await fetch(`${stage.url()}/token`, { method: 'POST', body });
	expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'invalid_grant' }]);
});

test('no secret gets into the journal', async () => {
	await person('a very secret token').getAccessToken();
	await fetch(`${stage.url()}/v1beta/models?key=a-very-secret-key`);
	const written = JSON.stringify(await stage.journal());
	expect(written).toContain('/v1beta/models?key=...');
	expect(written).not.toMatch(/very.secret|"secret"/);
});
