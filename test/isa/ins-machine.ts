/** Runs text cases in the worlds of the hardware vectors, with a supervisor and a real-mode one added. */
import type { Executor } from '../../packages/core/src/testing/executor.ts';
import { gprNames, segment, stateFields } from '../../packages/core/src/cpu/state.ts';
import type { FieldName } from '../../packages/core/src/cpu/state.ts';
import { HwWorld } from '../conformance/hw-world.ts';
import { hexOf } from '../conformance/outcome.ts';
import { setFields, setSegment } from '../conformance/registers.ts';
import type { InsCase, InsMode } from './ins.ts';

const REAL_CODE = 0x7c00;
const PROTECTED_CODE = 0x1000_0800;
const KERNEL_CODE_ACCESS = 0xa09b;
const REAL_DATA_ACCESS = 0x93;

/** Names of the text form that are not a field's own. */
const aliases: Readonly<Record<string, readonly [FieldName, number]>> = {
  ...Object.fromEntries(gprNames.map((name, index) => [name, ['gpr', index] as const])),
  ...Object.fromEntries(Object.entries(segment).map(([name, index]) => [name, ['segmentSelector', index] as const])),
  fsbase: ['segmentBase', segment.fs], gsbase: ['segmentBase', segment.gs], kernelgsbase: ['kernelGsBase', 0], tscaux: ['tscAux', 0],
  dr6: ['dr', 6], dr7: ['dr', 7], dr0: ['dr', 0],
};

function fieldOf(name: string): readonly [FieldName, number] {
  const alias = aliases[name];
  if (alias) return alias;
  if (name in stateFields) return [name as FieldName, 0];
  throw new SyntaxError(`'${name}' is not a register`);
}

export class InsMachine {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** What differs from the case's "after", a line each; empty when all is as stated. */
  run(test: InsCase): string[] {
    const world = this.#prepare(test.mode);
    const { state, memory } = this.#executor;
    const codeLinear = test.mode === 'real' ? REAL_CODE : PROTECTED_CODE;
    for (const [name, value] of test.before.registers) this.#set(name, value, test.mode);
    for (const [address, bytes] of test.before.memory) memory.write(this.#physical(world, address), bytes);
    memory.write(this.#physical(world, codeLinear), test.bytes);
    this.#executor.load(state.u8.slice());
    const start = this.#named();
    this.#executor.step();
    return this.#compare(test, world, start);
  }

  #prepare(mode: InsMode): HwWorld | undefined {
    const { state, memory } = this.#executor;
    if (mode === 'real') {
      for (let phys = 0; phys < 0xa_0000; phys += 0x1_0000) memory.write(phys, new Uint8Array(0x1_0000));
      setFields(state, { cr0: 0x10n, cr3: 0n, cr4: 0n, efer: 0n, cpl: 0n, idtrBase: 0n, idtrLimit: 0x3ffn, gdtrBase: 0n, gdtrLimit: 0xffffn, halted: 0n, rip: BigInt(REAL_CODE), fpuControl: 0x37fn, mxcsr: 0x1f80n });
      for (let s = 0; s < 6; s++) setSegment(state, s, [0, 0n, 0xffff, REAL_DATA_ACCESS]);
      for (let r = 0; r < 16; r++) state.setReg(r, 0n);
      state.setReg(4, 0x7000n);
      state.rflags = 2;
      return undefined;
    }
    const world = new HwWorld(this.#executor, mode === 'user32' ? 32 : mode === 'user16' ? 16 : 64, { avx: false });
    world.data.fill(0);
    world.stack.fill(0);
    this.#executor.load(world.block);
    for (let r = 0; r < 16; r++) state.setReg(r, 0n);
    state.rip = mode === 'user16' ? 0xc800n : BigInt(PROTECTED_CODE);
    state.setReg(4, mode === 'user16' ? 0x9000n : 0x3000_1000n);
    state.rflags = 2;
    if (mode === 'kernel64') {
      setSegment(state, segment.cs, [0x10, 0n, 0xffff_ffff, KERNEL_CODE_ACCESS]);
      setSegment(state, segment.ss, [0x18, 0n, 0xffff_ffff, 0xc093]);
      setFields(state, { cpl: 0n });
    }
    return world;
  }

  #physical(world: HwWorld | undefined, address: number): number {
    if (!world) return address;
    return world.physical(BigInt(world.mode === 16 && address === PROTECTED_CODE ? 0x2000_c800 : address));
  }

  #set(name: string, value: bigint, mode: InsMode): void {
    const { state } = this.#executor;
    if (name === 'fl') {
      state.rflags = Number(value);
      return;
    }
    const [field, index] = fieldOf(name);
    if (field === 'segmentSelector') {
      if (mode !== 'real') throw new SyntaxError(`${name} can be given before an instruction only in real mode`);
      setSegment(state, index, [Number(value), value << 4n, 0xffff, REAL_DATA_ACCESS]);
    } else if (stateFields[field][0] === 'u64') state.set64(field, value, index);
    else state.set(field, Number(value), index);
  }

  #get(name: string): bigint {
    const { state } = this.#executor;
    if (name === 'fl') return BigInt(state.rflags);
    const [field, index] = fieldOf(name);
    return stateFields[field][0] === 'u64' ? state.get64(field, index) : BigInt(state.get(field, index));
  }

  /** What every case states, if only by leaving it out. */
  #named(): Map<string, bigint> {
    return new Map(['rip', 'fl', 'cpl', 'cs', 'ss', ...gprNames].map((name) => [name, this.#get(name)]));
  }

  #compare(test: InsCase, world: HwWorld | undefined, start: ReadonlyMap<string, bigint>): string[] {
    const lines: string[] = [];
    const delivered = world?.delivered();
    const got = delivered ? `#${delivered.vector}(${delivered.errorCode.toString(16)})` : 'no exception';
    const wanted = test.after.exception ? `#${test.after.exception.vector}(${test.after.exception.errorCode.toString(16)})` : 'no exception';
    if (got !== wanted) return [`expected ${wanted}, got ${got}`];
    const expected = new Map([...start, ['rip', start.get('rip')! + BigInt(test.bytes.length)] as const, ...test.after.registers]);
    if (delivered) for (const name of ['rip', 'fl', 'cpl', 'cs', 'ss', 'rsp']) if (!test.after.registers.has(name)) expected.delete(name);
    for (const [name, value] of expected) {
      if (this.#get(name) !== value) lines.push(`${name}: expected ${value.toString(16)}, got ${this.#get(name).toString(16)}`);
    }
    for (const [address, bytes] of test.after.memory) {
      const there = new Uint8Array(bytes.length);
      this.#executor.memory.read(this.#physical(world, address), there);
      if (hexOf(there) !== hexOf(bytes)) lines.push(`[${address.toString(16)}]: expected ${hexOf(bytes)}, got ${hexOf(there)}`);
    }
    if (delivered && delivered.vector < 32 && delivered.rip !== start.get('rip')) lines.push(`the frame's rip: expected ${start.get('rip')!.toString(16)}, got ${delivered.rip.toString(16)}`);
    return lines;
  }
}
