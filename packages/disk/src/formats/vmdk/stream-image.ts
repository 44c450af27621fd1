/** A streamOptimized disk that is made in a store: grains in ascending order, already compressed, and the end of the stream when it is closed. What is written is not read again before that. */
import { unsupported } from '../../errors.ts';
import type { CreateContext, ImageStream, OptionValues } from '../../format.ts';
import type { Details, Image, Run } from '../../image.ts';
import type { Store } from '../../store/store.ts';
import { GRAIN_SECTORS, SECTOR_BYTES } from './layout.ts';
import type { VmdkOptions } from './options.ts';
import { streamVmdk } from './stream.ts';
import { unpackTail } from './tail-grain.ts';

export async function createStreamImage({ store, size, random, nowMs }: CreateContext, options: OptionValues<VmdkOptions>): Promise<Image> {
  let end = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    await store.write(end, bytes);
    end += bytes.length;
  };
  return new StreamImage(store, size, await streamVmdk({ write, size, extents: [], random, nowMs }, options));
}

class StreamImage implements Image {
  readonly format = 'vmdk';
  readonly store: Store;
  readonly size: number;
  readonly sectorBytes = SECTOR_BYTES;
  readonly blockBytes = GRAIN_SECTORS * SECTOR_BYTES;
  readonly isWritable = true;
  readonly packing: NonNullable<Image['packing']>;
  readonly #stream: ImageStream;
  readonly #whole = new Uint8Array(this.blockBytes);
  /** Where the grains that are written end. */
  #end = 0;
  #isFlushed = false;
  #isClosed = false;

  constructor(store: Store, size: number, stream: ImageStream) {
    this.store = store;
    this.size = size;
    this.packing = stream.packing!;
    this.#stream = stream;
  }

  locate(at: number, length: number): Run {
    if (at < this.#end) throw unsupported('a streamOptimized disk is written once, from its beginning to its end, and read when it is complete', { path: this.store.name });
    return { kind: 'absent', length };
  }

  async putPacked(at: number, packed: Uint8Array): Promise<void> {
    const length = Math.min(this.blockBytes, this.size - at);
    // The stream fills up a grain that the disk ends in, and needs its contents for that; of a whole one it takes what is packed.
    const bytes = length === this.blockBytes ? this.#whole : await unpackTail(packed, this.blockBytes, length, { path: this.store.name });
    await this.#stream.put(at, bytes, packed);
    this.#end = at + length;
  }

  async flush(): Promise<void> {
    this.#isFlushed = true;
    await this.store.flush();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#stream.finish();
      if (this.#isFlushed) await this.store.flush();
    } finally {
      await this.store.close();
    }
  }

  details(): Details {
    return { 'create-type': 'streamOptimized' };
  }
}
