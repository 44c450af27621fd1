/**
 * What a loader asks of guest memory, and what it hands to the machine: bytes placed, and the state in which the CPU enters the image.
 * `PhysicalMemory` satisfies `GuestMemory`; a test satisfies it with a plain array.
 */

export interface GuestMemory {
  read(phys: number, into: Uint8Array): void;
  write(phys: number, from: Uint8Array): void;
}

/** The registers a boot protocol names; everything else is as after reset, general registers zero. */
export interface CpuEntry {
  /** `protected`: 32-bit, paging off. `long`: 64-bit with PAE paging on `cr3`. Interrupts are off, all segments flat. */
  readonly mode: 'protected' | 'long';
  readonly ip: number;
  /** Physical address and limit of the GDT in guest memory. */
  readonly gdt: { readonly base: number; readonly limit: number };
  readonly codeSelector: number;
  readonly dataSelector: number;
  /** Page tables for `long`. */
  readonly cr3: number;
  readonly rax: number;
  readonly rbx: number;
  readonly rsi: number;
  readonly rsp: number;
}

export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

export function alignDown(value: number, alignment: number): number {
  return Math.floor(value / alignment) * alignment;
}

/** Flat descriptors, SDM vol. 3A 3.4.5: base 0, limit 4 GiB, present, DPL 0, accessed. */
const DESCRIPTOR_CODE32 = 0x00cf_9b00_0000_ffffn;
const DESCRIPTOR_CODE64 = 0x00af_9b00_0000_ffffn;
const DESCRIPTOR_DATA = 0x00cf_9300_0000_ffffn;
/** A present, busy 32-bit TSS at 0 with the minimum limit: Linux's boot GDT has one in the slot after the data segment. */
const DESCRIPTOR_TSS = 0x0000_8b00_0000_0067n;

/** A GDT with 32- or 64-bit code at 0x10 and data at 0x18, as both boot protocols want it; 0x08 is code too. */
export function flatGdt(mode: 'protected' | 'long'): Uint8Array {
  const code = mode === 'long' ? DESCRIPTOR_CODE64 : DESCRIPTOR_CODE32;
  const gdt = new BigUint64Array([0n, code, code, DESCRIPTOR_DATA, DESCRIPTOR_TSS]);
  return new Uint8Array(gdt.buffer);
}
