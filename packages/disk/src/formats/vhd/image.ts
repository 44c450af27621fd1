/**
 * A dynamic or differencing disk. Data is written at once; the table's entries and the bitmaps' bits that make it visible are kept in memory until `flush`, which writes them
 * after the data is known to be there. A power cut leaves room that nothing points to, at most.
 */
import { corrupt, DiskError } from '../../errors.ts';
import type { Details, Image, ParentReference, Run } from '../../image.ts';
import { isZero } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { BlockBitmaps, isHere, runOf } from './bitmaps.ts';
import type { BlockTable } from './block-table.ts';
import { describeFooter, uuidText } from './describe.ts';
import type { Footer } from './footer.ts';
import { sizeOf } from './geometry.ts';
import type { Header } from './header.ts';
import { bitmapBytesOf, DISK_TYPE, ENTRY_BYTES, FOOTER_BYTES, HEADER, HEADER_BYTES, SECTOR_BYTES, toSectors, UNUSED_ENTRY } from './layout.ts';
import { parentNames, parentUnicodeName } from './locators.ts';
import type { Locator } from './locators.ts';
import { resizeDynamic, setParentOf } from './restructure.ts';
import { Room } from './room.ts';
import { outsiders, survey } from './survey.ts';
import type { FileMap, Range } from './survey.ts';

/** Blocks are not copied as wholes: what is new in one is zeros already. */
const PUT_BYTES = 64 * 1024;
const CHANGED_BITMAP_BYTES = 2 * 1024 * 1024;

export interface DynamicParts {
  readonly store: Store;
  readonly isWritable: boolean;
  readonly footer: Footer;
  readonly header: Header;
  readonly locators: readonly Locator[];
  readonly table: BlockTable;
  /** Just made: nothing of it has been promised yet. */
  readonly isNew: boolean;
  readonly isForCheck: boolean;
}

export class DynamicVhdImage implements Image {
  readonly format = 'vhd';
  readonly store: Store;
  readonly sectorBytes = SECTOR_BYTES;
  readonly blockBytes: number;
  parent?: ParentReference;
  readonly isWritable: boolean;
  readonly footer: Footer;
  readonly table: BlockTable;
  readonly room: Room;
  /** Bytes of data in a block of the file. */
  readonly dataBytes: number;
  readonly bitmapBytes: number;
  readonly blockBitmaps: BlockBitmaps;
  readonly #isForCheck: boolean;
  #header: Header;
  #locators: readonly Locator[];
  #size: number;
  #hasMarked: boolean;

  constructor({ store, isWritable, footer, header, locators, table, isNew, isForCheck }: DynamicParts) {
    this.store = store;
    this.isWritable = isWritable;
    this.footer = footer;
    this.table = table;
    this.#header = header;
    this.#locators = locators;
    if (this.isDifferencing) this.parent = this.#parentReference();
    this.#size = sizeOf(footer.fields);
    this.#isForCheck = isForCheck;
    this.#hasMarked = isNew;
    this.dataBytes = header.fields.blockSize;
    this.blockBytes = Math.min(this.dataBytes, PUT_BYTES);
    this.bitmapBytes = bitmapBytesOf(this.dataBytes);
    this.blockBitmaps = new BlockBitmaps(store, this.bitmapBytes);
    const parts = { store, footer, stride: this.bitmapBytes + this.dataBytes };
    const footerAt = isNew ? store.length - FOOTER_BYTES : footer.last?.at;
    // Blocks of a file that has lost its footer may go on to its end.
    const limit = footerAt ?? store.length;
    // Where there is room is of interest to who writes; that blocks share some would then do harm.
    if (isWritable) {
      const { troubles, gaps, end } = survey(table.entries, this.fileMap(limit), this.lastStride);
      if (troubles[0] !== undefined && !isForCheck) throw this.#troubled(troubles[0]);
      this.room = new Room({ ...parts, gaps, end, footerAt: footerAt ?? Math.max(end, toSectors(store.length - FOOTER_BYTES)) }, !isNew);
    } else {
      const trouble = outsiders(table.entries, this.fileMap(limit), this.lastStride).next();
      if (trouble.done !== true && !isForCheck) throw this.#troubled(trouble.value);
      this.room = new Room({ ...parts, gaps: [], end: limit, footerAt: limit }, true);
    }
  }

