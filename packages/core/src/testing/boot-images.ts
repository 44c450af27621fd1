/**
 * Kernels made on the spot for loader tests: a bzImage, multiboot images, and guest memory that remembers what was written.
 * Each has one way to break it per field, so that a test of an error states only the fault.
 */

import type { GuestMemory } from '../firmware/guest-memory.ts';

/** Guest memory as a plain array that refuses what the machine would not have. */
export class ArrayMemory implements GuestMemory {
  readonly bytes: Uint8Array;
  writes = 0;

  constructor(sizeBytes: number) {
    this.bytes = new Uint8Array(sizeBytes);
  }

  read(phys: number, into: Uint8Array): void {
    into.set(this.bytes.subarray(phys, phys + into.byteLength));
  }

  write(phys: number, from: Uint8Array): void {
    if (phys < 0 || phys + from.byteLength > this.bytes.byteLength) throw new RangeError(`write of ${from.byteLength} bytes at 0x${phys.toString(16)}`);
    this.writes++;
    this.bytes.set(from, phys);
  }

  u32(phys: number): number {
    return new DataView(this.bytes.buffer).getUint32(phys, true);
  }

  u64(phys: number): number {
    return Number(new DataView(this.bytes.buffer).getBigUint64(phys, true));
  }

  text(phys: number): string {
    return new TextDecoder().decode(this.bytes.subarray(phys, this.bytes.indexOf(0, phys)));
  }
}

export interface KernelShape {
  readonly version: number;
  readonly setupSects: number;
  readonly payloadBytes: number;
  readonly loadFlags: number;
  readonly code32Start: number;
  readonly initrdAddrMax: number;
  readonly kernelAlignment: number;
  readonly relocatable: boolean;
  readonly xloadFlags: number;
  readonly cmdlineSize: number;
  readonly prefAddress: number;
  readonly initSize: number;
}

const TYPICAL: KernelShape = {
  version: 0x020f,
  setupSects: 3,
  payloadBytes: 0x3000,
  loadFlags: 0x01,
  code32Start: 0x10_0000,
  initrdAddrMax: 0x7fff_ffff,
  kernelAlignment: 0x20_0000,
  relocatable: true,
  xloadFlags: 0x01,
  cmdlineSize: 2047,
  prefAddress: 0x100_0000,
  initSize: 0x40_0000,
};

/** A bzImage whose payload is recognisable (byte i is i * 7) and does nothing. */
export function makeBzImage(shape: Partial<KernelShape> = {}): Uint8Array {
  const kernel = { ...TYPICAL, ...shape };
  const kernelOffset = (kernel.setupSects + 1) * 512;
  const bytes = new Uint8Array(kernelOffset + kernel.payloadBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(0x1f1, kernel.setupSects);
  view.setUint32(0x1f4, Math.ceil(kernel.payloadBytes / 16), true);
  view.setUint16(0x1fe, 0xaa55, true);
  view.setUint16(0x200, 0x66eb, true);
  view.setUint32(0x202, 0x5372_6448, true);
  view.setUint16(0x206, kernel.version, true);
  view.setUint8(0x211, kernel.loadFlags);
  view.setUint32(0x214, kernel.code32Start, true);
  view.setUint32(0x22c, kernel.initrdAddrMax, true);
  view.setUint32(0x230, kernel.kernelAlignment, true);
  view.setUint8(0x234, kernel.relocatable ? 1 : 0);
  view.setUint16(0x236, kernel.xloadFlags, true);
  view.setUint32(0x238, kernel.cmdlineSize, true);
  view.setBigUint64(0x258, BigInt(kernel.prefAddress), true);
  view.setUint32(0x260, kernel.initSize, true);
  for (let i = 0; i < kernel.payloadBytes; i++) bytes[kernelOffset + i] = (i * 7) & 0xff;
  return bytes;
}

export interface ElfShape {
  readonly bits: 32 | 64;
  readonly machine: number;
  readonly virtualBase: number;
  readonly physicalBase: number;
  readonly memoryBytes: number;
  readonly multibootFlags: number;
  /** What is at the entry, MULTIBOOT_ENTRY_OFFSET bytes into the segment; default `hlt; jmp $-1`. */
  readonly code: readonly number[];
}

export const MULTIBOOT_ENTRY_OFFSET = 0x20;

/** An ELF multiboot image of one segment: the header, then code. */
export function makeMultibootElf(shape: Partial<ElfShape> = {}): Uint8Array {
  const elf = { bits: 32, machine: 3, virtualBase: 0x10_0000, physicalBase: 0x10_0000, memoryBytes: 0x2000, multibootFlags: 0x3, code: [0xf4, 0xeb, 0xfd], ...shape } as const;
  const SEGMENT_OFFSET = 0x1000;
  const SEGMENT_FILE_BYTES = 0x400;
  const bytes = new Uint8Array(SEGMENT_OFFSET + SEGMENT_FILE_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, elf.bits === 32 ? 1 : 2, 1, 1]);
  view.setUint16(0x10, 2, true);
  view.setUint16(0x12, elf.machine, true);
  const entry = elf.virtualBase + MULTIBOOT_ENTRY_OFFSET;
  if (elf.bits === 32) {
    view.setUint32(0x18, entry, true);
    view.setUint32(0x1c, 0x34, true);
    view.setUint16(0x2a, 32, true);
    view.setUint16(0x2c, 1, true);
    [1, SEGMENT_OFFSET, elf.virtualBase, elf.physicalBase, SEGMENT_FILE_BYTES, elf.memoryBytes].forEach((value, i) => view.setUint32(0x34 + i * 4, value, true));
  } else {
    view.setBigUint64(0x18, BigInt(entry), true);
    view.setBigUint64(0x20, 0x40n, true);
    view.setUint16(0x36, 56, true);
    view.setUint16(0x38, 1, true);
    view.setUint32(0x40, 1, true);
    [SEGMENT_OFFSET, elf.virtualBase, elf.physicalBase, SEGMENT_FILE_BYTES, elf.memoryBytes].forEach((value, i) => view.setBigUint64(0x48 + i * 8, BigInt(value), true));
  }
  writeMultibootHeader(view, SEGMENT_OFFSET, elf.multibootFlags, []);
  bytes.set(elf.code, SEGMENT_OFFSET + MULTIBOOT_ENTRY_OFFSET);
  return bytes;
}

export function writeMultibootHeader(view: DataView, offset: number, flags: number, addresses: readonly number[]): void {
  view.setUint32(offset, 0x1bad_b002, true);
  view.setUint32(offset + 4, flags, true);
  view.setUint32(offset + 8, (0x1_0000_0000 - ((0x1bad_b002 + flags) % 0x1_0000_0000)) >>> 0, true);
  addresses.forEach((address, i) => view.setUint32(offset + 12 + i * 4, address, true));
}
