/** System and identification instructions that need no file of their own (SDM vol. 2). */
import { cpuidLeaf } from '../cpuid.ts';
import { loadTsc, readMsr, writeMsr } from '../msr.ts';
import { arithmeticFlags, cr4, flag, segment } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { requireCpl0 } from './control-registers.ts';
import { gp, ud } from './raise.ts';
import { cplOf, is64Bit, isCanonical, readCr4, readEdxEax, readGpr, readGpr32, writeEdxEax, writeGpr, writeGpr32 } from './registers.ts';

const RAX = 0;
const RCX = 1;
const RDX = 2;
const RBX = 3;

/** Any instruction that does not exist here: UD0, UD1, UD2, RSM outside SMM, GETSEC, VMCALL, MONITOR, XSAVES … */
export const undefined_opcode = (): void => {
  throw ud();
};

export const hlt = (core: MicrocodeCore): void => {
  requireCpl0(core);
  core.state.set('halted', 1);
  core.requestExit();
};

export const cpuid = (core: MicrocodeCore): void => {
  const { state } = core;
  const controls = readCr4(state);
  const [eax, ebx, ecx, edx] = cpuidLeaf(readGpr32(state, RAX), readGpr32(state, RCX), {
    tscHz: core.tscHz,
    apicEnabled: (core.apic.readBaseMsr() & 0x800n) !== 0n,
    cr4Osxsave: (controls & cr4.osxsave) !== 0,
    cr4Pke: (controls & cr4.pke) !== 0,
    xcr0: state.get64('xcr0'),
    is64Bit: is64Bit(state),
  });
  writeGpr32(state, RAX, eax);
  writeGpr32(state, RBX, ebx);
  writeGpr32(state, RCX, ecx);
  writeGpr32(state, RDX, edx);
};

const requireTscAccess = (core: MicrocodeCore): void => {
  if (readCr4(core.state) & cr4.tsd && cplOf(core.state) !== 0) throw gp();
};

export const rdtsc = (core: MicrocodeCore): void => {
  requireTscAccess(core);
  loadTsc(core);
};

export const rdtscp = (core: MicrocodeCore): void => {
  requireTscAccess(core);
  loadTsc(core);
  writeGpr32(core.state, RCX, Number(core.state.get64('tscAux')));
};

/** There are no performance counters, so every index is invalid. */
export const rdpmc = (): void => {
  throw gp();
};

export const rdmsr = (core: MicrocodeCore): void => {
  requireCpl0(core);
  writeEdxEax(core.state, readMsr(core, readGpr32(core.state, RCX)));
};

export const wrmsr = (core: MicrocodeCore): void => {
  requireCpl0(core);
  writeMsr(core, readGpr32(core.state, RCX), readEdxEax(core.state));
};

/** CF = 1: the number is valid. */
export const rdrand = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  const low = BigInt(core.random() >>> 0);
  const value = instruction.operandSize === 64 ? (BigInt(core.random() >>> 0) << 32n) | low : low;
  writeGpr(state, instruction.rm, instruction.operandSize, value);
  state.rflags = (state.rflags & ~arithmeticFlags) | flag.cf;
};

export const swapgs = (core: MicrocodeCore): void => {
  const { state } = core;
  if (!is64Bit(state)) throw ud();
  requireCpl0(core);
  const base = state.get64('segmentBase', segment.gs);
  state.set64('segmentBase', state.get64('kernelGsBase'), segment.gs);
  state.set64('kernelGsBase', base);
  core.stateChanged();
};

const requireFsgsbase = (core: MicrocodeCore): void => {
  if (!is64Bit(core.state) || (readCr4(core.state) & cr4.fsgsbase) === 0) throw ud();
};

const readBase = (core: MicrocodeCore, instruction: Instruction, index: number): void => {
  requireFsgsbase(core);
  writeGpr(core.state, instruction.rm, instruction.operandSize, core.state.get64('segmentBase', index));
};

const writeBase = (core: MicrocodeCore, instruction: Instruction, index: number): void => {
  requireFsgsbase(core);
  const base = readGpr(core.state, instruction.rm, instruction.operandSize);
  if (!isCanonical(base)) throw gp();
  core.state.set64('segmentBase', base, index);
  core.stateChanged();
};

export const rdfsbase = (core: MicrocodeCore, instruction: Instruction): void => readBase(core, instruction, segment.fs);
export const rdgsbase = (core: MicrocodeCore, instruction: Instruction): void => readBase(core, instruction, segment.gs);
export const wrfsbase = (core: MicrocodeCore, instruction: Instruction): void => writeBase(core, instruction, segment.fs);
export const wrgsbase = (core: MicrocodeCore, instruction: Instruction): void => writeBase(core, instruction, segment.gs);

/** Nothing is cached; the address is checked as a byte read. */
export const clflush = (core: MicrocodeCore, instruction: Instruction): void => {
  core.memory.read(instruction.linearAddress(1, false), 1);
};
