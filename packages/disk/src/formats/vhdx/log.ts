/** The log (2.3): what of it has to be replayed, and how it is. */
import { beyondLimit, corrupt } from '../../errors.ts';
import type { Awaitable, Store } from '../../store/store.ts';
import { checksumWithout } from './checksum.ts';
import { signatureOf } from './headers.ts';
import {
  DATA_DESCRIPTOR, DATA_SECTOR, DATA_SECTOR_SIGNATURE, DATA_SIGNATURE, DESCRIPTOR_BYTES, LEADING_BYTES, LOG_ENTRY, LOG_HEADER_BYTES, LOG_SECTOR_BYTES, LOG_SIGNATURE, MOST_FILE_BYTES, TRAILING_BYTES, ZERO_DESCRIPTOR,
  ZERO_SIGNATURE,
} from './layout.ts';
import type { HeaderFields } from './layout.ts';

interface EntryPlace {
  /** In the log. */
  readonly offset: number;
  readonly length: number;
  readonly tail: number;
  readonly sequenceNumber: bigint;
}

/** Checksums are taken of so many times the log at most: entries that overlap are a stranger's. */
const MOST_PASSES = 8;

/** The log of an image, as its header says. */
export class Log {
  readonly #store: Store;
  readonly #header: Readonly<HeaderFields>;

  constructor(store: Store, header: Readonly<HeaderFields>) {
    this.#store = store;
    this.#header = header;
  }

  /** The active sequence (2.3.2): the entries to be replayed, oldest first. Empty where the log has none: its writer was stopped before the first. */
  async activeSequence(): Promise<EntryPlace[]> {
    const places = await this.#validEntries();
    const byOffset = new Map(places.map((place) => [place.offset, place]));
    const heads = [...places].sort((a, b) => (a.sequenceNumber < b.sequenceNumber ? 1 : -1));
    for (const head of heads) {
      const sequence = this.#sequenceTo(head, byOffset);
      if (sequence !== undefined) return sequence;
    }
    return [];
  }

  #sequenceTo(head: EntryPlace, byOffset: ReadonlyMap<number, EntryPlace>): EntryPlace[] | undefined {
    const sequence: EntryPlace[] = [];
    for (let place = byOffset.get(head.tail); place !== undefined && sequence.length < byOffset.size; place = byOffset.get((place.offset + place.length) % this.#header.logLength)) {
      const last = sequence.at(-1);
      if (last !== undefined && place.sequenceNumber !== last.sequenceNumber + 1n) return undefined;
      sequence.push(place);
      if (place === head) return sequence;
    }
    return undefined;
  }

  async #validEntries(): Promise<EntryPlace[]> {
    const { logOffset, logLength, logGuid } = this.#header;
    const places: EntryPlace[] = [];
    let budget = logLength * MOST_PASSES;
    const head = new Uint8Array(LOG_HEADER_BYTES);
    for (let offset = 0; offset < logLength; offset += LOG_SECTOR_BYTES) {
      const reading = this.#store.read(logOffset + offset, head);
      if (reading !== undefined) await reading;
      if (signatureOf(head) !== LOG_SIGNATURE) continue;
      let entry;
      try {
        entry = LOG_ENTRY.read(head);
      } catch {
        continue;
      }
      const { entryLength, tail, descriptorCount, sequenceNumber, checksum } = entry;
      if (entry.logGuid !== logGuid || entryLength % LOG_SECTOR_BYTES !== 0 || entryLength === 0 || entryLength > logLength || tail % LOG_SECTOR_BYTES !== 0 || tail >= logLength || sequenceNumber === 0n) continue;
      if (LOG_HEADER_BYTES + descriptorCount * DESCRIPTOR_BYTES > entryLength) continue;
      budget -= entryLength;
      if (budget < 0) throw corrupt('the entries of the log overlap', { path: this.#store.name, offset: logOffset + offset, field: 'entryLength', op: 'open' });
      const bytes = await this.#entryBytes(offset, entryLength);
      if (checksum === checksumWithout(bytes, LOG_ENTRY.fields.checksum[0])) places.push({ offset, length: entryLength, tail, sequenceNumber });
    }
    return places;
  }

  /** An entry may go on at the log's beginning. */
  async #entryBytes(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const { logOffset, logLength } = this.#header;
    const bytes = new Uint8Array(length);
    const first = Math.min(length, logLength - offset);
    await this.#store.read(logOffset + offset, bytes.subarray(0, first));
    if (first < length) await this.#store.read(logOffset, bytes.subarray(first));
    return bytes;
  }

