/** The judge against executors that do one thing right or wrong: it has to see every kind of difference. */
import { describe, expect, it } from 'vitest';
import { CpuState } from '../../packages/core/src/cpu/state.ts';
import { PhysicalMemory } from '../../packages/core/src/memory/physical.ts';
import type { Executor } from '../../packages/core/src/testing/executor.ts';
import { HwJudge } from './hw-judge.ts';
import type { HwVector } from './hw-vector.ts';
import { USER_PAGES } from './hw-world.ts';

const DATA = USER_PAGES + 0x2000;

/** `act` stands for one instruction; CPUID (what the judge asks first) reports nothing. */
function executorOf(act: (state: CpuState, memory: PhysicalMemory) => void): Executor {
  const memory = new PhysicalMemory(0x10_0000);
  const state = new CpuState(memory.wasm);
  return {
    name: 'by hand', memory, state,
    load: (block) => state.u8.set(block),
    save: () => state.u8.slice(),
    lastStep: 'tier',
    step: () => {
      if (memory.readU16(USER_PAGES) !== 0xa20f) act(state, memory);
      else for (let r = 0; r < 4; r++) state.setReg(r, 0n);
      memory.writeU16(USER_PAGES, 0xcccc);
    },
    run: () => undefined, offerInterrupt: () => undefined,
  };
}

const zeros = { rax: '0', rcx: '0', rdx: '0', rbx: '0', rsp: '30001000', rbp: '0', rsi: '0', rdi: '0' };
const registers64 = { ...zeros, r8: '0', r9: '0', r10: '0', r11: '0', r12: '0', r13: '0', r14: '0', r15: '0', rip: '10000800', fl: '202' };
/** MOV [RAX], CL with RAX in the data pages. */
const store: HwVector = {
  id: 1, m: 64, k: '0.88', b: '8808',
  i: { ...registers64, rax: '20001000', rcx: '5a', mem: [['20000ff8', '00112233445566778899']] },
  o: { rip: '10000802', fl: '202', mem: [['20001000', '5a']] },
};

const right = (state: CpuState, memory: PhysicalMemory): void => {
  memory.writeU8(DATA + 0x1000, 0x5a);
  state.rip += 2n;
};

describe('HwJudge', () => {
  it('passes what the recording shows, and leaves nothing behind for the next vector', () => {
    const judge = new HwJudge(executorOf(right));
    expect(judge.judge(store)).toEqual({ kind: 'passed' });
    expect(judge.judge({ ...store, o: { rip: '10000802', fl: '202' } })).toEqual({ kind: 'failed', differences: [{ what: '[20001000]', expected: '88', got: '5a' }] });
    expect(judge.judge(store)).toEqual({ kind: 'passed' });
  });

  it.each([
    ['a register', (s: CpuState, m: PhysicalMemory) => { right(s, m); s.setReg(15, 1n); }, { what: 'r15', expected: '0', got: '1' }],
    ['a flag', (s: CpuState, m: PhysicalMemory) => { right(s, m); s.rflags |= 1; }, { what: 'flags', expected: '202', got: '203' }],
    ['RIP', (s: CpuState, m: PhysicalMemory) => { right(s, m); s.rip += 1n; }, { what: 'rip', expected: '10000802', got: '10000803' }],
    ['memory that was not to change', (s: CpuState, m: PhysicalMemory) => { right(s, m); m.writeU8(DATA + 0x3fff, 9); }, { what: '[20003fff]', expected: '00', got: '09' }],
    ['HLT', (s: CpuState, m: PhysicalMemory) => { right(s, m); s.set('halted', 1); }, { what: 'activity', expected: 'running', got: 'halted' }],
  ])('sees a difference in %s', (_, act, difference) => {
    expect(new HwJudge(executorOf(act)).judge(store)).toEqual({ kind: 'failed', differences: [difference] });
  });

  it('reads a delivered exception from the frame, and compares error code and CR2', () => {
    const fault = (errorCode: number, cr2: bigint) => (state: CpuState, memory: PhysicalMemory): void => {
      const frame = 0x2_3000 - 48;
      [BigInt(errorCode), 0x1000_0800n, 0x33n, 0x1_0202n, 0x3000_1000n, 0x2bn].forEach((value, i) => memory.writeU64(frame + 8 * i, value));
      state.setReg(4, 0xffff_8000_0000_3000n - 48n);
      state.set('cpl', 0);
      state.set64('cr2', cr2);
      state.rip = 0xffff_8000_0000_0200n + 14n * 2n;
    };
    const wild: HwVector = { ...store, i: { ...store.i, rax: '50000000' }, o: { rip: '10000800', fl: '202' }, x: { v: 14, e: '6', cr2: '50000000' } };
    expect(new HwJudge(executorOf(fault(6, 0x5000_0000n))).judge(wild)).toEqual({ kind: 'passed' });
    expect(new HwJudge(executorOf(fault(4, 0x5000_0000n))).judge(wild)).toMatchObject({ kind: 'failed', differences: [{ got: '#14 error code 4 cr2 50000000' }] });
    expect(new HwJudge(executorOf(right)).judge(wild)).toMatchObject({ kind: 'failed' });
  });

  it('ignores flags that the manual leaves undefined, and no others', () => {
    const multiply: HwVector = { ...store, k: '0.f7/4', b: 'f7e1', i: registers64, o: { rip: '10000802', fl: '202' } };
    const setting = (flags: number): Executor => executorOf((state) => { state.rip += 2n; state.rflags = 0x202 | flags; });
    expect(new HwJudge(setting(0xd4)).judge(multiply)).toEqual({ kind: 'passed' });
    expect(new HwJudge(setting(0x800)).judge(multiply)).toMatchObject({ kind: 'failed' });
  });

  it('skips a vector of a feature that CPUID does not report', () => {
    expect(new HwJudge(executorOf(right)).judge({ ...store, k: '1.b8.f3' })).toEqual({ kind: 'skipped', reason: "POPCNT: not in this CPU's CPUID" });
  });
});
