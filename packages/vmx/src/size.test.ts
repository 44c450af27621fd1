import { describe, expect, it } from 'vitest';
import { formatSizeBytes, parseSizeBytes } from './size.ts';

describe('parseSizeBytes', () => {
  it.each([
    ['64M', 64 * 1024 ** 2], ['3G', 3 * 1024 ** 3], ['512MiB', 512 * 1024 ** 2], ['512mb', 512 * 1024 ** 2],
    ['1048576', 1048576], ['1.5G', 1536 * 1024 ** 2], ['16k', 16384], [' 1 M ', 1024 ** 2], ['0', 0], ['100B', 100],
  ])('reads %s', (text, sizeBytes) => {
    expect(parseSizeBytes(text)).toBe(sizeBytes);
  });

  it.each(['', 'M', '-1M', '64X', '0x100', '1,5G', '64 M M', 'NaN', '1e9', '0.3', '99999999999T'])('refuses %j', (text) => {
    expect(parseSizeBytes(text)).toBeUndefined();
  });
});

describe('formatSizeBytes', () => {
  it.each([[512 * 1024 ** 2, '512M'], [3 * 1024 ** 3, '3G'], [1000, '1000'], [1536 * 1024 ** 2, '1536M'], [0, '0']])('%d is %s', (sizeBytes, text) => {
    expect(formatSizeBytes(sizeBytes)).toBe(text);
  });

  it('is read back as the same number', () => {
    for (const sizeBytes of [1, 1023, 1024, 1025, 640 * 1024, 3 * 1024 ** 3]) expect(parseSizeBytes(formatSizeBytes(sizeBytes))).toBe(sizeBytes);
  });
});
