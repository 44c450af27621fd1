/** LGDT, LIDT, SGDT, SIDT, LLDT, LTR, SLDT, STR (SDM vol. 2; vol. 3A, 2.4). */
import { segment } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { checkUmip, requireCpl0 } from './control-registers.ts';
import { isNull, markBusy, readDescriptor, readUpperHalf, systemType } from './descriptor.ts';
import { readWord, writeWord } from './operands.ts';
import { gp, np, selectorCode, ud } from './raise.ts';
import { hasParagraphs, is64Bit, isCanonical, isLongMode, selectorOf, setNullSegment, setSegment } from './registers.ts';

const loadTable = (core: MicrocodeCore, instruction: Instruction, which: 'gdtr' | 'idtr'): void => {
  if (instruction.isRegister) throw ud();
  requireCpl0(core);
  const { state, memory } = core;
  const long = is64Bit(state);
  const limit = memory.read(instruction.linearAddress(2, false), 2);
  let base = memory.read(instruction.linearAddress(long ? 8 : 4, false, 2), long ? 8 : 4);
  if (long && !isCanonical(base)) throw gp();
  // With a 16-bit operand the base has 24 bits, as on the 286.
  if (instruction.operandSize === 16 && !long) base &= 0xff_ffffn;
  state.set64(`${which}Base`, base);
  state.set(`${which}Limit`, Number(limit));
};

export const lgdt = (core: MicrocodeCore, instruction: Instruction): void => loadTable(core, instruction, 'gdtr');
export const lidt = (core: MicrocodeCore, instruction: Instruction): void => loadTable(core, instruction, 'idtr');

/** All 32 bits of the base are stored, whatever the operand size, as processors since the 386 do it. */
const storeTable = (core: MicrocodeCore, instruction: Instruction, which: 'gdtr' | 'idtr'): void => {
  if (instruction.isRegister) throw ud();
  checkUmip(core);
  const { state, memory } = core;
  const size = is64Bit(state) ? 8 : 4;
  const limitAddress = instruction.linearAddress(2, true);
  const baseAddress = instruction.linearAddress(size, true, 2);
  memory.probeWrite(baseAddress, size);
  memory.write(limitAddress, 2, BigInt(state.get(`${which}Limit`)));
  memory.write(baseAddress, size, BigInt.asUintN(size * 8, state.get64(`${which}Base`)));
};

export const sgdt = (core: MicrocodeCore, instruction: Instruction): void => storeTable(core, instruction, 'gdtr');
export const sidt = (core: MicrocodeCore, instruction: Instruction): void => storeTable(core, instruction, 'idtr');

const requireProtected = (core: MicrocodeCore): void => {
  if (hasParagraphs(core.state)) throw ud();
};

export const lldt = (core: MicrocodeCore, instruction: Instruction): void => {
  requireProtected(core);
  requireCpl0(core);
  const { state } = core;
  const selector = readWord(core, instruction);
  if (isNull(selector)) {
    setNullSegment(state, segment.ldtr, selector);
    return;
  }
  const code = selectorCode(selector);
  if (selector & 4) throw gp(code);
  const descriptor = readDescriptor(core, selector);
  if (descriptor.isSegment || descriptor.type !== systemType.ldt) throw gp(code);
  const upper = isLongMode(state) ? readUpperHalf(core, descriptor) : 0n;
  if (!descriptor.isPresent) throw np(code);
  const base = (upper << 32n) | BigInt(descriptor.base);
  if (!isCanonical(base)) throw gp(code);
  setSegment(state, segment.ldtr, selector, base, descriptor.limit, descriptor.access);
};

export const ltr = (core: MicrocodeCore, instruction: Instruction): void => {
  requireProtected(core);
  requireCpl0(core);
  const { state } = core;
  const selector = readWord(core, instruction);
  if (isNull(selector)) throw gp();
  const code = selectorCode(selector);
  if (selector & 4) throw gp(code);
  const descriptor = readDescriptor(core, selector);
  const long = isLongMode(state);
  const isAvailableTss = !descriptor.isSegment && (descriptor.type === systemType.tss32 || (descriptor.type === systemType.tss16 && !long));
  if (!isAvailableTss) throw gp(code);
  const upper = long ? readUpperHalf(core, descriptor) : 0n;
  if (!descriptor.isPresent) throw np(code);
  const base = (upper << 32n) | BigInt(descriptor.base);
  if (!isCanonical(base)) throw gp(code);
  markBusy(core, descriptor.address, true);
  setSegment(state, segment.tr, selector, base, descriptor.limit, descriptor.access | 2);
};

const storeSelector = (core: MicrocodeCore, instruction: Instruction, index: number): void => {
  requireProtected(core);
  checkUmip(core);
  writeWord(core, instruction, selectorOf(core.state, index));
};

export const sldt = (core: MicrocodeCore, instruction: Instruction): void => storeSelector(core, instruction, segment.ldtr);
export const str = (core: MicrocodeCore, instruction: Instruction): void => storeSelector(core, instruction, segment.tr);
