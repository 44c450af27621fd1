import { expect, it } from 'vitest';
import { FakeCore } from './microcode/fake-core.ts';
import { initState } from './reset.ts';
import { segment } from './state.ts';

it('starts at ffff:fff0 as SDM vol. 3A, table 9-1 has it', () => {
  const { state } = new FakeCore();
  expect(state.get64('segmentBase', segment.cs) + state.rip).toBe(0xffff_fff0n);
  expect([state.get('segmentSelector', segment.cs), state.rflags, state.get('cr0'), state.get('cr4'), state.get('efer')]).toEqual([0xf000, 2, 0x6000_0010, 0, 0]);
  expect([state.get64('dr', 6), state.get64('dr', 7), state.get('mxcsr'), state.get('fpuControl'), state.get('fpuTag')]).toEqual([0xffff_0ff0n, 0x400n, 0x1f80, 0x40, 0x5555]);
  expect(state.get('segmentLimit', segment.gs)).toBe(0xffff);
});

it('keeps floating point and MSRs over INIT', () => {
  const { state } = new FakeCore();
  state.set64('lstar', 0x1234n);
  state.set('mxcsr', 0x1fa0);
  state.set('cr0', 0x8000_0011);
  state.setReg(0, 5n);
  initState(state);
  expect([state.get64('lstar'), state.get('mxcsr'), state.get('cr0'), state.reg(0)]).toEqual([0x1234n, 0x1fa0, 0x10, 0n]);
});
