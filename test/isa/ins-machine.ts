/** Runs text cases in the worlds of the hardware vectors, with supervisors, a protected mode without long mode and real mode added. */
import type { Executor } from '../../packages/core/src/testing/executor.ts';
import { flag, gprNames, segment, stateFields } from '../../packages/core/src/cpu/state.ts';
import type { FieldName } from '../../packages/core/src/cpu/state.ts';
import { HwWorld } from '../conformance/hw-world.ts';
import type { Delivered } from '../conformance/hw-world.ts';
import { hexOf } from '../conformance/outcome.ts';
import { setFields, setSegment } from '../conformance/registers.ts';
import type { Cell, InsCase, InsMode } from './ins.ts';
import { LegacyWorld } from './legacy-world.ts';

const REAL_CODE = 0x7c00;
const PAGED_CODE = 0x1000_0800;
const SEGMENTED_CODE = 0x2000_c800;
const KERNEL_CODE_ACCESS = { kernel64: 0xa09b, kernel32: 0xc09b } as const;
const MAX_INSTRUCTIONS = 200;
const JUMP_TO_ITSELF = [0xeb, 0xfe];
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

interface World {
  readonly codeLinear: bigint;
  /** Of a mapped linear address. */
  physical(linear: bigint): number;
  /** The exception or interrupt whose handler has been entered. */
  delivered(): Delivered | undefined;
}

/** What the text says about a case, besides registers. */
const directives = new Set(['at', 'interrupt', 'frame', 'framefl']);

export class InsMachine {
  readonly #executor: Executor;
  /** Cases of one instruction, and how many of them were in code that the tier had translated. */
  stepped = 0;
  inTier = 0;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** Where the case's code starts: linear, and as RIP. */
  static address(test: InsCase): { readonly linear: bigint; readonly rip: bigint } {
    const at = test.before.registers.get('at');
    const linear = at ?? BigInt({ kernel64: PAGED_CODE, user64: PAGED_CODE, kernel32: PAGED_CODE, user32: PAGED_CODE, user16: SEGMENTED_CODE }[test.mode as string] ?? REAL_CODE);
    return { linear, rip: test.mode === 'user16' ? linear & 0xffffn : linear };
  }

