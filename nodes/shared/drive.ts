import type { ILoadOptionsFunctions, INodeListSearchResult, INodeProperties } from 'n8n-workflow';
import { askWorker } from './transport';

type Listing = { files: Array<{ id: string; name: string; link: string | null }>; next: string | null };

/** No folder: the worker then lists what the identity sees anywhere. A service account sees only what was shared with it. */
const ANYWHERE = '';

const FOLDER_URL = 'https://drive\\.google\\.com/(?:drive|corp)/.*folders/([0-9a-zA-Z\\-_]+)(?:.*)';
const FILE_URL = 'https://(?:drive|docs)\\.google\\.com/.*/d/([0-9a-zA-Z\\-_]+)(?:.*)';
const ID = '^[0-9a-zA-Z\\-_]{2,}$';

/** What the lists of Drive fields are filled with; goes into a node's `methods.listSearch`. */
export const driveSearch = {
	async searchFolders(this: ILoadOptionsFunctions, filter?: string, page?: string): Promise<INodeListSearchResult> {
		return await search(this, 'folder', filter, page);
	},
	async searchFiles(this: ILoadOptionsFunctions, filter?: string, page?: string): Promise<INodeListSearchResult> {
		return await search(this, 'file', filter, page);
	},
};

/** A field that picks one Drive folder: from a list, by its address, or by its ID. */
export function folderField(field: { displayName: string; name: string; description: string }): INodeProperties {
	return locator(
		field,
		'folder',
		'searchFolders',
		FOLDER_URL,
		'https://drive.google.com/drive/folders/1AbCdEfGhIjKlMnOpQrStUvWxYz',
	);
}

/** A field that picks one Drive file: from a list, by its address, or by its ID. */
export function fileField(field: { displayName: string; name: string; description: string }): INodeProperties {
	return {
		...locator(
			field,
			'file',
			'searchFiles',
			FILE_URL,
			'https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/view',
		),
		default: { mode: 'id', value: '={{ $json.id }}' },
	};
}

async function search(
	ctx: ILoadOptionsFunctions,
	kind: 'folder' | 'file',
	query?: string,
	pageToken?: string,
): Promise<INodeListSearchResult> {
	const body = { folder: ANYWHERE, kind, ...(query ? { query } : {}), ...(pageToken ? { pageToken } : {}) };
	const { files, next } = await askWorker<Listing>(ctx, { method: 'POST', path: '/v1/drive/list', body });
	const results = files.map(({ id, name, link }) => ({ name, value: id, ...(link ? { url: link } : {}) }));
	return { results, ...(next ? { paginationToken: next } : {}) };
}

function locator(
	field: { displayName: string; name: string; description: string },
	kind: string,
	searchListMethod: string,
	regex: string,
	example: string,
): INodeProperties {
	return {
		...field,
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		required: true,
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: `Select a ${kind}...`,
				typeOptions: { searchListMethod, searchable: true },
			},
			{
				displayName: 'By URL',
				name: 'url',
				type: 'string',
				placeholder: `e.g. ${example}`,
				extractValue: { type: 'regex', regex },
				validation: [
					{ type: 'regex', properties: { regex, errorMessage: `Not the address of a Google Drive ${kind}` } },
				],
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. 1AbCdEfGhIjKlMnOpQrStUvWxYz',
				validation: [
					{ type: 'regex', properties: { regex: ID, errorMessage: `Not the ID of a Google Drive ${kind}` } },
				],
			},
		],
	};
}
