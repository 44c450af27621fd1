/**
 * The 64 Ki I/O ports and what answers at each.
 *
 * A claim states the widest access that the part decodes in one cycle. Wider accesses, and those that run past the end of
 * the claim, are split in ascending order, as the bus bridge does it (ISA: 8-bit registers see a word as two bytes).
 * Where claims overlap the narrower one wins: 0xcf9 is the reset control register to a byte access although the
 * PCI address register occupies 0xcf8..0xcfb for a dword (PIIX3 datasheet 290550-002).
 *
 * A read that nothing claims gives all ones; a write is dropped. Both are counted, and each port is reported once.
 */
export type AccessSize = 1 | 2 | 4;

/** What the CPU sees. Values are unsigned. */
export interface PortBus {
  read(port: number, size: AccessSize): number;
  write(port: number, size: AccessSize, value: number): void;
}

/** A register block: offsets count from its first address. The value comes before the size, which byte-wide parts ignore. */
export interface RegisterHandler {
  read(offset: number, size: AccessSize): number;
  write(offset: number, value: number, size: AccessSize): void;
}

export interface Claim {
  readonly owner: string;
  readonly start: number;
  readonly length: number;
  readonly width: AccessSize;
  readonly handler: RegisterHandler;
}

interface Access {
  readonly kind: 'read' | 'write';
  readonly address: number;
  readonly size: AccessSize;
  readonly value: number;
  /** The owner of the claim, or undefined when nothing answered. */
  readonly owner: string | undefined;
}

export type AccessTrace = (access: Access) => void;

const PORT_COUNT = 0x1_0000;

/** A narrow read of a wide register gives its low part, whatever the handler returned. */
export function trim(value: number, size: AccessSize): number {
  return size === 4 ? value >>> 0 : size === 2 ? value & 0xffff : value & 0xff;
}

export class PortSpace implements PortBus {
  /** Accesses that nothing claimed. */
  unclaimedCount = 0;
  /** Called for every access while set. */
  trace: AccessTrace | undefined;
  /** Called once for each port that was accessed and not claimed. */
  traceUnclaimed: AccessTrace | undefined;

  readonly #claims: Claim[] = [];
  readonly #claimAt: (Claim | undefined)[] = new Array<Claim | undefined>(PORT_COUNT).fill(undefined);
  readonly #reported = new Set<number>();

  /** Claims that the board fixes may not collide; those that a guest moves may, and the earlier one answers. */
  claim(claim: Claim, movable = false): void {
    if (claim.start < 0 || claim.length < 1 || claim.start + claim.length > PORT_COUNT) {
      throw new RangeError(`${claim.owner}: ports ${claim.start.toString(16)}+${claim.length} are outside the port space`);
    }
    const rival = this.#claims.find(
      (other) => other.length === claim.length && other.start < claim.start + claim.length && claim.start < other.start + other.length,
    );
    if (rival !== undefined && !movable) throw new Error(`${claim.owner}: port 0x${claim.start.toString(16)} is taken by ${rival.owner}`);
    this.#claims.push(claim);
    this.#index(claim.start, claim.length);
  }

  get claims(): readonly Claim[] {
    return this.#claims;
  }

  release(claim: Claim): void {
    const position = this.#claims.indexOf(claim);
    if (position < 0) return;
    this.#claims.splice(position, 1);
    this.#index(claim.start, claim.length);
  }

  read(port: number, size: AccessSize): number {
    const claim = this.#claimAt[port];
    let value: number;
    if (claim === undefined) {
      value = size === 1 ? this.#unclaimed('read', port, 1, 0xff) : this.#readBytes(port, size);
    } else if (size > claim.width || port + size > claim.start + claim.length) {
      return this.#readSplit(port, size, claim.width);
    } else {
      value = trim(claim.handler.read(port - claim.start, size), size);
    }
    if (this.trace !== undefined) this.trace({ kind: 'read', address: port, size, value, owner: claim?.owner });
    return value;
  }

  write(port: number, size: AccessSize, value: number): void {
    const claim = this.#claimAt[port];
    if (claim !== undefined && (size > claim.width || port + size > claim.start + claim.length)) {
      this.#writeSplit(port, size, value, claim.width);
      return;
    }
    if (this.trace !== undefined) this.trace({ kind: 'write', address: port, size, value, owner: claim?.owner });
    if (claim !== undefined) claim.handler.write(port - claim.start, value, size);
    else if (size === 1) this.#unclaimed('write', port, 1, value);
    else this.#writeSplit(port, size, value, 1);
  }

  #unclaimed(kind: 'read' | 'write', port: number, size: AccessSize, value: number): number {
    this.unclaimedCount++;
    if (!this.#reported.has(port)) {
      this.#reported.add(port);
      this.traceUnclaimed?.({ kind, address: port, size, value, owner: undefined });
    }
    return value;
  }

  #readBytes(port: number, size: AccessSize): number {
    let value = 0;
    for (let index = 0; index < size; index++) value += this.read((port + index) & 0xffff, 1) * 2 ** (8 * index);
    return value;
  }

  #readSplit(port: number, size: AccessSize, width: AccessSize): number {
    if (size !== 4 || width !== 2) return this.#readBytes(port, size);
    return this.read(port, 2) + this.read((port + 2) & 0xffff, 2) * 0x1_0000;
  }

  #writeSplit(port: number, size: AccessSize, value: number, width: AccessSize): void {
    if (size === 4 && width === 2) {
      this.write(port, 2, value & 0xffff);
      this.write((port + 2) & 0xffff, 2, value >>> 16);
      return;
    }
    for (let index = 0; index < size; index++) this.write((port + index) & 0xffff, 1, (value >>> (8 * index)) & 0xff);
  }

  #index(start: number, length: number): void {
    this.#claimAt.fill(undefined, start, start + length);
    // The last one written wins: the narrowest, and of equals the earliest.
    const widestFirst = this.#claims.toReversed().sort((a, b) => b.length - a.length);
    for (const claim of widestFirst) {
      const from = Math.max(start, claim.start);
      const to = Math.min(start + length, claim.start + claim.length);
      if (from < to) this.#claimAt.fill(claim, from, to);
    }
  }
}
