/** An image in memory that stands on another: for tests of what is done with layers, whatever their format. */
import type { Image, ParentReference, Run } from '../image.ts';
import { MemoryStore } from '../store/memory-store.ts';

type Block = { readonly kind: 'data'; readonly offset: number } | { readonly kind: 'zero' };

export class LayerImage implements Image {
  readonly format = 'layer';
  readonly store: MemoryStore;
  readonly sectorBytes = 512;
  readonly blockBytes: number;
  readonly isWritable = true;
  parent?: ParentReference;
  readonly #blocks = new Map<number, Block>();
  #size: number;

  constructor(name: string, size: number, parentName?: string, blockBytes = 4096) {
    this.store = new MemoryStore(name);
    this.#size = size;
    this.blockBytes = blockBytes;
    if (parentName !== undefined) this.parent = { names: [parentName], where: {} };
  }

  get size(): number {
    return this.#size;
  }

  /** Blocks that the layer has, by number. */
  get own(): number[] {
    return [...this.#blocks.keys()].sort((a, b) => a - b);
  }

  locate(at: number, length: number): Run {
    const within = at % this.blockBytes;
    const block = this.#blocks.get(Math.floor(at / this.blockBytes));
    const count = Math.min(length, this.blockBytes - within);
    if (block?.kind === 'data') return { kind: 'data', length: count, store: this.store, offset: block.offset + within };
    return { kind: block === undefined ? 'absent' : 'zero', length: count };
  }

  put(at: number, bytes: Uint8Array): void {
    const offset = this.store.length;
    this.store.write(offset, bytes);
    this.store.resize(offset + this.blockBytes);
    this.#blocks.set(at / this.blockBytes, { kind: 'data', offset });
  }

  putZero(at: number, length: number): void {
    for (let block = at / this.blockBytes; block * this.blockBytes < at + length; block++) {
      // As formats do: where nothing would show through, nothing is noted.
      if (this.parent === undefined) this.#blocks.delete(block);
      else this.#blocks.set(block, { kind: 'zero' });
    }
  }

  remove(at: number, length: number): void {
    for (let block = at / this.blockBytes; block * this.blockBytes < at + length; block++) this.#blocks.delete(block);
  }

  resize(size: number): void {
    this.#size = size;
  }

  setParent(parent: { readonly name: string } | undefined): void {
    if (parent === undefined) delete this.parent;
    else this.parent = { names: [parent.name], where: {} };
  }

  flush(): void { /* it is in memory */ }

  close(): void { /* it is in memory */ }

  details(): Record<string, never> {
    return {};
  }
}
