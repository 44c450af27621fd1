/** Where a descriptor is kept: a file of its own, or sectors of a sparse extent. */
import { DiskError } from '../../errors.ts';
import type { Store } from '../../store/store.ts';
import type { Descriptor } from './descriptor.ts';

export class DescriptorPlace {
  readonly #store: Store;
  readonly #offset: number;
  /** In bytes; a file of its own has as much as it wants. */
  readonly #room: number | undefined;
  #bytes: Uint8Array;

  /** @param bytes as they are there, without what pads them */
  constructor(store: Store, offset: number, room: number | undefined, bytes: Uint8Array) {
    this.#store = store;
    this.#offset = offset;
    this.#room = room;
    this.#bytes = bytes;
  }

  /** Writes what has changed: for a new content id that is within a sector, which is written whole or not at all. */
  async save(descriptor: Descriptor): Promise<void> {
    const bytes = descriptor.bytes();
    const old = this.#bytes;
    if (this.#room !== undefined && bytes.length > this.#room) {
      throw new DiskError({
        code: 'DISK_NO_SPACE', kind: 'no-space', message: `the descriptor would have ${bytes.length} bytes, and there is room for ${this.#room}`, context: { path: this.#store.name, offset: this.#offset, field: 'descriptorSize' },
        hint: 'convert it to a new image',
      });
    }
    const padded = new Uint8Array(Math.max(bytes.length, this.#room === undefined ? 0 : Math.min(this.#room, old.length)));
    padded.set(bytes);
    let start = 0;
    while (start < padded.length && start < old.length && padded[start] === old[start]) start++;
    let end = padded.length;
    if (padded.length === old.length) while (end > start && padded[end - 1] === old[end - 1]) end--;
    if (end > start) await this.#store.write(this.#offset + start, padded.subarray(start, end));
    if (this.#room === undefined && bytes.length < old.length) await this.#store.resize(this.#offset + bytes.length);
    this.#bytes = bytes;
  }
}
