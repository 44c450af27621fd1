/**
 * The 256-byte configuration space of one PCI function with a type 0 header (PCI Local Bus Specification 3.0, chapter 6).
 *
 * A function declares its identity, its own registers and its base address registers as data; this class keeps the bytes, applies
 * the write masks and says which register was written.
 *
 * Missing: capabilities (none of today's functions has one), 64-bit BARs, the expansion ROM BAR (reads zero, which says "none").
 */
import { StateError } from '../struct/state-error.ts';
import type { AccessSize } from './port-bus.ts';
import type { PciFunction } from './pci-bus.ts';

/** A register of the function's own, at most four bytes, little endian. */
export interface ConfigRegister {
  readonly offset: number;
  readonly sizeBytes: AccessSize;
  readonly reset?: number;
  /** Bits that software may write; none if absent. */
  readonly writable?: number;
  /** Bits that software clears by writing one. */
  readonly clearedByOne?: number;
}

export interface BaseAddress {
  readonly index: 0 | 1 | 2 | 3 | 4 | 5;
  readonly kind: 'io' | 'memory';
  readonly sizeBytes: number;
  /** Widest access that the part decodes; 4 if absent. */
  readonly width?: AccessSize;
}

export interface PciIdentity<R extends string, B extends string> {
  readonly vendorId: number;
  readonly deviceId: number;
  readonly revision: number;
  /** Class, subclass and programming interface: 0x060000 is a host bridge. */
  readonly classCode: number;
  readonly multifunction?: boolean;
  readonly subsystemVendorId?: number;
  readonly subsystemId?: number;
  /** 0 none, 1..4 INTA#..INTD#. */
  readonly interruptPin?: 0 | 1 | 2 | 3 | 4;
  readonly command?: { readonly reset: number; readonly writable: number };
  readonly status?: number;
  readonly registers?: Readonly<Record<R, ConfigRegister>>;
  readonly bars?: Readonly<Record<B, BaseAddress>>;
}

const COMMAND = 0x04;
const STATUS = 0x06;
const BAR0 = 0x10;
const COMMAND_IO = 1 << 0;
const COMMAND_MEMORY = 1 << 1;
const STATUS_CLEARED_BY_ONE = 0xf900;

/** What a device sees of its configuration space. */
export interface PciConfig<R extends string> {
  get(register: R): number;
  set(register: R, value: number): void;
  readonly command: number;
}

export class ConfigSpace<R extends string, B extends string> implements PciFunction, PciConfig<R> {
  readonly bytes = new Uint8Array(256);
  /** Called after a write: with the register for one of the function's own, undefined for the header. */
  onWritten: ((register: R | undefined) => void) | undefined;

  readonly #identity: PciIdentity<R, B>;
  readonly #registers: readonly (readonly [R, ConfigRegister])[];
  readonly #initial = new Uint8Array(256);
  readonly #writable = new Uint8Array(256);
  readonly #clearedByOne = new Uint8Array(256);

