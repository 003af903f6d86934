import { afterAll } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Step = () => Promise<void> | void;

const steps: Step[] = [];

/** Runs `step` when the test file has ended, last registered first, whatever happened before. */
export function atEnd(step: Step): void {
	steps.push(step);
}

/** A fresh folder that is removed when the test file has ended. */
export function scratchFolder(name: string): string {
	const dir = mkdtempSync(join(tmpdir(), `reelsmith-${name}-`));
	if (!process.env.KEEP_SCRATCH) atEnd(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
	return dir;
}

afterAll(async () => {
	const failed: unknown[] = [];
	for (const step of steps.splice(0).reverse())
		await Promise.resolve(step()).catch((error: unknown) => failed.push(error));
	if (failed.length) throw new AggregateError(failed, 'clean-up after the tests');
}, 60_000);
