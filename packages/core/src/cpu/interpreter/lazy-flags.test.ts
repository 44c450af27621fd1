import { describe, expect, it } from 'vitest';
import { createInterpreter } from '../../testing/interpreter.ts';
import { flag } from '../state.ts';

describe('lazy flags', () => {
  it('are the same settled in generated code and in TypeScript', () => {
    // PUSHF settles in generated code, `rflags` in TypeScript; real mode, after each operation on the edges of its width
    const executor = createInterpreter(0x10_0000);
    const { state, memory } = executor;
    const operations = [[0x00, 0xd8], [0x28, 0xd8], [0x10, 0xd8], [0x18, 0xd8], [0x20, 0xd8], [0xfe, 0xc0], [0xfe, 0xc8], [0xd0, 0xe0], [0xd0, 0xf8], [0xf6, 0xd8]];
    for (const operation of operations) {
      for (const [al, bl] of [[0, 0], [0x7f, 1], [0x80, 0x80], [0xff, 1], [0x0f, 0x01], [0x10, 0x11], [0x80, 1]] as const) {
        memory.write(0x1000, Uint8Array.from([...operation, 0x9c]));
        state.set('segmentSelector', 0, 1);
        state.set64('segmentBase', 0n, 1);
        state.rip = 0x1000n;
        state.rflags = 2 | flag.cf;
        state.setReg(0, BigInt(al));
        state.setReg(3, BigInt(bl));
        state.setReg(4, 0x8000n);
        executor.load(executor.save());
        executor.step();
        const before = state.get('flagsKind');
        const inTypeScript = new Uint8Array(executor.save().slice());
        const expected = state.rflags;
        state.u8.set(inTypeScript);
        state.set('flagsKind', before);
        executor.step();
        expect(memory.readU16(0x7ffe), `${operation.map((b) => b.toString(16)).join(' ')} ${al} ${bl}`).toBe(expected & 0xffff);
      }
    }
  });
});
