/**
 * Physical addresses that are registers, not memory: sorted, disjoint claims found by binary search, the last hit first.
 *
 * The CPU splits 8-byte accesses (low dword first) before it calls. Accesses wider than the claim's width, and
 * those that cross its end, are split in ascending order. A read that nothing claims gives all ones; a write is dropped. Both
 * are counted, and each 4 KiB page is reported once.
 */
import { trim } from './port-bus.ts';
import type { AccessSize, AccessTrace, Claim } from './port-bus.ts';

export class MmioSpace {
  /** Accesses that nothing claimed. */
  unclaimedCount = 0;
  /** Called for every access while set. */
  trace: AccessTrace | undefined;
  /** Called once for each page with an access that nothing claimed. */
  traceUnclaimed: AccessTrace | undefined;

  readonly #claims: Claim[] = [];
  readonly #waiting: Claim[] = [];
  readonly #reported = new Set<number>();
  #last: Claim | undefined;

  /** Claims that the board fixes may not collide; one that a guest moves waits until what it collides with has gone. */
  claim(claim: Claim, movable = false): void {
    const rival = this.#claims.find((other) => other.start < claim.start + claim.length && claim.start < other.start + other.length);
    if (rival !== undefined) {
      if (!movable) throw new Error(`${claim.owner}: address 0x${claim.start.toString(16)} is taken by ${rival.owner}`);
      this.#waiting.push(claim);
      return;
    }
    this.#claims.push(claim);
    this.#claims.sort((a, b) => a.start - b.start);
    this.#last = undefined;
  }

  get claims(): readonly Claim[] {
    return this.#claims;
  }

  release(claim: Claim): void {
    this.#last = undefined;
    const waiting = this.#waiting.indexOf(claim);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    const position = this.#claims.indexOf(claim);
    if (position < 0) return;
    this.#claims.splice(position, 1);
    for (const next of this.#waiting.splice(0)) this.claim(next, true);
  }

  read(phys: number, size: AccessSize): number {
    const claim = this.#find(phys);
    let value: number;
    if (claim === undefined) {
      if (size !== 1 && this.#claimsWithin(phys, size)) return this.#readBytes(phys, size);
      value = this.#unclaimed('read', phys, size, size === 4 ? 0xffff_ffff : size === 2 ? 0xffff : 0xff);
    } else if (size > claim.width || phys + size > claim.start + claim.length) {
      if (size === 4 && claim.width === 2) return this.read(phys, 2) + this.read(phys + 2, 2) * 0x1_0000;
      return this.#readBytes(phys, size);
    } else {
      value = trim(claim.handler.read(phys - claim.start, size), size);
    }
    if (this.trace !== undefined) this.trace({ kind: 'read', address: phys, size, value, owner: claim?.owner });
    return value;
  }

  write(phys: number, size: AccessSize, value: number): void {
    const claim = this.#find(phys);
    const split = claim === undefined ? size !== 1 && this.#claimsWithin(phys, size) : size > claim.width || phys + size > claim.start + claim.length;
    if (split) {
      this.#writeSplit(phys, size, value, claim?.width ?? 1);
      return;
    }
    if (this.trace !== undefined) this.trace({ kind: 'write', address: phys, size, value, owner: claim?.owner });
    if (claim === undefined) this.#unclaimed('write', phys, size, value);
    else claim.handler.write(phys - claim.start, value, size);
  }

  #find(phys: number): Claim | undefined {
    const last = this.#last;
    if (last !== undefined && phys >= last.start && phys < last.start + last.length) return last;
    let low = 0;
    let high = this.#claims.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const claim = this.#claims[middle];
      if (phys < claim.start) high = middle - 1;
      else if (phys >= claim.start + claim.length) low = middle + 1;
      else {
        this.#last = claim;
        return claim;
      }
    }
    return undefined;
  }

  #claimsWithin(phys: number, size: AccessSize): boolean {
    for (let index = 1; index < size; index++) if (this.#find(phys + index) !== undefined) return true;
    return false;
  }

  #readBytes(phys: number, size: AccessSize): number {
    let value = 0;
    for (let index = 0; index < size; index++) value += this.read(phys + index, 1) * 2 ** (8 * index);
    return value;
  }

  #writeSplit(phys: number, size: AccessSize, value: number, width: AccessSize): void {
    if (size === 4 && width === 2) {
      this.write(phys, 2, value & 0xffff);
      this.write(phys + 2, 2, value >>> 16);
      return;
    }
    for (let index = 0; index < size; index++) this.write(phys + index, 1, (value >>> (8 * index)) & 0xff);
  }

  #unclaimed(kind: 'read' | 'write', phys: number, size: AccessSize, value: number): number {
    this.unclaimedCount++;
    const page = Math.floor(phys / 0x1000);
    if (!this.#reported.has(page)) {
      this.#reported.add(page);
      this.traceUnclaimed?.({ kind, address: phys, size, value, owner: undefined });
    }
    return value;
  }
}
