import { describe, expect, it } from 'vitest';
import { GuestFault, vector } from '../fault.ts';
import { segment } from '../state.ts';
import { lgdt, lldt, ltr, sgdt, sldt, str } from './descriptor-tables.ts';
import { FakeCore, GDT, STACK0, TSS, at, descriptor, longCore, protectedCore, selector } from './fake-core.ts';
import { arpl, lar, lsl, verr, verw } from './segment-queries.ts';
import { load_far_pointer, mov_from_sreg, mov_sreg, pop_sreg, push_sreg } from './segments.ts';

const RAX = 0;
const RBX = 3;

const move = (core: FakeCore, index: number, value: number): GuestFault | undefined => {
  core.state.setReg(RAX, BigInt(value));
  return core.execute(mov_sreg, { reg: index, rm: RAX });
};

describe('MOV to a segment register', () => {
  it('takes a paragraph in real mode and keeps the limit', () => {
    const core = new FakeCore();
    core.state.set('segmentLimit', 0xffff_ffff, segment.ds);
    move(core, segment.ds, 0x1234);
    expect(core.state.get64('segmentBase', segment.ds)).toBe(0x1_2340n);
    expect(core.state.get('segmentLimit', segment.ds)).toBe(0xffff_ffff);
  });

  it('reads the descriptor and marks it accessed', () => {
    const core = protectedCore();
    core.poke64(GDT + selector.data, descriptor(0x1234_5678, 0x9abc, 0x92, 0x4));
    expect(move(core, segment.es, selector.data)).toBeUndefined();
    expect(core.state.get64('segmentBase', segment.es)).toBe(0x1234_5678n);
    expect(core.state.get('segmentLimit', segment.es)).toBe(0x9abc);
    expect(core.state.get('segmentAccess', segment.es)).toBe(0x4093);
    expect(core.peek(GDT + selector.data + 5, 1)).toBe(0x93);
    expect(core.stateChanges).toBe(1);
  });

  it.each([
    ['a null SS', segment.ss, 0, vector.gp, 0],
    ['a selector beyond the table', segment.ds, 0x108, vector.gp, 0x108],
    ['an LDT selector without an LDT', segment.ds, 0x2c, vector.gp, 0x2c],
    ['a system segment', segment.ds, selector.tss, vector.gp, selector.tss],
    ['read-only SS', segment.ss, selector.readOnly, vector.gp, selector.readOnly],
    ['SS with another RPL', segment.ss, selector.data | 1, vector.gp, selector.data],
    ['an absent segment', segment.ds, selector.absent, vector.np, selector.absent],
    ['an absent stack', segment.ss, selector.absent, vector.ss, selector.absent],
  ])('refuses %s', (_name, index, value, faultVector, code) => {
    const core = protectedCore();
    const before = core.state.get('segmentSelector', index);
    if (value === 0x2c) core.state.set('segmentAccess', 0, segment.ldtr);
    expect(move(core, index, value)).toEqual(new GuestFault(faultVector, code));
    expect(core.state.get('segmentSelector', index)).toBe(before);
  });

  it('keeps CPL 3 out of the kernel\'s data', () => {
    expect(move(protectedCore(3), segment.ds, selector.data)).toEqual(new GuestFault(vector.gp, selector.data));
    expect(move(protectedCore(3), segment.ds, selector.conforming)).toBeUndefined();
  });

  it('makes a data segment unusable by a null selector; SS only in 64-bit code', () => {
    const core = longCore();
    move(core, segment.fs, 3);
    expect(core.state.get('segmentAccess', segment.fs)).toBe(0);
    expect(core.state.get('segmentSelector', segment.fs)).toBe(3);
    expect(move(core, segment.ss, 0)).toBeUndefined();
    expect(core.state.get('interruptShadow')).not.toBe(0);
    expect(move(longCore(3), segment.ss, 3)).toEqual(new GuestFault(vector.gp, 0));
  });

  it('is #UD for CS', () => {
    expect(move(protectedCore(), segment.cs, selector.code)).toEqual(new GuestFault(vector.ud));
    expect(move(protectedCore(), 6, selector.code)).toEqual(new GuestFault(vector.ud));
  });
});

describe('other moves of segment registers', () => {
  it('zero-extends into a register and writes 16 bits to memory', () => {
    const core = protectedCore();
    core.state.setReg(RBX, 0xffff_ffff_ffff_ffffn);
    core.execute(mov_from_sreg, { reg: segment.ds, rm: RBX });
    expect(core.state.reg(RBX)).toBe(BigInt(selector.data));
    core.state.setReg(RBX, 0xffff_ffff_ffff_ffffn);
    core.execute(mov_from_sreg, { reg: segment.ds, rm: RBX, operandSize: 16 });
    expect(core.state.reg(RBX)).toBe(0xffff_ffff_ffff_0010n);
    core.poke64(0x4000, 0xffff_ffffn);
    core.execute(mov_from_sreg, { reg: segment.ds, ...at(0x4000) });
    expect(core.peek(0x4000, 4)).toBe(0xffff_0010);
  });

  it('pushes 16 bits into a 32-bit slot and pops them', () => {
    const core = protectedCore();
    core.poke64(STACK0 - 4, 0xaaaa_aaaan);
    core.execute(push_sreg, { opcode: 0x1e });
    expect(core.peek(STACK0 - 4, 4)).toBe(0xaaaa_0010);
    core.execute(pop_sreg, { opcode: 0x07 });
    expect(core.state.reg(4)).toBe(BigInt(STACK0));
    expect(core.state.get('segmentSelector', segment.es)).toBe(selector.data);
    core.execute(push_sreg, { opcode: 0xa8 });
    expect(core.peek(STACK0 - 4, 2)).toBe(core.state.get('segmentSelector', segment.gs));
  });

  it('does not move the stack pointer when POP faults', () => {
    const core = protectedCore();
    core.poke(STACK0, selector.absent);
    expect(core.execute(pop_sreg, { opcode: 0x1f })?.vector).toBe(vector.np);
    expect(core.state.reg(4)).toBe(BigInt(STACK0));
  });

  it('loads a far pointer', () => {
    const core = protectedCore();
    core.poke(0x4000, 0x78, 0x56, 0x34, 0x12, selector.data, 0);
    expect(core.execute(load_far_pointer, { opcode: 0xb5, reg: RBX, ...at(0x4000) })).toBeUndefined();
    expect(core.state.reg(RBX)).toBe(0x1234_5678n);
    expect(core.state.get('segmentSelector', segment.gs)).toBe(selector.data);
  });
});

