/** New VHDs. */
import { DiskError } from '../../errors.ts';
import type { CreateContext, ImageStream, StreamContext } from '../../format.ts';
import type { Image } from '../../image.ts';
import { BlockTable, encodeEntries, newEntries, tableBytesOf } from './block-table.ts';
import { FixedVhdImage, mustBeSize } from './fixed-image.ts';
import { Footer } from './footer.ts';
import { geometryOf, sizeOfWholeCylinders } from './geometry.ts';
import { changeHeader } from './header.ts';
import type { Header } from './header.ts';
import { DynamicVhdImage } from './image.ts';
import {
  bitmapBytesOf, DISK_TYPE, FEATURES, FILE_FORMAT_VERSION, FOOTER_BYTES, HEADER_BYTES, HEADER_COOKIE, HEADER_VERSION, MOST_ENTRIES, NO_OFFSET, SECTOR_BYTES, timeStampOf, UNUSED_ENTRY,
} from './layout.ts';
import { locatorRoom, namesForParent, readLocators, writeLocators } from './locators.ts';
import { parentFields } from './restructure.ts';

export interface VhdOptions {
  readonly subformat: 'dynamic' | 'fixed';
  readonly force_size: boolean;
  readonly block_size: number;
}

const VERSION = 0x000a_0000;
const HOST_OS = 'Wi2k';

/** What readers do with the size is the creator's: Hyper-V's is exact, Virtual PC's is by the geometry. */
const CREATOR = { exact: 'win ', byGeometry: 'vpc ' } as const;

interface NewDisk {
  readonly size: number;
  readonly random: (length: number) => Uint8Array;
  readonly nowMs: number;
}

const sizeFor = (size: number, { force_size: isExact }: VhdOptions): number => (isExact ? size : sizeOfWholeCylinders(size));

function newFooter(store: CreateContext['store'] | undefined, diskType: number, { size, random, nowMs }: NewDisk, { force_size: isExact }: VhdOptions): Footer {
  return Footer.create(store, {
    features: FEATURES, fileFormatVersion: FILE_FORMAT_VERSION, dataOffset: diskType === DISK_TYPE.fixed ? NO_OFFSET : BigInt(FOOTER_BYTES), timeStamp: timeStampOf(nowMs),
    creatorApplication: isExact ? CREATOR.exact : CREATOR.byGeometry, creatorVersion: VERSION, creatorHostOs: HOST_OS,
    originalSize: size, currentSize: size, ...geometryOf(size), diskType, uniqueId: random(16),
  });
}

export async function createVhd(context: CreateContext, options: VhdOptions): Promise<Image> {
  const { store, parent } = context;
  const size = sizeFor(context.size, options);
  mustBeSize(size, store.name);
  if (options.subformat === 'fixed') {
    if (parent !== undefined) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: 'a fixed VHD has no parent', context: { path: store.name, op: 'create' }, hint: 'subformat=dynamic' });
    const footer = newFooter(store, DISK_TYPE.fixed, { ...context, size }, options);
    await store.resize(size);
    await footer.write(size);
    return new FixedVhdImage(store, footer, true);
  }
  const footer = newFooter(store, parent === undefined ? DISK_TYPE.dynamic : DISK_TYPE.differencing, { ...context, size }, options);
  const names = parent === undefined ? undefined : namesForParent(store, parent.name);
  const namesAt = FOOTER_BYTES + HEADER_BYTES;
  const header = newHeader(size, options.block_size, namesAt + (names === undefined ? 0 : locatorRoom(names)), store.name);
  const bytes = header.bytes.slice();
  if (names !== undefined) await store.write(namesAt, writeLocators(bytes, names, namesAt));
  const named = changeHeader({ at: header.at, bytes }, parent === undefined ? {} : parentFields(parent.disk.image, store.name));
  const { tableOffset, maxTableEntries } = named.fields;
  const table = new BlockTable(store, tableOffset, newEntries(maxTableEntries));
  await footer.write(0);
  await store.write(named.at, named.bytes);
  await store.write(tableOffset, encodeEntries(table.entries));
  await footer.write(tableOffset + tableBytesOf(maxTableEntries));
  const locators = names === undefined ? [] : await readLocators(store, named.bytes, named.at);
  return new DynamicVhdImage({ store, isWritable: true, footer, header: named, locators, table, isNew: true, isForCheck: false });
}

