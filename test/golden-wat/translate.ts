/** Runs a block, as a program of a guest, until it is translated, and gives the text of what was made. */
import { ImmediateCompiler } from '../../packages/core/src/cpu/translator/compile.ts';
import type { RegionJob, RegionTarget } from '../../packages/core/src/cpu/translator/region-job.ts';
import { guestText, regionText } from '../../packages/core/src/cpu/translator/region-text.ts';
import { gprNames, segment } from '../../packages/core/src/cpu/state.ts';
import type { TranslationEvent } from '../../packages/core/src/cpu/translator/translator.ts';
import { createInterpreter } from '../../packages/core/src/testing/interpreter.ts';
import { HwWorld } from '../conformance/hw-world.ts';
import { setSegment } from '../conformance/registers.ts';
import type { GuestBlock } from './blocks.ts';

export interface Translated {
  readonly guestBytes: number;
  /** In the region, code that it calls once for each call; 0 where the block is left to the interpreter. */
  readonly instructions: number;
  readonly blocks: number;
  readonly sizeBytes: number;
  readonly text: string;
}

const RAM_BYTES = 0x10_0000;
const DATA = 0x2000_0000n;
const STACK_TOP = 0x3000_1000n;
const USER_DATA = 0x2b;
const USER_DATA_ACCESS = 0xc0f3;
const PASSES = 4;
const INSTRUCTIONS_A_PASS = 40;
const OFTEN_ENOUGH = 2;

/** Each register points to a place of its own in the data. */
const ordinaryRegister = (n: number): bigint => (gprNames[n] === 'rsp' ? STACK_TOP : DATA + BigInt(0x200 * (n + 1)));

interface HotRegion {
  readonly job: RegionJob;
  readonly target: RegionTarget;
  /** The guest's code. */
  readonly guest: string;
}

const known = new WeakMap<GuestBlock, HotRegion | false>();

/** What the translator is given of a block that has become hot; undefined where it leaves the block to the interpreter. */
export const regionOf = (block: GuestBlock): HotRegion | undefined => {
  let region = known.get(block);
  if (region === undefined) known.set(block, region = runUntilHot(block) ?? false);
  return region || undefined;
};

/** On a machine of its own, so that what is made of a block does not depend on the others. */
const runUntilHot = (block: GuestBlock): HotRegion | undefined => {
  let target: RegionTarget | undefined;
  const events: (TranslationEvent & { kind: 'made' })[] = [];
  const executor = createInterpreter(RAM_BYTES, {
    hotAfter: OFTEN_ENOUGH,
    compiler: (machine) => {
      target = machine;
      return new ImmediateCompiler(machine);
    },
    onEvent: (event) => {
      if (event.kind === 'made' && event.linear === block.at) events.push(event);
    },
  });
  const world = new HwWorld(executor, block.mode === 'user64' ? 64 : 32, { avx: true });
  const { state, memory } = executor;
  const bytes = Uint8Array.from(block.instructions.flatMap((instruction) => [...instruction.bytes]));
  for (const [i, byte] of bytes.entries()) memory.writeU8(world.codePhysical(Number(block.at) + i), byte);
  for (const name of block.registers.keys()) if (name !== 'gsbase' && !(gprNames as readonly string[]).includes(name)) throw new SyntaxError(`${block.name}: ${name} is not a register`);
  for (let pass = 0; pass < PASSES && !events.length; pass++) {
    executor.load(world.block);
    for (const [n, name] of gprNames.entries()) state.setReg(n, block.registers.get(name) ?? ordinaryRegister(n));
    const threadBase = block.registers.get('gsbase');
    if (threadBase !== undefined) setSegment(state, segment.gs, [USER_DATA, threadBase, 0xffff_ffff, USER_DATA_ACCESS]);
    state.rip = block.at;
    executor.load(executor.save());
    executor.run(INSTRUCTIONS_A_PASS);
  }
  const [made] = events;
  return made && target && { job: made.job, target, guest: guestText(made.job, memory.bytes, made.hosts) };
};

export const translateBlock = (block: GuestBlock): Translated => {
  const guestBytes = block.instructions.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const region = regionOf(block);
  if (!region) return { guestBytes, instructions: 0, blocks: 0, sizeBytes: 0, text: '' };
  const { job, target } = region;
  return { guestBytes, instructions: job.addresses.length, blocks: job.blocks.length, ...regionText(job, target) };
};