describe('descriptor table registers', () => {
  it('loads 24 bits of base with a 16-bit operand and stores all', () => {
    const core = protectedCore();
    core.poke(0x4000, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12);
    core.execute(lgdt, { operandSize: 16, ...at(0x4000) });
    expect(core.state.get64('gdtrBase')).toBe(0x34_5678n);
    core.execute(lgdt, at(0x4000));
    core.execute(sgdt, at(0x4010));
    expect(core.peek(0x4010, 2)).toBe(0x1234);
    expect(core.peek(0x4012, 4)).toBe(0x1234_5678);
    expect(protectedCore(3).execute(lgdt, at(0x4000))).toEqual(new GuestFault(vector.gp, 0));
  });

  it('is refused to user mode by UMIP', () => {
    const core = protectedCore(3);
    expect(core.execute(sgdt, at(0x4010))).toBeUndefined();
    core.state.set('cr4', 0x800);
    expect(core.execute(sgdt, at(0x4010))).toEqual(new GuestFault(vector.gp, 0));
    expect(core.execute(str, { rm: RBX })).toEqual(new GuestFault(vector.gp, 0));
  });

  it('reads 16-byte descriptors in IA-32e mode', () => {
    const core = longCore();
    core.poke64(GDT + selector.ldt, descriptor(0x6000, 0x1f, 0x82, 0), 0xffff_8000n);
    core.state.setReg(RAX, BigInt(selector.ldt));
    expect(core.execute(lldt)).toBeUndefined();
    expect(core.state.get64('segmentBase', segment.ldtr)).toBe(0xffff_8000_0000_6000n);
    core.execute(sldt, { rm: RBX });
    expect(core.state.reg(RBX)).toBe(BigInt(selector.ldt));
    core.poke64(GDT + selector.ldt + 8, 0x100_0000_0000n);
    expect(core.execute(lldt)).toEqual(new GuestFault(vector.gp, selector.ldt));
  });

  it('marks a TSS busy, and takes no busy one', () => {
    const core = protectedCore();
    core.poke64(GDT + selector.otherTss, descriptor(TSS, 0x67, 0x89, 0));
    core.state.setReg(RAX, BigInt(selector.otherTss));
    expect(core.execute(ltr)).toBeUndefined();
    expect(core.peek(GDT + selector.otherTss + 5, 1)).toBe(0x8b);
    expect(core.state.get('segmentAccess', segment.tr)).toBe(0x8b);
    expect(core.execute(ltr)).toEqual(new GuestFault(vector.gp, selector.otherTss));
  });
});

describe('queries about a selector', () => {
  const ask = (core: FakeCore, query: typeof lar, value: number): boolean => {
    core.state.setReg(RAX, BigInt(value));
    expect(core.execute(query, { rm: RAX, reg: RBX })).toBeUndefined();
    return (core.state.rflags & 0x40) !== 0;
  };

  it('LAR and LSL', () => {
    const core = protectedCore(3);
    expect(ask(core, lar, selector.userData)).toBe(true);
    expect(core.state.reg(RBX)).toBe(0xc0_f200n);
    expect(ask(core, lsl, selector.userData)).toBe(true);
    expect(core.state.reg(RBX)).toBe(0xffff_ffffn);
    expect(ask(core, lar, selector.data)).toBe(false);
    expect(ask(core, lar, selector.conforming)).toBe(true);
    expect(ask(core, lar, 0)).toBe(false);
    expect(ask(protectedCore(), lsl, selector.tss)).toBe(true);
  });

  it('VERR, VERW', () => {
    const core = protectedCore(3);
    expect(ask(core, verw, selector.userData)).toBe(true);
    expect(ask(core, verw, selector.userCode)).toBe(false);
    expect(ask(core, verr, selector.userCode)).toBe(true);
    expect(ask(core, verr, selector.data)).toBe(false);
    expect(new FakeCore().execute(verr)).toEqual(new GuestFault(vector.ud));
  });

  it('ARPL', () => {
    const core = protectedCore();
    core.state.setReg(RBX, 3n);
    expect(ask(core, arpl, 0x10)).toBe(true);
    expect(core.state.reg(RAX)).toBe(0x13n);
    expect(ask(core, arpl, 0x13)).toBe(false);
  });
});
