/**
 * A VHDX. Data is written at once, to blocks at the end of the file; the entries and bits that make it visible stay in memory until `flush`, which takes them through the log.
 * A power cut leaves room at the end that nothing points to, at most.
 */
import { corrupt, DiskError } from '../../errors.ts';
import type { DiskErrorContext } from '../../errors.ts';
import type { Details, Image, ParentReference, Run } from '../../image.ts';
import { isZero } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { BlockTable, offsetIn, stateIn } from './block-table.ts';
import type { Headers } from './headers.ts';
import { Journal, newGuid } from './journal.ts';
import { BITMAP_BYTES, BITMAP_PRESENT, BLOCK, chunkRatio, MIB, MOST_FILE_BYTES, toMib } from './layout.ts';
import type { Metadata } from './metadata.ts';
import { MetadataPages } from './metadata-pages.ts';
import type { Page } from './metadata-pages.ts';
import { linkages, parentNames } from './parent-locator.ts';
import type { Region, Regions } from './regions.ts';
import { resizeVhdx, setParentOf } from './restructure.ts';
import { bitRun, setBits } from './sector-bitmaps.ts';

/** Blocks are not copied as wholes: what is new in one is zeros already. */
const PUT_BYTES = 64 * 1024;
const MOST_CHANGED_PAGES = 1024;

export interface VhdxParts {
  /** The file, or what it is after its log. */
  readonly store: Store;
  readonly isWritable: boolean;
  readonly headers: Headers;
  readonly regions: Regions;
  readonly metadata: Metadata;
  /** As the file type identifier says. */
  readonly creator: string;
  /** Just made: nothing of it has been promised yet. */
  readonly isNew: boolean;
  /** Its log has not been emptied: what is seen is what it will be. */
  readonly isReplayed: boolean;
}

export class VhdxImage implements Image {
  readonly format = 'vhdx';
  readonly store: Store;
  readonly sectorBytes: number;
  readonly blockBytes: number;
  readonly isWritable: boolean;
  parent?: ParentReference;
  readonly headers: Headers;
  readonly journal: Journal;
  readonly pages: MetadataPages;
  readonly isReplayed: boolean;
  regions: Regions;
  metadata: Metadata;
  table: BlockTable;
  readonly #creator: string;
  #hasMarked: boolean;

  constructor({ store, isWritable, headers, regions, metadata, creator, isNew, isReplayed }: VhdxParts) {
    this.store = store;
    this.isWritable = isWritable;
    this.headers = headers;
    this.regions = regions;
    this.metadata = metadata;
    this.sectorBytes = metadata.sectorBytes;
    this.blockBytes = Math.min(metadata.blockBytes, PUT_BYTES);
    this.isReplayed = isReplayed;
    this.journal = new Journal(store, headers, !isNew);
    this.pages = new MetadataPages(store);
    this.table = new BlockTable(this.pages, regions.bat, chunkRatio(metadata.blockBytes, metadata.sectorBytes));
    this.#creator = creator;
    this.#hasMarked = isNew;
    if (metadata.hasParent) this.parent = this.#parentReference();
  }

  /** After the metadata or the regions have been written anew. */
  setStructures(metadata: Metadata, regions: Regions): void {
    this.metadata = metadata;
    this.regions = regions;
    this.table = new BlockTable(this.pages, regions.bat, this.table.ratio);
    if (metadata.hasParent) this.parent = this.#parentReference();
    else delete this.parent;
  }

  get size(): number {
    return this.metadata.size;
  }

  /** Bytes of data in a block of the file. */
  get dataBytes(): number {
    return this.metadata.blockBytes;
  }

