import { plainEnvironment } from './root.ts';

export interface N8nSettings {
	/** Everything of n8n's lies in `<folder>/.n8n`. */
	folder: string;
	port: number;
	brokerPort: number;
	encryptionKey: string;
	owner: { email: string; passwordHash: string; firstName: string; lastName: string };
}

/** Modules that a single user on one machine does not use; without them n8n starts sooner and calls nobody. */
const UNUSED_MODULES = [
	'insights,mcp,mcp-registry,instance-ai,agents,agent-evals,chat-hub,workflow-builder,source-control',
	'external-secrets,provisioning,breaking-changes,quick-connect,data-table,oauth-server',
].join(',');

/** Features that call outside, show banners, or need TLS. */
const OFF = [
	'N8N_VERIFIED_PACKAGES_ENABLED',
	'N8N_DIAGNOSTICS_ENABLED',
	'N8N_VERSION_NOTIFICATIONS_ENABLED',
	'N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED',
	'N8N_DYNAMIC_BANNERS_ENABLED',
	'N8N_TEMPLATES_ENABLED',
	'N8N_PERSONALIZATION_ENABLED',
	'N8N_HIRING_BANNER_ENABLED',
	'N8N_SECURE_COOKIE',
];

/**
 * The environment of an n8n that runs for one person on one machine: an owner set by the environment, SQLite in its
 * own folder, binaries on disk, nothing called outside. Names as in n8n 2.41
 * (https://docs.n8n.io/hosting/configuration/environment-variables/).
 */
export function n8nEnvironment(settings: N8nSettings): Record<string, string> {
	return {
		...plainEnvironment(),
		...Object.fromEntries(OFF.map((name) => [name, 'false'])),
		HOME: settings.folder,
		N8N_USER_FOLDER: settings.folder,
		N8N_PORT: String(settings.port),
		N8N_RUNNERS_BROKER_PORT: String(settings.brokerPort),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_WEBHOOK_URL: `http://127.0.0.1:${settings.port}/`,
		N8N_ENCRYPTION_KEY: settings.encryptionKey,
		N8N_INSTANCE_OWNER_MANAGED_BY_ENV: 'true',
		N8N_INSTANCE_OWNER_EMAIL: settings.owner.email,
		N8N_INSTANCE_OWNER_FIRST_NAME: settings.owner.firstName,
		N8N_INSTANCE_OWNER_LAST_NAME: settings.owner.lastName,
		N8N_INSTANCE_OWNER_PASSWORD_HASH: settings.owner.passwordHash,
		// No Code nodes here: an external runner that never comes saves a child of 147 MB.
		N8N_RUNNERS_MODE: 'external',
		N8N_RUNNERS_AUTH_TOKEN: settings.encryptionKey,
		N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_DISABLED_MODULES: UNUSED_MODULES,
		TZ: 'UTC',
		GENERIC_TIMEZONE: 'UTC',
	};
}
