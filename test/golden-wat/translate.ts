/** Runs a block, as a program of a guest, until it is translated, and gives the text of what was made. */
import { ImmediateCompiler } from '../../packages/core/src/cpu/translator/compile.ts';
import type { RegionJob, RegionTarget } from '../../packages/core/src/cpu/translator/region-job.ts';
import { regionText } from '../../packages/core/src/cpu/translator/region-text.ts';
import { gprNames } from '../../packages/core/src/cpu/state.ts';
import { createInterpreter } from '../../packages/core/src/testing/interpreter.ts';
import { HwWorld } from '../conformance/hw-world.ts';
import type { GuestBlock } from './blocks.ts';

export interface Translated {
  readonly guestBytes: number;
  /** Those that became part of the region: 0 where the block is left to the interpreter. */
  readonly instructions: number;
  readonly blocks: number;
  readonly sizeBytes: number;
  readonly text: string;
}

const RAM_BYTES = 0x10_0000;
const DATA = 0x2000_0000n;
const STACK_TOP = 0x3000_1000n;
const PASSES = 4;
const INSTRUCTIONS_A_PASS = 40;
const OFTEN_ENOUGH = 2;

/** Each register points to a place of its own in the data. */
const ordinaryRegister = (n: number): bigint => (gprNames[n] === 'rsp' ? STACK_TOP : DATA + BigInt(0x200 * (n + 1)));

export const translateBlock = (block: GuestBlock): Translated => {
  const jobs: RegionJob[] = [];
  let target: RegionTarget | undefined;
  const executor = createInterpreter(RAM_BYTES, {
    hotAfter: OFTEN_ENOUGH,
    compiler: (machine) => {
      target = machine;
      return new ImmediateCompiler(machine);
    },
    onEvent: ({ kind, job }) => {
      if (kind === 'made' && job.linear === block.at) jobs.push(job);
    },
  });
  const world = new HwWorld(executor, block.mode === 'user64' ? 64 : 32, { avx: true });
  const { state, memory } = executor;
  const bytes = Uint8Array.from(block.instructions.flatMap((instruction) => [...instruction.bytes]));
  for (const [i, byte] of bytes.entries()) memory.writeU8(world.codePhysical(Number(block.at) + i), byte);
  for (let pass = 0; pass < PASSES && !jobs.length; pass++) {
    executor.load(world.block);
    for (const [n, name] of gprNames.entries()) state.setReg(n, block.registers.get(name) ?? ordinaryRegister(n));
    for (const name of block.registers.keys()) if (!(gprNames as readonly string[]).includes(name)) throw new SyntaxError(`${block.name}: ${name} is not a register`);
    state.rip = block.at;
    executor.load(executor.save());
    executor.run(INSTRUCTIONS_A_PASS);
  }
  const [job] = jobs;
  if (!job || !target) return { guestBytes: bytes.length, instructions: 0, blocks: 0, sizeBytes: 0, text: '' };
  // what follows the block is a breakpoint, which no region holds
  const instructions = Math.min(job.addresses.length, block.instructions.length);
  return { guestBytes: bytes.length, instructions, blocks: job.blocks.length, ...regionText(job, target) };
};
