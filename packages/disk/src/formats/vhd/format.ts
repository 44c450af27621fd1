/** VHD: Virtual PC's, Hyper-V's and Azure's disks: fixed, dynamic, and differencing on a parent. Missing: saved states of Virtual PC, which a footer only mentions. */
import { beyondLimit, unsupported } from '../../errors.ts';
import { defineFormat } from '../../format.ts';
import { readPadded } from '../../store/store.ts';
import { BlockTable, tableBytesOf } from './block-table.ts';
import { checkVhd } from './check.ts';
import { createVhd, streamVhd } from './create.ts';
import { FixedVhdImage } from './fixed-image.ts';
import { beginsWith, Footer } from './footer.ts';
import { sizeOf } from './geometry.ts';
import { readHeader } from './header.ts';
import { DynamicVhdImage } from './image.ts';
import { bitmapBytesOf, DEFAULT_BLOCK_BYTES, DISK_TYPE, FILE_FORMAT_VERSION, FOOTER, FOOTER_BYTES, FOOTER_COOKIE, HEADER_BYTES, MOST_DISK_BYTES, OLD_FOOTER_BYTES, SECTOR_BYTES } from './layout.ts';
import { readLocators } from './locators.ts';

export const vhd = defineFormat({
  name: 'vhd',
  aliases: ['vpc'],
  extensions: ['.vhd'],
  reference: 'Virtual Hard Disk Image Format Specification, version 1.0 (Microsoft, 2006)',
  options: {
    subformat: { type: 'choice', choices: ['dynamic', 'fixed'], default: 'dynamic', describe: 'a file that grows with what is written, or one with room for all from the beginning' },
    force_size: { type: 'flag', default: true, describe: 'keep the size to the byte; off rounds it up to whole cylinders, as Virtual PC wants it' },
    block_size: { type: 'size', least: 512 * 1024, most: 64 * 1024 * 1024, isPowerOfTwo: true, default: DEFAULT_BLOCK_BYTES, describe: 'of a dynamic disk; Hyper-V takes 512 KiB and 2 MiB' },
  },
  async probe(head, store) {
    if (beginsWith(head, FOOTER_COOKIE)) return true;
    const tail = await readPadded(store, Math.max(0, store.length - FOOTER_BYTES), Math.min(FOOTER_BYTES, store.length));
    const isOld = !beginsWith(tail, FOOTER_COOKIE);
    if (isOld && !beginsWith(tail.subarray(FOOTER_BYTES - OLD_FOOTER_BYTES), FOOTER_COOKIE)) return false;
    // At the end of a raw disk it could be a guest's: no more than a fixed disk, which names no other file, is made of it.
    const footer = await Footer.read(store).catch(() => undefined);
    return footer?.fields.diskType === DISK_TYPE.fixed;
  },
  async open({ store, isWritable, isForCheck = false }) {
    const footer = await Footer.read(store);
    const { diskType, fileFormatVersion, dataOffset } = footer.fields;
    const where = (field: keyof typeof FOOTER.fields): { path: string; offset: number; field: string } => ({ path: store.name, offset: footer.where.offset + FOOTER.fields[field][0], field });
    if (fileFormatVersion >>> 16 !== FILE_FORMAT_VERSION >>> 16) throw unsupported(`version ${fileFormatVersion >>> 16} of the format`, where('fileFormatVersion'));
    const size = sizeOf(footer.fields);
    if (size > MOST_DISK_BYTES) throw beyondLimit(`a disk of ${size} bytes; a VHD has at most 2040 GiB`, where('currentSize'));
    if (diskType === DISK_TYPE.fixed) return new FixedVhdImage(store, footer, isWritable);
    if (diskType !== DISK_TYPE.dynamic && diskType !== DISK_TYPE.differencing) throw unsupported(`a disk of type ${diskType}`, where('diskType'));
    const header = await readHeader(store, dataOffset, size);
    const locators = diskType === DISK_TYPE.differencing ? await readLocators(store, header.bytes, header.at) : [];
    const table = await BlockTable.read(store, header.fields.tableOffset, Math.ceil(size / header.fields.blockSize));
    return new DynamicVhdImage({ store, isWritable, footer, header, locators, table, isNew: false, isForCheck });
  },
  create: createVhd,
  stream: streamVhd,
  check: checkVhd,
  blockBytes: (_size, { subformat, block_size: blockBytes }) => (subformat === 'fixed' ? SECTOR_BYTES : blockBytes),
  measure(size, data, { subformat, block_size: blockBytes }) {
    if (subformat === 'fixed') return { required: size + FOOTER_BYTES, fullyAllocated: size + FOOTER_BYTES };
    const blocks = Math.ceil(size / blockBytes);
    const bytesFor = (count: number): number => 2 * FOOTER_BYTES + HEADER_BYTES + tableBytesOf(blocks) + count * (bitmapBytesOf(blockBytes) + blockBytes);
    return { required: bytesFor(Math.min(blocks, Math.ceil(data / blockBytes))), fullyAllocated: bytesFor(blocks) };
  },
});
