/** cloop as a layer: blocks of one size, each compressed. */
import { corrupt } from '../../errors.ts';
import type { Details, Run } from '../../image.ts';
import { placeIn } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { TablePages } from '../../store/table-pages.ts';
import { ReadOnlyImage } from '../read-only-image.ts';
import { OFFSETS_START } from './layout.ts';
import type { Header } from './layout.ts';

export class CloopImage extends ReadOnlyImage {
  readonly format = 'cloop';
  readonly #header: Header;
  readonly #pages: TablePages;

  constructor(store: Store, header: Header) {
    super(store);
    this.#header = header;
    this.#pages = new TablePages(store, 'big');
  }

  get size(): number {
    return this.#header.blocks * this.#header.blockSize;
  }

  get blockBytes(): number {
    return this.#header.blockSize;
  }

  async locate(at: number, length: number): Promise<Run> {
    const { blockSize, blocks } = this.#header;
    const block = Math.floor(at / blockSize);
    const offset = await this.#offset(block);
    const end = await this.#offset(block + 1);
    const first = OFFSETS_START + (blocks + 1) * 8;
    // zlib makes no block much longer than it was.
    if (offset < first || end <= offset || end > this.store.length || end - offset > blockSize * 2 + 1024) {
      throw corrupt(`a block goes from ${offset} to ${end}, which is no place for one`, placeIn(this.store, OFFSETS_START + block * 8, 'offsets'));
    }
    const skip = at % blockSize;
    return { kind: 'packed', length: Math.min(length, blockSize - skip), block: { store: this.store, offset, packedLength: end - offset, codec: { name: 'zlib' }, unpackedLength: blockSize }, skip };
  }

  async #offset(block: number): Promise<number> {
    const at = OFFSETS_START + block * 8;
    for (let loading; (loading = this.#pages.load(at)) !== undefined;) await loading;
    return this.#pages.u64(at);
  }

  details(): Details {
    return { 'block-size': this.#header.blockSize, blocks: this.#header.blocks, 'compression-type': 'zlib' };
  }
}
