import { describe, expect, it } from 'vitest';
import { createInterpreter } from '../testing/interpreter.ts';
import { flag } from './state.ts';

/** Real mode; vector 6 (#UD) leads to another undefined opcode, and the stack wraps around: faults without end, none of them fatal. */
const endlessFaults = (): ReturnType<typeof createInterpreter> => {
  const executor = createInterpreter(0x10_0000);
  const { memory, state } = executor;
  memory.write(0x7c00, Uint8Array.of(0x0f, 0x0b));
  memory.writeU32(4 * 6, 0x7c00);
  memory.writeU32(4 * 1, 0x7c00);
  for (let n = 0; n < 6; n++) {
    state.set('segmentSelector', 0, n);
    state.set64('segmentBase', n === 2 ? 0x2_0000n : 0n, n);
  }
  state.rip = 0x7c00n;
  state.setReg(4, 0n);
  return executor;
};

describe('a guest whose fault handlers fault', () => {
  it('does not keep run() from returning', () => {
    const executor = endlessFaults();
    executor.load(executor.state.u8.slice());
    executor.run(1000);
    expect(executor.state.rip).toBe(0x7c00n);
  });

  it('nor does a breakpoint on the handler of breakpoints', () => {
    const executor = endlessFaults();
    const { state } = executor;
    state.set64('dr', 0x7c00n, 0);
    state.set64('dr', 0x402n, 7);
    state.rflags &= ~flag.rf;
    executor.load(state.u8.slice());
    executor.run(1000);
    expect(state.get64('dr', 6) & 1n).toBe(1n);
  });
});
