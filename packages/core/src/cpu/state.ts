/**
 * The registers of one virtual CPU: ONE layout, in the WebAssembly memory, for interpreter, translator, microcode and snapshots.
 * Field `x` is at `STATE_BASE + offsetOf.x`. General registers come first, so that a decoded instruction names one by a byte
 * offset (AH is RAX's offset + 1), followed by a quadword that is always 0, for absent base and index registers.
 *
 * Arithmetic flags are lazy: `flagsKind` says whether CF, AF, OF and PF, ZF, SF are in `flags` or follow from `flagsResult` and `flagsOperand`
 * (cpu/interpreter/lazy-flags.ts). Read RFLAGS only through `CpuState.rflags`, which settles them.
 */
import { STATE_BASE } from '../memory/layout.ts';

type FieldType = 'u8' | 'u16' | 'u32' | 'u64';
const sizeOf: Readonly<Record<FieldType, number>> = { u8: 1, u16: 2, u32: 4, u64: 8 };

/** name: [type, how many]; placed in order at natural alignment. Segment registers in the order ES CS SS DS FS GS LDTR TR. */
const fields = {
  gpr: ['u64', 16],
  zero: ['u64', 1],
  /** Linear address of the page that is being executed. Here, so that RIP-relative addressing can name it as its base. */
  codePage: ['u64', 1],
  segmentBase: ['u64', 8],
  /** Last valid byte offset (granularity applied). */
  segmentLimit: ['u32', 8],
  /** Descriptor bits 40–55 as in the second dword >> 8: type, S, DPL, P, –, AVL, L, D/B, G; 0 when the register is unusable (null). */
  segmentAccess: ['u32', 8],
  segmentSelector: ['u32', 8],
  rip: ['u64', 1],
  /** Static part of RFLAGS; see the note on lazy flags. Bit 1 is always set. */
  flags: ['u32', 1],
  flagsKind: ['u32', 1],
  flagsResult: ['u64', 1],
  flagsOperand: ['u64', 1],
  cpl: ['u32', 1],
  /** What the decoder depends on: see cpu/modes.ts. */
  mode: ['u32', 1],
  /** Address of the TLB set in force. */
  tlb: ['u32', 1],
  /** CS base, and what a linear code address is ANDed with; 1 in user mode: part of the code TLB's tag. */
  codeBase: ['u64', 1], codeMask: ['u64', 1], codeTag: ['u64', 1],
  /** XORed to a linear address it is the key in the jump cache: an address has 48 bits, see modes.ts; never that of the entries that are empty, -1. */
  jumpKey: ['u64', 1],
  /** See CODE_TLB_SLOT. */
  codeSlot: ['u32', 1],
  /** The decoded instruction being run and the first one of its run: see `retired` in cpu.ts. */
  instruction: ['u32', 1], runStart: ['u32', 1],
  /** A fault that an instruction met: vector + 1, or 0. */
  faultVector: ['u32', 1],
  faultErrorCode: ['u32', 1],
  /** While `stackGuard` is 1 a fault restores RSP from `guardedRsp`. */
  stackGuard: ['u32', 1], guardedRsp: ['u64', 1],
  cr0: ['u64', 1], cr2: ['u64', 1], cr3: ['u64', 1], cr4: ['u64', 1],
  efer: ['u64', 1],
  xcr0: ['u64', 1],
  gdtrBase: ['u64', 1], gdtrLimit: ['u32', 1], idtrLimit: ['u32', 1], idtrBase: ['u64', 1],
  dr: ['u64', 8],
  star: ['u64', 1], lstar: ['u64', 1], cstar: ['u64', 1], sfmask: ['u64', 1], kernelGsBase: ['u64', 1],
  sysenterCs: ['u64', 1], sysenterEsp: ['u64', 1], sysenterEip: ['u64', 1],
  pat: ['u64', 1], tscAux: ['u64', 1],
  /** Added to the clock-derived counter (WRMSR to IA32_TIME_STAMP_COUNTER, IA32_TSC_ADJUST). */
  tscOffset: ['u64', 1], tscAdjust: ['u64', 1],
  /** 1 while the interrupt controllers ask for a maskable interrupt. */
  interruptPending: ['u32', 1],
  /** Interrupts wait for one instruction: 0, or which shadow it is (microcode/segments.ts). */
  interruptShadow: ['u32', 1],
  halted: ['u32', 1],
  /** Instructions still to run before the loop returns; counts down. */
  budget: ['u32', 1],
  nmiPending: ['u32', 1], nmiBlocked: ['u32', 1],
  /** 1 when TF, a debug register or a shadow asks for instructions to be run one at a time. */
  stepping: ['u32', 1],
  pkru: ['u32', 1],
  /** Inputs and outputs of the slow memory path (memory/mmu.ts). */
  slowHost: ['u32', 2], slowPhys: ['u64', 2], slowLength: ['u32', 2],
  /** ANDed to every physical address: the A20 gate. */
  a20Mask: ['u64', 1],
  /** The linear region that large pages cover, for INVLPG: (address & mask) == base. */
  largePageBase: ['u64', 1], largePageMask: ['u64', 1],
  // x87: physical register i (not ST(i)); `fpuExponent` has the sign in bit 15
  fpuMantissa: ['u64', 8],
  fpuExponent: ['u16', 8],
  fpuControl: ['u16', 1], fpuStatus: ['u16', 1],
  /** Full tag word, two bits a physical register; only "empty" (3) or not counts. TOP is in fpuStatus. */
  fpuTag: ['u16', 1], fpuOpcode: ['u16', 1],
  fpuIp: ['u64', 1], fpuDp: ['u64', 1], fpuCs: ['u16', 1], fpuDs: ['u16', 1],
  mxcsr: ['u32', 1],
  /** Exception flags (MXCSR bits 0–5 = x87 status bits 0–5) that softfloat raised in the current instruction; not architectural. Bit 6: x87 C1 (rounded up). */
  floatRaised: ['u32', 1],
  /** Scratch for semantics that need to pass 128-bit values to a subroutine; not state. */
  scratch: ['u64', 16],
  xmm: ['u64', 32],
  ymmHigh: ['u64', 32],
  /** Entries in the log of TLB entries (memory/layout.ts), counting those that did not fit. */
  tlbLogged: ['u32', 1],
  /** Statistics: faults by vector that generated code delivered without TypeScript, since these were collected. */
  faultsDelivered: ['u32', 32],
  /** MTRRs (SDM vol. 3A, 11.11): IA32_MTRR_DEF_TYPE; 64K, 2 x 16K, 8 x 4K; eight pairs of base and mask. The MMU ignores memory types. */
  mtrrDefault: ['u64', 1], mtrrFixed: ['u64', 11], mtrrVariable: ['u64', 16],
  /** IA32_MISC_ENABLE. */
  miscEnable: ['u64', 1],
  /** 1 when decoded code was discarded since a region was entered: it may be the region's own. */
  regionStale: ['u32', 1],
  /** How a region that an access could not serve is left (translator/region-access.ts): what it returns. */
  regionResult: ['u32', 1],
  /** The budget with which the interpreter entered a region; instructions that regions have run. Statistics. */
  regionBudget: ['u32', 1], regionInstructions: ['u64', 1],
  /** Record of the indirect jump whose target is looked up next, or 0: for the translator's notes (decode/indirect-targets.ts). */
  indirectFrom: ['u32', 1],
  /** Statistics: how regions came back to the interpreter (interpreter/region-result.ts); page walks, of data and of code. */
  regionReturns: ['u64', 4], tlbMisses: ['u64', 2],
} as const satisfies Record<string, readonly [FieldType, number]>;

