/** A disk image as a layer: chunks of the disk, as they are, compressed or zero. */
import type { Details, Run } from '../../image.ts';
import type { Store } from '../../store/store.ts';
import { ReadOnlyImage } from '../read-only-image.ts';
import type { ChunkTable } from './chunks.ts';
import { CHUNK_CODECS, CHUNK_IGNORE, CHUNK_RAW, CHUNK_ZERO, SECTOR_BYTES } from './layout.ts';

export class DmgImage extends ReadOnlyImage {
  readonly format = 'dmg';
  readonly size: number;
  readonly blockBytes = SECTOR_BYTES;
  readonly #chunks: ChunkTable;

  /** @param size in bytes; the end of the last chunk where it is 0 */
  constructor(store: Store, chunks: ChunkTable, size: number) {
    super(store);
    this.#chunks = chunks;
    this.size = size === 0 && chunks.count > 0 ? chunks.starts[chunks.count - 1]! + chunks.lengths[chunks.count - 1]! : size;
  }

  locate(at: number, length: number): Run {
    const { count, starts, lengths, types, offsets, packedLengths } = this.#chunks;
    // The first chunk that begins after `at`.
    let low = 0;
    for (let high = count; low < high;) {
      const middle = (low + high) >> 1;
      if (starts[middle]! > at) high = middle;
      else low = middle + 1;
    }
    const i = low - 1;
    const skip = i < 0 ? 0 : at - starts[i]!;
    if (i < 0 || skip >= lengths[i]!) return { kind: 'absent', length: low < count ? Math.min(length, starts[low]! - at) : length };
    const most = Math.min(length, lengths[i]! - skip);
    const type = types[i]!;
    if (type === CHUNK_ZERO || type === CHUNK_IGNORE) return { kind: 'zero', length: most };
    if (type === CHUNK_RAW) return { kind: 'data', length: most, store: this.store, offset: offsets[i]! + skip };
    return { kind: 'packed', length: most, skip, block: { store: this.store, offset: offsets[i]!, packedLength: packedLengths[i]!, codec: { name: CHUNK_CODECS[type]! }, unpackedLength: lengths[i]! } };
  }

  details(): Details {
    const codecs = new Set<string>(this.#chunks.types.reduce<string[]>((names, type) => (CHUNK_CODECS[type] === undefined || names.includes(CHUNK_CODECS[type]) ? names : [...names, CHUNK_CODECS[type]]), []));
    return { chunks: this.#chunks.count, 'compression-types': [...codecs].sort() };
  }
}
