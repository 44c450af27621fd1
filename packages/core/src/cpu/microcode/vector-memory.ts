/**
 * Memory by elements: the gathers of AVX2, and VMASKMOV and VPMASKMOV (SDM vol. 2C). An element whose mask bit is clear is not accessed, and cannot fault.
 * Elements are gathered from the lowest on; a fault leaves those before it done and their mask elements clear, the others as they were (recorded on hardware).
 */
import { offsetOf } from '../state.ts';
import type { CpuState } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { ud } from './raise.ts';

type ElementBytes = 4 | 8;

/** Element n of a vector register. */
const at = (register: number, n: number, bytes: ElementBytes): number => {
  const offset = n * bytes;
  return (offset < 16 ? offsetOf.xmm + offset : offsetOf.ymmHigh + offset - 16) + register * 16;
};
const readElement = (state: CpuState, register: number, n: number, bytes: ElementBytes): bigint =>
  (bytes === 4 ? BigInt(state.u32[at(register, n, 4) >> 2]!) : state.u64[at(register, n, 8) >> 3]!);
const writeElement = (state: CpuState, register: number, n: number, bytes: ElementBytes, value: bigint): void => {
  if (bytes === 4) state.u32[at(register, n, 4) >> 2] = Number(value);
  else state.u64[at(register, n, 8) >> 3] = value;
};
const isSelected = (state: CpuState, mask: number, n: number, bytes: ElementBytes): boolean => readElement(state, mask, n, bytes) >> BigInt(bytes * 8 - 1) !== 0n;

/** Everything from element n on becomes 0. */
const clearFrom = (state: CpuState, register: number, n: number, bytes: ElementBytes): void => {
  for (let i = n; i < 32 / bytes; i++) writeElement(state, register, i, bytes, 0n);
};

/** The low opcode bit tells the index's size, VEX.W the element's. */
const gather = (bytes: ElementBytes) => (core: MicrocodeCore, instruction: Instruction): void => {
  const { state, memory } = core;
  const { reg: destination, vvvv: mask, vectorIndex: index } = instruction;
  if (destination === mask || destination === index || mask === index) throw ud();
  const indexBytes = instruction.opcode & 1 ? 8 : 4;
  const count = instruction.vectorBits / 8 / Math.max(bytes, indexBytes);
  for (let n = 0; n < count; n++) {
    if (isSelected(state, mask, n, bytes)) {
      const offset = BigInt.asIntN(indexBytes * 8, readElement(state, index, n, indexBytes)) << BigInt(instruction.scale);
      writeElement(state, destination, n, bytes, memory.read(instruction.linearAddress(bytes, false, offset), bytes));
    }
    writeElement(state, mask, n, bytes, 0n);
  }
  clearFrom(state, mask, 0, bytes);
  clearFrom(state, destination, count, bytes);
};
export const gather_dwords = gather(4);
export const gather_qwords = gather(8);

const maskedLoad = (bytes: ElementBytes) => (core: MicrocodeCore, instruction: Instruction): void => {
  const { state, memory } = core;
  const count = instruction.vectorBits / 8 / bytes;
  const values: bigint[] = [];
  for (let n = 0; n < count; n++) values.push(isSelected(state, instruction.vvvv, n, bytes) ? memory.read(instruction.linearAddress(bytes, false, n * bytes), bytes) : 0n);
  values.forEach((value, n) => writeElement(state, instruction.reg, n, bytes, value));
  clearFrom(state, instruction.reg, count, bytes);
};
export const masked_load_dwords = maskedLoad(4);
export const masked_load_qwords = maskedLoad(8);

const maskedStore = (bytes: ElementBytes) => (core: MicrocodeCore, instruction: Instruction): void => {
  const { state, memory } = core;
  const selected = Array.from({ length: instruction.vectorBits / 8 / bytes }, (_, n) => n).filter((n) => isSelected(state, instruction.vvvv, n, bytes))
    .map((n) => ({ linear: instruction.linearAddress(bytes, true, n * bytes), value: readElement(state, instruction.reg, n, bytes) }));
  for (const { linear } of selected) memory.probeWrite(linear, bytes);
  for (const { linear, value } of selected) memory.write(linear, bytes, value);
};
export const masked_store_dwords = maskedStore(4);
export const masked_store_qwords = maskedStore(8);
