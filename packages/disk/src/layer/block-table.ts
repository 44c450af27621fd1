/**
 * A disk of equal blocks that one table of 32-bit entries places in an area of slots: what VDI and Parallels have in common.
 *
 * A block's data is written first and its entry is changed in memory; `commit` makes the data durable, then the entries. So a power cut leaves a block with its old or its
 * new place, and at most slots that nothing points to. A slot that was given up is used again once the entry that pointed to it is durable.
 */
import { beyondLimit, corrupt } from '../errors.ts';
import type { Run } from '../image.ts';
import type { Store } from '../store/store.ts';
import type { TablePages } from '../store/table-pages.ts';

/** What an entry says, other than a place. */
export const ABSENT = -1;
export const ZERO = -2;

export interface BlockTableShape {
  readonly store: Store;
  readonly pages: TablePages;
  /** For errors: the table's name in the specification. */
  readonly field: string;
  readonly tableOffset: number;
  readonly blocks: number;
  readonly blockBytes: number;
  /** Where slot 0 is. */
  readonly areaStart: number;
  /** From one slot to the next; a block's data is at the end of its slot, after `slotBytes - blockBytes` others. */
  readonly slotBytes: number;
  /** The first byte of a block's data, or `ABSENT`, or `ZERO`. */
  readonly decode: (entry: number) => number;
  readonly encode: (place: number) => number;
}

/** What a walk through the table finds. */
export interface BlockTableScan {
  /** A bit a slot: something points to it. */
  readonly used: Uint8Array;
  readonly allocated: number;
  /** One more than the last slot in use. */
  readonly slotsInUse: number;
  /** Blocks whose place is another's, not a slot's, or beyond the store's end. The first thousand of each. */
  readonly duplicates: readonly number[];
  readonly misplaced: readonly number[];
  readonly beyondEnd: readonly number[];
  readonly counts: { readonly duplicates: number; readonly misplaced: number; readonly beyondEnd: number };
}

const MOST_LISTED = 1000;
/** Changed pages after which the table is written in between: 8 MiB of them. */
const MOST_CHANGED_PAGES = 128;
const COPY_BYTES = 64 * 1024 * 1024;
/** Free slots that are remembered; more stay unused until the image is compacted. */
const MOST_FREE = 64 * 1024;
/** Slots that are told apart: 64 TiB in blocks of 1 MiB. */
const MOST_SLOTS = 64 * 1024 * 1024;

export class BlockTable {
  readonly shape: BlockTableShape;
  /** One more than the last slot that may be in use; new ones are put there when no other is free. */
  slots = 0;
  #free: number[] = [];
  /** Given up, and pointed to until the next commit. */
  #givenUp: number[] = [];
  /** Slots that were written since the last commit are durable only after it. */
  #hasNewSlots = false;

  constructor(shape: BlockTableShape) {
    this.shape = shape;
  }

  /** So many entries have changed that what is in memory should be written. */
  get needsCommit(): boolean {
    return this.shape.pages.changedPages > MOST_CHANGED_PAGES;
  }

