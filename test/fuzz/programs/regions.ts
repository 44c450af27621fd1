/**
 * Where a fuzzed program has what. Everything lies in 2 MiB of linear addresses, which the page tables show at several places ("bases"), so
 * a region offset and a base make a linear address; the pages of these 2 MiB are mapped one by one.
 */
export const PAGE = 0x1000;

/** Offsets within the 2 MiB. */
export const region = {
  /** Pages of code, and the same physical pages a second time. */
  code: 0x0_0000, codePages: 6, codeAgain: 0x1_0000,
  /** Pages of all kinds, in random order. */
  data: 0x2_0000, dataPages: 16,
  /** The two stack pages; what surrounds them is not there. */
  stack: 0x4_1000, stackPages: 2,
  /** Not for user code. */
  system: 0x6_0000, gdt: 0x6_0000, idt: 0x6_1000, tss: 0x6_2000, kernelStack: 0x6_3000, handlers: 0x6_4000,
  /** What handlers count, in the TSS's page. */
  counters: 0x6_2800,
  /** For each byte of code: the length of the instruction that begins there, or 0. */
  lengths: 0x6_8000,
  /** The page tables of both roots, for handlers to change. */
  tables: 0x7_0000, otherTables: 0x7_1000,
  end: 0x8_0000,
} as const;
export const CODE_BYTES = region.codePages * PAGE;
export const STACK_TOP = region.stack + region.stackPages * PAGE;
export const KERNEL_STACK_TOP = region.kernelStack + 0x800;
/** Where handlers of 64-bit code are entered with IST 1. */
export const INTERRUPT_STACK_TOP = region.kernelStack + 0x1000;

/** Physical pages, from the program's first one; all of them are reset and compared. */
export const physical = {
  gdt: 0, idt: 1, tss: 2, kernelStack: 3, handlers: 4, lengths: 5,
  /** Up to four levels of page tables for each of the two roots. */
  root: 11, otherRoot: 15,
  code: 19,
  /** What the second root shows in place of some code pages. */
  otherCode: 25,
  data: 27, dataPages: 8,
  stack: 35,
  count: 37,
} as const;
/** Physical address of pages that are no memory. */
export const DEVICE = 0xa_0000;

/** Bases of 64-bit code: by PML4 entries 0, 1, 256 and 511. Linux has its text at the last. */
export const longBases = [0x40_0000n, 0x4040_0000n, 0xc040_0000n, 0x80_0040_0000n, 0xffff_8000_0040_0000n, 0xffff_ffff_8040_0000n] as const;
export const protectedBases = [0x40_0000n, 0x4040_0000n, 0xc040_0000n] as const;
/** Bases that a displacement of 32 bits reaches, as it is written. */
export const longDisplacements = [0x40_0000, 0x4040_0000, 0x8040_0000] as const;
export const protectedDisplacements = [0x40_0000, 0x4040_0000, 0xc040_0000] as const;

export const selector = { code64: 0x08, data: 0x10, code32: 0x18, userCode32: 0x23, userData: 0x2b, userCode64: 0x33, tss: 0x38, narrow: 0x4b } as const;
/** Vectors from here are external interrupts, and services that programs call by INT. */
export const INTERRUPTS = 0x20;
export const SERVICES = 0x30;