export type FieldName = keyof typeof fields;

/** Of the translator and of statistics: what they are depends on what is translated when, and the guest sees none of it. */
export const monitorFields = ['regionStale', 'regionResult', 'indirectFrom', 'regionBudget', 'regionInstructions', 'regionReturns', 'tlbMisses', 'tlbLogged', 'faultsDelivered'] as const satisfies readonly FieldName[];

const layOut = (): { offsets: Record<FieldName, number>; sizeBytes: number } => {
  const offsets = {} as Record<FieldName, number>;
  let at = 0;
  for (const [name, [type, count]] of Object.entries(fields) as [FieldName, readonly [FieldType, number]][]) {
    const align = name === 'xmm' || name === 'ymmHigh' || name === 'scratch' ? 16 : sizeOf[type];
    at = Math.ceil(at / align) * align;
    offsets[name] = at;
    at += sizeOf[type] * count;
  }
  return { offsets, sizeBytes: at };
};
const layout = layOut();
/** Byte offsets from STATE_BASE. */
export const offsetOf: Readonly<Record<FieldName, number>> = { ...layout.offsets };
export const stateBytes = layout.sizeBytes;
export const stateFields: Readonly<Record<FieldName, readonly [FieldType, number]>> = fields;

/**
 * Index in the array of the field's type << 2 | log2 of its size: the one look-up of an accessor, on the way to every exit. A Map, because to
 * read a property of varying name takes several times as long.
 */
