import { expect, test } from '@jest/globals';
import type { ICredentialDataDecryptedObject, ICredentialType, IHttpRequestOptions } from 'n8n-workflow';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { root } from '../scripts/house/root.ts';
import { makeEngine, useDiskBinaries } from './nodes/engine.ts';
import { loadCredentials } from './nodes/package.ts';
import { job } from './nodes/steps.ts';

const type = loadCredentials().reelsmithApi!;
type Authenticate = (
	data: ICredentialDataDecryptedObject,
	request: IHttpRequestOptions,
) => Promise<IHttpRequestOptions>;
const headersFor = async (data: ICredentialDataDecryptedObject) =>
	(await (type.authenticate as Authenticate)(data, { url: 'http://worker/v1/me', headers: { 'x-own': '1' } }))
		.headers;

test('every secret of the credential is a password field', () => {
	const hidden = type.properties.filter(({ typeOptions }) => typeOptions?.password).map(({ name }) => name);
	expect(hidden).toEqual(['apiKey', 'geminiApiKey', 'googleIdentitySecret']);
});

test('the credential has its icon in the build, a page about it, and a test against the worker', () => {
	const { light, dark } = type.icon as { light: string; dark: string };
	for (const icon of [light, dark])
		expect(existsSync(join(root, 'dist/credentials', icon.replace('file:', '')))).toBe(true);
	expect(readFileSync(join(root, 'dist/credentials', light.replace('file:', '')), 'utf8')).toContain('<svg');
	expect(type.documentationUrl).toMatch(/^https:/);
	expect((type as ICredentialType).test?.request.url).toBe('/v1/me');
});

test('only what was filled in goes into the headers, without blanks around it', async () => {
	expect(await headersFor({ apiKey: ' rsk_1 ', geminiApiKey: '', googleIdentitySecret: '' })).toEqual({
		'x-own': '1',
		authorization: 'Bearer rsk_1',
	});
	expect(await headersFor({ apiKey: 'a', geminiApiKey: 'g ' })).toMatchObject({ 'x-reelsmith-gemini-key': 'g' });
});

test('an identity file travels on one line of ASCII and means the same', async () => {
	const identity = {
		type: 'service_account',
		project_id: 'größe-é-日本',
		private_key: '-----BEGIN-----\nabc\n-----END-----\n',
	};
	const pasted = JSON.stringify(identity, null, 2);
	const header = String(
		(await headersFor({ apiKey: 'a', googleIdentitySecret: pasted }))!['x-reelsmith-google-identity'],
	);
	expect(header).toMatch(/^[\x20-\x7e]+$/);
	expect(JSON.parse(header)).toEqual(identity);
});

test.each(['{"type": ', '"text"', '[]', 'C:\\key.json'])(
	'an identity that is no JSON object is refused by the field’s name: %s',
	async (pasted) => {
		await expect(headersFor({ apiKey: 'a', googleIdentitySecret: pasted })).rejects.toThrow(
			'The field "Google Identity (JSON)"',
		);
	},
);

type Fault = { message: string; description?: string; failure?: { cause: string } };
async function faultAt(baseUrl: string, more: Record<string, string> = {}): Promise<Fault> {
	await useDiskBinaries();
	const run = await makeEngine({ baseUrl, apiKey: 'x', ...more }).run({ steps: [job({ operation: 'getAll' })] });
	return run.data.resultData.error as unknown as Fault;
}

test('a worker that is not there is told with its address and the way out', async () => {
	const fault = await faultAt('http://127.0.0.1:9');
	expect(fault.message).toBe('No answer from the Reelsmith worker at http://127.0.0.1:9 [Item 0]');
	expect(fault.description).toContain('nobody listens there');
	expect(fault.failure).toEqual({ cause: 'temporarily-unavailable' });
});

test('a Worker URL that is no address is told by the field’s name', async () => {
	expect((await faultAt('worker.example.com')).message).toBe(
		'The field "Worker URL" of the Reelsmith credential is not an address',
	);
});

test('an unreadable identity is told before anything is sent', async () => {
	expect((await faultAt('http://127.0.0.1:9', { googleIdentitySecret: '{' })).message).toContain(
		'Google Identity (JSON)',
	);
});

test('something else that listens at the Worker URL is told apart from the worker', async () => {
	const server = createServer((_request, response) =>
		response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>It works!</h1>'),
	);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	try {
		const fault = await faultAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
		expect(fault.message).toBe('The Worker URL answered with status 404 [Item 0]');
		expect(fault.description).toContain('Something other than the Reelsmith worker');
	} finally {
		server.close();
	}
});