  constructor(identity: PciIdentity<R, B>) {
    this.#identity = identity;
    this.#registers = Object.entries<ConfigRegister>(identity.registers ?? {}) as [string, ConfigRegister][] as [R, ConfigRegister][];
    this.#declareHeader();
    for (const [, register] of this.#registers) {
      put(this.#initial, register.offset, register.sizeBytes, register.reset ?? 0);
      put(this.#writable, register.offset, register.sizeBytes, register.writable ?? 0);
      put(this.#clearedByOne, register.offset, register.sizeBytes, register.clearedByOne ?? 0);
    }
    this.reset();
  }

  reset(): void {
    this.bytes.set(this.#initial);
  }

  get command(): number {
    return pick(this.bytes, COMMAND, 2);
  }

  get(register: R): number {
    const { offset, sizeBytes } = this.#register(register);
    return pick(this.bytes, offset, sizeBytes);
  }

  set(register: R, value: number): void {
    const { offset, sizeBytes } = this.#register(register);
    put(this.bytes, offset, sizeBytes, value);
  }

  /** Where a base address register points while the function decodes it; undefined otherwise. */
  barAddress(bar: BaseAddress): number | undefined {
    if ((this.command & (bar.kind === 'io' ? COMMAND_IO : COMMAND_MEMORY)) === 0) return undefined;
    const address = (pick(this.bytes, BAR0 + 4 * bar.index, 4) & ~(bar.sizeBytes - 1)) >>> 0;
    if (address === 0 || address + bar.sizeBytes > (bar.kind === 'io' ? 0x1_0000 : 0xffff_ffff)) return undefined;
    return address;
  }

  readConfig(offset: number, size: AccessSize): number {
    return offset + size > 256 ? 0xffff_ffff : pick(this.bytes, offset, size);
  }

  writeConfig(offset: number, size: AccessSize, value: number): void {
    if (offset + size > 256) return;
    for (let index = 0; index < size; index++) {
      const at = offset + index;
      const written = (value >>> (8 * index)) & 0xff;
      const writable = this.#writable[at];
      const kept = this.bytes[at] & ~(written & this.#clearedByOne[at]);
      this.bytes[at] = (kept & ~writable) | (written & writable);
    }
    if (this.onWritten === undefined) return;
    if (offset < 0x40) this.onWritten(undefined);
    for (const [name, register] of this.#registers) {
      if (register.offset < offset + size && offset < register.offset + register.sizeBytes) this.onWritten(name);
    }
  }

  /** Checks and takes over saved bytes: what identifies the function may not differ. */
  parse(saved: unknown, path: string): Uint8Array {
    if (!(saved instanceof Uint8Array) || saved.length !== 256) throw new StateError(path, '256 bytes', saved);
    for (const at of [0, 1, 2, 3, 8, 9, 10, 11, 14, 0x3d]) {
      if (saved[at] !== this.#initial[at]) throw new StateError(`${path}[${at}]`, String(this.#initial[at]), saved[at]);
    }
    return saved.slice();
  }

  #register(name: R): ConfigRegister {
    return (this.#identity.registers as Readonly<Record<R, ConfigRegister>>)[name];
  }

  #declareHeader(): void {
    const { vendorId, deviceId, revision, classCode, multifunction, command, status, bars } = this.#identity;
    const initial = this.#initial;
    put(initial, 0x00, 2, vendorId);
    put(initial, 0x02, 2, deviceId);
    put(initial, COMMAND, 2, command?.reset ?? 0);
    put(this.#writable, COMMAND, 2, command?.writable ?? 0x0407);
    put(initial, STATUS, 2, status ?? 0);
    put(this.#clearedByOne, STATUS, 2, STATUS_CLEARED_BY_ONE);
    put(initial, 0x08, 4, (revision | (classCode << 8)) >>> 0);
    initial[0x0e] = multifunction === true ? 0x80 : 0;
    put(this.#writable, 0x0c, 2, 0xffff);
    put(initial, 0x2c, 2, this.#identity.subsystemVendorId ?? 0);
    put(initial, 0x2e, 2, this.#identity.subsystemId ?? 0);
    initial[0x3d] = this.#identity.interruptPin ?? 0;
    if (initial[0x3d] !== 0) this.#writable[0x3c] = 0xff;
    for (const bar of Object.values(bars ?? {}) as BaseAddress[]) {
      put(initial, BAR0 + 4 * bar.index, 4, bar.kind === 'io' ? 1 : 0);
      put(this.#writable, BAR0 + 4 * bar.index, 4, -bar.sizeBytes >>> 0);
    }
  }
}

function pick(bytes: Uint8Array, offset: number, size: AccessSize): number {
  let value = 0;
  for (let index = 0; index < size; index++) value |= bytes[offset + index] << (8 * index);
  return value >>> 0;
}

function put(bytes: Uint8Array, offset: number, size: AccessSize, value: number): void {
  for (let index = 0; index < size; index++) bytes[offset + index] = (value >>> (8 * index)) & 0xff;
}
