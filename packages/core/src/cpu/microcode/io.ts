/**
 * I/O instructions (SDM vol. 1, ch. 19): IN, OUT, INS, OUTS with REP; IOPL and the I/O permission bitmap.
 *
 * A repeated string instruction runs a batch of iterations, then starts over at its own RIP with RCX, RSI and RDI advanced: there
 * interrupts are seen. A fault leaves the registers at the iteration that met it.
 */
import { RECORD_BYTES } from '../decode/record.ts';
import { flag, segment } from '../state.ts';
import type { CpuState } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { gp } from './raise.ts';
import { accessOf, baseOf, cplOf, ioplOf, isProtected, isVirtual8086, limitOf, readGpr, readGpr32, writeGpr, writeGpr32 } from './registers.ts';
import { stringAddress } from './string-operand.ts';

type AccessSize = 1 | 2 | 4;

const RCX = 1;
const RDX = 2;
const RSI = 6;
const RDI = 7;

/** A clear bit for every byte of the port allows it; the bitmap ends with the TSS. */
const checkPermission = (core: MicrocodeCore, port: number, size: AccessSize): void => {
  const { state } = core;
  if (!isProtected(state) || (cplOf(state) <= ioplOf(state) && !isVirtual8086(state))) return;
  const limit = limitOf(state, segment.tr);
  // A 16-bit TSS has no bitmap: types 9 and 0bh only.
  if ((accessOf(state, segment.tr) & 0xd) !== 9 || limit < 0x67) throw gp();
  const base = baseOf(state, segment.tr);
  const offset = Number(core.memory.readSystem(base + 0x66n, 2)) + (port >> 3);
  if (offset + 1 > limit) throw gp();
  const bits = Number(core.memory.readSystem(base + BigInt(offset), 2)) >> (port & 7);
  if (bits & ((1 << size) - 1)) throw gp();
};

/** Bit 0 of these opcodes: 0 = byte. I/O has no 64-bit form. */
const sizeOf = (instruction: Instruction): AccessSize => ((instruction.opcode & 1) === 0 ? 1 : instruction.operandSize === 16 ? 2 : 4);

/** e4–e7: immediate port; ec–ef: DX. */
const portOf = (state: CpuState, instruction: Instruction): number =>
  instruction.opcode & 8 ? state.u16[RDX * 4]! : Number(instruction.immediate & 0xffn);

export const port_in = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  const size = sizeOf(instruction);
  const port = portOf(state, instruction);
  checkPermission(core, port, size);
  const value = core.ports.read(port, size);
  if (size === 1) state.u8[0] = value;
  else if (size === 2) state.u16[0] = value;
  else writeGpr32(state, 0, value);
};

export const port_out = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  const size = sizeOf(instruction);
  const port = portOf(state, instruction);
  checkPermission(core, port, size);
  core.ports.write(port, size, size === 1 ? state.u8[0]! : size === 2 ? state.u16[0]! : readGpr32(state, 0));
};

const advance = (state: CpuState, index: number, width: 16 | 32 | 64, by: number): void =>
  writeGpr(state, index, width, BigInt.asUintN(width, readGpr(state, index, width) + BigInt(by)));

/** Iterations between two looks at the run loop's requests. */
const BATCH = 1024;

/** Instructions of the run under way are not yet taken from the budget; how many there are must not decide where a batch ends. */
const isBudgetSpent = (state: CpuState): boolean => {
  const underWay = (state.get('instruction') - state.get('runStart')) / RECORD_BYTES;
  return (state.get('budget') | 0) - Math.max(underWay, 0) <= 0;
};

/** Runs `iteration` once, or under REP until RCX is 0 or something wants the run loop. */
const repeat = (core: MicrocodeCore, instruction: Instruction, iteration: () => void): void => {
  if (instruction.repeat === 0) {
    iteration();
    return;
  }
  const { state } = core;
  const width = instruction.addressSize;
  for (let done = 0; readGpr(state, RCX, width) !== 0n; done++) {
    if (done === BATCH || (done > 0 && (state.get('stepping') || isBudgetSpent(state)))) {
      core.jump(state.rip);
      return;
    }
    iteration();
    advance(state, RCX, width, -1);
  }
};

/** INS ES:[rDI], DX (6c, 6d). */
export const ins = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state, memory } = core;
  const size = sizeOf(instruction);
  const port = state.u16[RDX * 4]!;
  const width = instruction.addressSize;
  checkPermission(core, port, size);
  const step = state.rflags & flag.df ? -size : size;
  repeat(core, instruction, () => {
    const linear = stringAddress(state, segment.es, readGpr(state, RDI, width), size, true);
    // The port is read only when the write cannot fault: a device's FIFO cannot take a byte back.
    memory.probeWrite(linear, size);
    memory.write(linear, size, BigInt(core.ports.read(port, size)));
    advance(state, RDI, width, step);
  });
};

/** OUTS DX, DS:[rSI] (6e, 6f); the segment may be overridden. */
export const outs = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state, memory } = core;
  const size = sizeOf(instruction);
  const port = state.u16[RDX * 4]!;
  const width = instruction.addressSize;
  checkPermission(core, port, size);
  const step = state.rflags & flag.df ? -size : size;
  repeat(core, instruction, () => {
    const linear = stringAddress(state, instruction.segment, readGpr(state, RSI, width), size, false);
    core.ports.write(port, size, Number(memory.read(linear, size)));
    advance(state, RSI, width, step);
  });
};
