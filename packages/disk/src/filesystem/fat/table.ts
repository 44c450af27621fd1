/** The file allocation table: pages of it are in memory as they are needed, and changed ones are written to every copy. */
import { corrupt, DiskError } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { Runs } from '../runs.ts';
import { placeOn } from '../volume.ts';
import type { ByteRange, Volume } from '../volume.ts';

/** A page holds whole entries of 2 and 4 bytes; tables of FAT12, whose entries cross bytes, have one page. */
const PAGE_BYTES = 64 * 1024;
const MOST_CLEAN_PAGES = 128;

export type FatBits = 12 | 16 | 32;

export interface TablePlace {
  readonly bits: FatBits;
  /** Of each copy, in bytes on the volume. */
  readonly copies: readonly number[];
  readonly bytes: number;
  /** The first two entries stand for no cluster, and are not counted. */
  readonly clusters: number;
}

export class AllocationTable {
  readonly place: TablePlace;
  readonly #volume: Volume;
  readonly #pageBytes: number;
  readonly #pages = new Map<number, DataView>();
  readonly #changed = new Set<number>();
  /** Where the next search for a free cluster begins. */
  #next = 2;

  constructor(volume: Volume, place: TablePlace) {
    this.#volume = volume;
    this.place = place;
    this.#pageBytes = place.bits === 12 ? place.bytes : Math.min(PAGE_BYTES, place.bytes);
  }

