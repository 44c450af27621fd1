import { describe, expect, it } from 'vitest';
import { GuestFault, vector } from '../fault.ts';
import { flag, segment } from '../state.ts';
import { FakeCore, GDT, IDT, STACK0, STACK3, TSS, gate, longCore, protectedCore, selector } from './fake-core.ts';
import { deliverFault, deliverInterrupt, int3, int_imm } from './interrupts.ts';
import { iret } from './iret.ts';
import { setSegment } from './registers.ts';
import { loadVirtual8086Segment } from './segments.ts';

const INTERRUPT_GATE = 0x8e;
const TRAP_GATE = 0x8f;

const words = (core: FakeCore, at: number, count: number, size: 2 | 4 | 8): number[] => Array.from({ length: count }, (_, i) => core.peek(at + i * size, size));

describe('real mode', () => {
  const realCore = (): FakeCore => {
    const core = new FakeCore();
    core.state.set('idtrLimit', 0x3ff);
    setSegment(core.state, segment.cs, 0x100, 0x1000n, 0xffff, 0x93);
    core.state.setReg(4, 0x8000n);
    core.state.rip = 0x20n;
    core.poke(0x20 * 4, 0x34, 0x12, 0x00, 0x20);
    return core;
  };

  it('pushes FLAGS, CS, IP and goes through the table', () => {
    const core = realCore();
    core.state.rflags = flag.if | flag.tf | flag.cf;
    expect(core.execute(int_imm, { immediate: 0x20n, operandSize: 16 })).toBeUndefined();
    expect(words(core, 0x7ffa, 3, 2)).toEqual([0x22, 0x100, 0x303]);
    expect(core.state.rip).toBe(0x1234n);
    expect(core.state.get('segmentSelector', segment.cs)).toBe(0x2000);
    expect(core.state.get64('segmentBase', segment.cs)).toBe(0x2_0000n);
    expect(core.state.rflags).toBe(2 | flag.cf);
  });

  it('returns with IRET to where it was', () => {
    const core = realCore();
    core.state.rflags = flag.if | flag.df;
    core.execute(int_imm, { immediate: 0x20n, operandSize: 16 });
    core.execute(iret, { operandSize: 16 });
    expect(core.state.rip).toBe(0x22n);
    expect(core.state.get('segmentSelector', segment.cs)).toBe(0x100);
    expect(core.state.reg(4)).toBe(0x8000n);
    expect(core.state.rflags).toBe(2 | flag.if | flag.df);
  });

  it('raises #GP beyond the table, and shuts down when that cannot be delivered either', () => {
    const core = realCore();
    core.state.set('idtrLimit', 0x20);
    expect(core.execute(int_imm, { immediate: 0x20n, operandSize: 16 })).toEqual(new GuestFault(vector.gp, 0x20 * 8 + 2));
    expect(core.state.reg(4)).toBe(0x8000n);
    expect(deliverInterrupt(core, 0x20, 'external')).toBe('shutdown');
  });
});

