/**
 * Random programs, stepped and run, have to end alike: a step decodes one instruction and keeps nothing, a run keeps decoded code, links branches
 * and moves strings in blocks. The programs loop, branch, and write to their own code. A repeated string instruction that overwrites itself is the one
 * legitimate difference (a step fetches it anew for each element), so rDI is kept out of the code.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stateFields } from '../../packages/core/src/cpu/state.ts';
import type { FieldName } from '../../packages/core/src/cpu/state.ts';
import type { Executor } from '../../packages/core/src/testing/executor.ts';
import { createInterpreter } from '../../packages/core/src/testing/interpreter.ts';
import { executorTiers } from '../conformance/executors.ts';
import { CODE_BYTES, HwWorld, USER_PAGES } from '../conformance/hw-world.ts';
import { hexOf } from '../conformance/outcome.ts';
import { setFields } from '../conformance/registers.ts';
import { parseIns } from './ins.ts';

const PROGRAMS = 150;
const MAX_STEPS = 2000;
const CODE = 0x1000_0800n;
const HANDLERS = 0x2_0200, HANDLER_BYTES = 0x200, HLT = 0xf4;
const compared: readonly FieldName[] = ['gpr', 'rip', 'cr2', 'segmentSelector', 'cpl', 'xmm', 'mxcsr', 'fpuMantissa', 'fpuExponent', 'fpuStatus', 'fpuTag'];

/** Numerical Recipes' linear congruential generator: the same programs every time. */
const generator = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

/** Straight-line instructions of the text cases. */
const pool = ['integer.ins', 'float.ins'].flatMap((file) => parseIns(readFileSync(join(import.meta.dirname, file), 'utf8')))
  .filter(({ mode, isProgram, after, disassembly }) => mode === 'user64' && !isProgram && !after.exception && !/^(j|call|ret|loop)/.test(disassembly))
  .map(({ bytes }) => [...bytes]);

const program = (random: (below: number) => number): Uint8Array => {
  const bytes: number[] = [];
  const starts: number[] = [];
  for (let i = 3 + random(25); i > 0; i--) {
    starts.push(bytes.length);
    switch (random(8)) {
      case 0: bytes.push(0xff, 0xc9, 0x75, (starts[random(starts.length)]! - bytes.length - 4) & 0xff); break; // dec ecx; jne to an earlier instruction
      case 1: bytes.push(0x70 | random(16), random(8)); break; // a conditional jump, perhaps into the middle of an instruction
      case 2: { // a byte of the code
        const displacement = random(bytes.length + 20) - (bytes.length + 7);
        bytes.push(0xc6, 0x05, ...[0, 8, 16, 24].map((shift) => (displacement >> shift) & 0xff), random(256));
        break;
      }
      case 3: bytes.push(...[[0xf3, 0xa4], [0xf3, 0xab], [0xf3, 0xa6], [0xf2, 0xae]][random(4)]!); break; // a repeated string
      default: bytes.push(...pool[random(pool.length)]!);
    }
  }
  return new Uint8Array([...bytes, 0x0f, 0x0b]);
};

interface Setting {
  readonly code: Uint8Array;
  readonly registers: readonly bigint[];
  readonly data: Uint8Array;
}

const setting = (random: (below: number) => number): Setting => {
  const value = [() => 0x2000_0000n + BigInt(random(0x4000)), () => BigInt(random(30)), () => CODE + BigInt(random(60)), () => BigInt(random(2 ** 31)) << 20n];
  const registers = Array.from({ length: 16 }, () => value[random(value.length)]!());
  registers[1] = BigInt(1 + random(9));
  registers[4] = 0x3000_1000n;
  registers[7] = 0x2000_0000n + BigInt(random(0x3000));
  return { code: program(random), registers, data: Uint8Array.from({ length: 0x4000 }, () => random(256)) };
};

/** Registers and memory at the end, as text; undefined when the program does not end. */
const outcomeOf = (executor: Executor, { code, registers, data }: Setting, how: 'step' | 'run'): string | undefined => {
  const { state, memory } = executor;
  state.u8.fill(0);
  setFields(state, { cr3: 0xf_f000n });
  executor.load(state.u8.slice());
  const world = new HwWorld(executor, 64, { avx: false });
  memory.write(USER_PAGES, new Uint8Array(CODE_BYTES).fill(0x90));
  memory.write(HANDLERS, new Uint8Array(HANDLER_BYTES).fill(HLT));
  world.data.set(data);
  world.stack.fill(0);
  executor.load(world.block);
  registers.forEach((value, n) => state.setReg(n, value));
  state.rip = CODE;
  state.rflags = 2;
  memory.write(world.physical(CODE), code);
  executor.load(state.u8.slice());
  if (how === 'run') executor.run(4 * MAX_STEPS);
  else for (let n = 0; n < MAX_STEPS && !state.get('halted'); n++) executor.step();
  if (!state.get('halted')) return undefined;
  state.settleFlags();
  const fields = compared.map((name) => {
    const [type, count] = stateFields[name];
    return `${name} ${Array.from({ length: count }, (_, n) => (type === 'u64' ? state.get64(name, n) : state.get(name, n)).toString(16)).join(' ')}`;
  });
  return [...fields, `flags ${state.rflags.toString(16)}`, `code ${hexOf(world.code)}`, `data ${hexOf(world.data)}`, `stack ${hexOf(world.stack)}`].join('\n');
};

describe.each(executorTiers())('$name', (tier) => {
  it(`${PROGRAMS} random programs end alike, stepped and run`, () => {
    // steps are the interpreter's: a tier that translates would do so at each
    const stepper = createInterpreter(0x10_0000), executor = tier.create(0x10_0000);
    let ended = 0;
    for (let seed = 1; seed <= PROGRAMS; seed++) {
      const start = setting(generator(seed * 0x9e37_79b9));
      const stepped = outcomeOf(stepper, start, 'step');
      if (stepped === undefined) continue;
      ended++;
      expect(outcomeOf(executor, start, 'run'), `program ${seed}: ${hexOf(start.code)}`).toBe(stepped);
    }
    expect(ended).toBeGreaterThan(PROGRAMS / 2);
  });
});
