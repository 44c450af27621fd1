import { describe, expect, it } from 'vitest';
import { GuestFault, vector } from '../fault.ts';
import { cr0, cr4 } from '../state.ts';
import { FakeCore, at, longCore, protectedCore } from './fake-core.ts';
import { fxrstor, fxsave, ldmxcsr, stmxcsr, xrstor, xsave, xsavec, xsaveopt } from './fpu-state.ts';
import { maskmovdqu, maskmovq } from './masked-move.ts';
import { fldenv, fnsave, fnstenv, frstor } from './x87-environment.ts';

const AREA = 0x4000;
const ONE = 0x8000_0000_0000_0000n;

/** ST(0) = 1.0 in physical register 5, ST(1) = 0 in 6; the rest is empty. */
const filled = (core: FakeCore): FakeCore => {
  const { state } = core;
  state.set('fpuControl', 0x37f);
  state.set('fpuStatus', (5 << 11) | 0x4001);
  state.set('fpuTag', 0xffff & ~(0xf << 10));
  state.set64('fpuMantissa', ONE, 5);
  state.set('fpuExponent', 0x3fff, 5);
  state.set64('fpuMantissa', 0n, 6);
  state.set('fpuOpcode', 0x123);
  state.set64('fpuIp', 0x1_2345_6789n);
  state.set64('fpuDp', 0x9876_5432n);
  state.set('fpuCs', 0x8);
  state.set('fpuDs', 0x10);
  state.set('mxcsr', 0x1fa0);
  for (let i = 0; i < 32; i++) state.set64('xmm', 0x1111_0000_0000_0000n + BigInt(i), i);
  state.set('cr4', state.get('cr4') | cr4.osfxsr | cr4.osxsave);
  state.set64('xcr0', 3n);
  return core;
};
const snapshot = (core: FakeCore): unknown[] => [
  ...(['fpuControl', 'fpuStatus', 'fpuTag', 'fpuOpcode', 'mxcsr'] as const).map((name) => core.state.get(name)),
  ...Array.from({ length: 8 }, (_, i) => [core.state.get64('fpuMantissa', i), core.state.get('fpuExponent', i)]),
  ...Array.from({ length: 32 }, (_, i) => core.state.get64('xmm', i)),
];

describe('FXSAVE', () => {
  it('has the layout of table 10-2', () => {
    const core = filled(longCore());
    expect(core.execute(fxsave, at(AREA))).toBeUndefined();
    expect([0, 2, 4, 6].map((offset) => core.peek(AREA + offset, 2))).toEqual([0x37f, 0x6801, 0x60, 0x123]);
    expect([core.peek(AREA + 8, 4), core.peek(AREA + 12, 2), core.peek(AREA + 16, 4), core.peek(AREA + 20, 2)]).toEqual([0x2345_6789, 8, 0x9876_5432, 0x10]);
    expect([core.peek(AREA + 24, 4), core.peek(AREA + 28, 4)]).toEqual([0x1fa0, 0xffff]);
    expect([core.peek(AREA + 32 + 7, 1), core.peek(AREA + 40, 2)]).toEqual([0x80, 0x3fff]);
    expect(core.peek(AREA + 160 + 31 * 8, 1)).toBe(31);
    core.execute(fxsave, { operandSize: 64, ...at(AREA) });
    expect(core.peek(AREA + 8, 8)).toBe(0x1_2345_6789);
  });

  it('comes back by FXRSTOR', () => {
    const core = filled(longCore());
    const before = snapshot(core);
    core.execute(fxsave, { operandSize: 64, ...at(AREA) });
    const other = longCore();
    other.state.set('cr4', cr4.pae | cr4.osfxsr);
    other.bytes.set(core.bytes);
    expect(other.execute(fxrstor, { operandSize: 64, ...at(AREA) })).toBeUndefined();
    expect(snapshot(other)).toEqual(before);
    expect(other.state.get64('fpuIp')).toBe(0x1_2345_6789n);
  });

  it('saves eight XMM registers outside 64-bit mode', () => {
    const core = filled(protectedCore());
    core.execute(fxsave, at(AREA));
    expect([core.peek(AREA + 160 + 15 * 8, 1), core.peek(AREA + 160 + 16 * 8, 8)]).toEqual([15, 0]);
  });

  it('checks CR0, alignment and MXCSR', () => {
    const core = filled(longCore());
    expect(core.execute(fxsave, at(AREA + 8))).toEqual(new GuestFault(vector.gp, 0));
    core.execute(fxsave, at(AREA));
    core.poke(AREA + 26, 1);
    expect(core.execute(fxrstor, at(AREA))).toEqual(new GuestFault(vector.gp, 0));
    core.state.set('cr0', (core.state.get('cr0') | cr0.ts) >>> 0);
    expect(core.execute(fxsave, at(AREA))).toEqual(new GuestFault(vector.nm));
  });

  it('writes nothing when it cannot write all', () => {
    const core = filled(longCore());
    core.missingPages.add(5);
    expect(core.execute(fxsave, at(0x4f00))?.vector).toBe(vector.pf);
    expect(core.peek(0x4f00, 8)).toBe(0);
  });
});