describe('32-bit gates', () => {
  it('stays on the stack at the same level', () => {
    const core = protectedCore();
    core.poke64(IDT + 0x40 * 8, gate(selector.code, 0x12_3456, INTERRUPT_GATE));
    core.state.rflags = flag.if | flag.nt;
    expect(deliverInterrupt(core, 0x40, 'external')).toBe('delivered');
    expect(words(core, STACK0 - 12, 3, 4)).toEqual([0x5000, selector.code, 0x4202]);
    expect(core.state.reg(4)).toBe(BigInt(STACK0 - 12));
    expect(core.state.rip).toBe(0x12_3456n);
    expect(core.state.rflags).toBe(2);
  });

  it('switches to the stack of the inner level and returns', () => {
    const core = protectedCore(3);
    core.poke64(IDT + vector.gp * 8, gate(selector.code, 0x9000, TRAP_GATE));
    core.state.rflags = flag.if;
    expect(deliverFault(core, new GuestFault(vector.gp, 0x1234))).toBe('delivered');
    expect(words(core, STACK0 - 24, 6, 4)).toEqual([0x1234, 0x5000, selector.userCode, 0x1_0202, STACK3, selector.userData]);
    expect(core.state.get('cpl')).toBe(0);
    expect(core.state.get('segmentSelector', segment.ss)).toBe(selector.data);
    expect(core.state.rflags & flag.if).toBe(flag.if);
    // the accessed bit
    expect(core.peek(GDT + selector.code + 5, 1)).toBe(0x9b);

    core.state.setReg(4, BigInt(STACK0 - 20));
    expect(core.execute(iret)).toBeUndefined();
    expect(core.state.get('cpl')).toBe(3);
    expect(core.state.reg(4)).toBe(BigInt(STACK3));
    expect(core.state.rip).toBe(0x5000n);
    expect(core.state.rflags).toBe(2 | flag.if);
  });

  it('keeps RF over IRET where a breakpoint is armed', () => {
    const core = protectedCore();
    core.state.set64('dr', 0x402n, 7);
    core.poke64(STACK0 - 12, 0x5000n | (BigInt(selector.code) << 32n), BigInt(flag.rf));
    core.state.setReg(4, BigInt(STACK0 - 12));
    core.execute(iret);
    expect(core.state.rflags).toBe(2 | flag.rf);
  });

  it('looks at DPL only for the program\'s own interrupts, and sets EXT otherwise', () => {
    const core = protectedCore(3);
    core.poke64(IDT + 0x30 * 8, gate(selector.code, 0x9000, INTERRUPT_GATE));
    expect(core.execute(int_imm, { immediate: 0x30n })).toEqual(new GuestFault(vector.gp, 0x30 * 8 + 2));
    core.poke64(IDT + 0x30 * 8, gate(selector.code, 0x9000, 0x0e));
    core.poke64(IDT + vector.np * 8, gate(selector.code, 0x9100, INTERRUPT_GATE));
    expect(deliverInterrupt(core, 0x30, 'external')).toBe('delivered');
    expect(core.state.rip).toBe(0x9100n);
    expect(core.peek(STACK0 - 24, 4)).toBe(0x30 * 8 + 3);
  });

  it('leaves the state alone when the inner stack is bad', () => {
    const core = protectedCore(3);
    core.poke64(IDT + 3 * 8, gate(selector.code, 0x9000, 0xee));
    core.poke(TSS + 8, selector.readOnly);
    expect(core.execute(int3)).toEqual(new GuestFault(vector.ts, selector.readOnly));
    expect(core.state.reg(4)).toBe(BigInt(STACK3));
    expect(core.state.get('cpl')).toBe(3);
    expect(core.state.rip).toBe(0x5000n);
  });
});

