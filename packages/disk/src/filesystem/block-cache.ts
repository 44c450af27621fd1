/** The blocks of a file system's metadata that are in use: read once, changed in memory, written in order of place. */
import type { Awaitable } from '../store/store.ts';
import type { Volume } from './volume.ts';
import { mustBeWithin } from './volume.ts';

const MOST_CLEAN_BYTES = 16 * 1024 * 1024;
/** Changed neighbours are written together, up to this. */
const MOST_WRITE_BYTES = 1024 * 1024;

export class BlockCache {
  readonly #volume: Volume;
  readonly #blockBytes: number;
  readonly #mostBlocks: number;
  /** The least recently used first. */
  readonly #clean = new Map<number, Uint8Array>();
  readonly #changed = new Map<number, Uint8Array>();

  constructor(volume: Volume, blockBytes: number) {
    this.#volume = volume;
    this.#blockBytes = blockBytes;
    this.#mostBlocks = Math.max(64, Math.floor(MOST_CLEAN_BYTES / blockBytes));
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** For reading; kept by nobody over an await of something else that reads blocks. */
  get(block: number): Awaitable<Uint8Array> {
    const changed = this.#changed.get(block);
    if (changed !== undefined) return changed;
    const clean = this.#clean.get(block);
    if (clean !== undefined) {
      this.#clean.delete(block);
      this.#clean.set(block, clean);
      return clean;
    }
    mustBeWithin(this.#volume, block * this.#blockBytes, this.#blockBytes, 'block');
    const bytes = new Uint8Array(this.#blockBytes);
    const done = this.#volume.read(block * this.#blockBytes, bytes);
    return done instanceof Promise ? done.then(() => this.#add(block, bytes)) : this.#add(block, bytes);
  }

  #add(block: number, bytes: Uint8Array): Uint8Array {
    // Someone else may have been faster, and have changed it.
    const known = this.#changed.get(block) ?? this.#clean.get(block);
    if (known !== undefined) return known;
    this.#clean.set(block, bytes);
    if (this.#clean.size > this.#mostBlocks) this.#clean.delete(this.#clean.keys().next().value!);
    return bytes;
  }

  /** For changing: the block will be written by the next flush. */
  async change(block: number): Promise<Uint8Array> {
    const bytes = await this.get(block);
    this.#clean.delete(block);
    this.#changed.set(block, bytes);
    return bytes;
  }

  /** A block that was not in use before: zeros. */
  fresh(block: number): Uint8Array {
    const bytes = new Uint8Array(this.#blockBytes);
    this.#clean.delete(block);
    this.#changed.set(block, bytes);
    return bytes;
  }

  /** The block is in use no more, or was written around the cache. */
  forget(block: number): void {
    this.#clean.delete(block);
    this.#changed.delete(block);
  }

  /** @param except blocks that are to be written later */
  async flush(except: (block: number) => boolean = () => false): Promise<void> {
    const blocks = [...this.#changed.keys()].filter((block) => !except(block)).sort((a, b) => a - b);
    const mostInRun = Math.max(1, Math.floor(MOST_WRITE_BYTES / this.#blockBytes));
    for (let i = 0; i < blocks.length;) {
      let count = 1;
      while (i + count < blocks.length && count < mostInRun && blocks[i + count] === blocks[i]! + count) count++;
      const bytes = count === 1 ? this.#changed.get(blocks[i]!)! : new Uint8Array(count * this.#blockBytes);
      if (count > 1) for (let n = 0; n < count; n++) bytes.set(this.#changed.get(blocks[i]! + n)!, n * this.#blockBytes);
      await this.#volume.write(blocks[i]! * this.#blockBytes, bytes);
      for (let n = 0; n < count; n++) {
        const block = blocks[i]! + n;
        const written = this.#changed.get(block)!;
        this.#changed.delete(block);
        this.#add(block, written);
      }
      i += count;
    }
  }
}
