import { describe, expect, it } from 'vitest';
import { GuestFault, vector } from '../fault.ts';
import { segment } from '../state.ts';
import { FakeCore, GDT, STACK0, STACK3, at, descriptor, gate, longCore, protectedCore, selector } from './fake-core.ts';
import { ret_far, ret_far_imm } from './far-return.ts';
import { call_far, call_far_mem, jmp_far, jmp_far_mem } from './far-transfers.ts';
import { setSegment } from './registers.ts';

const pointer = (to: number, offset: number): { immediate: bigint } => ({ immediate: (BigInt(to) << 32n) | BigInt(offset) });

describe('real mode', () => {
  it('calls and returns', () => {
    const core = new FakeCore();
    setSegment(core.state, segment.cs, 0x100, 0x1000n, 0xffff, 0x93);
    core.state.setReg(4, 0x8000n);
    core.state.rip = 0x10n;
    core.execute(call_far, { operandSize: 16, lengthBytes: 5, ...pointer(0x2000, 0x1234) });
    expect([core.state.get('segmentSelector', segment.cs), core.state.rip]).toEqual([0x2000, 0x1234n]);
    expect([core.peek(0x7ffc, 2), core.peek(0x7ffe, 2)]).toEqual([0x15, 0x100]);
    core.execute(ret_far_imm, { operandSize: 16, immediate: 6n });
    expect([core.state.get('segmentSelector', segment.cs), core.state.rip, core.state.reg(4)]).toEqual([0x100, 0x15n, 0x8006n]);
  });
});

describe('code segments', () => {
  it('keeps CPL in CS, whatever the RPL says', () => {
    const core = protectedCore();
    expect(core.execute(jmp_far, pointer(selector.code, 0x9000))).toBeUndefined();
    expect(core.state.rip).toBe(0x9000n);
    const user = protectedCore(3);
    expect(user.execute(jmp_far, pointer(selector.conforming, 0x9000))).toBeUndefined();
    expect(user.state.get('segmentSelector', segment.cs)).toBe(selector.conforming | 3);
    expect(user.state.get('cpl')).toBe(3);
  });

  it.each([
    ['null', 0, vector.gp, 0],
    ['data', selector.data, vector.gp, selector.data],
    ['less privileged code', selector.userCode, vector.gp, selector.userCode & ~3],
    ['beyond the table', 0x200, vector.gp, 0x200],
  ])('refuses %s', (_name, to, faultVector, code) => {
    expect(protectedCore().execute(jmp_far, pointer(to, 0x9000))).toEqual(new GuestFault(faultVector, code));
  });

  it('checks limit and presence', () => {
    const core = protectedCore();
    expect(core.execute(jmp_far, pointer(selector.code16, 0x1_0000))).toEqual(new GuestFault(vector.gp, 0));
    core.poke(GDT + selector.code16 + 5, 0x1a);
    expect(core.execute(jmp_far, pointer(selector.code16, 0x1000))).toEqual(new GuestFault(vector.np, selector.code16));
  });

  it('enters 64-bit code from compatibility mode and goes back', () => {
    const core = longCore();
    setSegment(core.state, segment.cs, selector.code, 0n, 0xffff_ffff, 0xc09b);
    core.execute(jmp_far, pointer(selector.code64, 0x9000));
    expect(core.state.get('segmentAccess', segment.cs) & 0x6000).toBe(0x2000);
    core.poke64(0x4000, 0xffff_8000_0000_1000n, BigInt(selector.code64));
    expect(core.execute(jmp_far_mem, { operandSize: 64, ...at(0x4000) })).toBeUndefined();
    expect(core.state.rip).toBe(0xffff_8000_0000_1000n);
    core.poke64(0x4000, 0x8000_0000_0000n);
    expect(core.execute(jmp_far_mem, { operandSize: 64, ...at(0x4000) })).toEqual(new GuestFault(vector.gp, 0));
  });
});