describe('XSAVE', () => {
  const mask = (core: FakeCore, value: number): FakeCore => {
    core.state.setReg(0, BigInt(value));
    core.state.setReg(2, 0n);
    return core;
  };

  it('marks what is in use and restores it', () => {
    const core = mask(filled(longCore()), 3);
    expect(core.execute(xsave, at(AREA))).toBeUndefined();
    expect(core.peek(AREA + 512, 8)).toBe(3);
    const before = snapshot(core);
    const other = mask(longCore(), 3);
    other.state.set('cr4', cr4.pae | cr4.osfxsr | cr4.osxsave);
    other.state.set64('xcr0', 3n);
    other.bytes.set(core.bytes);
    expect(other.execute(xrstor, at(AREA))).toBeUndefined();
    expect(snapshot(other)).toEqual(before);
  });

  it('initializes what the area does not have', () => {
    const core = mask(filled(longCore()), 3);
    core.poke64(AREA + 24, 0xffff_0000_1f80n);
    expect(core.execute(xrstor, at(AREA))).toBeUndefined();
    expect([core.state.get('fpuTag'), core.state.get64('xmm', 3), core.state.get('mxcsr')]).toEqual([0xffff, 0n, 0x1f80]);
  });

  it('leaves other components alone', () => {
    const core = mask(filled(longCore()), 1);
    core.execute(xrstor, at(AREA));
    expect([core.state.get('fpuTag'), core.state.get64('xmm', 3), core.state.get('mxcsr')]).toEqual([0xffff, 0x1111_0000_0000_0003n, 0x1fa0]);
  });

  it('compacts, and leaves out what is initial', () => {
    const core = mask(filled(longCore()), 0x203);
    core.state.set64('xcr0', 0x203n);
    core.state.set('pkru', 0x5554);
    for (let i = 0; i < 32; i++) core.state.set64('xmm', 0n, i);
    core.state.set('mxcsr', 0x1f80);
    core.poke64(AREA + 160, 0x7777n);
    expect(core.execute(xsavec, at(AREA))).toBeUndefined();
    expect(core.peek(AREA + 512, 8)).toBe(0x201);
    expect(core.bytes[AREA + 527]).toBe(0x80);
    expect(core.peek(AREA + 576, 4)).toBe(0x5554);
    expect(core.peek(AREA + 160, 8)).toBe(0x7777);
    core.state.set('pkru', 0);
    expect(core.execute(xrstor, at(AREA))).toBeUndefined();
    expect(core.state.get('pkru')).toBe(0x5554);
    core.poke64(AREA + 512, 0n, 0n);
    core.execute(xsaveopt, at(AREA));
    expect(core.peek(AREA + 832, 4)).toBe(0x5554);
  });

  it('checks alignment and header', () => {
    const core = mask(filled(longCore()), 3);
    expect(core.execute(xsave, at(AREA + 16))).toEqual(new GuestFault(vector.gp, 0));
    core.poke64(AREA + 512, 4n);
    expect(core.execute(xrstor, at(AREA))).toEqual(new GuestFault(vector.gp, 0));
    core.poke64(AREA + 512, 3n, 1n);
    expect(core.execute(xrstor, at(AREA))).toEqual(new GuestFault(vector.gp, 0));
    core.state.set('cr4', cr4.pae);
    expect(core.execute(xsave, at(AREA))).toEqual(new GuestFault(vector.ud));
  });
});

