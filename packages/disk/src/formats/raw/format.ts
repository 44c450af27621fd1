/** Raw: the disk's bytes and nothing else. */
import { corrupt } from '../../errors.ts';
import { defineFormat } from '../../format.ts';
import type { Image, Run } from '../../image.ts';
import type { Store } from '../../store/store.ts';

const SECTOR_BYTES = 512;

export const raw = defineFormat({
  name: 'raw',
  aliases: ['iso', 'img'],
  extensions: ['.raw', '.img', '.iso', '.bin'],
  reference: 'the bytes of the disk, in order',
  options: {
    preallocation: { type: 'choice', choices: ['off', 'full'], default: 'off', describe: 'write every byte at once, so that there is room for all later writes' },
  },
  probe: () => true,
  open: async ({ store, isWritable }) => new RawImage(store, isWritable),
  create: async ({ store, size }, { preallocation }) => {
    await store.resize(size);
    if (preallocation === 'full') {
      const zeros = new Uint8Array(1024 * 1024);
      for (let at = 0; at < size; at += zeros.length) await store.write(at, zeros.subarray(0, Math.min(zeros.length, size - at)));
    }
    return new RawImage(store, true);
  },
  stream: async ({ write, size }) => {
    let end = 0;
    const zeros = new Uint8Array(1024 * 1024);
    const skipTo = async (at: number): Promise<void> => {
      for (; end < at; end += Math.min(zeros.length, at - end)) await write(zeros.subarray(0, Math.min(zeros.length, at - end)));
    };
    return {
      blockBytes: SECTOR_BYTES,
      async put(at, bytes) {
        await skipTo(at);
        await write(bytes);
        end += bytes.length;
      },
      finish: () => skipTo(size),
    };
  },
  measure: (size) => ({ required: size, fullyAllocated: size }),
});

class RawImage implements Image {
  readonly format = 'raw';
  readonly store: Store;
  readonly sectorBytes = SECTOR_BYTES;
  readonly blockBytes = SECTOR_BYTES;
  readonly isWritable: boolean;
  #size: number;

  constructor(store: Store, isWritable: boolean) {
    this.store = store;
    this.isWritable = isWritable;
    this.#size = store.length;
  }

  get size(): number {
    return this.#size;
  }

  locate(at: number, length: number): Run {
    return { kind: 'data', length, store: this.store, offset: at };
  }

  async putZero(at: number, length: number): Promise<void> {
    await this.store.discard(at, length);
  }

  async resize(size: number): Promise<void> {
    if (size % SECTOR_BYTES !== 0) throw corrupt(`${size} is not a multiple of ${SECTOR_BYTES}`, { path: this.store.name, op: 'resize' });
    await this.store.resize(size);
    this.#size = size;
  }

  async flush(): Promise<void> {
    await this.store.flush();
  }

  async close(): Promise<void> {
    await this.store.close();
  }

  details(): Record<string, never> {
    return {};
  }
}
