import { UserError } from 'n8n-workflow';
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';

/**
 * Where the worker is, the API key it knows, and the Google identities it may use for this person's jobs. Identities
 * travel in headers of every request; the worker seals them and deletes them when the job ends.
 */
export class ReelsmithApi implements ICredentialType {
	name = 'reelsmithApi';

	displayName = 'Reelsmith API';

	icon: Icon = { light: 'file:../icons/reelsmith.svg', dark: 'file:../icons/reelsmith.dark.svg' };

	documentationUrl = 'https://github.com/reelsmith/n8n-nodes-reelsmith#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Worker URL',
			name: 'baseUrl',
			type: 'string',
			default: 'http://127.0.0.1:8484',
			required: true,
			placeholder: 'e.g. https://worker.example.com',
			description:
				'Address of your Reelsmith worker as n8n reaches it. In Docker, use the name of the service, not localhost.',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'One of the API keys that the worker was started with',
		},
		{
			displayName: 'Gemini API Key',
			name: 'geminiApiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Key from Google AI Studio for storyboards and Gemini Omni clips. Leave empty to use the one of the worker.',
		},
		{
			displayName: 'Google Identity (JSON)',
			name: 'googleIdentitySecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Contents of a service account or authorized user JSON file, for Drive and for Veo on Vertex AI. Leave empty to use the one of the worker.',
		},
	];

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const headers: Record<string, string> = { authorization: `Bearer ${text(credentials.apiKey)}` };
		const geminiKey = text(credentials.geminiApiKey);
		const identity = oneLine(text(credentials.googleIdentitySecret));
		if (geminiKey) headers['x-reelsmith-gemini-key'] = geminiKey;
		if (identity) headers['x-reelsmith-google-identity'] = identity;
		return { ...request, headers: { ...request.headers, ...headers } };
	}

	test: ICredentialTestRequest = {
		request: { baseURL: '={{ $credentials.baseUrl.trim().replace(/\\/+$/, "") }}', url: '/v1/me' },
	};
}

/** What somebody pasted, without the blanks that came along. */
function text(value: unknown): string {
	return typeof value === 'string' ? value.trim() : '';
}

/** The identity file as a header can carry it: one line of plain ASCII (a header's bytes are not UTF-8, RFC 9110 section 5.5). */
function oneLine(json: string): string {
	if (!json) return '';
	try {
		const parsed: unknown = JSON.parse(json);
		if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
			throw new UserError('not an object');
		return JSON.stringify(parsed).replace(/[\u007f-\uffff]/g, escapeUnit);
	} catch {
		throw new UserError(
			'The field "Google Identity (JSON)" of the Reelsmith credential does not hold a JSON object',
			{
				description: 'Paste the whole contents of the JSON file, from the first brace to the last.',
			},
		);
	}
}

function escapeUnit(unit: string): string {
	return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
