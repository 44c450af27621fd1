/** The structures of cloop 2, big-endian (cloop-utils, compressed_loop.h: struct cloop_head). */
import { beyondLimit, corrupt } from '../../errors.ts';
import { defineLayout } from '../../layout.ts';
import type { LayoutValue } from '../../layout.ts';
import type { Store } from '../../store/store.ts';

export const header = defineLayout('big', {
  /** A shell script, so that an image can mount itself. */
  preamble: [0, { text: 128 }],
  blockSize: [128, 'u32'],
  blocks: [132, 'u32'],
});
export type Header = LayoutValue<typeof header.fields>;
/** 64-bit offsets: of each block, and of the last one's end. */
export const OFFSETS_START = 136;

const PREAMBLE = '#!/bin/sh\n#V2.0 Format\n';
const MOST_BLOCK_BYTES = 64 * 1024 * 1024;
const MOST_BLOCKS = 64 * 1024 * 1024;

export const isCloop = (head: Uint8Array): boolean => head.length >= OFFSETS_START && header.read(head).preamble.startsWith(PREAMBLE);

export function checkHeader({ blockSize, blocks }: Header, store: Store): void {
  if (blockSize === 0 || blockSize % 512 !== 0 || blockSize > MOST_BLOCK_BYTES) throw corrupt(`its blocks have ${blockSize} bytes`, { path: store.name, offset: 128, field: 'block_size' });
  if (blocks > MOST_BLOCKS) throw beyondLimit(`it has ${blocks} blocks; at most ${MOST_BLOCKS} are read`, { path: store.name, offset: 132, field: 'num_blocks' });
  const end = OFFSETS_START + (blocks + 1) * 8;
  if (end > store.length) throw corrupt(`its offsets end at ${end}, and the file at ${store.length}`, { path: store.name, offset: 132, field: 'num_blocks' }, 'the file may have been copied in part');
}
