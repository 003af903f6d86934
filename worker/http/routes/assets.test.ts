import { expect, test } from '@jest/globals';
import { readRange } from './assets.ts';

test.each([
	['bytes=0-', { start: 0, end: 9 }],
	['bytes=4-6', { start: 4, end: 6 }],
	['bytes=4-99', { start: 4, end: 9 }],
	['bytes=-3', { start: 7, end: 9 }],
	['bytes=-99', { start: 0, end: 9 }],
	['bytes=10-', 'beyond'],
	['bytes=-0', 'beyond'],
	['bytes=6-4', null],
	['bytes=0-1,3-4', null],
	['items=0-1', null],
	[undefined, null],
])('Range %s of ten bytes', (header, range) => {
	expect(readRange(header, 10)).toEqual(range);
});