  #entryOffset(block: number): number {
    return this.shape.tableOffset + block * 4;
  }

  /** What is at `at`, of at most `length` bytes; neighbours that are neighbours in the store as well are taken together. */
  locate(at: number, length: number): Run | Promise<Run> {
    const { pages, blockBytes, decode, store } = this.shape;
    const block = Math.floor(at / blockBytes);
    const entryOffset = this.#entryOffset(block);
    const loading = pages.load(entryOffset);
    if (loading !== undefined) return loading.then(() => this.locate(at, length));
    const first = decode(pages.u32(entryOffset));
    const skip = at - block * blockBytes;
    const last = Math.min(Math.ceil((at + length) / blockBytes), block + (pages.pageEnd(entryOffset) - entryOffset) / 4);
    let next = block + 1;
    for (let place = first; next < last; next++) {
      place = first < 0 ? first : place + blockBytes;
      if (decode(pages.u32(this.#entryOffset(next))) !== place) break;
    }
    const found = Math.min(length, next * blockBytes - at);
    if (first === ABSENT) return { kind: 'absent', length: found };
    if (first === ZERO) return { kind: 'zero', length: found };
    return { kind: 'data', length: found, store, offset: first + skip };
  }

  async place(block: number): Promise<number> {
    for (let loading; (loading = this.shape.pages.load(this.#entryOffset(block))) !== undefined;) await loading;
    return this.#placeNow(block);
  }

  #placeNow(block: number): number {
    return this.shape.decode(this.shape.pages.u32(this.#entryOffset(block)));
  }

  async set(block: number, place: number): Promise<void> {
    for (let loading; (loading = this.shape.pages.load(this.#entryOffset(block))) !== undefined;) await loading;
    this.shape.pages.setU32(this.#entryOffset(block), this.shape.encode(place));
  }

  slotOf(place: number): number {
    const { areaStart, slotBytes, blockBytes } = this.shape;
    return (place - (slotBytes - blockBytes) - areaStart) / slotBytes;
  }

  placeOf(slot: number): number {
    const { areaStart, slotBytes, blockBytes } = this.shape;
    return areaStart + slot * slotBytes + (slotBytes - blockBytes);
  }

  /** Gives a block its contents in a new slot. */
  async put(block: number, bytes: Uint8Array): Promise<void> {
    const { store, slotBytes } = this.shape;
    const old = await this.place(block);
    const slot = this.#free.pop() ?? this.slots;
    const isNew = slot === this.slots;
    if (isNew) {
      if (slot >= MOST_SLOTS) throw beyondLimit(`it has ${slot} blocks already`, { path: store.name, op: 'write' });
      const end = this.shape.areaStart + (slot + 1) * slotBytes;
      if (store.length < end) await store.resize(end);
    }
    try {
      await store.write(this.placeOf(slot), bytes);
    } catch (error) {
      if (!isNew) this.#free.push(slot);
      throw error;
    }
    if (isNew) this.slots++;
    this.#hasNewSlots = true;
    await this.set(block, this.placeOf(slot));
    if (old >= 0) this.giveUp(old);
  }

  /** What is at `place`, a block or an extension, is no longer wanted once the next commit is through. */
  giveUp(place: number): void {
    const slot = this.slotOf(place);
    if (Number.isInteger(slot) && slot >= 0) this.#givenUp.push(slot);
  }

  /** Takes the place from a block. @param mark `ABSENT` or `ZERO` */
  async remove(block: number, mark: number): Promise<void> {
    const old = await this.place(block);
    if (old === mark) return;
    await this.set(block, mark);
    if (old >= 0) this.giveUp(old);
  }

  /** Makes the places of blocks that have one read as zeros, and has the others marked zero where `mark` says so. */
  async zero(at: number, length: number, mark: boolean): Promise<void> {
    const end = at + length;
    for (let here = at; here < end;) {
      const run = await this.locate(here, end - here);
      if (run.kind === 'data') await run.store.discard(run.offset, run.length);
      else if (run.kind === 'absent' && mark) {
        for (let block = Math.floor(here / this.shape.blockBytes); block * this.shape.blockBytes < here + run.length; block++) await this.set(block, ZERO);
      }
      here += run.length;
    }
  }

  /** Moves what is in the first `count` slots to new ones, in memory until the next commit, and has nothing put there. For a table that needs their room. */
  async vacate(count: number): Promise<void> {
    const { store, blocks, blockBytes, areaStart, slotBytes } = this.shape;
    this.slots = Math.max(this.slots, count);
    this.#free = this.#free.filter((slot) => slot >= count);
    const copy = new Uint8Array(blockBytes);
    for (let block = 0; block < blocks; block++) {
      const place = await this.place(block);
      if (place < 0 || this.slotOf(place) >= count) continue;
      const there = copy.subarray(0, Math.min(blockBytes, store.length - place));
      await store.read(place, there);
      const slot = this.slots++;
      const end = areaStart + (slot + 1) * slotBytes;
      if (store.length < end) await store.resize(end);
      await store.write(this.placeOf(slot), there);
      this.#hasNewSlots = true;
      await this.set(block, this.placeOf(slot));
    }
  }

  /** @param beforeTable writes what has to be durable before the entries: the number of slots, where the format has it */
  async commit(beforeTable?: () => Promise<void>): Promise<void> {
    const { store, pages } = this.shape;
    if (pages.changedPages > 0) {
      if (this.#hasNewSlots) await beforeTable?.();
      await store.flush();
      this.#hasNewSlots = false;
      await pages.write();
    }
    await store.flush();
    const free = this.#givenUp;
    this.#givenUp = [];
    for (const slot of free) {
      this.#free.push(slot);
      await store.discard(this.placeOf(slot), this.shape.blockBytes);
    }
  }

  /** Walks through the whole table. `reserved` are places of what is no block. */
  async scan(reserved: readonly number[] = []): Promise<BlockTableScan> {
    const { store, blocks, areaStart, slotBytes, pages } = this.shape;
    const slotsThere = Math.min(MOST_SLOTS, Math.max(0, Math.ceil((store.length - areaStart) / slotBytes)));
    const used = new Uint8Array(Math.ceil(slotsThere / 8));
    const duplicates: number[] = [], misplaced: number[] = [], beyondEnd: number[] = [];
    const counts = { duplicates: 0, misplaced: 0, beyondEnd: 0 };
    let allocated = 0, slotsInUse = 0;
    const note = (list: number[], kind: keyof typeof counts, block: number): void => {
      counts[kind]++;
      if (list.length < MOST_LISTED) list.push(block);
    };
    const take = (place: number): keyof typeof counts | undefined => {
      const slot = this.slotOf(place);
      if (slot < 0 || !Number.isInteger(slot)) return 'misplaced';
      if (slot >= slotsThere) return 'beyondEnd';
      if (hasBit(used, slot)) return 'duplicates';
      used[slot >> 3]! |= 1 << (slot & 7);
      slotsInUse = Math.max(slotsInUse, slot + 1);
      return undefined;
    };
    for (const place of reserved) take(place);
    for (let block = 0; block < blocks;) {
      for (let loading; (loading = pages.load(this.#entryOffset(block))) !== undefined;) await loading;
      const stop = Math.min(blocks, block + Math.ceil((pages.pageEnd(this.#entryOffset(block)) - this.#entryOffset(block)) / 4));
      for (; block < stop; block++) {
        const place = this.#placeNow(block);
        if (place < 0) continue;
        allocated++;
        const problem = take(place);
        if (problem !== undefined) note({ duplicates, misplaced, beyondEnd }[problem], problem, block);
      }
    }
    return { used, allocated, slotsInUse, duplicates, misplaced, beyondEnd, counts };
  }

  /**
   * Before the first write: which slots are free, so that none is used twice, whatever the header says.
   * @throws DiskError where two blocks share a place: writing to one would change the other
   */
  async prepare(scan: BlockTableScan, slots: number): Promise<void> {
    const { store, field } = this.shape;
    const { duplicates, misplaced, beyondEnd } = scan.counts;
    if (duplicates + misplaced + beyondEnd > 0) {
      const block = [...scan.duplicates, ...scan.misplaced, ...scan.beyondEnd][0]!;
      throw corrupt(
        `${duplicates} blocks have a place that another has, ${misplaced} one that is none, ${beyondEnd} one beyond the end; the first is ${block}`,
        { path: store.name, offset: this.#entryOffset(block), field, op: 'write' }, 'repair it with check --repair all',
      );
    }
    this.slots = Math.max(slots, scan.slotsInUse);
    this.#free = [];
    for (let slot = 0; slot < this.slots && this.#free.length < MOST_FREE; slot++) if (!hasBit(scan.used, slot)) this.#free.push(slot);
    this.#free.reverse();
  }

  /** Moves the last blocks into free slots until there is none, cuts the store there, and returns the number of slots. Commit first. */
  async compact(scan: BlockTableScan): Promise<number> {
    const { store, blocks, blockBytes, slotBytes } = this.shape;
    const wanted = countBits(scan.used);
    const free: number[] = [];
    for (let slot = 0; slot < wanted; slot++) if (!hasBit(scan.used, slot)) free.push(slot);
    const copy = new Uint8Array(blockBytes);
    let copied = 0;
    const moved: [block: number, slot: number][] = [];
    const settle = async (): Promise<void> => {
      await store.flush();
      for (const [block, slot] of moved) await this.set(block, this.placeOf(slot));
      await this.shape.pages.write();
      await store.flush();
      moved.length = 0;
      copied = 0;
    };
    for (let block = 0; block < blocks && free.length > 0; block++) {
      const place = await this.place(block);
      if (place < 0 || this.slotOf(place) < wanted) continue;
      const slot = free.pop()!;
      // The last block of a disk may end before its slot does.
      const there = Math.min(blockBytes, store.length - place);
      await store.read(place, copy.subarray(0, there));
      await store.write(this.placeOf(slot), copy.subarray(0, there));
      moved.push([block, slot]);
      if ((copied += slotBytes) >= COPY_BYTES) await settle();
    }
    await settle();
    this.slots = wanted;
    this.#free = [];
    this.#givenUp = [];
    return wanted;
  }

  /** The store's end after slot `slots - 1`. */
  get areaEnd(): number {
    return this.shape.areaStart + this.slots * this.shape.slotBytes;
  }
}

const hasBit = (bits: Uint8Array, slot: number): boolean => ((bits[slot >> 3] ?? 0) & (1 << (slot & 7))) !== 0;

function countBits(bits: Uint8Array): number {
  let count = 0;
  for (let byte of bits) for (; byte !== 0; byte &= byte - 1) count++;
  return count;
}
