import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { crc32c } from './crc32c.ts';
import { cuttingFetch, cutMedia } from './inline.ts';

/** Sends text through the cutter in pieces of so many bytes. */
async function cut(text: string, size: number): Promise<{ kept: unknown; media: Buffer[] }> {
	const media: Buffer[] = [];
	const bytes = Buffer.from(text);
	const source = new ReadableStream<Uint8Array>({
		start(controller) {
			for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.subarray(at, at + size));
			controller.close();
		},
	});
	const sink = async (index: number, piece: Buffer) => {
		media[index] = Buffer.concat([media[index] ?? Buffer.alloc(0), piece]);
	};
	const kept = await new Response(source.pipeThrough(cutMedia(sink))).text();
	return { kept: JSON.parse(kept) as unknown, media };
}

const CLIP = randomBytes(10_001);
const BASE64 = CLIP.toString('base64');

describe('inline media', () => {
	test.each([1, 2, 3, 7, 1000, 100_000])(
		'are taken out whole when the answer comes in pieces of %i bytes',
		async (size) => {
			const answer = {
				a: 'data',
				b: ['data', 'x"y\\z'],
				data: BASE64,
				n: { bytesBase64Encoded: BASE64, data: 5 },
				'd\u00e4ta': 'é"',
			};
			const { kept, media } = await cut(JSON.stringify(answer, null, 2), size);
			expect(kept).toEqual({ ...answer, data: 'cut:0', n: { bytesBase64Encoded: 'cut:1', data: 5 } });
			expect(media.map((piece) => piece.equals(CLIP))).toEqual([true, true]);
		},
	);

	test.each([1, 5, 4096])('are read with JSON escapes too (pieces of %i bytes)', async (size) => {
		const escaped = BASE64.replaceAll('/', '\\/').replaceAll('=', '\\u003d');
		const { media } = await cut(`{"data":"${escaped}","x":"\\u00e9\\\\"}`, size);
		expect(media[0]?.equals(CLIP)).toBe(true);
	});

	test('of 60 MB pass without being held', async () => {
		const megabyte = randomBytes(786_432).toString('base64');
		let sent = 0;
		let got = 0;
		const body = new ReadableStream<Uint8Array>({
			pull(controller) {
				const text = sent === 0 ? '{"steps":[{"data":"' : sent <= 60 ? megabyte : '"}]}';
				controller.enqueue(Buffer.from(text));
				if (sent++ > 60) controller.close();
			},
		});
		const fetch = cuttingFetch(
			async () => new Response(body),
			async (_index, piece) => void (got += piece.length),
		);
		const before = process.memoryUsage().rss;
		expect(await (await fetch('http://x')).json()).toEqual({ steps: [{ data: 'cut:0' }] });
		expect(got).toBe(60 * 786_432);
		expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
	});

	test('of an error answer are left alone', async () => {
		const fetch = cuttingFetch(async () => new Response('{"data":"x"}', { status: 400 }));
		expect(await (await fetch('http://x')).text()).toBe('{"data":"x"}');
	});
});

test('CRC-32C gives the check value of RFC 3720', () => {
	const crc = crc32c();
	crc.update(Buffer.from('1234'));
	crc.update(Buffer.from('56789'));
	expect(Buffer.from(crc.digest(), 'base64').readUInt32BE()).toBe(0xe3069283);
});