function newHeader(size: number, blockSize: number, tableOffset: number, path?: string): Header {
  const maxTableEntries = Math.ceil(size / blockSize);
  if (maxTableEntries > MOST_ENTRIES) {
    throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `${size} bytes in blocks of ${blockSize} are more than ${MOST_ENTRIES} blocks`, context: { op: 'create', ...(path === undefined ? {} : { path }) }, hint: 'a larger block_size' });
  }
  return changeHeader({ at: FOOTER_BYTES, bytes: new Uint8Array(HEADER_BYTES) }, { cookie: HEADER_COOKIE, dataOffset: NO_OFFSET, tableOffset, headerVersion: HEADER_VERSION, maxTableEntries, blockSize });
}

/** From the first byte to the last: what a dynamic disk will have in its table is known from the extents. */
export async function streamVhd(context: StreamContext, options: VhdOptions): Promise<ImageStream> {
  const size = sizeFor(context.size, options);
  mustBeSize(size, 'the stream');
  return options.subformat === 'fixed' ? streamFixed(context, size, options) : streamDynamic(context, size, options);
}

const ZEROS = new Uint8Array(1024 * 1024);

function streamFixed(context: StreamContext, size: number, options: VhdOptions): ImageStream {
  const footer = newFooter(undefined, DISK_TYPE.fixed, { ...context, size }, options);
  let end = 0;
  const skipTo = async (at: number): Promise<void> => {
    while (end < at) {
      const zeros = ZEROS.subarray(0, Math.min(ZEROS.length, at - end));
      await context.write(zeros);
      end += zeros.length;
    }
  };
  return {
    blockBytes: SECTOR_BYTES,
    async put(at, bytes) {
      await skipTo(at);
      await context.write(bytes);
      end += bytes.length;
    },
    async finish() {
      await skipTo(size);
      await context.write(footer.bytes);
    },
  };
}

async function streamDynamic({ write, extents, ...context }: StreamContext, size: number, options: VhdOptions): Promise<ImageStream> {
  const blockBytes = options.block_size;
  const footer = newFooter(undefined, DISK_TYPE.dynamic, { ...context, size }, options);
  const header = newHeader(size, blockBytes, FOOTER_BYTES + HEADER_BYTES);
  const entries = newEntries(header.fields.maxTableEntries);
  const bitmap = new Uint8Array(bitmapBytesOf(blockBytes)).fill(0xff);
  let place = header.fields.tableOffset + tableBytesOf(entries.length);
  for (const { start, length } of extents) {
    for (let block = Math.floor(start / blockBytes); block * blockBytes < start + length; block++) {
      if (entries[block] !== UNUSED_ENTRY) continue;
      entries[block] = place / SECTOR_BYTES;
      place += bitmap.length + blockBytes;
    }
  }
  await write(footer.bytes);
  await write(header.bytes);
  await write(encodeEntries(entries));
  let next = 0;
  const skipTo = async (block: number): Promise<void> => {
    for (; next < block; next++) if (entries[next] !== UNUSED_ENTRY) await writeBlock(new Uint8Array(0));
  };
  const writeBlock = async (bytes: Uint8Array): Promise<void> => {
    await write(bitmap);
    if (bytes.length > 0) await write(bytes);
    for (let rest = blockBytes - bytes.length; rest > 0; rest -= ZEROS.length) await write(ZEROS.subarray(0, Math.min(rest, ZEROS.length)));
  };
  return {
    blockBytes,
    async put(at, bytes) {
      // As many blocks as are given at once.
      for (let done = 0; done < bytes.length; done += blockBytes) {
        const block = (at + done) / blockBytes;
        if (entries[block] === UNUSED_ENTRY) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `the block at ${at + done} had not been announced`, context: { op: 'write' } });
        await skipTo(block);
        await writeBlock(bytes.subarray(done, done + blockBytes));
        next = block + 1;
      }
    },
    async finish() {
      await skipTo(entries.length);
      await write(footer.bytes);
    },
  };
}