  #troubled({ message, offset }: { message: string; offset: number }): DiskError {
    return corrupt(message, { path: this.store.name, offset, field: 'block allocation table', op: 'open' }, 'see what check says');
  }

  get size(): number {
    return this.#size;
  }

  get header(): Header {
    return this.#header;
  }

  get isDifferencing(): boolean {
    return this.footer.fields.diskType === DISK_TYPE.differencing;
  }

  get locators(): readonly Locator[] {
    return this.#locators;
  }

  /** Bytes that the last block has to have in the file: some writers cut it off where the disk ends. */
  get lastStride(): number {
    const rest = this.#size % this.dataBytes;
    return this.bitmapBytes + (rest === 0 ? this.dataBytes : rest);
  }

  fileMap(limit: number): FileMap {
    const { at, fields } = this.#header;
    const range = (start: number, length: number, what: string): Range => ({ start, end: start + length, what });
    return {
      stride: this.bitmapBytes + this.dataBytes, limit, tableOffset: this.table.offset,
      reserved: [
        range(0, FOOTER_BYTES, 'copy of the footer'), range(at, HEADER_BYTES, 'dynamic disk header'), range(fields.tableOffset, fields.maxTableEntries * ENTRY_BYTES, 'block allocation table'),
        ...this.#locators.map(({ offset, length }) => range(offset, length, 'name of the parent')),
      ],
    };
  }

  #parentReference(): ParentReference {
    const { at, bytes, fields } = this.#header;
    const where = { path: this.store.name, offset: at + HEADER.fields.parentUniqueId[0], field: 'parentUniqueId' };
    return {
      names: parentNames(this.#locators, parentUnicodeName(bytes)), format: 'vhd', where,
      verify: (parent) => {
        const { footer } = parent as Partial<DynamicVhdImage>;
        // Its time stamp in the header is of the parent's file, which copying changes: the specification leaves the identifier to decide.
        if (parent.format === 'vhd' && footer !== undefined && Buffer.compare(footer.fields.uniqueId, fields.parentUniqueId) === 0) return;
        throw new DiskError({
          code: 'DISK_PARENT_MISMATCH', kind: 'corrupt', context: where, hint: 'another image has taken its parent\'s name',
          message: `its parent is ${uuidText(fields.parentUniqueId)}, and ${parent.store.name} is ${footer === undefined ? `of format ${parent.format}` : uuidText(footer.fields.uniqueId)}`,
        });
      },
    };
  }

  locate(at: number, length: number): Run | Promise<Run> {
    const { entries } = this.table;
    const block = Math.floor(at / this.dataBytes);
    const entry = entries[block]!;
    const end = at + length;
    let blockEnd = (block + 1) * this.dataBytes;
    if (entry === UNUSED_ENTRY) {
      for (let next = block + 1; blockEnd < end && entries[next] === UNUSED_ENTRY; next++) blockEnd += this.dataBytes;
      return { kind: 'absent', length: Math.min(end, blockEnd) - at };
    }
    const bitmapAt = entry * SECTOR_BYTES;
    const skip = at - block * this.dataBytes;
    const count = Math.min(end, blockEnd) - at;
    const offset = bitmapAt + this.bitmapBytes + skip;
    if (offset + count > this.room.limit) throw corrupt(`block ${block} is at ${bitmapAt}, and ends after the file's data at ${this.room.limit}`, { path: this.store.name, offset: this.table.offset + block * ENTRY_BYTES, field: 'block allocation table', op: 'read' });
    // The bitmap of a disk without a parent is all ones with some writers and not kept with others: nobody goes by it.
    if (!this.isDifferencing) return { kind: 'data', length: count, store: this.store, offset };
    const bitmap = this.blockBitmaps.get(block, bitmapAt);
    return bitmap instanceof Promise ? bitmap.then((bits) => this.#locateIn(bits, skip, count, offset)) : this.#locateIn(bitmap, skip, count, offset);
  }

  #locateIn(bitmap: Uint8Array, skip: number, count: number, offset: number): Run {
    const sector = Math.floor(skip / SECTOR_BYTES);
    const within = skip - sector * SECTOR_BYTES;
    const length = Math.min(count, runOf(bitmap, sector, Math.ceil((within + count) / SECTOR_BYTES)) * SECTOR_BYTES - within);
    return isHere(bitmap, sector) ? { kind: 'data', length, store: this.store, offset } : { kind: 'absent', length };
  }

  async beforeWrite(): Promise<void> {
    if (this.#hasMarked) return;
    this.#hasMarked = true;
    // A lost or damaged copy of the footer is made good.
    if (!this.#isForCheck && this.room.isProtected && !this.footer.areCopiesSame) await this.room.writeFooter();
  }

  async put(at: number, bytes: Uint8Array): Promise<void> {
    const block = Math.floor(at / this.dataBytes);
    // Where nothing shows through, zeros are there already.
    if (this.table.entries[block] === UNUSED_ENTRY && !this.isDifferencing && isZero(bytes)) return;
    const bitmapAt = await this.#allocate(block);
    const skip = at - block * this.dataBytes;
    await this.store.write(bitmapAt + this.bitmapBytes + skip, bytes);
    await this.#mark(block, bitmapAt, skip, bytes.length, true);
  }

  /** Where the block's bitmap is. A new block is all zeros, and in a differencing disk has none of its sectors. */
  async #allocate(block: number): Promise<number> {
    const entry = this.table.entries[block]!;
    if (entry !== UNUSED_ENTRY) return entry * SECTOR_BYTES;
    const at = await this.room.takeBlock();
    if (this.isDifferencing) this.blockBitmaps.add(block);
    await this.store.write(at, new Uint8Array(this.bitmapBytes).fill(this.isDifferencing ? 0 : 0xff));
    this.table.set(block, at / SECTOR_BYTES);
    return at;
  }

  async #mark(block: number, bitmapAt: number, skip: number, length: number, isHere: boolean): Promise<void> {
    if (!this.isDifferencing) return;
    await this.blockBitmaps.set(block, bitmapAt, skip / SECTOR_BYTES, Math.ceil(length / SECTOR_BYTES), isHere);
    if (this.blockBitmaps.changedBytes > CHANGED_BITMAP_BYTES) await this.flush();
  }

  async putZero(at: number, length: number): Promise<void> {
    for (const { block, skip, count } of this.#pieces(at, length)) {
      if (this.table.entries[block] === UNUSED_ENTRY && !this.isDifferencing) continue;
      const bitmapAt = await this.#allocate(block);
      await this.store.discard(bitmapAt + this.bitmapBytes + skip, count);
      await this.#mark(block, bitmapAt, skip, count, true);
    }
  }

  /** Where there is no parent, zeros; the room of the blocks stays theirs. */
  async remove(at: number, length: number): Promise<void> {
    if (!this.isDifferencing) return this.putZero(at, length);
    for (const { block, skip, count } of this.#pieces(at, length)) {
      const entry = this.table.entries[block]!;
      if (entry !== UNUSED_ENTRY) await this.#mark(block, entry * SECTOR_BYTES, skip, count, false);
    }
  }

  *#pieces(at: number, length: number): Generator<{ block: number; skip: number; count: number }> {
    for (let done = 0; done < length;) {
      const block = Math.floor((at + done) / this.dataBytes);
      const skip = at + done - block * this.dataBytes;
      const count = Math.min(length - done, this.dataBytes - skip);
      yield { block, skip, count };
      done += count;
    }
  }

  async flush(): Promise<void> {
    if (this.table.isChanged || this.blockBitmaps.changedBytes > 0) {
      if (this.room.isProtected) await this.store.flush();
      await this.#writeTables();
    }
    await this.store.flush();
    this.room.isProtected = true;
  }

  async #writeTables(): Promise<void> {
    await this.table.write();
    await this.blockBitmaps.write();
  }

  async close(): Promise<void> {
    try {
      if (this.isWritable) {
        if (this.room.isProtected && (this.table.isChanged || this.blockBitmaps.changedBytes > 0)) await this.flush();
        else await this.#writeTables();
        await this.room.trim();
      }
    } finally {
      await this.store.close();
    }
  }

  async resize(size: number): Promise<void> {
    await resizeDynamic(this, size);
    this.#size = size;
  }

  async setParent(parent: { readonly name: string; readonly image: Image } | undefined): Promise<void> {
    await setParentOf(this, parent);
  }

  /** After the header has been written anew. */
  setHeader(header: Header, locators = this.#locators): void {
    this.#header = header;
    this.#locators = locators;
    if (this.isDifferencing) this.parent = this.#parentReference();
    else delete this.parent;
  }

  details(): Details {
    const { blockSize, parentUniqueId, bytes } = { ...this.#header.fields, bytes: this.#header.bytes };
    return {
      ...describeFooter(this.footer.fields),
      'block-size': blockSize,
      ...(this.isDifferencing ? { 'parent-unique-id': uuidText(parentUniqueId), 'parent-name': parentUnicodeName(bytes), 'parent-locators': this.#locators.map(({ platformCode, path }) => ({ platform: platformCode, path })) } : {}),
    };
  }
}
