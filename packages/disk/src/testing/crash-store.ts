/**
 * A store before a power cut: what was written since the last flush is on its way, and `crash` tells which of it has arrived: any part, in any order, torn at sectors.
 */
import { MemoryStore } from '../store/memory-store.ts';
import type { Store, StoreExtent } from '../store/store.ts';
import type { RandomSource } from './random-source.ts';

type Change = { readonly kind: 'write'; readonly at: number; readonly bytes: Uint8Array } | { readonly kind: 'discard'; readonly at: number; readonly length: number } | { readonly kind: 'resize'; readonly length: number };

const SECTOR_BYTES = 512;

export class CrashStore implements Store {
  readonly name = 'crash';
  readonly isWritable = true;
  readonly #now = new MemoryStore('crash');
  /** What would be there if the power went, apart from what `#pending` adds. */
  readonly #durable = new MemoryStore('crash');
  #pending: Change[] = [];

  get length(): number {
    return this.#now.length;
  }

  read(at: number, into: Uint8Array): void {
    this.#now.read(at, into);
  }

  write(at: number, from: Uint8Array): void {
    this.#now.write(at, from);
    this.#pending.push({ kind: 'write', at, bytes: from.slice() });
  }

  discard(at: number, length: number): void {
    this.#now.discard(at, length);
    this.#pending.push({ kind: 'discard', at, length });
  }

  resize(length: number): void {
    this.#now.resize(length);
    this.#pending.push({ kind: 'resize', length });
  }

  flush(): void {
    for (const change of this.#pending) apply(this.#durable, change);
    this.#pending = [];
  }

  extents(at: number, length: number): StoreExtent[] {
    return this.#now.extents(at, length);
  }

  allocatedBytes(): number {
    return this.#now.allocatedBytes();
  }

  close(): void { /* the test still looks at it */ }

  /** What is found after a power cut now. */
  crash(random: RandomSource): MemoryStore {
    const left = new MemoryStore('after the power cut');
    copy(this.#durable, left);
    const order = this.#pending.flatMap((change) => (change.kind === 'write' ? sectors(change) : [change])).map((change) => ({ change, key: random.next() }));
    order.sort((a, b) => a.key - b.key);
    const share = random.below(5);
    for (const { change } of order) if (random.below(4) < share) apply(left, change);
    return left;
  }
}

function sectors({ at, bytes }: Extract<Change, { kind: 'write' }>): Change[] {
  const parts: Change[] = [];
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(bytes.length - done, SECTOR_BYTES - ((at + done) % SECTOR_BYTES));
    parts.push({ kind: 'write', at: at + done, bytes: bytes.subarray(done, done + length) });
    done += length;
  }
  return parts;
}

function apply(store: MemoryStore, change: Change): void {
  if (change.kind === 'write') store.write(change.at, change.bytes);
  else if (change.kind === 'discard') store.discard(change.at, change.length);
  else store.resize(change.length);
}

function copy(from: MemoryStore, to: MemoryStore): void {
  to.resize(from.length);
  const bytes = new Uint8Array(64 * 1024);
  for (const { start, length, isData } of from.extents(0, from.length)) {
    if (!isData) continue;
    const piece = bytes.subarray(0, length);
    from.read(start, piece);
    to.write(start, piece);
  }
}