const placeOf: ReadonlyMap<string, number> = new Map((Object.keys(fields) as FieldName[]).map((name) => {
  const log2 = Math.log2(sizeOf[fields[name][0]]);
  return [name, ((layout.offsets[name] >> log2) << 2) | log2];
}));

/** Offsets in `gpr`, as decoded instructions hold them. */
export const gprNames = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'] as const;
export const gpr = { rax: 0, rcx: 1, rdx: 2, rbx: 3, rsp: 4, rbp: 5, rsi: 6, rdi: 7 } as const;
export const segment = { es: 0, cs: 1, ss: 2, ds: 3, fs: 4, gs: 5, ldtr: 6, tr: 7 } as const;
/** Bits of `segmentAccess`: bits 40–55 of a descriptor (SDM vol. 3A, 3.4.5). */
export const segmentRight = {
  accessed: 0x1,
  /** Data: writable; code: readable. */
  writable: 0x2, readable: 0x2,
  /** Data: grows down; code: conforming. */
  expandDown: 0x4, conforming: 0x4,
  code: 0x8,
  /** S: code or data, not a system descriptor. */
  segment: 0x10,
  present: 0x80,
  long: 0x2000,
  /** D/B: 32-bit code, 32-bit stack pointer, or upper bound ffffffff. */
  big: 0x4000,
} as const;

/** RFLAGS bits (SDM vol. 1, 3.4.3). */
export const flag = {
  cf: 0x1, pf: 0x4, af: 0x10, zf: 0x40, sf: 0x80, tf: 0x100, if: 0x200, df: 0x400, of: 0x800, iopl: 0x3000, nt: 0x4000,
  rf: 0x1_0000, vm: 0x2_0000, ac: 0x4_0000, vif: 0x8_0000, vip: 0x10_0000, id: 0x20_0000,
} as const;
export const arithmeticFlags = flag.cf | flag.pf | flag.af | flag.zf | flag.sf | flag.of;

/** `flagsKind` bits 0–7; bits 8–15 hold 64 - operand width, by which result and operand are shifted to the top. */
export const flagsKind = {
  /** All flags are in `flags`. */
  eager: 0,
  /** ZF, SF, PF follow from the result; CF, AF, OF are in `flags`. */
  result: 1,
  /** INC, DEC: as add and sub, but CF is in `flags`. */
  inc: 2, dec: 3,
  /** operand = the first operand. Logic operations are additions whose operand is the result: CF = OF = AF = 0. */
  add: 4, sub: 5,
} as const;

/** CR0, CR4 and EFER bits (SDM vol. 3A, 2.5; AMD APM vol. 2, 3.1.7). */
export const cr0 = { pe: 1, mp: 2, em: 4, ts: 8, et: 0x10, ne: 0x20, wp: 0x1_0000, am: 0x4_0000, nw: 0x2000_0000, cd: 0x4000_0000, pg: 0x8000_0000 } as const;
export const cr4 = {
  vme: 1, pvi: 2, tsd: 4, de: 8, pse: 0x10, pae: 0x20, mce: 0x40, pge: 0x80, pce: 0x100, osfxsr: 0x200, osxmmexcpt: 0x400, umip: 0x800, la57: 0x1000,
  fsgsbase: 0x1_0000, pcide: 0x2_0000, osxsave: 0x4_0000, smep: 0x10_0000, smap: 0x20_0000, pke: 0x40_0000,
} as const;
export const efer = { sce: 1, lme: 0x100, lma: 0x400, nxe: 0x800, svme: 0x1000, ffxsr: 0x4000 } as const;

