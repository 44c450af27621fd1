/**
 * The address spaces that hardware vectors were recorded in, built in guest memory: long mode with user code, data and stack pages
 * and nothing else for CPL 3, and a supervisor page in the upper half with GDT, LDT, IDT, TSS, handlers and their stack. The
 * recording machine was 64-bit Linux, so 32- and 16-bit code runs in compatibility mode, and the GDT has Linux's layout (VERR and VERW
 * can see it).
 */
import type { Executor } from '../../packages/core/src/testing/executor.ts';
import { cr0, cr4, efer, segment } from '../../packages/core/src/cpu/state.ts';
import { setFields, setSegment } from './registers.ts';

/** Physical addresses. The eight pages that vectors see are contiguous: two of code, four of data, two of stack. */
const TABLES = 0x1_0000;
const SYSTEM = 0x2_0000;
export const USER_PAGES = 0x3_0000;
export const CODE_BYTES = 0x2000;
export const DATA_BYTES = 0x4000;
export const STACK_BYTES = 0x2000;
const DATA = USER_PAGES + CODE_BYTES;
const STACK = DATA + DATA_BYTES;

/** Linear address of the system page, and what lies where in it. */
const SYSTEM_LINEAR = 0xffff_8000_0000_0000n;
const GDT = 0x000;
const LDT = 0x0a0;
const TSS = 0x100;
const HANDLERS = 0x200;
const IDT = 0x1000;
const STACK_TOP = 0x3000;
const SYSTEM_PAGES = 3;
const HANDLER_BYTES = 2;

const PRESENT = 1n, WRITABLE = 2n, USER = 4n;

export interface Placement {
  readonly codeLinear: number;
  readonly dataLinear: number;
  readonly stackLinear: number;
}

const flatPlacement: Placement = { codeLinear: 0x1000_0000, dataLinear: 0x2000_0000, stackLinear: 0x3000_0000 };
const segmentedPlacement: Placement = { codeLinear: 0x2000_c000, dataLinear: 0x2000_0000, stackLinear: 0x2000_8000 };

/** What the recording machine's CR4 had, as far as the CPU under test offers it. */
export interface WorldFeatures {
  readonly avx: boolean;
}

export interface Delivered {
  readonly vector: number;
  readonly errorCode: number;
  readonly rip: bigint;
  readonly rflags: number;
  readonly rsp: bigint;
}

const withErrorCode = new Set([8, 10, 11, 12, 13, 14, 17, 21]);
const gdtSelector = { code64: 0x33, code32: 0x23, data: 0x2b, tss: 0x40, ldt: 0x50, code16: 7, data16: 15 } as const;

/** Type, S, DPL, P in bits 0–7; AVL, L, D/B, G in bits 12–15: as CpuState.segmentAccess and as descriptor bits 40–55. */
function descriptor(base: number, limit: number, access: number): bigint {
  const low = (BigInt(base & 0xffff) << 16n) | BigInt(limit & 0xffff);
  const high = ((base >>> 16) & 0xff) | ((access & 0xf0ff) << 8) | (((limit >>> 16) & 0xf) << 16) | (base & 0xff00_0000);
  return low | (BigInt(high >>> 0) << 32n);
}

const access = { code64: 0xa0fb, code32: 0xc0fb, data: 0xc0f3, code16: 0x00fb, data16: 0x00f3, kernel64: 0xa09b, kernel32: 0xc09b, kernelData: 0xc093, tss: 0x8b, ldt: 0x82, cpuNode: 0x40f5 } as const;

export class HwWorld {
  readonly executor: Executor;
  readonly mode: 16 | 32 | 64;
  readonly placement: Placement;
  /** The register block to start every vector from. */
  readonly block: Uint8Array;
  /** The pages of this world in the executor's memory. */
  readonly code: Uint8Array;
  readonly data: Uint8Array;
  readonly stack: Uint8Array;

  constructor(executor: Executor, mode: 16 | 32 | 64, features: WorldFeatures) {
    this.executor = executor;
    this.mode = mode;
    this.placement = mode === 16 ? segmentedPlacement : flatPlacement;
    const pages = (start: number, length: number): Uint8Array => {
      const host = executor.memory.hostAddress(start);
      return executor.memory.bytes.subarray(host, host + length);
    };
    this.code = pages(USER_PAGES, CODE_BYTES);
    this.data = pages(DATA, DATA_BYTES);
    this.stack = pages(STACK, STACK_BYTES);
    const pml4 = TABLES + (mode === 16 ? 0x8000 : 0);
    this.#buildTables(pml4);
    this.#buildSystemPages();
    this.code.fill(0xcc);
    this.block = this.#registerBlock(pml4, features);
  }