describe('call gates', () => {
  const userCore = (access: number, parameters: number): FakeCore => {
    const core = protectedCore(3);
    core.poke64(GDT + selector.callGate, gate(selector.code, 0x9000, access, parameters));
    return core;
  };

  it('switches stacks, copies parameters, and RET releases them on both', () => {
    const core = userCore(0xec, 2);
    core.poke64(STACK3, 0x2222_2222_1111_1111n);
    expect(core.execute(call_far, { lengthBytes: 7, ...pointer(selector.callGate | 3, 0xdead) })).toBeUndefined();
    expect(core.state.get('cpl')).toBe(0);
    expect(Array.from({ length: 6 }, (_, i) => core.peek(STACK0 - 24 + i * 4, 4))).toEqual([0x5007, selector.userCode, 0x1111_1111, 0x2222_2222, STACK3, selector.userData]);
    expect(core.execute(ret_far_imm, { immediate: 8n })).toBeUndefined();
    expect(core.state.get('cpl')).toBe(3);
    expect(core.state.reg(4)).toBe(BigInt(STACK3 + 8));
    expect(core.state.rip).toBe(0x5007n);
  });

  it('uses words for a 286 gate', () => {
    const core = userCore(0xe4, 1);
    core.poke(STACK3, 0x34, 0x12);
    core.execute(call_far, { lengthBytes: 7, ...pointer(selector.callGate | 3, 0) });
    expect(Array.from({ length: 5 }, (_, i) => core.peek(STACK0 - 10 + i * 2, 2))).toEqual([0x5007, selector.userCode, 0x1234, STACK3, selector.userData]);
    expect(core.state.rip).toBe(0x9000n);
  });

  it('checks the gate before the code segment', () => {
    expect(userCore(0x8c, 0).execute(call_far, pointer(selector.callGate, 0))).toEqual(new GuestFault(vector.gp, selector.callGate));
    expect(userCore(0x6c, 0).execute(call_far, pointer(selector.callGate, 0))).toEqual(new GuestFault(vector.np, selector.callGate));
    const core = userCore(0xec, 0);
    core.poke64(GDT + selector.callGate, gate(selector.data, 0x9000, 0xec));
    expect(core.execute(call_far, pointer(selector.callGate, 0))).toEqual(new GuestFault(vector.gp, selector.data));
  });

  it('lets JMP change no privilege', () => {
    expect(userCore(0xec, 0).execute(jmp_far, pointer(selector.callGate, 0))).toEqual(new GuestFault(vector.gp, selector.code));
  });

  it('has 16 bytes and no parameters in IA-32e mode', () => {
    const core = longCore(3);
    core.poke64(GDT + selector.callGate, gate(selector.code64, 0x9000, 0xec, 5), 0xffff_8000n);
    core.poke64(0x4000, BigInt(selector.callGate) << 32n);
    expect(core.execute(call_far_mem, { lengthBytes: 3, ...at(0x4000) })).toBeUndefined();
    expect(core.state.rip).toBe(0xffff_8000_0000_9000n);
    expect(Array.from({ length: 4 }, (_, i) => core.peek(STACK0 - 32 + i * 8, 8))).toEqual([0x5003, selector.userCode64, STACK3, selector.userData]);
    expect(core.state.get('segmentAccess', segment.ss)).toBe(0);
    expect(core.execute(ret_far, { operandSize: 64 })).toBeUndefined();
    expect(core.state.reg(4)).toBe(BigInt(STACK3));
  });
});

describe('far return', () => {
  it('does not go inwards', () => {
    const core = protectedCore(3);
    core.poke64(STACK3, 0x9000n | (BigInt(selector.code) << 32n));
    expect(core.execute(ret_far)).toEqual(new GuestFault(vector.gp, selector.code));
    expect(core.state.reg(4)).toBe(BigInt(STACK3));
  });

  it('drops segments that the outer level may not have', () => {
    const core = protectedCore();
    core.poke64(STACK0, 0x9000n | (BigInt(selector.userCode) << 32n), 0xa000n | (BigInt(selector.userData) << 32n));
    core.poke64(GDT + (selector.userData & ~3), descriptor(0, 0xf_ffff, 0xf2, 0xc));
    expect(core.execute(ret_far)).toBeUndefined();
    expect(core.state.get('segmentAccess', segment.ds)).toBe(0);
    expect(core.state.get('segmentSelector', segment.ss)).toBe(selector.userData);
  });
});