describe('virtual-8086 mode', () => {
  const virtualCore = (iopl: number): FakeCore => {
    const core = protectedCore();
    core.state.rflags = flag.vm | flag.if | (iopl << 12);
    for (let index = 0; index < 6; index++) loadVirtual8086Segment(core.state, index, 0x100 * (index + 1));
    core.state.set('cpl', 3);
    core.state.setReg(4, 0x50n);
    core.state.rip = 0x10n;
    core.poke64(IDT + 0x21 * 8, gate(selector.code, 0x9000, 0xee));
    return core;
  };

  it('saves the data segments on the way to the monitor and restores them on the way back', () => {
    const core = virtualCore(3);
    expect(core.execute(int_imm, { immediate: 0x21n, operandSize: 16 })).toBeUndefined();
    expect(words(core, STACK0 - 36, 9, 4)).toEqual([0x12, 0x200, 0x2_3202, 0x50, 0x300, 0x100, 0x400, 0x500, 0x600]);
    expect(core.state.rflags & flag.vm).toBe(0);
    expect(core.state.get('segmentSelector', segment.ds)).toBe(0);
    expect(core.state.get('cpl')).toBe(0);
    expect(core.execute(iret)).toBeUndefined();
    expect(core.state.rflags).toBe(flag.vm | flag.if | flag.iopl | 2);
    expect([0, 1, 2, 3, 4, 5].map((index) => core.state.get('segmentSelector', index))).toEqual([0x100, 0x200, 0x300, 0x400, 0x500, 0x600]);
    expect(core.state.get64('segmentBase', segment.gs)).toBe(0x6000n);
    expect(core.state.reg(4)).toBe(0x50n);
    expect(core.state.get('cpl')).toBe(3);
  });

  it('raises #GP for INT n without IOPL', () => {
    expect(virtualCore(0).execute(int_imm, { immediate: 0x21n, operandSize: 16 })).toEqual(new GuestFault(vector.gp, 0));
  });

  it('goes to the program\'s handler where the redirection bitmap says so', () => {
    const core = virtualCore(0);
    core.state.set('cr4', 1);
    core.state.rflags = core.state.rflags | flag.vif;
    core.poke(0x21 * 4, 0x78, 0x56, 0x34, 0x12);
    expect(core.execute(int_imm, { immediate: 0x21n, operandSize: 16 })).toBeUndefined();
    expect(core.state.rip).toBe(0x5678n);
    expect(core.state.get('segmentSelector', segment.cs)).toBe(0x1234);
    // IF shows VIF, IOPL shows 3
    expect(words(core, 0x3000 + 0x4a, 3, 2)).toEqual([0x12, 0x200, 0x3202]);
    expect(core.state.rflags & (flag.vif | flag.if | flag.vm)).toBe(flag.if | flag.vm);
  });
});

describe('64-bit gates', () => {
  const longGate = (core: FakeCore, index: number, target: bigint, access: number, stackTable = 0): void =>
    core.poke64(IDT + index * 16, gate(selector.code64, Number(target & 0xffff_ffffn), access, stackTable), target >> 32n);

  it('aligns the stack and pushes SS:RSP always', () => {
    const core = longCore();
    core.state.setReg(4, 0x7ff5n);
    longGate(core, 0x20, 0xffff_ffff_8100_0000n, INTERRUPT_GATE);
    core.state.rflags = flag.if;
    expect(deliverInterrupt(core, 0x20, 'external')).toBe('delivered');
    expect(core.state.reg(4)).toBe(0x7ff0n - 40n);
    expect(words(core, 0x7ff0 - 40, 5, 8)).toEqual([0x5000, selector.code64, 0x202, 0x7ff5, selector.data]);
    expect(core.state.rip).toBe(0xffff_ffff_8100_0000n);
    expect(core.state.get('segmentSelector', segment.ss)).toBe(selector.data);
    core.execute(iret, { operandSize: 64 });
    expect(core.state.reg(4)).toBe(0x7ff5n);
    expect(core.state.rip).toBe(0x5000n);
    expect(core.state.rflags).toBe(2 | flag.if);
  });

  it('comes from CPL 3 with a null SS, and goes back', () => {
    const core = longCore(3);
    longGate(core, vector.pf, 0x9000n, INTERRUPT_GATE);
    expect(deliverFault(core, new GuestFault(vector.pf, 7, 0xffff_8000_1234_5678n))).toBe('delivered');
    expect(core.state.get64('cr2')).toBe(0xffff_8000_1234_5678n);
    expect(core.state.get('segmentSelector', segment.ss)).toBe(0);
    expect(core.state.get('segmentAccess', segment.ss)).toBe(0);
    expect(words(core, STACK0 - 48, 6, 8)).toEqual([7, 0x5000, selector.userCode64, 0x1_0002, STACK3, selector.userData]);
    core.state.setReg(4, core.state.reg(4) + 8n);
    expect(core.execute(iret, { operandSize: 64 })).toBeUndefined();
    expect(core.state.get('cpl')).toBe(3);
    expect(core.state.get('segmentSelector', segment.ss)).toBe(selector.userData);
    expect(core.state.reg(4)).toBe(BigInt(STACK3));
  });

  it('returns to compatibility mode', () => {
    const core = longCore();
    core.poke64(STACK0 - 40, 0x1234n, BigInt(selector.userCode), 0x202n, 0x4000n, BigInt(selector.userData));
    core.state.setReg(4, BigInt(STACK0 - 40));
    expect(core.execute(iret, { operandSize: 64 })).toBeUndefined();
    expect(core.state.get('segmentSelector', segment.cs)).toBe(selector.userCode);
    expect(core.state.get('segmentAccess', segment.cs) & 0x6000).toBe(0x4000);
    // A segment of the kernel does not survive the way out.
    expect(core.state.get('segmentSelector', segment.ds)).toBe(0);
  });

  it('takes the stack from the interrupt stack table, also without a change of level', () => {
    const core = longCore();
    longGate(core, vector.nmi, 0x9000n, INTERRUPT_GATE, 1);
    expect(deliverInterrupt(core, vector.nmi, 'nmi')).toBe('delivered');
    expect(core.state.reg(4)).toBe(0x7000n - 40n);
    expect(core.state.get('nmiBlocked')).toBe(1);
    core.execute(iret, { operandSize: 64 });
    expect(core.state.get('nmiBlocked')).toBe(0);
    expect(core.state.reg(4)).toBe(BigInt(STACK0));
  });

  it('raises #GP for a 16-bit gate and for a handler that is not 64-bit code', () => {
    const core = longCore(3);
    core.poke64(IDT + 0x30 * 16, gate(selector.code64, 0x9000, 0xe6), 0n);
    expect(core.execute(int_imm, { immediate: 0x30n })).toEqual(new GuestFault(vector.gp, 0x30 * 8 + 2));
    core.poke64(IDT + 0x30 * 16, gate(selector.code, 0x9000, 0xee), 0n);
    expect(core.execute(int_imm, { immediate: 0x30n })).toEqual(new GuestFault(vector.gp, selector.code));
  });
});