describe('the x87 environment', () => {
  it('stores tags from the registers\' contents, and masks exceptions', () => {
    const core = filled(protectedCore());
    core.state.set('fpuControl', 0x340);
    core.execute(fnstenv, at(AREA));
    expect([0, 4, 8, 12, 16, 20, 24].map((offset) => core.peek(AREA + offset, 4))).toEqual([
      0xffff_0340, 0xffff_6801, 0xffff_d3ff, 0x2345_6789, 0x0123_0008, 0x9876_5432, 0xffff_0010,
    ]);
    expect(core.state.get('fpuControl')).toBe(0x37f);
  });

  it('has linear addresses in real mode', () => {
    const core = filled(new FakeCore());
    core.state.set64('fpuIp', 0x4321n);
    core.execute(fnstenv, { operandSize: 16, ...at(AREA) });
    expect([6, 8].map((offset) => core.peek(AREA + offset, 2))).toEqual([0x43a1, 0x123]);
    core.state.set('fpuCs', 0xf000);
    core.execute(fnstenv, { operandSize: 16, ...at(AREA) });
    expect([6, 8].map((offset) => core.peek(AREA + offset, 2))).toEqual([0x4321, 0xf123]);
    core.execute(fldenv, { operandSize: 16, ...at(AREA) });
    expect(core.state.get64('fpuIp')).toBe(0xf_4321n);
  });

  it('saves the stack by FNSAVE, initializes, and comes back by FRSTOR', () => {
    const core = filled(protectedCore());
    const before = snapshot(core);
    core.execute(fnsave, at(AREA));
    expect([core.state.get('fpuTag'), core.state.get('fpuStatus')]).toEqual([0xffff, 0]);
    expect([core.peek(AREA + 28 + 7, 1), core.peek(AREA + 36, 2)]).toEqual([0x80, 0x3fff]);
    core.state.set64('fpuMantissa', 7n, 5);
    core.execute(frstor, at(AREA));
    expect(snapshot(core).filter((_, i) => i !== 2)).toEqual(before.filter((_, i) => i !== 2));
    // valid and zero instead of plain "not empty"
    expect(core.state.get('fpuTag')).toBe(0xd3ff);
  });

  it('raises the summary bit for what the new control word unmasks', () => {
    const core = filled(protectedCore());
    core.execute(fnstenv, at(AREA));
    core.poke(AREA, 0x7e);
    core.execute(fldenv, at(AREA));
    expect(core.state.get('fpuStatus') & 0x8080).toBe(0x8080);
  });
});

describe('MXCSR and masked moves', () => {
  it('refuses reserved bits', () => {
    const core = filled(protectedCore());
    core.execute(stmxcsr, at(AREA));
    expect(core.peek(AREA, 4)).toBe(0x1fa0);
    core.poke(AREA + 2, 1);
    expect(core.execute(ldmxcsr, at(AREA))).toEqual(new GuestFault(vector.gp, 0));
    core.state.set('cr0', core.state.get('cr0') | cr0.em);
    expect(core.execute(ldmxcsr, at(AREA))).toEqual(new GuestFault(vector.ud));
  });

  it('touches selected bytes only', () => {
    const core = filled(longCore());
    core.state.setReg(7, 0x4ff8n);
    core.missingPages.add(5);
    core.state.set64('xmm', 0x0807_0605_0403_0201n, 0);
    core.state.set64('xmm', 0x8000_0000_0000_0080n, 2);
    core.state.set64('xmm', 0n, 3);
    expect(core.execute(maskmovdqu, { reg: 0, rm: 1, addressSize: 64 })).toBeUndefined();
    expect([core.peek(0x4ff8, 4), core.peek(0x4ffc, 4)]).toEqual([1, 0x0800_0000]);
    core.state.set64('xmm', 0x80n, 3);
    expect(core.execute(maskmovdqu, { reg: 0, rm: 1, addressSize: 64 })?.vector).toBe(vector.pf);
  });

  it('MASKMOVQ enters MMX state', () => {
    const core = filled(longCore());
    core.state.setReg(7, BigInt(AREA));
    core.state.set64('fpuMantissa', 0xffn, 1);
    core.execute(maskmovq, { reg: 1, rm: 5, addressSize: 64 });
    expect([core.peek(AREA + 7, 1), core.state.get('fpuTag'), core.state.get('fpuStatus') & 0x3800]).toEqual([0, 0, 0]);
  });
});
