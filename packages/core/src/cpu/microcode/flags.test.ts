import { describe, expect, it } from 'vitest';
import { GuestFault, vector } from '../fault.ts';
import { cr4, flag } from '../state.ts';
import { STACK0, STACK3, protectedCore } from './fake-core.ts';
import type { FakeCore } from './fake-core.ts';
import { clac, cli, popf, pushf, stac, sti } from './flags.ts';
import { loadVirtual8086Segment } from './segments.ts';

const gp0 = new GuestFault(vector.gp, 0);

const virtualCore = (flags: number, controls = 0): FakeCore => {
  const core = protectedCore();
  core.state.rflags = flag.vm | flags;
  core.state.set('cr4', controls);
  for (let index = 0; index < 6; index++) loadVirtual8086Segment(core.state, index, 0x100);
  core.state.set('cpl', 3);
  core.state.setReg(4, 0x100n);
  return core;
};
const popImage = (core: FakeCore, stack: number, image: number, operandSize: 16 | 32 = 32): GuestFault | undefined => {
  core.poke(stack, image & 0xff, (image >> 8) & 0xff, (image >> 16) & 0xff, image >>> 24);
  return core.execute(popf, { operandSize });
};

describe('PUSHF and POPF', () => {
  it('hide VM and RF', () => {
    const core = protectedCore();
    core.state.rflags = flag.rf | flag.cf | flag.id;
    core.execute(pushf);
    expect(core.peek(STACK0 - 4, 4)).toBe(flag.id | 3);
  });

  it('changes IOPL at CPL 0 only, IF up to IOPL', () => {
    const kernel = protectedCore();
    popImage(kernel, STACK0, flag.iopl | flag.if | flag.ac);
    expect(kernel.state.rflags).toBe(flag.iopl | flag.if | flag.ac | 2);
    const user = protectedCore(3);
    popImage(user, STACK3, 0x3f_7fff & ~flag.vm);
    expect(user.state.rflags & (flag.iopl | flag.if | flag.vif | flag.vip)).toBe(0);
    expect(user.state.rflags & (flag.id | flag.ac | flag.cf)).toBe(flag.id | flag.ac | flag.cf);
    user.state.rflags = flag.iopl;
    popImage(user, STACK3 + 4, flag.if);
    expect(user.state.rflags).toBe(flag.if | flag.iopl | 2);
  });

  it('leaves the upper half with a 16-bit operand', () => {
    const core = protectedCore();
    core.state.rflags = flag.ac | flag.id;
    popImage(core, STACK0, 0xffff_0001, 16);
    expect(core.state.rflags).toBe(flag.ac | flag.id | 3);
  });

  it('needs IOPL 3 in virtual-8086 mode, or CR4.VME and 16 bits', () => {
    expect(virtualCore(0).execute(pushf, { operandSize: 16 })).toEqual(gp0);
    expect(virtualCore(flag.iopl).execute(pushf, { operandSize: 16 })).toBeUndefined();
    const core = virtualCore(flag.vif | flag.if, cr4.vme);
    expect(core.execute(pushf, { operandSize: 32 })).toEqual(gp0);
    core.execute(pushf, { operandSize: 16 });
    expect(core.peek(0x10fe, 2)).toBe(flag.iopl | flag.if | 2);
    expect(popImage(core, 0x10fe, 0, 16)).toBeUndefined();
    expect(core.state.rflags & (flag.vif | flag.if)).toBe(flag.if);
    core.state.rflags = core.state.rflags | flag.vip;
    expect(popImage(core, 0x1100, flag.if, 16)).toEqual(gp0);
  });
});

describe('CLI and STI', () => {
  it('holds interrupts off for one instruction, if they were disabled', () => {
    const core = protectedCore();
    core.execute(sti);
    expect(core.state.get('interruptShadow')).toBe(1);
    core.state.set('interruptShadow', 0);
    core.execute(sti);
    expect(core.state.get('interruptShadow')).toBe(0);
    core.execute(cli);
    expect(core.state.rflags & flag.if).toBe(0);
  });

  it('works on VIF under CR4.PVI and CR4.VME', () => {
    const core = protectedCore(3);
    expect(core.execute(cli)).toEqual(gp0);
    core.state.set('cr4', cr4.pvi);
    expect(core.execute(sti)).toBeUndefined();
    expect(core.state.rflags).toBe(flag.vif | 2);
    core.state.rflags = flag.vip;
    expect(core.execute(sti)).toEqual(gp0);
    expect(virtualCore(0).execute(sti)).toEqual(gp0);
    expect(virtualCore(0, cr4.vme).execute(sti)).toBeUndefined();
  });
});

it('CLAC and STAC are the supervisor\'s', () => {
  const core = protectedCore();
  core.execute(stac);
  expect(core.state.rflags & flag.ac).toBe(flag.ac);
  core.execute(clac);
  expect(core.state.rflags & flag.ac).toBe(0);
  expect(protectedCore(3).execute(stac)).toEqual(new GuestFault(vector.ud));
});
