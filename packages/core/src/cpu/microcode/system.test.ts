import { describe, expect, it } from 'vitest';
import { cpuidLeaf } from '../cpuid.ts';
import type { CpuidContext } from '../cpuid.ts';
import { GuestFault, vector } from '../fault.ts';
import { features } from '../features.ts';
import { cr4, efer, flag, segment } from '../state.ts';
import { STACK0, at, longCore, protectedCore } from './fake-core.ts';
import type { FakeCore } from './fake-core.ts';
import { bound, enter } from './frames.ts';
import { cpuid, hlt, rdfsbase, rdmsr, rdrand, rdtsc, rdtscp, swapgs, wrgsbase, wrmsr } from './system.ts';
import { syscall, sysenter, sysexit, sysret } from './syscall.ts';

const [RAX, RCX, RDX, RBX, R11] = [0, 1, 2, 3, 11];
const gp0 = new GuestFault(vector.gp, 0);

const readMsr = (core: FakeCore, index: number): bigint | GuestFault => {
  core.state.setReg(RCX, BigInt(index));
  return core.execute(rdmsr) ?? ((core.state.reg(RDX) << 32n) | core.state.reg(RAX));
};
const writeMsr = (core: FakeCore, index: number, value: bigint): GuestFault | undefined => {
  core.state.setReg(RCX, BigInt(index));
  core.state.setReg(RAX, value & 0xffff_ffffn);
  core.state.setReg(RDX, value >> 32n);
  return core.execute(wrmsr);
};

describe('model-specific registers', () => {
  it.each([
    ['LSTAR', 0xc000_0082, 0xffff_ffff_8180_0000n],
    ['KERNEL_GS_BASE', 0xc000_0102, 0xffff_8880_0000_0000n],
    ['SYSENTER_EIP', 0x176, 0x1234_5678n],
    ['PAT', 0x277, 0x0007_0105_0007_0106n],
    ['MTRR variable mask', 0x201, 0xff_c000_0800n],
    ['MTRR fixed', 0x26f, 0x0505_0505_0606_0606n],
    ['MTRR default', 0x2ff, 0xc06n],
  ])('keeps %s', (_name, index, value) => {
    const core = longCore();
    expect(writeMsr(core, index, value)).toBeUndefined();
    expect(readMsr(core, index)).toBe(value);
  });

  it.each([
    ['unknown', 0x1234, 0n],
    ['LSTAR not canonical', 0xc000_0082, 1n << 47n],
    ['EFER reserved', 0xc000_0080, 2n],
    ['EFER.LME with paging on', 0xc000_0080, 0n],
    ['PAT type 2', 0x277, 2n],
    ['MTRR capabilities', 0xfe, 0n],
    ['x2APIC register in xAPIC mode', 0x808, 0n],
  ])('refuses %s', (_name, index, value) => {
    expect(writeMsr(longCore(), index, value)).toEqual(gp0);
  });

  it('keeps EFER.LMA to itself', () => {
    const core = longCore();
    expect(writeMsr(core, 0xc000_0080, BigInt(efer.lme | efer.sce | efer.nxe))).toBeUndefined();
    expect(readMsr(core, 0xc000_0080)).toBe(BigInt(efer.lme | efer.lma | efer.sce | efer.nxe));
    expect(core.flushes).toEqual(['all']);
  });

  it('counts time, with the guest\'s offset in counter and deadline', () => {
    const core = longCore();
    core.nowNs = 1000;
    core.execute(rdtsc);
    expect(core.state.reg(RAX)).toBe(2000n);
    writeMsr(core, 0x10, 0x1_0000_0000n);
    expect(readMsr(core, 0x3b)).toBe(0x1_0000_0000n - 2000n);
    core.nowNs = 2000;
    core.state.set64('tscAux', 5n);
    core.execute(rdtscp);
    expect([core.state.reg(RDX), core.state.reg(RAX), core.state.reg(RCX)]).toEqual([1n, 2000n, 5n]);
    writeMsr(core, 0x6e0, 0x1_0000_4000n);
    expect(core.apicWrites.at(-1)).toEqual([0x6e0, 0x4000n + 2000n]);
    expect(readMsr(core, 0x6e0)).toBe(0x1_0000_4000n);
    writeMsr(core, 0x6e0, 5n);
    expect(core.apicWrites.at(-1)).toEqual([0x6e0, 1n]);
    writeMsr(core, 0x3b, 0n);
    expect(readMsr(core, 0x10)).toBe(4000n);
  });

  it('is the supervisor\'s; RDTSC unless CR4.TSD', () => {
    const core = protectedCore(3);
    expect(readMsr(core, 0x10)).toEqual(gp0);
    expect(core.execute(rdtsc)).toBeUndefined();
    core.state.set('cr4', cr4.tsd);
    expect(core.execute(rdtsc)).toEqual(gp0);
  });
});

