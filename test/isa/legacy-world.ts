/**
 * Protected mode as an 80386 has it: 32-bit descriptor tables and TSS, no paging, so linear addresses are physical ones. For protected16, protected32,
 * ring3 and virtual-8086 cases. Selectors: 8 code, 10 data, 1b and 23 code and data of ring 3, 30 and 38 code and data of 16 bits, 43 call gate to 8:5000,
 * 4b expand-down data above fff, 53 data not present, 58 conforming code, 60 LDT, 6b execute-only code, 73 read-only data.
 */
import type { Executor } from '../../packages/core/src/testing/executor.ts';
import { flag, segment } from '../../packages/core/src/cpu/state.ts';
import type { Delivered } from '../conformance/hw-world.ts';
import { setFields, setSegment } from '../conformance/registers.ts';

const GDT = 0x1000, IDT = 0x2000, HANDLERS = 0x3000, TSS = 0x4000, GATE_TARGET = 0x5000, LDT = 0x6000, CODE = 0x7c00, STACK = 0x7000, INNER_STACK = 0x9000;
const CLEARED_BYTES = 0x4_0000;
const access = { code: 0xc09b, data: 0xc093, userCode: 0xc0fb, userData: 0xc0f3, code16: 0x009b, data16: 0x0093, tss: 0x8b, ldt: 0x82 } as const;
const withErrorCode = new Set([8, 10, 11, 12, 13, 14, 17]);

type LegacyMode = 'protected32' | 'protected16' | 'ring3' | 'v86';

const descriptor = (base: number, limit: number, rights: number): bigint =>
  BigInt(limit & 0xffff) | (BigInt(base & 0xff_ffff) << 16n) | (BigInt(rights & 0xff) << 40n) | (BigInt((limit >> 16) & 0xf) << 48n) | (BigInt(rights >> 12) << 52n) | (BigInt(base >>> 24) << 56n);

export class LegacyWorld {
  readonly codeLinear = BigInt(CODE);
  readonly #executor: Executor;

  constructor(executor: Executor, mode: LegacyMode) {
    this.#executor = executor;
    const { state, memory } = executor;
    memory.write(0, new Uint8Array(CLEARED_BYTES));
    const descriptors: readonly (readonly [number, number, number])[] = [
      [0, 0, 0], [0, 0xf_ffff, access.code], [0, 0xf_ffff, access.data], [0, 0xf_ffff, access.userCode], [0, 0xf_ffff, access.userData], [TSS, 0x67, access.tss],
      [0, 0xffff, access.code16], [0, 0xffff, access.data16], [0, 0, 0], [0, 0xfff, 0x40f7], [0, 0xfff, 0x4073], [0, 0xf_ffff, 0xc09f], [LDT, 0x1f, access.ldt], [0, 0xf_ffff, 0xc0f9], [0, 0xfff, 0x40f1],
    ];
    descriptors.forEach(([base, limit, rights], n) => memory.writeU64(GDT + 8 * n, descriptor(base, limit, rights)));
    memory.writeU64(GDT + 0x40, BigInt(GATE_TARGET) | (8n << 16n) | (0xecn << 40n));
    for (let vector = 0; vector < 256; vector++) {
      const handler = HANDLERS + 2 * vector;
      const type = vector === 3 || vector === 4 || vector === 0x80 ? 0xeen : 0x8en;
      memory.writeU64(IDT + 8 * vector, BigInt(handler) | (8n << 16n) | (type << 40n));
      memory.writeU16(handler, 0xfeeb); // a jump to itself
    }
    memory.writeU32(TSS + 4, INNER_STACK);
    memory.writeU32(TSS + 8, 0x10);
    memory.writeU32(TSS + 0x64, 0x0068_0000);
    setFields(state, {
      cr0: 0x11n, cr3: 0n, cr4: 0x200n, efer: 0n, gdtrBase: BigInt(GDT), gdtrLimit: 0x77n, idtrBase: BigInt(IDT), idtrLimit: 0x7ffn,
      cpl: mode === 'ring3' || mode === 'v86' ? 3n : 0n, halted: 0n, interruptShadow: 0n, mxcsr: 0x1f80n, fpuControl: 0x37fn, fpuStatus: 0n, fpuTag: 0xffffn, rip: BigInt(CODE),
    });
    const load = (register: number, selector: number): void => {
      const [base, limit, rights] = descriptors[selector >> 3]!;
      setSegment(state, register, [selector, BigInt(base), rights & 0x8000 ? 0xffff_ffff : limit, rights]);
    };
    const [code, data] = { protected32: [8, 0x10], protected16: [0x30, 0x38], ring3: [0x1b, 0x23], v86: [0, 0] }[mode] as [number, number];
    for (const register of [segment.es, segment.cs, segment.ss, segment.ds, segment.fs, segment.gs]) {
      if (mode === 'v86') setSegment(state, register, [0, 0n, 0xffff, 0xf3]);
      else load(register, register === segment.cs ? code : data);
    }
    load(segment.tr, 0x28);
    setSegment(state, segment.ldtr, [0, 0n, 0, 0]);
    for (let r = 0; r < 16; r++) state.setReg(r, 0n);
    state.setReg(4, BigInt(STACK));
    state.rflags = mode === 'v86' ? flag.vm | 2 : 2;
  }

  physical(linear: bigint): number {
    return Number(linear);
  }

  delivered(): Delivered | undefined {
    const { state, memory } = this.#executor;
    const vector = (Number(state.rip) - HANDLERS) / 2;
    if (state.get('cpl') !== 0 || !Number.isInteger(vector) || vector < 0 || vector > 255) return undefined;
    const rsp = Number(state.reg(4) & 0xffff_ffffn);
    const at = rsp + (withErrorCode.has(vector) ? 4 : 0);
    return { vector, errorCode: withErrorCode.has(vector) ? memory.readU32(rsp) : 0, rip: BigInt(memory.readU32(at)), rflags: memory.readU32(at + 8), rsp: BigInt(rsp) };
  }
}