describe('a fault within a fault', () => {
  const handler = (core: FakeCore, index: number, target: number): void => core.poke64(IDT + index * 8, gate(selector.code, target, INTERRUPT_GATE));

  it('becomes a double fault for two contributory ones', () => {
    const core = protectedCore();
    handler(core, vector.df, 0x9000);
    expect(deliverFault(core, new GuestFault(vector.gp, 0x10))).toBe('delivered');
    expect(core.state.rip).toBe(0x9000n);
    expect(words(core, STACK0 - 16, 3, 4)).toEqual([0, 0x5000, selector.code]);
  });

  it('is delivered by itself after a benign one', () => {
    const core = protectedCore();
    handler(core, vector.gp, 0x9000);
    expect(deliverFault(core, new GuestFault(vector.ud))).toBe('delivered');
    expect(core.peek(STACK0 - 16, 4)).toBe(vector.ud * 8 + 3);
  });

  it('becomes a double fault for a page fault on the way to the page-fault handler', () => {
    const core = protectedCore();
    core.poke64(TSS + 4, 0xb000n | (BigInt(selector.data) << 32n));
    handler(core, vector.pf, 0x9000);
    handler(core, vector.df, 0x9100);
    core.missingPages.add(IDT >>> 12);
    expect(deliverFault(core, new GuestFault(vector.pf, 2, 0x1000n))).toBe('shutdown');
    core.missingPages.clear();
    expect(deliverFault(core, new GuestFault(vector.pf, 2, 0x1000n))).toBe('delivered');
    expect(core.state.rip).toBe(0x9000n);
  });

  it('shuts down when the double fault cannot be delivered', () => {
    const core = protectedCore();
    core.state.set('idtrLimit', 0);
    expect(deliverFault(core, new GuestFault(vector.gp, 0))).toBe('shutdown');
  });
});
