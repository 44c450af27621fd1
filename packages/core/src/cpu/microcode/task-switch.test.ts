import { describe, expect, it } from 'vitest';
import { GuestFault, vector } from '../fault.ts';
import { cr0, flag, segment } from '../state.ts';
import { GDT, IDT, TSS, descriptor, gate, protectedCore, selector } from './fake-core.ts';
import type { FakeCore } from './fake-core.ts';
import { call_far, jmp_far } from './far-transfers.ts';
import { deliverFault, deliverInterrupt } from './interrupts.ts';
import { iret } from './iret.ts';

const OTHER = 0x3800;
const OTHER16 = 0x3900;

/** A second task that runs at 7000 in the kernel's segments, and a 16-bit one. */
const twoTasks = (): FakeCore => {
  const core = protectedCore();
  core.poke64(GDT + selector.otherTss, descriptor(OTHER, 0x67, 0x89, 0));
  core.poke64(GDT + selector.tss16, descriptor(OTHER16, 0x2b, 0x81, 0));
  core.poke64(GDT + selector.taskGate, gate(selector.otherTss, 0, 0x85));
  const set32 = (offset: number, value: number): void => {
    core.poke(OTHER + offset, value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24);
  };
  set32(0x1c, 0x5_5000);
  set32(0x20, 0x7000);
  set32(0x24, flag.if | 2);
  for (let i = 0; i < 8; i++) set32(0x28 + i * 4, 0x1000_0000 + i);
  set32(0x38, 0xc000);
  [selector.data, selector.code, selector.data, selector.data, 0, 0].forEach((value, i) => set32(0x48 + i * 4, value));
  const set16 = (offset: number, value: number): void => core.poke(OTHER16 + offset, value & 0xff, value >> 8);
  set16(0x0e, 0x6000);
  set16(0x10, 2);
  for (let i = 0; i < 8; i++) set16(0x12 + i * 2, 0x1110 + i);
  set16(0x1a, 0xb000);
  [selector.data, selector.code16, selector.data, selector.data].forEach((value, i) => set16(0x22 + i * 2, value));
  return core;
};
const to = (selectorValue: number): { immediate: bigint; lengthBytes: number } => ({ immediate: BigInt(selectorValue) << 32n, lengthBytes: 7 });
const tssType = (core: FakeCore, at: number): number => core.peek(GDT + at + 5, 1) & 0xf;

describe('a task switch', () => {
  it('by JMP frees the old task', () => {
    const core = twoTasks();
    core.state.setReg(0, 0xabcdn);
    core.state.set64('dr', 0x4ffn, 7);
    expect(core.execute(jmp_far, to(selector.otherTss))).toBeUndefined();
    expect([core.peek(TSS + 0x20, 4), core.peek(TSS + 0x28, 4), core.peek(TSS + 0x4c, 2)]).toEqual([0x5007, 0xabcd, selector.code]);
    expect([tssType(core, selector.tss), tssType(core, selector.otherTss)]).toEqual([9, 0xb]);
    expect([core.state.rip, core.state.reg(1), core.state.reg(4)]).toEqual([0x7000n, 0x1000_0001n, 0xc000n]);
    expect(core.state.rflags).toBe(flag.if | 2);
    expect(core.state.get('cr0') & cr0.ts).toBe(cr0.ts);
    expect(core.state.get64('dr', 7) & 0xffn).toBe(0xaan);
    expect(core.state.get('segmentSelector', segment.tr)).toBe(selector.otherTss);
    // paging is off: CR3 stays
    expect(core.state.get64('cr3')).toBe(0n);
  });

  it('by CALL nests, and IRET comes back', () => {
    const core = twoTasks();
    core.execute(call_far, to(selector.taskGate));
    expect(core.state.rflags & flag.nt).toBe(flag.nt);
    expect(core.peek(OTHER, 2)).toBe(selector.tss);
    expect([tssType(core, selector.tss), tssType(core, selector.otherTss)]).toEqual([0xb, 0xb]);
    core.state.rip = 0x7100n;
    expect(core.execute(iret)).toBeUndefined();
    expect(core.state.rip).toBe(0x5007n);
    expect(core.state.rflags & flag.nt).toBe(0);
    expect([tssType(core, selector.tss), tssType(core, selector.otherTss)]).toEqual([0xb, 9]);
    expect(core.peek(OTHER + 0x24, 4) & flag.nt).toBe(0);
    expect(core.peek(OTHER + 0x20, 4)).toBe(0x7102);
  });

  it('loads CR3 with paging on', () => {
    const core = twoTasks();
    core.state.set('cr0', (core.state.get('cr0') | cr0.pg) >>> 0);
    core.execute(jmp_far, to(selector.otherTss));
    expect(core.state.get64('cr3')).toBe(0x5_5000n);
    expect(core.flushes).toEqual(['local']);
    expect(core.state.get64('cr0')).toBe(0x8000_0039n);
  });

  it('through an interrupt pushes the error code on the new stack', () => {
    const core = twoTasks();
    core.poke64(IDT + vector.df * 8, gate(selector.otherTss, 0, 0x85));
    expect(deliverFault(core, new GuestFault(vector.df, 0))).toBe('delivered');
    expect(core.peek(0xc000 - 4, 4)).toBe(0);
    expect(core.state.reg(4)).toBe(0xc000n - 4n);
    expect(core.peek(TSS + 0x20, 4)).toBe(0x5000);
  });

  it('to a 16-bit task and its registers', () => {
    const core = twoTasks();
    core.execute(call_far, to(selector.tss16));
    expect([core.state.rip, core.state.reg(0), core.state.reg(4) & 0xffffn]).toEqual([0x6000n, 0xffff_1110n, 0xb000n]);
    expect(core.state.get('segmentSelector', segment.cs)).toBe(selector.code16);
    expect(core.state.get('segmentAccess', segment.fs)).toBe(0);
    core.execute(iret, { operandSize: 16 });
    expect(core.peek(OTHER16 + 0x0e, 2)).toBe(0x6002);
    expect(core.state.rip).toBe(0x5007n);
  });
});

