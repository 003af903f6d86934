import { expect, test } from '@jest/globals';
import { withoutQuery } from './log.ts';

test('a URL is logged without what may be secret in it', () => {
	expect(withoutQuery('https://user:pass@host/path?signature=abc#x')).toBe('https://host/path');
	expect(withoutQuery('http://127.0.0.1:5678/webhook-waiting/12/node?signature=abc')).toBe(
		'http://127.0.0.1:5678/webhook-waiting/12/node',
	);
});