  #parentReference(): ParentReference {
    const locator = this.metadata.parentLocator ?? new Map<string, string>();
    const where = { path: this.store.name, offset: this.regions.metadata.offset, field: 'parentLocator' };
    return {
      names: parentNames(locator), format: 'vhdx', where,
      verify: (parent) => {
        const { headers } = parent as Partial<VhdxImage>;
        const is = parent.format === 'vhdx' ? headers?.fields.dataWriteGuid : undefined;
        if (is !== undefined && linkages(locator).includes(is)) return;
        throw new DiskError({
          code: 'DISK_PARENT_MISMATCH', kind: 'corrupt', context: where, hint: 'the parent has been written to since, or another image has taken its name',
          message: `its parent's data is ${linkages(locator).join(' or ')}, and that of ${parent.store.name} is ${is ?? `of format ${parent.format}`}`,
        });
      },
    };
  }

  locate(at: number, length: number): Run | Promise<Run> {
    const block = Math.floor(at / this.dataBytes);
    const page = this.table.page(this.table.entryAt(block));
    return page instanceof Promise ? page.then((found) => this.#locateIn(found, block, at, length)) : this.#locateIn(page, block, at, length);
  }

  #locateIn(page: Page, block: number, at: number, length: number): Run | Promise<Run> {
    const { table, dataBytes } = this;
    const entryAt = table.entryAt(block);
    const state = stateIn(page, entryAt);
    const skip = at - block * dataBytes;
    let count = dataBytes - skip;
    if (state === BLOCK.fullyPresent) {
      const offset = this.#placeOf(page, block, entryAt);
      for (let next = block + 1; count < length; next++) {
        const nextAt = table.entryAt(next);
        if (nextAt >= page.at + page.bytes.length || stateIn(page, nextAt) !== state || offsetIn(page, nextAt) !== offset + (next - block) * dataBytes) break;
        this.#placeOf(page, next, nextAt);
        count += dataBytes;
      }
      const run = Math.min(count, length);
      this.#mustBeThere(offset + skip + run, block, entryAt);
      return { kind: 'data', length: run, store: this.store, offset: offset + skip };
    }
    if (state === BLOCK.partiallyPresent) {
      if (!this.metadata.hasParent) throw corrupt(`block ${block} is partially present, in a disk without a parent`, this.#where(entryAt));
      return this.#locatePartial(block, this.#placeOf(page, block, entryAt), skip, Math.min(count, length));
    }
    if (state > BLOCK.unmapped) throw corrupt(`block ${block} has state ${state}`, this.#where(entryAt));
    for (let next = block + 1; count < length; next++) {
      const nextAt = table.entryAt(next);
      if (nextAt >= page.at + page.bytes.length || stateIn(page, nextAt) !== state) break;
      count += dataBytes;
    }
    return { kind: state === BLOCK.notPresent ? 'absent' : 'zero', length: Math.min(count, length) };
  }

  async #locatePartial(block: number, offset: number, skip: number, length: number): Promise<Run> {
    const bitmapAt = await this.#bitmapOf(block);
    if (bitmapAt === undefined) throw corrupt(`block ${block} is partially present, and its chunk has no sector bitmap`, this.#where(this.table.entryAt(block)));
    const { sectorBytes } = this;
    const sector = Math.floor(skip / sectorBytes);
    const within = skip - sector * sectorBytes;
    const first = this.#firstBit(block) + sector;
    const page = await this.pages.get(bitmapAt + Math.floor(first / 8));
    const { isHere, count } = bitRun(page, bitmapAt, first, Math.ceil((within + length) / sectorBytes));
    const run = Math.min(length, count * sectorBytes - within);
    if (!isHere) return { kind: 'absent', length: run };
    this.#mustBeThere(offset + skip + run, block, this.table.entryAt(block));
    return { kind: 'data', length: run, store: this.store, offset: offset + skip };
  }

  /** Of a block's first sector, in the bitmap of its chunk. */
  #firstBit(block: number): number {
    return (block % this.table.ratio) * (this.dataBytes / this.sectorBytes);
  }

  async #bitmapOf(block: number): Promise<number | undefined> {
    const entryAt = this.table.bitmapEntryAt(Math.floor(block / this.table.ratio));
    const { state, offset } = await this.table.read(entryAt);
    if (state !== BITMAP_PRESENT) return undefined;
    if (offset < MIB || offset + BITMAP_BYTES > this.store.length || this.#isOverTables(offset, BITMAP_BYTES)) throw corrupt(`a sector bitmap is at ${offset}, in a file of ${this.store.length} bytes`, this.#where(entryAt));
    return offset;
  }

  #where(entryAt: number): DiskErrorContext {
    return { path: this.store.name, offset: entryAt, field: 'block allocation table' };
  }

  #placeOf(page: Page, block: number, entryAt: number): number {
    const offset = offsetIn(page, entryAt);
    if (offset < MIB || this.#isOverTables(offset, this.dataBytes)) throw corrupt(`block ${block} is at ${offset}, over the file's own tables`, this.#where(entryAt));
    return offset;
  }

  #isOverTables(offset: number, length: number): boolean {
    const { logOffset, logLength } = this.headers.fields;
    return isOver(offset, length, this.regions.bat) || isOver(offset, length, this.regions.metadata) || (offset < logOffset + logLength && offset + length > logOffset);
  }

  #mustBeThere(end: number, block: number, entryAt: number): void {
    if (end > this.store.length) throw corrupt(`block ${block} goes on to ${end}, in a file of ${this.store.length} bytes`, this.#where(entryAt), 'the file may have been copied in part');
  }

  async beforeWrite(): Promise<void> {
    if (this.#hasMarked) return;
    // Children know their parent by the second; both change before anything else does.
    await this.headers.update({ fileWriteGuid: newGuid(), dataWriteGuid: newGuid() });
    this.#hasMarked = true;
  }

  async put(at: number, bytes: Uint8Array): Promise<void> {
    const block = Math.floor(at / this.dataBytes);
    const skip = at - block * this.dataBytes;
    const entryAt = this.table.entryAt(block);
    const { state, offset: present } = await this.table.read(entryAt);
    const isHere = state >= BLOCK.fullyPresent;
    // Where nothing shows through, zeros are there already.
    if (!isHere && (state !== BLOCK.notPresent || !this.metadata.hasParent) && isZero(bytes)) return;
    const offset = isHere ? present : await this.allocate(this.dataBytes);
    await this.store.write(offset + skip, bytes);
    await this.#show(block, state, offset, skip, bytes.length);
  }

  /** Room at the end of the file, all zeros. */
  async allocate(length: number): Promise<number> {
    const at = toMib(this.store.length);
    if (at + length > MOST_FILE_BYTES) throw new DiskError({ code: 'DISK_NO_SPACE', kind: 'no-space', message: 'the file would be larger than a VHDX needs to be', context: { path: this.store.name, offset: at, op: 'write' } });
    await this.store.resize(at + length);
    return at;
  }

  /** Sectors of a block that is at `offset` are here: its entry or its bits say so from the next flush on. @param state that the block had */
  async #show(block: number, state: number, offset: number, skip: number, length: number): Promise<void> {
    const entryAt = this.table.entryAt(block);
    const isPartial = this.metadata.hasParent && (state === BLOCK.notPresent || state === BLOCK.partiallyPresent);
    if (isPartial) {
      // Bits of a block that was not there mean nothing: they are cleared before they do.
      if (state === BLOCK.notPresent) await this.setSectors(block, 0, this.dataBytes, false);
      await this.setSectors(block, skip, length, true);
    }
    if (state !== BLOCK.fullyPresent && state !== BLOCK.partiallyPresent) await this.table.write(entryAt, { state: isPartial ? BLOCK.partiallyPresent : BLOCK.fullyPresent, offset });
    if (this.pages.changedCount > MOST_CHANGED_PAGES) await this.#writePages();
  }

  /** Of a block that is partially present, or will be. */
  async setSectors(block: number, skip: number, length: number, isHere: boolean): Promise<void> {
    let bitmapAt = await this.#bitmapOf(block);
    if (bitmapAt === undefined) {
      bitmapAt = await this.allocate(BITMAP_BYTES);
      await this.table.write(this.table.bitmapEntryAt(Math.floor(block / this.table.ratio)), { state: BITMAP_PRESENT, offset: bitmapAt });
    }
    await setBits(this.pages, bitmapAt, this.#firstBit(block) + skip / this.sectorBytes, Math.ceil(length / this.sectorBytes), isHere);
  }

  async putZero(at: number, length: number): Promise<void> {
    for (const piece of this.#pieces(at, length)) await this.#zeroIn(piece);
  }

  async #zeroIn({ block, skip, count, isWhole }: Piece): Promise<void> {
    const entryAt = this.table.entryAt(block);
    const { state, offset } = await this.table.read(entryAt);
    if (state >= BLOCK.fullyPresent) {
      await this.store.discard(offset + skip, count);
      if (state === BLOCK.partiallyPresent && isWhole) await this.table.write(entryAt, { state: BLOCK.fullyPresent, offset });
      else await this.#show(block, state, offset, skip, count);
    } else if (state === BLOCK.notPresent && this.metadata.hasParent) {
      if (isWhole) await this.table.write(entryAt, { state: BLOCK.zero, offset: 0 });
      else await this.#show(block, state, await this.allocate(this.dataBytes), skip, count);
    }
  }

  /** Where there is no parent, zeros; the room of the blocks stays theirs. */
  async remove(at: number, length: number): Promise<void> {
    if (!this.metadata.hasParent) return this.putZero(at, length);
    for (const { block, skip, count, isWhole } of this.#pieces(at, length)) {
      const entryAt = this.table.entryAt(block);
      const { state, offset } = await this.table.read(entryAt);
      if (state === BLOCK.notPresent) continue;
      if (state < BLOCK.fullyPresent && isWhole) {
        await this.table.write(entryAt, { state: BLOCK.notPresent, offset: 0 });
        continue;
      }
      // All sectors of the block were here, as data or as zeros: now all but these are.
      if (state !== BLOCK.partiallyPresent) await this.setSectors(block, 0, this.dataBytes, true);
      await this.setSectors(block, skip, count, false);
      if (state !== BLOCK.partiallyPresent) await this.table.write(entryAt, { state: BLOCK.partiallyPresent, offset: state === BLOCK.fullyPresent ? offset : await this.allocate(this.dataBytes) });
    }
  }

  *#pieces(at: number, length: number): Generator<Piece> {
    for (let done = 0; done < length;) {
      const block = Math.floor((at + done) / this.dataBytes);
      const skip = at + done - block * this.dataBytes;
      const count = Math.min(length - done, this.dataBytes - skip);
      yield { block, skip, count, isWhole: skip === 0 && (count === this.dataBytes || at + done + count === this.size) };
      done += count;
    }
  }

  async #writePages(): Promise<void> {
    const { bat } = this.regions;
    const changed = this.pages.changed();
    const isInTable = (page: Page): boolean => page.at >= bat.offset && page.at < bat.offset + bat.length;
    // Bits mean nothing until their block's entry says so: should all not fit in one entry of the log, they are first.
    await this.journal.write([...changed.filter((page) => !isInTable(page)), ...changed.filter(isInTable)]);
    this.pages.markWritten(changed);
  }

  async flush(): Promise<void> {
    const isLogged = this.journal.isProtected && this.pages.changedCount > 0;
    if (this.pages.changedCount > 0) await this.#writePages();
    if (!isLogged) await this.store.flush();
    this.journal.isProtected = true;
  }

  async close(): Promise<void> {
    try {
      if (this.isWritable) {
        if (this.pages.changedCount > 0) await this.#writePages();
        await this.journal.close();
      }
    } finally {
      await this.store.close();
    }
  }

  async resize(size: number): Promise<void> {
    await resizeVhdx(this, size);
  }

  async setParent(parent: { readonly name: string; readonly image: Image } | undefined): Promise<void> {
    await setParentOf(this, parent);
  }

  details(): Details {
    const { blockBytes, sectorBytes, physicalSectorBytes, virtualDiskId, leavesBlocksAllocated, hasParent, parentLocator } = this.metadata;
    const { fileWriteGuid, dataWriteGuid, logLength } = this.headers.fields;
    return {
      'disk-type': hasParent ? 'differencing' : leavesBlocksAllocated ? 'fixed' : 'dynamic',
      'block-size': blockBytes, 'logical-sector-size': sectorBytes, 'physical-sector-size': physicalSectorBytes, 'virtual-disk-id': virtualDiskId,
      'file-write-guid': fileWriteGuid, 'data-write-guid': dataWriteGuid, 'log-size': logLength, 'log-is-dirty': this.isReplayed, creator: this.#creator,
      ...(parentLocator === undefined ? {} : { 'parent-locator': Object.fromEntries(parentLocator) }),
    };
  }
}

interface Piece {
  readonly block: number;
  readonly skip: number;
  readonly count: number;
  /** To the end of the block, or of the disk. */
  readonly isWhole: boolean;
}

const isOver = (offset: number, length: number, region: Region): boolean => offset < region.offset + region.length && offset + length > region.offset;