describe('what can go wrong', () => {
  it('before the switch leaves the old task', () => {
    const core = twoTasks();
    expect(core.execute(jmp_far, to(selector.tss))).toEqual(new GuestFault(vector.gp, selector.tss));
    core.poke64(GDT + selector.otherTss, descriptor(OTHER, 0x66, 0x89, 0));
    expect(core.execute(jmp_far, to(selector.otherTss))).toEqual(new GuestFault(vector.ts, selector.otherTss));
    core.poke64(GDT + selector.otherTss, descriptor(OTHER, 0x67, 0x09, 0));
    expect(core.execute(jmp_far, to(selector.otherTss))).toEqual(new GuestFault(vector.np, selector.otherTss));
    expect(core.state.rip).toBe(0x5000n);
    expect(core.state.get('segmentSelector', segment.tr)).toBe(selector.tss);
  });

  it('needs the task that NT points to busy', () => {
    const core = twoTasks();
    core.state.rflags = flag.nt;
    core.poke(TSS, selector.otherTss);
    expect(core.execute(iret)).toEqual(new GuestFault(vector.ts, selector.otherTss));
  });

  it.each([
    ['stack', 0x50, selector.readOnly, vector.ts, selector.readOnly],
    ['absent stack', 0x50, selector.absent, vector.ss, selector.absent],
    ['code', 0x4c, selector.data, vector.ts, selector.data],
    ['data', 0x54, selector.tss, vector.ts, selector.tss],
    ['LDT', 0x60, selector.data, vector.ts, selector.data],
  ])('after it is the new task\'s fault: %s', (_name, offset, value, faultVector, code) => {
    const core = twoTasks();
    core.poke(OTHER + offset, value);
    expect(core.execute(jmp_far, to(selector.otherTss))).toEqual(new GuestFault(faultVector, code));
    expect(core.state.rip).toBe(0x7000n);
    expect(core.state.get('segmentSelector', segment.tr)).toBe(selector.otherTss);
  });

  it('with the debug trap bit ends in #DB', () => {
    const core = twoTasks();
    core.poke(OTHER + 0x64, 1);
    expect(core.execute(jmp_far, to(selector.otherTss))).toEqual(new GuestFault(vector.db));
    expect(core.state.get64('dr', 6) & 0x8000n).toBe(0x8000n);
  });

  it('is external when an interrupt meets it', () => {
    const core = twoTasks();
    core.poke64(IDT + 0x20 * 8, gate(selector.data, 0, 0x85));
    core.poke64(IDT + vector.gp * 8, gate(selector.code, 0x9000, 0x8e));
    expect(deliverInterrupt(core, 0x20, 'external')).toBe('delivered');
    expect(core.peek(Number(core.state.reg(4)), 4)).toBe(selector.data | 1);
  });
});