const parityOfByte = (value: number): boolean => {
  let v = value & 0xff;
  v ^= v >> 4;
  return ((0x6996 >> (v & 15)) & 1) === 0;
};

/** The registers, for TypeScript: microcode, loaders, tests, snapshots. 64-bit values are unsigned BigInts. */
export class CpuState {
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly u64: BigUint64Array;

  constructor(memory: WebAssembly.Memory, base: number = STATE_BASE) {
    this.u8 = new Uint8Array(memory.buffer, base, stateBytes);
    this.u16 = new Uint16Array(memory.buffer, base, stateBytes >> 1);
    this.u32 = new Uint32Array(memory.buffer, base, stateBytes >> 2);
    this.u64 = new BigUint64Array(memory.buffer, base, stateBytes >> 3);
  }

  /** A 32-bit (or narrower) field as a number. */
  get(name: FieldName, index = 0): number {
    const place = placeOf.get(name)!;
    const at = (place >> 2) + index;
    switch (place & 3) {
      case 2: return this.u32[at]!;
      case 1: return this.u16[at]!;
      case 3: return Number(this.u64[at]!);
      default: return this.u8[at]!;
    }
  }

  set(name: FieldName, value: number, index = 0): void {
    const place = placeOf.get(name)!;
    const at = (place >> 2) + index;
    switch (place & 3) {
      case 2: this.u32[at] = value; return;
      case 1: this.u16[at] = value; return;
      case 3: this.u64[at] = BigInt(value); return;
      default: this.u8[at] = value;
    }
  }

  get64(name: FieldName, index = 0): bigint {
    return this.u64[(placeOf.get(name)! >> 2) + index]!;
  }

  set64(name: FieldName, value: bigint, index = 0): void {
    this.u64[(placeOf.get(name)! >> 2) + index] = value;
  }

  /** General register 0–15, whole. */
  reg(index: number): bigint {
    return this.u64[index]!;
  }

  setReg(index: number, value: bigint): void {
    this.u64[index] = value;
  }

  get rip(): bigint { return this.get64('rip'); }
  set rip(value: bigint) { this.set64('rip', value); }

  /** RFLAGS with the lazy flags settled. Reading changes nothing the guest can see. */
  get rflags(): number {
    this.settleFlags();
    return this.u32[offsetOf.flags >> 2]!;
  }

  set rflags(value: number) {
    this.u32[offsetOf.flags >> 2] = value | 2;
    this.u32[offsetOf.flagsKind >> 2] = flagsKind.eager;
  }

  settleFlags(): void {
    const word = this.u32[offsetOf.flagsKind >> 2]!;
    const kind = word & 0xff;
    if (kind === flagsKind.eager) return;
    const shift = BigInt(word >>> 8);
    const result = this.get64('flagsResult');
    let flags = this.u32[offsetOf.flags >> 2]! & ~(flag.zf | flag.sf | flag.pf);
    if (result === 0n) flags |= flag.zf;
    if (result >> 63n) flags |= flag.sf;
    if (parityOfByte(Number((result >> shift) & 0xffn))) flags |= flag.pf;
    if (kind >= flagsKind.inc) {
      const x = this.get64('flagsOperand');
      const subtraction = kind === flagsKind.sub || kind === flagsKind.dec;
      const y = BigInt.asUintN(64, subtraction ? x - result : result - x);
      flags &= ~(flag.of | flag.af);
      if (((x ^ y ^ result) >> shift) & 0x10n) flags |= flag.af;
      const overflow = subtraction ? (x ^ y) & (x ^ result) : (x ^ result) & (y ^ result);
      if (overflow >> 63n) flags |= flag.of;
      if (kind >= flagsKind.add) {
        flags &= ~flag.cf;
        if (subtraction ? x < y : result < x) flags |= flag.cf;
      }
    }
    this.rflags = flags;
  }
}
