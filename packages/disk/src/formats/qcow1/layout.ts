/** The structures of qcow version 1, big-endian (QEMU, block/qcow.c; Mark McLoughlin, "The QCOW Image Format", 2006). */
import { corrupt, unsupported } from '../../errors.ts';
import type { DiskErrorContext } from '../../errors.ts';
import { defineLayout } from '../../layout.ts';
import type { LayoutValue } from '../../layout.ts';
import type { Store } from '../../store/store.ts';

/** "QFI\xfb" */
const MAGIC = 0x5146_49fb;
const VERSION = 1;
const MOST_NAME_BYTES = 1023;
const MOST_L1_BYTES = 64 * 1024 * 1024;

export const header = defineLayout('big', {
  magic: [0, 'u32'],
  version: [4, 'u32'],
  backingFileOffset: [8, 'u64'],
  backingFileSize: [16, 'u32'],
  mtime: [20, 'u32'],
  size: [24, 'u64'],
  clusterBits: [32, 'u8'],
  l2Bits: [33, 'u8'],
  cryptMethod: [36, 'u32'],
  l1TableOffset: [40, 'u64'],
});
export type Header = LayoutValue<typeof header.fields>;

const magicOf = defineLayout('big', { magic: header.fields.magic, version: header.fields.version });

export function isQcow1(head: Uint8Array): boolean {
  if (head.length < header.byteLength) return false;
  const { magic, version } = magicOf.read(head);
  return magic === MAGIC && version === VERSION;
}

const l1EntriesOf = ({ size, clusterBits, l2Bits }: Header): number => Math.ceil(size / 2 ** (clusterBits + l2Bits));

export function checkHeader(values: Header, store: Store): void {
  const at = (field: keyof Header): DiskErrorContext => ({ path: store.name, offset: header.fields[field][0], field });
  const { magic, version, clusterBits, l2Bits, cryptMethod, l1TableOffset, backingFileOffset, backingFileSize } = values;
  if (magic !== MAGIC || version !== VERSION) throw corrupt('it does not begin as a qcow image of version 1', at('magic'));
  if (clusterBits < 9 || clusterBits > 16) throw corrupt(`its clusters have 2^${clusterBits} bytes`, at('clusterBits'));
  if (l2Bits < 6 || l2Bits > 13) throw corrupt(`its L2 tables have 2^${l2Bits} entries`, at('l2Bits'));
  if (cryptMethod !== 0) throw unsupported(`it is encrypted by method ${cryptMethod}`, at('cryptMethod'));
  const l1Bytes = l1EntriesOf(values) * 8;
  if (l1Bytes > MOST_L1_BYTES || l1TableOffset % 8 !== 0 || l1TableOffset < header.byteLength || l1TableOffset + l1Bytes > store.length) {
    throw corrupt(`its L1 table of ${l1Bytes} bytes at ${l1TableOffset} is not within the file`, at('l1TableOffset'));
  }
  if (backingFileOffset !== 0 && (backingFileSize === 0 || backingFileSize > MOST_NAME_BYTES || backingFileOffset + backingFileSize > store.length)) {
    throw corrupt(`the name of its backing file has ${backingFileSize} bytes at ${backingFileOffset}`, at('backingFileSize'));
  }
}
