import { expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { decompress } from './decompress.ts';

const TEXT = 'worldswitch\n';

it.each([
  ['a', Buffer.from(TEXT)],
  ['a.gz', gzipSync(TEXT)],
  ['a.xz', Buffer.from('/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQALd29ybGRzd2l0Y2gKAN8JwkeCswqmAAEkDKYY2NgftvN9AQAAAAAEWVo=', 'base64')],
  ['a.zst', Buffer.from('KLUv/QRYYQAAd29ybGRzd2l0Y2gKI/76iA==', 'base64')],
])('decompresses %s', async (name, data) => {
  expect(await text(decompress(name, data))).toBe(TEXT);
});

it.each(['a.gz', 'a.xz', 'a.zst'])('fails on a %s that is none', async (name) => {
  await expect(text(decompress(name, Buffer.from('not compressed at all')))).rejects.toThrow();
});

it('refuses a compression that it does not know', () => {
  expect(() => decompress('data.tar.bz2', Buffer.alloc(1))).toThrow(/not supported/);
});

async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) {
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