describe('CPUID', () => {
  const context: CpuidContext = { tscHz: 2_000_000_000, apicEnabled: true, cr4Osxsave: false, cr4Pke: false, xcr0: 3n, is64Bit: true };

  it('shows exactly the enabled features', () => {
    const index = { eax: 0, ebx: 1, ecx: 2, edx: 3 } as const;
    for (const [name, { leaf, subleaf, register, bit, enabled }] of Object.entries(features)) {
      expect([name, (cpuidLeaf(leaf, subleaf, context)[index[register]] >>> bit) & 1]).toEqual([name, enabled ? 1 : 0]);
    }
  });

  it('names vendor and brand', () => {
    const text = (registers: number[]): string => String.fromCharCode(...registers.flatMap((r) => [r & 0xff, (r >>> 8) & 0xff, (r >>> 16) & 0xff, r >>> 24]));
    const [, ebx, ecx, edx] = cpuidLeaf(0, 0, context);
    expect(text([ebx, edx, ecx])).toBe('GenuineIntel');
    expect(text([2, 3, 4].flatMap((n) => [...cpuidLeaf(0x8000_0000 + n, 0, context)])).replace(/\0+$/, '')).toBe('Worldswitch virtual x86-64 CPU');
  });

  it('gives the clock\'s ratio, and the highest basic leaf for what does not exist', () => {
    expect(cpuidLeaf(0x15, 0, context)).toEqual([1, 2, 1_000_000_000, 0]);
    expect(cpuidLeaf(0x15, 0, { ...context, tscHz: 2_400_000_000 })).toEqual([5, 12, 1_000_000_000, 0]);
    expect(cpuidLeaf(0x8000_0009, 0, context)).toEqual(cpuidLeaf(0x16, 0, context));
  });

  it('follows CR4, XCR0, the APIC and the mode', () => {
    expect(cpuidLeaf(1, 0, { ...context, cr4Osxsave: true })[2] & (1 << 27)).not.toBe(0);
    expect(cpuidLeaf(1, 0, { ...context, apicEnabled: false })[3] & (1 << 9)).toBe(0);
    expect(cpuidLeaf(0x8000_0001, 0, { ...context, is64Bit: false })[3] & (1 << 11)).toBe(0);
    expect(cpuidLeaf(0xd, 0, context)[1]).toBe(576);
    expect(cpuidLeaf(0xd, 0, { ...context, xcr0: 0x203n })[1]).toBe(840);
  });

  it('fills four registers', () => {
    const core = longCore();
    core.state.setReg(RAX, 0xffff_ffff_0000_0000n);
    core.execute(cpuid);
    expect(core.state.reg(RBX)).toBe(0x756e_6547n);
    expect(core.state.reg(RAX)).toBe(0x16n);
  });
});

describe('SYSCALL, SYSENTER', () => {
  it('goes to LSTAR and comes back by SYSRET', () => {
    const core = longCore(3);
    core.state.set64('star', 0x0023_0060_0000_0000n);
    core.state.set64('lstar', 0xffff_ffff_8180_0000n);
    core.state.set64('sfmask', BigInt(flag.if | flag.df));
    core.state.rflags = flag.if | flag.df | flag.cf;
    expect(core.execute(syscall)).toBeUndefined();
    expect([core.state.rip, core.state.reg(RCX), core.state.reg(R11)]).toEqual([0xffff_ffff_8180_0000n, 0x5002n, 0x603n]);
    expect(core.state.rflags).toBe(3);
    expect([core.state.get('cpl'), core.state.get('segmentSelector', segment.cs), core.state.get('segmentSelector', segment.ss)]).toEqual([0, 0x60, 0x68]);
    expect(core.execute(sysret, { operandSize: 64 })).toBeUndefined();
    expect([core.state.get('cpl'), core.state.get('segmentSelector', segment.cs), core.state.get('segmentSelector', segment.ss)]).toEqual([3, 0x33, 0x2b]);
    expect(core.state.get('segmentAccess', segment.cs)).toBe(0xa0fb);
    expect(core.state.rip).toBe(0x5002n);
    expect(core.state.rflags).toBe(0x603);
  });

  it('returns to compatibility mode without REX.W, and refuses a non-canonical address', () => {
    const core = longCore();
    core.state.set64('star', 0x0023_0060_0000_0000n);
    core.state.setReg(RCX, 0x8000_0000_0000n);
    expect(core.execute(sysret, { operandSize: 64 })).toEqual(gp0);
    core.state.setReg(RCX, 0xffff_ffff_0000_1234n);
    expect(core.execute(sysret)).toBeUndefined();
    expect(core.state.rip).toBe(0x1234n);
    expect(core.state.get('segmentAccess', segment.cs)).toBe(0xc0fb);
  });

  it('is #UD outside 64-bit mode and without EFER.SCE', () => {
    expect(protectedCore(3).execute(syscall)).toEqual(new GuestFault(vector.ud));
    const core = longCore(3);
    core.state.set('efer', efer.lme | efer.lma);
    expect(core.execute(syscall)).toEqual(new GuestFault(vector.ud));
  });

  it('enters and leaves by the SYSENTER registers', () => {
    const core = protectedCore(3);
    expect(core.execute(sysenter)).toEqual(gp0);
    core.state.set64('sysenterCs', 0x60n);
    core.state.set64('sysenterEsp', 0x1_0000_8000n);
    core.state.set64('sysenterEip', 0x9000n);
    core.state.rflags = flag.if;
    expect(core.execute(sysenter)).toBeUndefined();
    expect([core.state.rip, core.state.reg(4), core.state.get('cpl'), core.state.rflags]).toEqual([0x9000n, 0x8000n, 0, 2]);
    core.state.setReg(RDX, 0x5002n);
    core.state.setReg(RCX, 0xa000n);
    expect(core.execute(sysexit)).toBeUndefined();
    expect([core.state.rip, core.state.reg(4), core.state.get('cpl'), core.state.get('segmentSelector', segment.cs)]).toEqual([0x5002n, 0xa000n, 3, 0x73]);
    expect(core.execute(sysexit)).toEqual(gp0);
  });
});

