/**
 * Sizes as users write them: `64M`, `3G`, `512MiB`, `1048576`.
 *
 * Units are binary whatever their spelling (K = 1024), as in QEMU: memory is never sold in powers of ten.
 */

const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4,
};

const SIZE = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(?:i?b)?|b)?$/i;

/**
 * The number of bytes that `text` means, or undefined when it is no size.
 * A fraction is accepted where it gives whole bytes (`1.5G`).
 */
export function parseSizeBytes(text: string): number | undefined {
  const match = SIZE.exec(text.trim());
  if (match === null) return undefined;
  const [, digits = '', unit = ''] = match;
  const sizeBytes = Number(digits) * (UNIT_BYTES[unit.toLowerCase()] ?? Number.NaN);
  return Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined;
}

/** The shortest exact spelling: 536870912 gives `512M`, 1000 gives `1000`. */
export function formatSizeBytes(sizeBytes: number): string {
  for (const unit of ['T', 'G', 'M', 'K']) {
    const unitBytes = UNIT_BYTES[unit.toLowerCase()] ?? 1;
    if (sizeBytes >= unitBytes && sizeBytes % unitBytes === 0) return `${sizeBytes / unitBytes}${unit}`;
  }
  return String(sizeBytes);
}
