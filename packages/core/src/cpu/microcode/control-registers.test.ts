import { describe, expect, it } from 'vitest';
import { GuestFault, vector } from '../fault.ts';
import { cr0, cr4, efer, segment } from '../state.ts';
import { clts, invlpg, invpcid, lmsw, mov_from_cr, mov_to_cr, rdpkru, smsw, wrpkru, xgetbv, xsetbv } from './control-registers.ts';
import { mov_from_dr, mov_to_dr } from './debug-registers.ts';
import { FakeCore, at, longCore, protectedCore } from './fake-core.ts';
import { setSegment } from './registers.ts';

const RAX = 0;
const RBX = 3;
const gp0 = new GuestFault(vector.gp, 0);

const write = (core: FakeCore, index: number, value: bigint | number): GuestFault | undefined => {
  core.state.setReg(RAX, BigInt(value));
  return core.execute(mov_to_cr, { reg: index, rm: RAX });
};
const read = (core: FakeCore, index: number): bigint => {
  expect(core.execute(mov_from_cr, { reg: index, rm: RBX })).toBeUndefined();
  return core.state.reg(RBX);
};

describe('CR0', () => {
  it('has ET fixed, and no reserved bits', () => {
    const core = new FakeCore();
    expect(read(core, 0)).toBe(0x6000_0010n);
    expect(write(core, 0, 0x1ff8_ffc1)).toBeUndefined();
    expect(read(core, 0)).toBe(BigInt(cr0.pe | cr0.et));
  });

  it.each([
    ['paging without protection', cr0.pg],
    ['not write-through without cache disable', cr0.nw | cr0.pe],
  ])('refuses %s', (_name, value) => {
    expect(write(new FakeCore(), 0, BigInt(value >>> 0))).toEqual(gp0);
  });

  it('refuses bits 32–63 and user mode', () => {
    expect(write(longCore(), 0, 0x1_8000_0011n)).toEqual(gp0);
    expect(write(protectedCore(3), 0, 1)).toEqual(gp0);
    expect(write(protectedCore(), 1, 1)).toEqual(new GuestFault(vector.ud));
  });

  it('turns IA-32e mode on and off with paging', () => {
    const core = protectedCore();
    core.state.set('efer', efer.lme);
    const on = BigInt((cr0.pg | cr0.pe) >>> 0);
    expect(write(core, 0, on)).toEqual(gp0);
    core.state.set('cr4', cr4.pae);
    expect(write(core, 0, on)).toBeUndefined();
    expect(core.state.get('efer')).toBe(efer.lme | efer.lma);
    expect(core.flushes).toEqual(['all']);
    expect(write(core, 4, 0)).toEqual(gp0);
    expect(write(core, 0, cr0.pe)).toBeUndefined();
    expect(core.state.get('efer')).toBe(efer.lme);
    expect(write(longCore(), 0, cr0.pe)).toEqual(gp0);
  });

  it('checks the page-directory pointers of PAE', () => {
    const core = protectedCore();
    core.state.set('cr4', cr4.pae);
    core.state.set64('cr3', 0x2_0000n);
    const on = BigInt((cr0.pg | cr0.pe) >>> 0);
    core.physical.writeU64(0x2_0008, 0x3_0003n);
    expect(write(core, 0, on)).toEqual(gp0);
    core.physical.writeU64(0x2_0008, 0x3_0001n);
    expect(write(core, 0, on)).toBeUndefined();
    core.physical.writeU64(0x2_1000, 1n << 40n | 1n);
    expect(write(core, 3, 0x2_1000)).toEqual(gp0);
    expect(write(core, 3, 0x2_0000)).toBeUndefined();
  });

  it('LMSW sets PE and never clears it; SMSW and CLTS', () => {
    const core = new FakeCore();
    core.state.setReg(RAX, BigInt(cr0.pe | cr0.ts));
    core.execute(lmsw);
    expect(core.state.get('cr0') & 0xf).toBe(9);
    core.state.setReg(RAX, 0n);
    core.execute(lmsw);
    expect(core.state.get('cr0') & 0xf).toBe(1);
    core.state.set('cr0', (core.state.get('cr0') | cr0.ts | cr0.pg) >>> 0);
    core.execute(clts);
    expect(core.state.get64('cr0')).toBe(0xe000_0011n);
    core.state.set('cr0', 0x6000_0011);
    core.execute(smsw, { rm: RBX });
    expect(core.state.reg(RBX)).toBe(0x6000_0011n);
    core.execute(smsw, at(0x4000));
    expect(core.peek(0x4000, 4)).toBe(0x11);
  });
});

