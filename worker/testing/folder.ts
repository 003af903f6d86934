import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

/** A fresh folder for one test file, removed when it is over. */
export function testFolder(name: string): string {
	const folder = mkdtempSync(join(tmpdir(), `rs-${name}-`));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}
