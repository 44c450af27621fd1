/** FNSTENV, FLDENV, FNSAVE, FRSTOR: the 14- and 28-byte environments and what follows them (SDM vol. 1, 8.1.10, figures 8-9 to 8-12). */
import { cr0 } from '../state.ts';
import type { CpuState } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { mf, nm, ud } from './raise.ts';
import { hasParagraphs, readCr0 } from './registers.ts';
import { fullTagWord, initializeX87, readSt, setControl, setStatus, writeSt } from './x87-registers.ts';

const ERROR_SUMMARY = 0x80;

const requireX87 = (core: MicrocodeCore, instruction: Instruction): void => {
  if (instruction.isRegister) throw ud();
  if (readCr0(core.state) & (cr0.em | cr0.ts)) throw nm();
};

/** FLDENV and FRSTOR meet a pending exception first. */
const requireNoPending = ({ state }: MicrocodeCore): void => {
  if (state.get('fpuStatus') & ERROR_SUMMARY && readCr0(state) & cr0.ne) throw mf();
};

/** The part reaches for the first field, then for the last byte: that is where a page fault shows. */
const touchEnds = (core: MicrocodeCore, instruction: Instruction, sizeBytes: number, write: boolean): void => {
  const first = fieldBytes(isWide(instruction));
  for (const [size, at] of [[first, 0], [1, sizeBytes - 1]] as const) {
    const address = instruction.linearAddress(size, write, at);
    if (write) core.memory.probeWrite(address, size);
    else core.memory.read(address, size);
  }
};

/** The seven fields, each a word of 2 or 4 bytes: control, status, tag, and four for the last instruction and operand. */
const environmentWords = (state: CpuState, wide: boolean): number[] => {
  const ip = Number(state.get64('fpuIp') & 0xffff_ffffn);
  const dp = Number(state.get64('fpuDp') & 0xffff_ffffn);
  const cs = state.get('fpuCs');
  const ds = state.get('fpuDs');
  const opcode = state.get('fpuOpcode') & 0x7ff;
  const head = [state.get('fpuControl'), state.get('fpuStatus'), fullTagWord(state)];
  if (!hasParagraphs(state)) {
    return wide ? [...head.map((word) => word | 0xffff_0000), ip, (cs | (opcode << 16)), dp, ds | 0xffff_0000] : [...head, ip, cs, dp, ds];
  }
  // Real and virtual-8086 mode: linear addresses in place of selector and offset.
  const linearIp = (ip + cs * 16) >>> 0;
  const linearDp = (dp + ds * 16) >>> 0;
  if (wide) {
    return [...head.map((word) => word | 0xffff_0000), (linearIp & 0xffff) | 0xffff_0000, ((linearIp >>> 16) << 12) | opcode, (linearDp & 0xffff) | 0xffff_0000, (linearDp >>> 16) << 12];
  }
  return [...head, linearIp, ((linearIp >>> 4) & 0xf000) | opcode, linearDp, (linearDp >>> 4) & 0xf000];
};

const loadEnvironment = (state: CpuState, words: readonly number[], wide: boolean): void => {
  const [control = 0, status = 0, tag = 0, ip = 0, csWord = 0, dp = 0, dsWord = 0] = words;
  setControl(state, control & 0xffff);
  setStatus(state, status & 0xffff);
  state.set('fpuTag', tag & 0xffff);
  if (!hasParagraphs(state)) {
    state.set64('fpuIp', BigInt(ip));
    state.set64('fpuDp', BigInt(dp));
    state.set('fpuCs', csWord & 0xffff);
    state.set('fpuDs', dsWord & 0xffff);
    if (wide) state.set('fpuOpcode', (csWord >>> 16) & 0x7ff);
    return;
  }
  const upper = (word: number): number => (wide ? ((word >>> 12) & 0xffff) << 16 : (word & 0xf000) << 4);
  state.set64('fpuIp', BigInt(((ip & 0xffff) | upper(csWord)) >>> 0));
  state.set64('fpuDp', BigInt(((dp & 0xffff) | upper(dsWord)) >>> 0));
  state.set('fpuCs', 0);
  state.set('fpuDs', 0);
  state.set('fpuOpcode', csWord & 0x7ff);
};