  /** Physical address of a linear one in the code pages, for writes that have to discard decoded instructions. */
  codePhysical(linear: number): number {
    return USER_PAGES + (linear - this.placement.codeLinear);
  }

  /** Physical address of a mapped linear one, or -1. */
  physical(linear: bigint): number {
    const { codeLinear, dataLinear, stackLinear } = this.placement;
    const regions = [[codeLinear, CODE_BYTES, USER_PAGES], [dataLinear, DATA_BYTES, DATA], [stackLinear, STACK_BYTES, STACK], [SYSTEM_LINEAR, SYSTEM_PAGES * 0x1000, SYSTEM]] as const;
    for (const [start, length, phys] of regions) {
      const offset = linear - BigInt(start);
      if (offset >= 0n && offset < length) return phys + Number(offset);
    }
    return -1;
  }

  /** The exception that the last step delivered, if it did. */
  delivered(): Delivered | undefined {
    const { state, memory } = this.executor;
    const handler = state.rip - SYSTEM_LINEAR - BigInt(HANDLERS);
    if (state.get('cpl') !== 0 || handler < 0n || handler >= 512n) return undefined;
    const vector = Number(handler) / HANDLER_BYTES;
    let at = this.physical(state.reg(4));
    const errorCode = withErrorCode.has(vector) ? memory.readU32(at) : 0;
    if (withErrorCode.has(vector)) at += 8;
    return { vector, errorCode, rip: memory.readU64(at), rflags: memory.readU32(at + 16), rsp: memory.readU64(at + 24) };
  }

