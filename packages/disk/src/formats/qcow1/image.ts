/** qcow version 1 as a layer: an L1 table of L2 tables of clusters, which may be compressed. */
import { corrupt } from '../../errors.ts';
import type { Details, ParentReference, Run } from '../../image.ts';
import { placeIn } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { TablePages } from '../../store/table-pages.ts';
import { ReadOnlyImage } from '../read-only-image.ts';
import type { Header } from './layout.ts';

const COMPRESSED = 0x8000_0000;
/** What the compressor's window was; a larger one reads it as well. */
const CODEC = { name: 'deflate', windowBits: 12 } as const;

export class Qcow1Image extends ReadOnlyImage {
  readonly format = 'qcow';
  readonly parent?: ParentReference;
  readonly #header: Header;
  readonly #pages: TablePages;

  constructor(store: Store, header: Header, backingName: string | undefined) {
    super(store);
    this.#header = header;
    this.#pages = new TablePages(store, 'big');
    if (backingName !== undefined) this.parent = { names: [backingName], where: placeIn(store, header.backingFileOffset, 'backing_file') };
  }

  /** A size that is no multiple of sectors is rounded as qemu rounds it. */
  get size(): number {
    return Math.floor(this.#header.size / 512) * 512;
  }

  get blockBytes(): number {
    return 2 ** this.#header.clusterBits;
  }

  async locate(at: number, length: number): Promise<Run> {
    const { l1TableOffset, l2Bits, clusterBits } = this.#header;
    const { blockBytes } = this;
    const cluster = Math.floor(at / blockBytes);
    const l1Offset = l1TableOffset + Math.floor(cluster / 2 ** l2Bits) * 8;
    const table = await this.#entry(l1Offset);
    const skip = at - cluster * blockBytes;
    const most = Math.min(length, blockBytes - skip);
    if (table.high === 0 && table.low === 0) return { kind: 'absent', length: Math.min(length, (Math.floor(cluster / 2 ** l2Bits) + 1) * 2 ** l2Bits * blockBytes - at) };
    const tablePlace = table.high * 0x1_0000_0000 + table.low;
    if (tablePlace % 8 !== 0 || tablePlace + 8 * 2 ** l2Bits > this.store.length) throw corrupt(`an L2 table is at ${tablePlace}, which is no place for one`, placeIn(this.store, l1Offset, 'L1 table'));
    const l2Offset = tablePlace + (cluster % 2 ** l2Bits) * 8;
    const { high, low } = await this.#entry(l2Offset);
    if (high === 0 && low === 0) return { kind: 'absent', length: most };
    if ((high & COMPRESSED) === 0) {
      const place = high * 0x1_0000_0000 + low;
      if (place >= this.store.length) throw corrupt(`a cluster is at ${place}, beyond the end of the file`, placeIn(this.store, l2Offset, 'L2 table'));
      return { kind: 'data', length: most, store: this.store, offset: place + skip };
    }
    // Below bit 63: as many bits as a cluster has for its packed length, the rest for its place.
    const placeBits = BigInt(63 - clusterBits);
    const entry = (BigInt(high >>> 0) << 32n) | BigInt(low);
    const place = Number(entry & ((1n << placeBits) - 1n));
    const packedLength = Number((entry >> placeBits) & BigInt(blockBytes - 1));
    if (place + packedLength > this.store.length) throw corrupt(`a compressed cluster of ${packedLength} bytes is at ${place}, beyond the end of the file`, placeIn(this.store, l2Offset, 'L2 table'));
    return { kind: 'packed', length: most, block: { store: this.store, offset: place, packedLength, codec: CODEC, unpackedLength: blockBytes }, skip };
  }

  async #entry(at: number): Promise<{ high: number; low: number }> {
    for (let loading; (loading = this.#pages.load(at)) !== undefined;) await loading;
    return { high: this.#pages.u32(at), low: this.#pages.u32(at + 4) };
  }

  details(): Details {
    return { 'cluster-size': this.blockBytes };
  }
}