  /** Does what the entries say. @throws DiskError for an entry whose parts are not of one write, or that points where nothing can be */
  async replay(sequence: readonly EntryPlace[], target: ReplayTarget): Promise<void> {
    for (const place of sequence) await this.#replayEntry(place, target);
  }

  async #replayEntry({ offset, length, sequenceNumber }: EntryPlace, target: ReplayTarget): Promise<void> {
    const where = { path: this.#store.name, offset: this.#header.logOffset + offset, field: 'log entry', op: 'open' };
    const bytes = await this.#entryBytes(offset, length);
    const { descriptorCount, flushedFileOffset, lastFileOffset } = LOG_ENTRY.read(bytes, 0, where);
    if (flushedFileOffset > this.#store.length) throw corrupt(`the log was written for a file of ${flushedFileOffset} bytes, and this has ${this.#store.length}`, where, 'the file may have been copied in part');
    if (lastFileOffset > MOST_FILE_BYTES) throw beyondLimit(`the log wants a file of ${lastFileOffset} bytes`, where);
    let sector = Math.ceil((LOG_HEADER_BYTES + descriptorCount * DESCRIPTOR_BYTES) / LOG_SECTOR_BYTES) * LOG_SECTOR_BYTES;
    for (let i = 0; i < descriptorCount; i++) {
      const at = LOG_HEADER_BYTES + i * DESCRIPTOR_BYTES;
      const signature = signatureOf(bytes, at);
      if (signature === ZERO_SIGNATURE) {
        const zero = ZERO_DESCRIPTOR.read(bytes, at, where);
        this.#mustBePlace(zero.fileOffset, zero.zeroLength, lastFileOffset, where);
        await target.zero(zero.fileOffset, zero.zeroLength);
      } else if (signature === DATA_SIGNATURE) {
        const data = DATA_DESCRIPTOR.read(bytes, at, where);
        const { signature: sectorSignature, sequenceHigh, sequenceLow, data: middle } = DATA_SECTOR.read(bytes, sector, where);
        if (sectorSignature !== DATA_SECTOR_SIGNATURE || (BigInt(sequenceHigh) << 32n | BigInt(sequenceLow)) !== sequenceNumber || data.sequenceNumber !== sequenceNumber) {
          throw corrupt(`data sector ${i} of log entry ${sequenceNumber} is of another write`, where);
        }
        this.#mustBePlace(data.fileOffset, LOG_SECTOR_BYTES, lastFileOffset, where);
        const page = new Uint8Array(LOG_SECTOR_BYTES);
        page.set(data.leadingBytes);
        page.set(middle, LEADING_BYTES);
        page.set(data.trailingBytes, LOG_SECTOR_BYTES - TRAILING_BYTES);
        await target.replace(data.fileOffset, page);
        sector += LOG_SECTOR_BYTES;
      } else {
        throw corrupt(`descriptor ${i} of log entry ${sequenceNumber} is of no known kind`, where);
      }
    }
    await target.extend(lastFileOffset);
  }

  #mustBePlace(at: number, length: number, lastFileOffset: number, where: { path: string; offset: number }): void {
    if (at % LOG_SECTOR_BYTES === 0 && length % LOG_SECTOR_BYTES === 0 && at + length <= Math.max(lastFileOffset, this.#store.length)) return;
    throw corrupt(`the log changes ${length} bytes at ${at}, of a file of ${Math.max(lastFileOffset, this.#store.length)}`, where);
  }
}

export interface ReplayTarget {
  replace(at: number, page: Uint8Array): Awaitable<void>;
  zero(at: number, length: number): Awaitable<void>;
  /** The file has at least so many bytes. */
  extend(length: number): Awaitable<void>;
}

/** Replays into the file itself. */
export const replayInto = (store: Store): ReplayTarget => ({
  replace: (at, page) => store.write(at, page),
  async zero(at, length) {
    if (at + length > store.length) await store.resize(at + length);
    await store.discard(at, length);
  },
  async extend(length) {
    if (length > store.length) await store.resize(length);
  },
});

/** Pages for an entry and the places they belong to. */
export interface LogPage {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Writes entries of which each stands for itself: what came before it has been written to its place and flushed. */
export class LogWriter {
  readonly #store: Store;
  readonly #logOffset: number;
  readonly #logLength: number;
  readonly #logGuid: string;
  #head = 0;
  #sequenceNumber = 1n;

  constructor(store: Store, { logOffset, logLength }: Readonly<HeaderFields>, logGuid: string) {
    this.#store = store;
    this.#logOffset = logOffset;
    this.#logLength = logLength;
    this.#logGuid = logGuid;
  }

  get logGuid(): string {
    return this.#logGuid;
  }

  /** Of an entry: it and the one before it have room side by side, so that one is whole at any time. */
  get mostPages(): number {
    const sectors = this.#logLength / 2 / LOG_SECTOR_BYTES;
    return sectors - Math.ceil((LOG_HEADER_BYTES + sectors * DESCRIPTOR_BYTES) / LOG_SECTOR_BYTES);
  }

  /** Writes an entry; the caller flushes. Without pages it says that there is nothing to do. */
  async append(pages: readonly LogPage[]): Promise<void> {
    const descriptorBytes = Math.ceil((LOG_HEADER_BYTES + pages.length * DESCRIPTOR_BYTES) / LOG_SECTOR_BYTES) * LOG_SECTOR_BYTES;
    const bytes = new Uint8Array(descriptorBytes + pages.length * LOG_SECTOR_BYTES);
    const sequenceNumber = this.#sequenceNumber;
    LOG_ENTRY.write(bytes, {
      signature: LOG_SIGNATURE, entryLength: bytes.length, tail: this.#head, sequenceNumber, descriptorCount: pages.length, logGuid: this.#logGuid, flushedFileOffset: this.#store.length, lastFileOffset: this.#store.length,
    });
    pages.forEach((page, i) => {
      DATA_DESCRIPTOR.write(bytes, {
        signature: DATA_SIGNATURE, trailingBytes: page.bytes.subarray(LOG_SECTOR_BYTES - TRAILING_BYTES), leadingBytes: page.bytes.subarray(0, LEADING_BYTES), fileOffset: page.at, sequenceNumber,
      }, LOG_HEADER_BYTES + i * DESCRIPTOR_BYTES);
      DATA_SECTOR.write(bytes, {
        signature: DATA_SECTOR_SIGNATURE, sequenceHigh: Number(sequenceNumber >> 32n), sequenceLow: Number(sequenceNumber & 0xffff_ffffn), data: page.bytes.subarray(LEADING_BYTES, LOG_SECTOR_BYTES - TRAILING_BYTES),
      }, descriptorBytes + i * LOG_SECTOR_BYTES);
    });
    LOG_ENTRY.write(bytes, { checksum: checksumWithout(bytes, LOG_ENTRY.fields.checksum[0]) });
    const first = Math.min(bytes.length, this.#logLength - this.#head);
    await this.#store.write(this.#logOffset + this.#head, bytes.subarray(0, first));
    if (first < bytes.length) await this.#store.write(this.#logOffset, bytes.subarray(first));
    this.#head = (this.#head + bytes.length) % this.#logLength;
    this.#sequenceNumber++;
  }
}