describe('other instructions', () => {
  it('HLT stops at CPL 0 only', () => {
    const core = protectedCore();
    core.execute(hlt);
    expect([core.state.get('halted'), core.exitRequests, core.state.rip]).toEqual([1, 1, 0x5002n]);
    expect(protectedCore(3).execute(hlt)).toEqual(gp0);
  });

  it('SWAPGS and the base instructions', () => {
    const core = longCore();
    core.state.set64('kernelGsBase', 0x1111n);
    core.state.set64('segmentBase', 0x2222n, segment.gs);
    core.execute(swapgs);
    expect([core.state.get64('segmentBase', segment.gs), core.state.get64('kernelGsBase')]).toEqual([0x1111n, 0x2222n]);
    expect(core.execute(rdfsbase, { rm: RBX })).toEqual(new GuestFault(vector.ud));
    core.state.set('cr4', cr4.pae | cr4.fsgsbase);
    core.state.setReg(RBX, 1n << 50n);
    expect(core.execute(wrgsbase, { rm: RBX, operandSize: 64 })).toEqual(gp0);
    expect(core.execute(wrgsbase, { rm: RBX, operandSize: 32 })).toBeUndefined();
    expect(core.state.get64('segmentBase', segment.gs)).toBe(0n);
    expect(longCore(3).execute(swapgs)).toEqual(gp0);
  });

  it('RDRAND sets CF and clears the rest', () => {
    const core = longCore();
    core.state.rflags = flag.zf | flag.of;
    core.execute(rdrand, { rm: RBX, operandSize: 64 });
    expect(core.state.reg(RBX)).toBe(0x1234_5678_1234_5678n);
    expect(core.state.rflags).toBe(3);
  });

  it('BOUND compares signed', () => {
    const core = protectedCore();
    core.poke64(0x4000, 0x0000_0005_ffff_fffbn);
    core.state.setReg(RBX, 0xffff_fffbn);
    expect(core.execute(bound, { reg: RBX, ...at(0x4000) })).toBeUndefined();
    core.state.setReg(RBX, 6n);
    expect(core.execute(bound, { reg: RBX, ...at(0x4000) })).toEqual(new GuestFault(vector.br));
  });

  it('ENTER copies the display', () => {
    const core = protectedCore();
    core.state.setReg(5, 0x9000n);
    core.poke64(0x8ff8, 0x2222_2222_1111_1111n);
    expect(core.execute(enter, { immediate: 0x03_0010n })).toBeUndefined();
    expect(Array.from({ length: 4 }, (_, i) => core.peek(STACK0 - 16 + i * 4, 4))).toEqual([STACK0 - 4, 0x1111_1111, 0x2222_2222, 0x9000]);
    expect([core.state.reg(5), core.state.reg(4)]).toEqual([BigInt(STACK0 - 4), BigInt(STACK0 - 32)]);
  });

  it('ENTER moves no register when its frame cannot be written', () => {
    const core = protectedCore();
    core.state.setReg(5, 0x9000n);
    core.missingPages.add(7);
    expect(core.execute(enter, { immediate: 0x20n })?.vector).toBe(vector.pf);
    expect([core.state.reg(5), core.state.reg(4)]).toEqual([0x9000n, BigInt(STACK0)]);
  });
});