  /** What differs from the case's "after", a line each; empty when all is as stated. */
  run(test: InsCase): string[] {
    const { state, memory } = this.#executor;
    this.#forgetEverything();
    const world = this.#prepare(test.mode);
    const code = InsMachine.address(test);
    state.rip = code.rip;
    for (const [name, value] of test.before.registers) if (!directives.has(name)) this.#set(name, value, test.mode);
    for (const cell of test.before.memory) if (!cell.isPhysical) memory.write(this.#place(world, cell), cell.bytes);
    for (let i = 0; i < test.bytes.length; i++) memory.writeU8(world.physical(code.linear + BigInt(i)), test.bytes[i]!);
    if (!test.isProgram) this.#placeJump(world, code.linear + BigInt(test.bytes.length));
    // page tables last, as they may take away pages that were written just now
    for (const cell of test.before.memory) if (cell.isPhysical) memory.write(this.#place(world, cell), cell.bytes);
    this.#executor.load(state.u8.slice());
    const interrupt = test.before.registers.get('interrupt');
    this.#executor.offerInterrupt(interrupt === undefined ? undefined : Number(interrupt));
    const start = this.#named();
    if (test.isProgram) this.#executor.run(MAX_INSTRUCTIONS);
    else {
      this.#executor.step();
      this.stepped++;
      if (this.#executor.lastStep !== 'interpreted') this.inTier++;
    }
    this.#executor.offerInterrupt(undefined);
    return this.#compare(test, world, start);
  }

  /** A jump to itself, as executors want it behind an instruction; not where the instruction ends with its page, as something may be told of the next one. */
  #placeJump(world: World, linear: bigint): void {
    if ((linear & 0xfffn) >= 0xffen || (linear & 0xfffn) === 0n) return;
    JUMP_TO_ITSELF.forEach((byte, n) => this.#executor.memory.writeU8(world.physical(linear + BigInt(n)), byte));
  }

  /** All registers 0; and another CR3, as executors keep translations while it stays, and page tables have changed. */
  #forgetEverything(): void {
    const { state } = this.#executor;
    state.u8.fill(0);
    setFields(state, { cr3: 0xf_f000n });
    this.#executor.load(state.u8.slice());
  }

  #prepare(mode: InsMode): World {
    const { state } = this.#executor;
    if (mode === 'real') return this.#realMode();
    if (mode === 'protected32' || mode === 'protected16' || mode === 'ring3' || mode === 'v86') return new LegacyWorld(this.#executor, mode);
    const width = mode === 'user16' ? 16 : mode === 'user32' || mode === 'kernel32' ? 32 : 64;
    const world = new HwWorld(this.#executor, width, { avx: false });
    world.data.fill(0);
    world.stack.fill(0);
    this.#executor.load(world.block);
    for (let r = 0; r < 16; r++) state.setReg(r, 0n);
    state.setReg(4, width === 16 ? 0x9000n : 0x3000_1000n);
    state.rflags = 2;
    for (let n = 0; n < 8; n++) state.set64('dr', n === 6 ? 0xffff_0ff0n : n === 7 ? 0x400n : 0n, n);
    if (mode === 'kernel64' || mode === 'kernel32') {
      setSegment(state, segment.cs, [mode === 'kernel64' ? 0x10 : 8, 0n, 0xffff_ffff, KERNEL_CODE_ACCESS[mode]]);
      setSegment(state, segment.ss, [0x18, 0n, 0xffff_ffff, 0xc093]);
      setFields(state, { cpl: 0n });
    }
    return { codeLinear: BigInt(PAGED_CODE), physical: (linear) => world.physical(linear), delivered: () => world.delivered() };
  }

  #realMode(): World {
    const { state, memory } = this.#executor;
    for (let phys = 0; phys < 0xa_0000; phys += 0x1_0000) memory.write(phys, new Uint8Array(0x1_0000));
    setFields(state, { cr0: 0x10n, cr3: 0n, cr4: 0n, efer: 0n, cpl: 0n, idtrBase: 0n, idtrLimit: 0x3ffn, gdtrBase: 0n, gdtrLimit: 0xffffn, halted: 0n, interruptShadow: 0n, fpuControl: 0x37fn, mxcsr: 0x1f80n });
    for (let s = 0; s < 6; s++) setSegment(state, s, [0, 0n, 0xffff, REAL_DATA_ACCESS]);
    for (let r = 0; r < 16; r++) state.setReg(r, 0n);
    state.setReg(4, 0x7000n);
    state.rflags = 2;
    return { codeLinear: BigInt(REAL_CODE), physical: Number, delivered: () => undefined };
  }

  #place(world: World, { address, isPhysical }: Cell): number {
    const phys = isPhysical ? Number(address) : world.physical(address);
    if (phys < 0) throw new RangeError(`${address.toString(16)} is not mapped`);
    return phys;
  }

  #set(name: string, value: bigint, mode: InsMode): void {
    const { state } = this.#executor;
    if (name === 'fl') {
      state.rflags = Number(value) | (mode === 'v86' ? flag.vm : 0);
      return;
    }
    const wide = /^(xmm|ymm|fpr)(\d+)$/.exec(name);
    if (wide) {
      const n = Number(wide[2]);
      const low = BigInt.asUintN(64, value), high = BigInt.asUintN(64, value >> 64n);
      if (wide[1] !== 'fpr') {
        state.set64('xmm', low, 2 * n);
        state.set64('xmm', high, 2 * n + 1);
        if (wide[1] === 'ymm') for (const i of [0, 1]) state.set64('ymmHigh', BigInt.asUintN(64, value >> BigInt(128 + 64 * i)), 2 * n + i);
      } else {
        state.set64('fpuMantissa', low, n);
        state.set('fpuExponent', Number(high), n);
      }
      return;
    }
    const [field, index] = fieldOf(name);
    if (field === 'segmentSelector') {
      if (mode !== 'real' && mode !== 'v86') throw new SyntaxError(`${name} can be given before an instruction only in real and virtual-8086 mode`);
      setSegment(state, index, [Number(value), value << 4n, 0xffff, mode === 'v86' ? 0xf3 : REAL_DATA_ACCESS]);
    } else if (stateFields[field][0] === 'u64') state.set64(field, value, index);
    else state.set(field, Number(value), index);
  }