  /** The user pages of three regions, all in the first GiB, and the system pages in the upper half. */
  #buildTables(pml4: number): void {
    const { memory } = this.executor;
    const user = PRESENT | WRITABLE | USER;
    const entry = (table: number, index: number, to: number, bits: bigint): void => memory.writeU64(table + index * 8, BigInt(to) | bits);
    entry(pml4, 0, pml4 + 0x1000, user);
    entry(pml4 + 0x1000, 0, pml4 + 0x2000, user);
    let nextTable = pml4 + 0x3000;
    const tables = new Map<number, number>();
    const map = (linear: number, phys: number, bytes: number): void => {
      for (let offset = 0; offset < bytes; offset += 0x1000) {
        const directory = (linear + offset) >>> 21;
        let table = tables.get(directory);
        if (table === undefined) {
          table = nextTable;
          nextTable += 0x1000;
          tables.set(directory, table);
          entry(pml4 + 0x2000, directory, table, user);
        }
        entry(table, ((linear + offset) >>> 12) & 0x1ff, phys + offset, user);
      }
    };
    map(this.placement.codeLinear, USER_PAGES, CODE_BYTES);
    map(this.placement.dataLinear, DATA, DATA_BYTES);
    map(this.placement.stackLinear, STACK, STACK_BYTES);
    const supervisor = PRESENT | WRITABLE;
    const upper = TABLES + 0x6000;
    const systemTable = TABLES + 0xe000;
    entry(pml4, 256, upper, supervisor);
    entry(upper, 0, upper + 0x1000, supervisor);
    entry(upper + 0x1000, 0, systemTable, supervisor);
    for (let page = 0; page < SYSTEM_PAGES; page++) entry(systemTable, page, SYSTEM + page * 0x1000, supervisor);
  }

  #buildSystemPages(): void {
    const { memory } = this.executor;
    const linear = (offset: number): bigint => SYSTEM_LINEAR + BigInt(offset);
    const put = (table: number, selector: number, value: bigint): void => memory.writeU64(SYSTEM + table + (selector & ~7), value);
    /** A system descriptor of long mode takes two entries. */
    const putSystem = (selector: number, offset: number, limit: number, type: number): void => {
      const base = linear(offset);
      put(GDT, selector, descriptor(Number(base & 0xffff_ffffn), limit, type));
      put(GDT, selector + 8, base >> 32n);
    };
    put(GDT, 0x08, descriptor(0, 0xfffff, access.kernel32));
    put(GDT, 0x10, descriptor(0, 0xfffff, access.kernel64));
    put(GDT, 0x18, descriptor(0, 0xfffff, access.kernelData));
    put(GDT, gdtSelector.code32, descriptor(0, 0xfffff, access.code32));
    put(GDT, gdtSelector.data, descriptor(0, 0xfffff, access.data));
    put(GDT, gdtSelector.code64, descriptor(0, 0xfffff, access.code64));
    put(GDT, 0x78, descriptor(0, 0, access.cpuNode));
    putSystem(gdtSelector.tss, TSS, 0x67, access.tss);
    if (this.mode === 16) {
      putSystem(gdtSelector.ldt, LDT, 0x0f, access.ldt);
      put(LDT, gdtSelector.code16, descriptor(0x2000_0000, 0xffff, access.code16));
      put(LDT, gdtSelector.data16, descriptor(0x2000_0000, 0xffff, access.data16));
    } else {
      put(GDT, gdtSelector.ldt, 0n);
    }
    memory.writeU64(SYSTEM + TSS + 4, linear(STACK_TOP));
    memory.writeU16(SYSTEM + TSS + 0x66, 0x68);
    for (let vector = 0; vector < 256; vector++) {
      const handler = linear(HANDLERS + vector * HANDLER_BYTES);
      const type = vector === 3 || vector === 4 ? 0xee : 0x8e;
      memory.writeU64(SYSTEM + IDT + vector * 16, (handler & 0xffffn) | (0x10n << 16n) | (BigInt(type) << 40n) | ((handler & 0xffff_0000n) << 32n));
      memory.writeU64(SYSTEM + IDT + vector * 16 + 8, handler >> 32n);
      // a handler is a jump to itself, so that running it further changes nothing
      memory.writeU16(SYSTEM + HANDLERS + vector * HANDLER_BYTES, 0xfeeb);
    }
  }

  #registerBlock(pml4: number, features: WorldFeatures): Uint8Array {
    const { state } = this.executor;
    setFields(state, {
      cr0: BigInt(cr0.pe | cr0.mp | cr0.et | cr0.ne | cr0.wp | cr0.am) | 0x8000_0000n,
      cr3: BigInt(pml4),
      cr4: BigInt(cr4.pae | cr4.osfxsr | cr4.osxmmexcpt | cr4.osxsave | cr4.umip),
      efer: BigInt(efer.sce | efer.lme | efer.lma | efer.nxe),
      xcr0: features.avx ? 7n : 3n,
      gdtrBase: SYSTEM_LINEAR + BigInt(GDT), gdtrLimit: 0x7fn,
      idtrBase: SYSTEM_LINEAR + BigInt(IDT), idtrLimit: 0xfffn,
      cpl: 3n, mxcsr: 0x1f80n, fpuControl: 0x37fn, fpuStatus: 0n, fpuTag: 0xffffn, fpuIp: 0n, fpuDp: 0n, fpuOpcode: 0n, fpuCs: 0n, fpuDs: 0n,
      halted: 0n, interruptShadow: 0n, nmiPending: 0n, nmiBlocked: 0n,
    });
    const null_ = [0, 0n, 0, 0] as const;
    const data = [gdtSelector.data, 0n, 0xffff_ffff, access.data] as const;
    const data16 = [gdtSelector.data16, 0x2000_0000n, 0xffff, access.data16] as const;
    const cs = this.mode === 64 ? [gdtSelector.code64, 0n, 0xffff_ffff, access.code64] as const
      : this.mode === 32 ? [gdtSelector.code32, 0n, 0xffff_ffff, access.code32] as const
      : [gdtSelector.code16, 0x2000_0000n, 0xffff, access.code16] as const;
    setSegment(state, segment.cs, cs);
    for (const s of [segment.ds, segment.es]) setSegment(state, s, this.mode === 64 ? null_ : this.mode === 32 ? data : data16);
    setSegment(state, segment.ss, this.mode === 16 ? data16 : data);
    setSegment(state, segment.fs, null_);
    setSegment(state, segment.gs, null_);
    setSegment(state, segment.tr, [gdtSelector.tss, SYSTEM_LINEAR + BigInt(TSS), 0x67, access.tss]);
    setSegment(state, segment.ldtr, this.mode === 16 ? [gdtSelector.ldt, SYSTEM_LINEAR + BigInt(LDT), 0x0f, access.ldt] : null_);
    for (let r = 0; r < 8; r++) {
      state.set64('fpuMantissa', 0n, r);
      state.set('fpuExponent', 0, r);
    }
    for (const name of ['xmm', 'ymmHigh'] as const) for (let i = 0; i < 32; i++) state.set64(name, 0n, i);
    this.executor.load(state.u8.slice());
    return this.executor.save();
  }
}