const FIELDS = 7;
const REGISTER_BYTES = 10;
const isWide = (instruction: Instruction): boolean => instruction.operandSize !== 16;
const fieldBytes = (wide: boolean): 2 | 4 => (wide ? 4 : 2);

const environmentBytes = (instruction: Instruction): number => FIELDS * fieldBytes(isWide(instruction));

/** Addresses of the fields; as a write it also makes sure that none faults. */
const fieldAddresses = (core: MicrocodeCore, instruction: Instruction, write: boolean): bigint[] => {
  const size = fieldBytes(isWide(instruction));
  const addresses = Array.from({ length: FIELDS }, (_, i) => instruction.linearAddress(size, write, i * size));
  if (write) for (const address of addresses) core.memory.probeWrite(address, size);
  return addresses;
};

const storeEnvironment = (core: MicrocodeCore, addresses: readonly bigint[], wide: boolean): void => {
  const words = environmentWords(core.state, wide);
  const size = fieldBytes(wide);
  addresses.forEach((address, i) => core.memory.write(address, size, BigInt.asUintN(size * 8, BigInt(words[i]!))));
};

/** Stores the environment, then masks every exception. */
export const fnstenv = (core: MicrocodeCore, instruction: Instruction): void => {
  requireX87(core, instruction);
  const { state } = core;
  touchEnds(core, instruction, environmentBytes(instruction), true);
  storeEnvironment(core, fieldAddresses(core, instruction, true), isWide(instruction));
  setControl(state, state.get('fpuControl') | 0x3f);
  setStatus(state, state.get('fpuStatus'));
};

const readEnvironment = (core: MicrocodeCore, instruction: Instruction): number[] => {
  const size = fieldBytes(isWide(instruction));
  return fieldAddresses(core, instruction, false).map((address) => Number(core.memory.read(address, size)));
};

export const fldenv = (core: MicrocodeCore, instruction: Instruction): void => {
  requireX87(core, instruction);
  requireNoPending(core);
  touchEnds(core, instruction, environmentBytes(instruction), false);
  loadEnvironment(core.state, readEnvironment(core, instruction), isWide(instruction));
};

/** ST(0)–ST(7) follow the environment, ten bytes each. */
const registerAddresses = (core: MicrocodeCore, instruction: Instruction, write: boolean): { mantissa: bigint; exponent: bigint }[] => {
  const start = FIELDS * fieldBytes(isWide(instruction));
  return Array.from({ length: 8 }, (_, i) => {
    const mantissa = instruction.linearAddress(8, write, start + i * REGISTER_BYTES);
    const exponent = instruction.linearAddress(2, write, start + i * REGISTER_BYTES + 8);
    if (write) {
      core.memory.probeWrite(mantissa, 8);
      core.memory.probeWrite(exponent, 2);
    }
    return { mantissa, exponent };
  });
};

/** Stores everything, then initializes as FNINIT. */
export const fnsave = (core: MicrocodeCore, instruction: Instruction): void => {
  requireX87(core, instruction);
  const { state, memory } = core;
  touchEnds(core, instruction, environmentBytes(instruction) + 8 * REGISTER_BYTES, true);
  const fields = fieldAddresses(core, instruction, true);
  const registers = registerAddresses(core, instruction, true);
  storeEnvironment(core, fields, isWide(instruction));
  registers.forEach((address, i) => {
    const { mantissa, exponent } = readSt(state, i);
    memory.write(address.mantissa, 8, mantissa);
    memory.write(address.exponent, 2, BigInt(exponent));
  });
  initializeX87(state);
};

export const frstor = (core: MicrocodeCore, instruction: Instruction): void => {
  requireX87(core, instruction);
  const { state, memory } = core;
  requireNoPending(core);
  touchEnds(core, instruction, environmentBytes(instruction) + 8 * REGISTER_BYTES, false);
  const environment = readEnvironment(core, instruction);
  const registers = registerAddresses(core, instruction, false).map((address) => ({
    mantissa: memory.read(address.mantissa, 8),
    exponent: Number(memory.read(address.exponent, 2)),
  }));
  loadEnvironment(state, environment, isWide(instruction));
  registers.forEach(({ mantissa, exponent }, i) => writeSt(state, i, mantissa, exponent));
};