  #get(name: string): bigint {
    const { state } = this.#executor;
    if (name === 'fl') return BigInt(state.rflags);
    const wide = /^(xmm|ymm|fpr)(\d+)$/.exec(name);
    if (wide) {
      const n = Number(wide[2]);
      if (wide[1] !== 'fpr') {
        const low = state.get64('xmm', 2 * n) | (state.get64('xmm', 2 * n + 1) << 64n);
        return wide[1] === 'xmm' ? low : low | (state.get64('ymmHigh', 2 * n) << 128n) | (state.get64('ymmHigh', 2 * n + 1) << 192n);
      }
      return state.get64('fpuMantissa', n) | (BigInt(state.get('fpuExponent', n)) << 64n);
    }
    const [field, index] = fieldOf(name);
    return stateFields[field][0] === 'u64' ? state.get64(field, index) : BigInt(state.get(field, index));
  }

  /** What every case states, if only by leaving it out. */
  #named(): Map<string, bigint> {
    return new Map(['rip', 'fl', 'cpl', 'cs', 'ss', ...gprNames].map((name) => [name, this.#get(name)]));
  }

  #compare(test: InsCase, world: World, start: ReadonlyMap<string, bigint>): string[] {
    const lines: string[] = [];
    const differ = (what: string, expected: bigint, got: bigint): void => {
      if (expected !== got) lines.push(`${what}: expected ${expected.toString(16)}, got ${got.toString(16)}`);
    };
    const delivered = world.delivered();
    const got = delivered ? `#${delivered.vector}(${delivered.errorCode.toString(16)})` : 'no exception';
    const wanted = test.after.exception ? `#${test.after.exception.vector}(${test.after.exception.errorCode.toString(16)})` : 'no exception';
    if (got !== wanted) lines.push(`expected ${wanted}, got ${got}`);
    const stated = [...test.after.registers].filter(([name]) => !directives.has(name));
    const expected = test.isProgram ? new Map(stated) : new Map([...start, ['rip', start.get('rip')! + BigInt(test.bytes.length)] as const, ...stated]);
    if (delivered) for (const name of ['rip', 'fl', 'cpl', 'cs', 'ss', 'rsp']) if (!test.after.registers.has(name)) expected.delete(name);
    for (const [name, value] of expected) differ(name, value, this.#get(name));
    for (const cell of test.after.memory) {
      const there = new Uint8Array(cell.bytes.length);
      this.#executor.memory.read(this.#place(world, cell), there);
      if (hexOf(there) !== hexOf(cell.bytes)) lines.push(`[${cell.address.toString(16)}]: expected ${hexOf(cell.bytes)}, got ${hexOf(there)}`);
    }
    if (delivered) {
      const frame = test.after.registers.get('frame') ?? (!test.isProgram && delivered.vector < 32 ? start.get('rip') : undefined);
      if (frame !== undefined) differ("the frame's rip", frame, delivered.rip);
      const flags = test.after.registers.get('framefl');
      if (flags !== undefined) differ("the frame's flags", flags, BigInt(delivered.rflags));
    }
    return lines;
  }
}
