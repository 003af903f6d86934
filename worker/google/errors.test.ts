import { describe, expect, test } from '@jest/globals';
import { ApiError } from '@google/genai';
import { Fault } from '../base/errors.ts';
import { classify, neverSent } from './errors.ts';
import { said } from './said.ts';

/** Bodies as they were recorded from Google. */
const QUOTA = {
	error: {
		code: 429,
		message: 'You exceeded your current quota, please check your plan.',
		status: 'RESOURCE_EXHAUSTED',
		details: [
			{ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [] },
			{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' },
		],
	},
};
const BAD_KEY = [
	{ error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' } },
];
const INTERACTIONS = {
	error: { message: "Invalid input at 'input[0].content[0].processing'.", code: 'invalid_request' },
};
const DRIVE = (reason: string) => ({
	error: { code: 403, message: 'No.', errors: [{ message: 'No.', domain: 'global', reason }] },
});

const models = (status: number, body: unknown) => new ApiError({ status, message: JSON.stringify(body) });
const interactions = (status: number, body: unknown, headers = new Headers()) =>
	Object.assign(new Error('400 …'), { name: 'BadRequestError', status, body: JSON.stringify(body), headers });
const gaxios = (status: number, data: unknown, headers: object = {}) =>
	Object.assign(new Error('x'), { status, response: { status, data, headers } });

describe('what Google said', () => {
	test.each([
		['models: quota with RetryInfo', models(429, QUOTA), { code: 'quota', retryAfter: 34.4 }],
		['interactions: a bad key in an array', interactions(400, BAD_KEY), { code: 'unauthorized' }],
		[
			'interactions: a string code',
			interactions(400, INTERACTIONS),
			{ code: 'invalid_input', message: expect.stringMatching(/processing/) },
		],
		[
			'interactions: payment required',
			interactions(402, { error: { code: 'payment_required', message: 'pay' } }),
			{ code: 'budget' },
		],
		[
			'interactions: a block code',
			interactions(400, { error: { code: 'blocklist', message: 'No X.' } }),
			{ code: 'blocked', reasons: ['No X.'] },
		],
		[
			'interactions: Retry-After',
			interactions(
				429,
				{ error: { code: 'rate_limit_exceeded', message: '' } },
				new Headers({ 'retry-after': '7' }),
			),
			{ code: 'quota', retryAfter: 7 },
		],
		[
			'models: overloaded',
			models(503, { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }),
			{ code: 'unavailable' },
		],
		['Drive: a rate limit as 403', gaxios(403, DRIVE('userRateLimitExceeded')), { code: 'quota' }],
		[
			'Drive: full',
			gaxios(403, DRIVE('storageQuotaExceeded')),
			{ code: 'forbidden', hint: expect.stringMatching(/shared drive/) },
		],
		['Drive: not shared', gaxios(403, DRIVE('insufficientFilePermissions')), { code: 'forbidden' }],
		['Drive: text instead of JSON', gaxios(502, '<html>Bad gateway</html>'), { code: 'unavailable' }],
		[
			'OAuth: revoked',
			gaxios(400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }),
			{ code: 'unauthorized', hint: expect.stringMatching(/Sign in again/) },
		],
	])('%s is understood', (_what, thrown, expected) => {
		expect(classify(thrown, 'testing')).toMatchObject(expected);
	});

	test('never shows HTML, and never more than a person wants to read', () => {
		expect(said(500, `<html>${'x'.repeat(9000)}`).message).toBe('');
		expect(said(500, { error: { message: 'y'.repeat(9000) } }).message).toHaveLength(500);
	});

	test('a date as Retry-After counts from now', () => {
		const soon = new Date(Date.now() + 60_000).toUTCString();
		expect(said(429, {}, new Headers({ 'retry-after': soon })).retryAfter).toBeGreaterThan(50);
	});
});

describe('what Google did not say', () => {
	const refused = () =>
		Object.assign(new TypeError('fetch failed'), {
			cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
		});
	const reset = () =>
		Object.assign(new TypeError('fetch failed'), {
			cause: Object.assign(new Error('socket'), { code: 'ECONNRESET' }),
		});

	test('is unavailable, and only a connection that never was is certain to have sent nothing', () => {
		expect(classify(refused(), 'testing').code).toBe('unavailable');
		expect(classify(reset(), 'testing').code).toBe('unavailable');
		expect([neverSent(refused()), neverSent(reset()), neverSent(new Error('x'))]).toEqual([true, false, false]);
	});

	test('one unreachable address beside one that broke off is not certain', () => {
		const both = Object.assign(new AggregateError([refused(), reset()]), {});
		expect(neverSent(both)).toBe(false);
	});

	test('a fault of our own or of the disk stays internal, a Fault stays itself', () => {
		expect(classify(new Error('x is not a function'), 'testing').code).toBe('internal');
		expect(classify(Object.assign(new Error('no space'), { code: 'ENOSPC' }), 'testing').code).toBe('internal');
		const fault = new Fault('media', 'm');
		expect(classify(fault, 'testing')).toBe(fault);
	});

	test('the caller’s own stop is cancelled, or its own reason, or its own time-out', () => {
		const stopped = (reason?: unknown) =>
			classify(new DOMException('aborted', 'AbortError'), 'testing', AbortSignal.abort(reason));
		expect(stopped().code).toBe('cancelled');
		expect(stopped(new Fault('budget', 'b')).code).toBe('budget');
		expect(stopped(new DOMException('late', 'TimeoutError')).code).toBe('unavailable');
	});
});