  get #last(): number {
    return this.place.clusters + 1;
  }

  isEnd(entry: number): boolean {
    return entry >= ({ 12: 0xff8, 16: 0xfff8, 32: 0x0fff_fff8 } as const)[this.place.bits];
  }

  get endMark(): number {
    return ({ 12: 0xfff, 16: 0xffff, 32: 0x0fff_ffff } as const)[this.place.bits];
  }

  async #page(index: number): Promise<DataView> {
    const known = this.#pages.get(index);
    if (known !== undefined) return known;
    const start = index * this.#pageBytes;
    const bytes = new Uint8Array(Math.min(this.#pageBytes, this.place.bytes - start));
    await this.#volume.read(this.place.copies[0]! + start, bytes);
    const page = viewOf(bytes);
    if (this.#pages.size >= MOST_CLEAN_PAGES) {
      for (const old of this.#pages.keys()) {
        if (!this.#changed.has(old)) {
          this.#pages.delete(old);
          break;
        }
      }
    }
    this.#pages.set(index, page);
    return page;
  }

  #offset(cluster: number): number {
    return this.place.bits === 12 ? cluster + (cluster >> 1) : cluster * (this.place.bits / 8);
  }

  #value(page: DataView, at: number, cluster: number): number {
    switch (this.place.bits) {
      case 12: {
        const pair = page.getUint16(at, true);
        return (cluster & 1) === 0 ? pair & 0xfff : pair >> 4;
      }
      case 16: return page.getUint16(at, true);
      case 32: return page.getUint32(at, true) & 0x0fff_ffff;
    }
  }

  async get(cluster: number): Promise<number> {
    const offset = this.#offset(cluster);
    return this.#value(await this.#page(Math.floor(offset / this.#pageBytes)), offset % this.#pageBytes, cluster);
  }

  async set(cluster: number, value: number): Promise<void> {
    const offset = this.#offset(cluster);
    const index = Math.floor(offset / this.#pageBytes);
    const page = await this.#page(index);
    const at = offset % this.#pageBytes;
    this.#changed.add(index);
    switch (this.place.bits) {
      case 12: {
        const pair = page.getUint16(at, true);
        page.setUint16(at, (cluster & 1) === 0 ? (pair & 0xf000) | value : (pair & 0x000f) | (value << 4), true);
        break;
      }
      case 16:
        page.setUint16(at, value, true);
        break;
      case 32:
        // The upper four bits are nobody's, and stay.
        page.setUint32(at, ((page.getUint32(at, true) & 0xf000_0000) | value) >>> 0, true);
        break;
    }
  }

  /**
   * The clusters that follow one another from `first` on.
   * @throws DiskError where the chain leaves the table, goes round, or has a free or bad cluster
   */
  async chain(first: number, clusterBytes: number, base: number): Promise<Runs> {
    const runs = new Runs(this.#volume, clusterBytes, base);
    const where = placeOn(this.#volume, this.place.copies[0]!, 'FAT');
    let count = 0;
    for (let cluster = first; ;) {
      if (cluster < 2 || cluster > this.#last) throw corrupt(`a chain of clusters comes to ${cluster}, and there are ${this.place.clusters}`, where);
      if (count > this.place.clusters) throw corrupt(`the chain of clusters from ${first} goes round`, where);
      runs.add(count++, 1, cluster);
      const next = await this.get(cluster);
      if (this.isEnd(next)) return runs;
      cluster = next;
    }
  }

  /** Takes up to `wanted` clusters, in one piece where that is possible, chained to one another; the last ends the chain. */
  async allocate(wanted: number): Promise<{ readonly first: number; readonly count: number }> {
    const { clusters } = this.place;
    for (let looked = 0, cluster = this.#next; looked < clusters; looked++, cluster++) {
      if (cluster > this.#last) cluster = 2;
      if ((await this.get(cluster)) !== 0) continue;
      let count = 1;
      while (count < wanted && cluster + count <= this.#last && (await this.get(cluster + count)) === 0) count++;
      for (let i = 0; i < count; i++) await this.set(cluster + i, i + 1 < count ? cluster + i + 1 : this.endMark);
      this.#next = cluster + count;
      return { first: cluster, count };
    }
    throw new DiskError({ code: 'DISK_NO_SPACE', kind: 'no-space', message: 'the file system is full', context: { path: this.#volume.name, op: 'write' } });
  }

  async free(first: number): Promise<void> {
    let cluster = first;
    for (let count = 0; cluster >= 2 && cluster <= this.#last && count <= this.place.clusters; count++) {
      const next = await this.get(cluster);
      await this.set(cluster, 0);
      this.#next = Math.min(this.#next, cluster);
      if (this.isEnd(next) || next === 0) return;
      cluster = next;
    }
  }

  get nextFree(): number {
    return this.#next;
  }

  async freeCount(): Promise<number> {
    let count = 0;
    for (let cluster = 2; cluster <= this.#last;) {
      const offset = this.#offset(cluster);
      const index = Math.floor(offset / this.#pageBytes);
      const page = await this.#page(index);
      const end = this.#pageEnd(index);
      for (; cluster < end; cluster++) if (this.#value(page, this.#offset(cluster) % this.#pageBytes, cluster) === 0) count++;
    }
    return count;
  }

  /** The first cluster that the page has no entry of. */
  #pageEnd(index: number): number {
    return this.place.bits === 12 ? this.#last + 1 : Math.min(this.#last + 1, ((index + 1) * this.#pageBytes) / (this.place.bits / 8));
  }

  async *freeRanges(clusterBytes: number, base: number): AsyncGenerator<ByteRange> {
    let start = -1;
    for (let cluster = 2; cluster <= this.#last;) {
      const index = Math.floor(this.#offset(cluster) / this.#pageBytes);
      const page = await this.#page(index);
      const end = this.#pageEnd(index);
      for (; cluster < end; cluster++) {
        const isFree = this.#value(page, this.#offset(cluster) % this.#pageBytes, cluster) === 0;
        if (isFree && start < 0) start = cluster;
        if (!isFree && start >= 0) {
          yield { start: base + start * clusterBytes, length: (cluster - start) * clusterBytes };
          start = -1;
        }
      }
    }
    if (start >= 0) yield { start: base + start * clusterBytes, length: (this.#last + 1 - start) * clusterBytes };
  }

  async flush(): Promise<void> {
    for (const index of [...this.#changed].sort((a, b) => a - b)) {
      const page = this.#pages.get(index)!;
      const bytes = new Uint8Array(page.buffer, page.byteOffset, page.byteLength);
      for (const copy of this.place.copies) await this.#volume.write(copy + index * this.#pageBytes, bytes);
    }
    this.#changed.clear();
  }
}
