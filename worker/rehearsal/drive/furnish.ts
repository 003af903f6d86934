import type { House } from '../house.ts';
import { blankItem, FOLDER, itemsOf, ROOT, saveItem } from './tree.ts';

/** The one shared drive; its id is also the id of its top folder, as in the real Drive. */
export const SHARED_DRIVE = { id: 'rehearsal-shared', name: 'Studio (shared drive)' };

/** Folders with fixed ids, so that templates and tests can name them. */
const FOLDERS = [
	{ id: ROOT, name: 'My Drive', parents: [], driveId: null },
	{ id: 'rehearsal-reelsmith', name: 'Reelsmith', parents: [ROOT], driveId: null },
	{ id: 'rehearsal-briefs', name: 'Briefs', parents: ['rehearsal-reelsmith'], driveId: null },
	{ id: 'rehearsal-films', name: 'Films', parents: ['rehearsal-reelsmith'], driveId: null },
	{ id: SHARED_DRIVE.id, name: SHARED_DRIVE.name, parents: [], driveId: SHARED_DRIVE.id },
	{ id: 'rehearsal-shared-briefs', name: 'Briefs', parents: [SHARED_DRIVE.id], driveId: SHARED_DRIVE.id },
	{ id: 'rehearsal-shared-films', name: 'Films', parents: [SHARED_DRIVE.id], driveId: SHARED_DRIVE.id },
];

/** Puts up the folders every rehearsal Drive has; those that are there already stay as they are. */
export function furnishDrive(house: House): void {
	for (const folder of FOLDERS) {
		if (!itemsOf(house).get(folder.id)) saveItem(house, blankItem({ ...folder, mimeType: FOLDER }));
	}
}
