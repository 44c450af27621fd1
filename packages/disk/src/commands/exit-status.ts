/**
 * The exit statuses of vmx-disk, those of qemu-img where scripts rely on them.
 *
 * | status | meaning |
 * |---|---|
 * | 0 | done; compare, diff: the same; check: nothing wrong |
 * | 1 | an error, as every command of qemu-img has it; compare: the disks differ; check: it could not be completed |
 * | 2 | check: the image is corrupt; compare: an image cannot be opened, or the words make no sense |
 * | 3 | check: clusters are leaked, nothing is corrupt; compare: a map cannot be read |
 * | 4 | compare: an image cannot be read |
 * | 63 | check: the format has no check |
 * | 125 | a defect of vmx-disk itself |
 * | 128 + n | ended by signal n |
 */
// Those of compare are in convert/compare.ts.
export const EXIT_STATUS = {
  ok: 0, failed: 1, corrupt: 2, leaks: 3, unsupported: 63, defect: 125, interrupted: 130,
} as const;
