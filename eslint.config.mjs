import js from '@eslint/js';
import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

/*
 * What goes into n8n is held to the rules of n8n's own review (the set for n8n Cloud, as @n8n/node-cli applies it). The
 * worker, the scripts and the tests are held to typescript-eslint alone: n8n's rules forbid them timers and files.
 */
const community = n8nCommunityNodesPlugin.configs.recommended;
const { community: forPackage, credentials: forCredentials, nodes: forNodes } = n8nNodesBase.configs;
const recommended = [js.configs.recommended, tseslint.configs.recommended];

const noConfusion = {
	'@typescript-eslint/no-unused-vars': [
		'error',
		{ argsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
	],
};

export default tseslint.config(
	{ ignores: ['dist', 'n8n', '**/node_modules', 'coverage', 'test-output', '.reelsmith'] },
	{ linterOptions: { noInlineConfig: false, reportUnusedDisableDirectives: 'error' } },
	{
		files: ['nodes/**/*.ts', 'credentials/**/*.ts'],
		extends: [...recommended, community],
		linterOptions: { noInlineConfig: true },
		rules: { ...noConfusion, 'prefer-spread': 'off', 'no-console': 'error' },
	},
	{ plugins: { 'n8n-nodes-base': n8nNodesBase } },
	{
		files: ['package.json'],
		extends: [community],
		rules: forPackage.rules,
		languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
	},
	{
		files: ['credentials/**/*.ts'],
		rules: {
			...forCredentials.rules,
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
			'n8n-nodes-base/cred-class-field-type-options-password-missing': 'off',
		},
	},
	{
		files: ['nodes/**/*.ts'],
		rules: {
			...forNodes.rules,
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
			'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
		},
	},
	{
		files: ['worker/**/*.ts', 'test/**/*.ts', 'scripts/**/*.{ts,mjs}', '*.mjs'],
		extends: recommended,
		rules: noConfusion,
	},
	{
		files: ['**/*.mjs', '**/*.js'],
		languageOptions: {
			globals: {
				process: 'readonly',
				console: 'readonly',
				require: 'readonly',
				exports: 'writable',
				fetch: 'readonly',
			},
		},
	},
);
