/**
 * Three suites. `worker` and `nodes` run side by side; `e2e` starts the real n8n, worker, Redis and
 * rehearsal for each file, on ports of its own.
 */
const typescript = {
	extensionsToTreatAsEsm: ['.ts'],
	moduleFileExtensions: ['ts', 'mjs', 'js', 'json', 'node'],
	transform: { '\\.ts$': '<rootDir>/test/strip-types.mjs' },
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/n8n/', '<rootDir>/.reelsmith/'],
};

export default {
	projects: [
		{ ...typescript, displayName: 'worker', testMatch: ['<rootDir>/worker/**/*.test.ts'] },
		{ ...typescript, displayName: 'nodes', testMatch: ['<rootDir>/test/*.test.ts'] },
		{ ...typescript, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/*.test.ts'] },
	],
	testTimeout: 60_000,
};