describe('CR3, CR4, CR8', () => {
  it('takes bit 63 of CR3 only with PCIDs', () => {
    const core = longCore();
    expect(write(core, 3, (1n << 63n) | 0x1000n)).toEqual(gp0);
    expect(write(core, 3, 1n << 40n)).toEqual(gp0);
    core.state.set64('cr3', 0x1001n);
    expect(write(core, 4, cr4.pae | cr4.pcide)).toEqual(gp0);
    core.state.set64('cr3', 0x1000n);
    expect(write(core, 4, cr4.pae | cr4.pcide)).toBeUndefined();
    expect(write(core, 3, (1n << 63n) | 0x2003n)).toBeUndefined();
    expect(read(core, 3)).toBe(0x2003n);
    expect(protectedCore().execute(mov_to_cr, { reg: 4, rm: RAX })).toBeUndefined();
  });

  it('refuses CR4 bits of features that are not there', () => {
    expect(write(longCore(), 4, cr4.pae | cr4.la57)).toEqual(gp0);
    expect(write(protectedCore(), 4, cr4.pcide)).toEqual(gp0);
    expect(write(longCore(), 4, (1n << 32n) | BigInt(cr4.pae))).toEqual(gp0);
  });

  it('reaches the APIC\'s task priority by CR8', () => {
    const core = longCore();
    expect(write(core, 8, 16)).toEqual(gp0);
    expect(write(core, 8, 9)).toBeUndefined();
    expect(core.tpr).toBe(9);
    expect(read(core, 8)).toBe(9n);
  });
});

describe('debug registers', () => {
  const move = (core: FakeCore, index: number, value: bigint): GuestFault | undefined => {
    core.state.setReg(RAX, value);
    return core.execute(mov_to_dr, { reg: index, rm: RAX });
  };

  it('have fixed bits', () => {
    const core = longCore();
    move(core, 6, 0n);
    move(core, 7, 0xffff_ffffn);
    expect(core.state.get64('dr', 6)).toBe(0xffff_0ff0n);
    expect(core.state.get64('dr', 7)).toBe(0xffff_27ffn);
    core.state.set64('dr', 0x400n, 7);
    expect(move(core, 7, 1n << 32n)).toEqual(gp0);
    expect(move(core, 0, 0xffff_8000_0000_0000n)).toBeUndefined();
    expect(core.state.get64('dr', 0)).toBe(0xffff_8000_0000_0000n);
  });

  it('DR4 is DR6, unless CR4.DE', () => {
    const core = protectedCore();
    core.execute(mov_from_dr, { reg: 4, rm: RBX });
    expect(core.state.reg(RBX)).toBe(0xffff_0ff0n);
    core.state.set('cr4', cr4.de);
    expect(core.execute(mov_from_dr, { reg: 4, rm: RBX })).toEqual(new GuestFault(vector.ud));
  });

  it('are guarded by general detect', () => {
    const core = protectedCore();
    move(core, 7, 0x2000n);
    expect(core.execute(mov_from_dr, { reg: 0, rm: RBX })).toEqual(new GuestFault(vector.db));
    expect(core.state.get64('dr', 6) & 0x2000n).toBe(0x2000n);
    expect(move(protectedCore(3), 0, 0n)).toEqual(gp0);
  });
});

describe('XCR0, PKRU, translation look-aside buffers', () => {
  it('XSETBV needs x87 and refuses what is unknown', () => {
    const core = longCore();
    const set = (value: bigint): GuestFault | undefined => {
      core.state.setReg(RAX, value & 0xffff_ffffn);
      core.state.setReg(2, value >> 32n);
      return core.execute(xsetbv);
    };
    expect(set(3n)).toEqual(new GuestFault(vector.ud));
    core.state.set('cr4', cr4.pae | cr4.osxsave);
    expect(set(2n)).toEqual(gp0);
    expect(set(1n << 20n)).toEqual(gp0);
    expect(set(3n)).toBeUndefined();
    core.execute(xgetbv);
    expect(core.state.reg(RAX)).toBe(3n);
    core.state.setReg(1, 5n);
    expect(core.execute(xgetbv)).toEqual(gp0);
  });

  it('PKRU', () => {
    const core = longCore(3);
    expect(core.execute(wrpkru)).toEqual(new GuestFault(vector.ud));
    core.state.set('cr4', cr4.pae | cr4.pke);
    core.state.setReg(2, 0n);
    core.state.setReg(RAX, 0x5555_5554n);
    expect(core.execute(wrpkru)).toBeUndefined();
    core.state.setReg(RAX, 0n);
    core.execute(rdpkru);
    expect(core.state.reg(RAX)).toBe(0x5555_5554n);
    core.state.setReg(1, 1n);
    expect(core.execute(rdpkru)).toEqual(gp0);
  });

  it('INVLPG adds the segment base, INVPCID has four types', () => {
    const core = longCore();
    setSegment(core.state, segment.gs, 0, 0x10_0000n, 0, 0);
    core.execute(invlpg, { ...at(0x5000), segment: segment.gs });
    core.execute(invlpg, at(0x5000));
    core.poke64(0x4000, 0n, 0x7000n);
    for (const type of [0n, 1n, 2n, 3n]) {
      core.state.setReg(RBX, type);
      expect(core.execute(invpcid, { reg: RBX, ...at(0x4000) })).toBeUndefined();
    }
    expect(core.flushes).toEqual(['105000', '5000', '7000', 'local', 'all', 'local']);
    core.state.setReg(RBX, 4n);
    expect(core.execute(invpcid, { reg: RBX, ...at(0x4000) })).toEqual(gp0);
  });
});
