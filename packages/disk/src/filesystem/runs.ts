/** Where a file's blocks are, in stretches, and reading by them: one request a stretch, however many blocks it has. */
import { corrupt } from '../errors.ts';
import { mustBeWithin, placeOn } from './volume.ts';
import type { Volume } from './volume.ts';

/** More than a file has that anyone has written; a table of so many takes 200 MiB. */
const MOST_RUNS = 8 * 1024 * 1024;

/** In order of the file; between two runs is a hole. */
export class Runs {
  /** Of the file, in its units (blocks or clusters). */
  readonly starts: number[] = [];
  readonly lengths: number[] = [];
  /** On the volume, in units; -1 where room is set aside and zeros are read. */
  readonly places: number[] = [];
  readonly #volume: Volume;
  readonly #unitBytes: number;
  readonly #base: number;

  /** @param base where unit 0 is on the volume, in bytes */
  constructor(volume: Volume, unitBytes: number, base = 0) {
    this.#volume = volume;
    this.#unitBytes = unitBytes;
    this.#base = base;
  }

  /** @throws DiskError unless it comes after what is there */
  add(start: number, length: number, place: number): void {
    const last = this.starts.length - 1;
    if (last >= 0) {
      const end = this.starts[last]! + this.lengths[last]!;
      if (start < end) throw corrupt(`a file has unit ${start} twice`, placeOn(this.#volume, place < 0 ? 0 : this.#base + place * this.#unitBytes));
      const isNext = start === end && (place < 0 ? this.places[last]! < 0 : this.places[last]! >= 0 && place === this.places[last]! + this.lengths[last]!);
      if (isNext) {
        this.lengths[last]! += length;
        return;
      }
    }
    if (last >= MOST_RUNS) throw corrupt(`a file has more than ${MOST_RUNS} extents`, placeOn(this.#volume, 0));
    this.starts.push(start);
    this.lengths.push(length);
    this.places.push(place);
  }

  /** Units of the file that the runs reach to. */
  get end(): number {
    const last = this.starts.length - 1;
    return last < 0 ? 0 : this.starts[last]! + this.lengths[last]!;
  }

  /** The run that holds `unit`, or the first after it. */
  #indexOf(unit: number): number {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.starts[middle]! + this.lengths[middle]! <= unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where a unit is on the volume, in units; undefined in a hole. */
  placeOf(unit: number): number | undefined {
    const i = this.#indexOf(unit);
    const place = this.places[i];
    return place === undefined || place < 0 || this.starts[i]! > unit ? undefined : place + unit - this.starts[i]!;
  }

  /** Fills `into` with the file's bytes from `at` on; holes, and what is beyond the last run, read as zeros. */
  async read(at: number, into: Uint8Array): Promise<void> {
    const unitBytes = this.#unitBytes;
    let i = this.#indexOf(Math.floor(at / unitBytes));
    for (let done = 0; done < into.length; i++) {
      const here = at + done;
      const start = i < this.starts.length ? this.starts[i]! * unitBytes : Infinity;
      if (start > here) {
        const gap = Math.min(into.length - done, start - here);
        into.fill(0, done, done + gap);
        done += gap;
        if (done >= into.length) return;
      }
      const skip = at + done - start;
      const count = Math.min(into.length - done, this.lengths[i]! * unitBytes - skip);
      const piece = into.subarray(done, done + count);
      if (this.places[i]! < 0) {
        piece.fill(0);
      } else {
        const from = this.#base + this.places[i]! * unitBytes + skip;
        mustBeWithin(this.#volume, from, count, 'extent');
        const read = this.#volume.read(from, piece);
        if (read instanceof Promise) await read;
      }
      done += count;
    }
  }
}
