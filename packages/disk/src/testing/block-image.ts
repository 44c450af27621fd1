/** A format of nothing but blocks, plain or compressed, in memory: what the code that is written once over all formats is tried with. */
import type { Codec } from '../codec.ts';
import type { Image, Run } from '../image.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';

export interface BlockImageOptions {
  readonly size: number;
  readonly blockBytes: number;
  readonly codec?: Codec;
  /** What a layer has not is its parent's. */
  readonly hasParent?: boolean;
}

type Place = { readonly offset: number; readonly packedLength?: number } | 'zero';

export class BlockImage implements Image {
  readonly format = 'blocks';
  readonly store: Store;
  readonly size: number;
  readonly sectorBytes = 512;
  readonly blockBytes: number;
  readonly isWritable = true;
  readonly packing?: { readonly codec: Codec; readonly blockBytes: number };
  /** By block, for blocks that were put. */
  readonly places = new Map<number, Place>();

  constructor({ size, blockBytes, codec }: BlockImageOptions, store: Store = new MemoryStore('blocks')) {
    this.size = size;
    this.blockBytes = blockBytes;
    this.store = store;
    if (codec !== undefined) this.packing = { codec, blockBytes };
  }

  locate(at: number, length: number): Run {
    const index = Math.floor(at / this.blockBytes);
    const skip = at % this.blockBytes;
    const place = this.places.get(index);
    if (place === undefined && this.places.size === 0) return { kind: 'absent', length };
    const count = Math.min(length, this.blockBytes - skip);
    if (place === undefined) return { kind: 'absent', length: count };
    if (place === 'zero') return { kind: 'zero', length: count };
    if (place.packedLength === undefined) return { kind: 'data', length: count, store: this.store, offset: place.offset + skip };
    return { kind: 'packed', length: count, skip, block: { store: this.store, offset: place.offset, packedLength: place.packedLength, codec: this.packing!.codec, unpackedLength: this.blockBytes } };
  }

  put(at: number, bytes: Uint8Array): void {
    const offset = this.store.length;
    const block = new Uint8Array(this.blockBytes);
    block.set(bytes);
    void this.store.write(offset, block);
    this.places.set(at / this.blockBytes, { offset });
  }

  putPacked(at: number, packed: Uint8Array): void {
    const offset = this.store.length;
    void this.store.write(offset, packed);
    this.places.set(at / this.blockBytes, { offset, packedLength: packed.length });
  }

  putZero(at: number, length: number): void {
    for (let here = at; here < at + length; here += this.blockBytes) this.places.set(here / this.blockBytes, 'zero');
  }

  flush(): void { /* there is nothing behind it */ }

  close(): void { /* it goes with its last user */ }

  details(): Record<string, never> {
    return {};
  }
}
