import type { House } from '../house.ts';
import { DOCUMENT, FOLDER, isTrashed, type Item } from './tree.ts';

const EXPORTS = ['text/plain', 'text/markdown', 'application/pdf'];
const OWNER = {
	kind: 'drive#user',
	displayName: 'Rehearsal',
	me: true,
	permissionId: '1',
	emailAddress: 'you@rehearsal.example',
};

/** What is shown of a file when no fields are asked for. */
export const SHORT_FILE = 'kind,id,name,mimeType';

/** Every field the rehearsal knows of a file; asking for another one is an error, as with the real Drive. */
export const FILE_FIELDS = new Set([
	...[
		'kind',
		'id',
		'name',
		'mimeType',
		'description',
		'starred',
		'trashed',
		'explicitlyTrashed',
		'parents',
		'properties',
	],
	...[
		'appProperties',
		'spaces',
		'version',
		'webContentLink',
		'webViewLink',
		'iconLink',
		'createdTime',
		'modifiedTime',
	],
	...[
		'viewedByMe',
		'viewedByMeTime',
		'modifiedByMeTime',
		'sharedWithMeTime',
		'owners',
		'lastModifyingUser',
		'shared',
		'ownedByMe',
		'capabilities',
		'permissions',
	],
	...['permissionIds', 'originalFilename', 'fullFileExtension', 'fileExtension', 'md5Checksum', 'sha1Checksum'],
	...[
		'sha256Checksum',
		'size',
		'quotaBytesUsed',
		'headRevisionId',
		'videoMediaMetadata',
		'imageMediaMetadata',
		'thumbnailLink',
	],
	...[
		'driveId',
		'teamDriveId',
		'shortcutDetails',
		'exportLinks',
		'hasThumbnail',
		'isAppAuthorized',
		'resourceKey',
		'trashedTime',
	],
]);

/** A file as the API shows it, with all fields; fields that do not apply are absent. */
export function showItem(house: House, item: Item): Record<string, unknown> {
	const native = item.mimeType.startsWith('application/vnd.google-apps.');
	return {
		kind: 'drive#file',
		id: item.id,
		name: item.name,
		mimeType: item.mimeType,
		...(item.description === null ? {} : { description: item.description }),
		starred: item.starred,
		trashed: isTrashed(house, item),
		explicitlyTrashed: item.explicitlyTrashed,
		...(item.parents.length > 0 ? { parents: item.parents } : {}),
		...(Object.keys(item.properties).length > 0 ? { properties: item.properties } : {}),
		...(Object.keys(item.appProperties).length > 0 ? { appProperties: item.appProperties } : {}),
		spaces: ['drive'],
		version: String(item.version),
		webViewLink: `https://drive.google.com/file/d/${item.id}/view?usp=drivesdk`,
		createdTime: item.createdTime,
		modifiedTime: item.modifiedTime,
		shared: item.driveId !== null,
		...(item.driveId ? { driveId: item.driveId, teamDriveId: item.driveId } : { ownedByMe: true, owners: [OWNER] }),
		lastModifyingUser: OWNER,
		capabilities: { canDownload: !native, canEdit: true, canTrash: true, canAddChildren: item.mimeType === FOLDER },
		...(native ? nativeFields(item) : binaryFields(item)),
	};
}

function nativeFields(item: Item) {
	if (item.shortcut) return { shortcutDetails: item.shortcut };
	if (item.mimeType !== DOCUMENT) return {};
	const link = (type: string) =>
		`https://docs.google.com/feeds/download/documents/export/Export?id=${item.id}&exportFormat=${type}`;
	return {
		exportLinks: Object.fromEntries(EXPORTS.map((type) => [type, link(type)])),
		size: String(item.size),
		quotaBytesUsed: String(item.size),
	};
}

/** A half-uploaded file has neither checksum nor revision. */
function binaryFields(item: Item) {
	const extension = /\.([^.]+)$/.exec(item.name)?.[1];
	return {
		originalFilename: item.name,
		...(extension ? { fileExtension: extension, fullFileExtension: extension } : {}),
		size: String(item.size),
		quotaBytesUsed: String(item.size),
		...(item.md5 ? { md5Checksum: item.md5, sha256Checksum: item.sha256, headRevisionId: item.revision } : {}),
	};
}
