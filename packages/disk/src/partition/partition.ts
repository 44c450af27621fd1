/** What partition tables have in common. */
import type { Volume } from '../filesystem/volume.ts';
import { DiskError } from '../errors.ts';
import type { Awaitable } from '../store/store.ts';

export interface Partition {
  /** As Linux numbers it: 1 to 4 for the MBR's own, from 5 for logical ones; a GPT entry's place. */
  readonly number: number;
  readonly role: 'primary' | 'extended' | 'logical';
  /** In bytes. */
  readonly start: number;
  readonly size: number;
  /** Two hexadecimal digits or a GUID. */
  readonly type: string;
  /** What the type is for; undefined where it is not known. */
  readonly typeName?: string;
  readonly name?: string;
  readonly id?: string;
  readonly isBootable: boolean;
  /** GPT attribute bits, hexadecimal, where there are any. */
  readonly attributes?: string;
  /** The largest power of two that divides `start`, at most 1 MiB. */
  readonly alignmentBytes: number;
}

export interface PartitionProblem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** The partition's number where it is one partition's. */
  readonly partition?: number;
}

export interface PartitionTable {
  readonly scheme: 'gpt' | 'mbr' | 'none';
  /** The sector that the table counts in. */
  readonly sectorBytes: number;
  /** The MBR's signature, eight digits, or the GPT's GUID. */
  readonly diskId?: string;
  readonly partitions: readonly Partition[];
  readonly problems: readonly PartitionProblem[];
}

/** Flash and 4 KiB-sector disks work well from here on; partitioning programs of today align to it. */
const GOOD_ALIGNMENT_BYTES = 1024 * 1024;
/** What is not aligned to this is read and rewritten by most disks at each write. */
const LEAST_ALIGNMENT_BYTES = 4096;

export function alignmentOf(start: number): number {
  let alignment = GOOD_ALIGNMENT_BYTES;
  while (alignment > 1 && start % alignment !== 0) alignment /= 2;
  return alignment;
}

/** Overlaps, partitions beyond the end, and poor alignment. */
export function problemsOf(partitions: readonly Partition[], volumeSize: number): PartitionProblem[] {
  const problems: PartitionProblem[] = [];
  const inOrder = partitions.filter(({ role }) => role !== 'extended').sort((a, b) => a.start - b.start);
  for (const [i, partition] of inOrder.entries()) {
    const { number, start, size, alignmentBytes } = partition;
    if (start + size > volumeSize) problems.push({ severity: 'error', partition: number, message: `partition ${number} ends at ${start + size}, and the disk at ${volumeSize}` });
    if (alignmentBytes < LEAST_ALIGNMENT_BYTES) problems.push({ severity: 'warning', partition: number, message: `partition ${number} begins at ${start}, which is not a multiple of ${LEAST_ALIGNMENT_BYTES}: slow on disks with larger sectors` });
    const next = inOrder[i + 1];
    if (next !== undefined && start + size > next.start) problems.push({ severity: 'error', partition: number, message: `partitions ${number} and ${next.number} overlap` });
  }
  return problems;
}

/** A partition as a volume of its own. */
export class PartitionView implements Volume {
  readonly name: string;
  readonly size: number;
  readonly sectorBytes: number;
  /** On the disk, in bytes. */
  readonly start: number;
  readonly #volume: Volume;

  /** What a table says beyond the disk's end is not there. */
  constructor(volume: Volume, { start, size, number }: { readonly start: number; readonly size: number; readonly number: number }) {
    this.name = `${volume.name} (partition ${number})`;
    this.size = Math.max(0, Math.min(size, volume.size - start));
    this.sectorBytes = volume.sectorBytes;
    this.#volume = volume;
    this.start = start;
  }

  get isWritable(): boolean {
    return this.#volume.isWritable;
  }

  read(at: number, into: Uint8Array): Awaitable<void> {
    return this.#volume.read(this.#place(at, into.length, 'read'), into);
  }

  write(at: number, from: Uint8Array): Awaitable<void> {
    return this.#volume.write(this.#place(at, from.length, 'write'), from);
  }

  discard(at: number, length: number): Awaitable<void> {
    return this.#volume.discard(this.#place(at, length, 'discard'), length);
  }

  flush(): Awaitable<void> {
    return this.#volume.flush();
  }

  #place(at: number, length: number, op: string): number {
    if (!Number.isSafeInteger(at) || at < 0 || at + length > this.size) {
      throw new DiskError({ code: 'DISK_OUT_OF_RANGE', kind: 'range', message: `${length} bytes are not within a partition of ${this.size}`, context: { path: this.name, offset: at, op } });
    }
    return this.start + at;
  }
}
