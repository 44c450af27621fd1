/**
 * FXSAVE, FXRSTOR, XSAVE, XSAVEOPT, XSAVEC, XRSTOR into plain memory: the common cases of what is microcode otherwise (cpu/microcode/fpu-state.ts), to which everything
 * that faults, reaches devices, or changes PKRU is left before anything has changed. Reference: SDM vol. 1, 10.5 and ch. 13.
 */
import { BOUNCE_END, STATE_BASE } from '../../memory/layout.ts';
import { accessBit } from '../../memory/mmu.ts';
import type { Callee, Expression, FunctionBuilder } from '../../wasm/function.ts';
import { semantics } from '../builder/builder.ts';
import type { Semantics, Subroutine } from '../builder/builder.ts';
import { recordLinear } from '../builder/addressing.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { addressKind, record } from '../decode/record.ts';
import { stateComponents, supportedXcr0 } from '../features.ts';
import { EXTENDED, HEADER, MXCSR_INITIAL, MXCSR_MASK, component, legacy } from '../microcode/fpu-state.ts';
import { cr0, cr4, gpr, offsetOf } from '../state.ts';
import { has } from './derived-state.ts';
import { tryReach } from './segment-registers.ts';
import { isLongCode } from './system-call.ts';

type Call = (subroutine: Subroutine) => Callee;
const COMPACTED = -(1n << 63n);
const X87 = Number(component.x87), SSE = Number(component.sse), AVX = Number(component.avx), PKRU = Number(component.pkru);
const avxBytes = stateComponents[2]?.sizeBytes ?? 0;
/** Both formats end below. */
const AREA_BYTES = EXTENDED + avxBytes + 8;

const unless = (f: FunctionBuilder, condition: Expression): void => f.if(f.eqz(condition), () => f.return(f.i32(0)));
const hasAny = (f: FunctionBuilder, bits: Expression, some: number): Expression => f.ne(f.and(bits, f.i32(some)), f.i32(0));

/**
 * The area as parameters of a subroutine: addresses in this memory of its start, and of what would be its start were it contiguous with its part in the second
 * page; and the offset where that part begins. What is accessed is aligned to its size, so nothing lies across.
 */
const area = ['i32', 'i32', 'i32'] as const;
class Area {
  readonly #f: FunctionBuilder;
  readonly parts: readonly [Expression, Expression, Expression];

  constructor(f: FunctionBuilder, parts: readonly [Expression, Expression, Expression]) {
    this.#f = f;
    this.parts = parts;
  }

  #at(offset: Expression): Expression {
    const [first, second, split] = this.parts;
    return this.#f.select(this.#f.ltU(offset, split), first, second);
  }

  load(name: string, offset: number): Expression { return this.#f.let(this.#f.load(name, this.#at(this.#f.i32(offset)), offset)); }
  store(name: string, offset: number, value: Expression): void { this.#f.store(name, this.#at(this.#f.i32(offset)), value, offset); }
  /** At an offset that is a local. */
  address(offset: Expression): Expression { return this.#f.let(this.#f.add(this.#at(offset), offset)); }
}
const areaOf = (f: FunctionBuilder): Area => new Area(f, [f.parameters[0]!, f.parameters[1]!, f.parameters[2]!]);

/** ST(0) to ST(7): where each is in the area, and which physical register it is. */
const eachSt = (f: FunctionBuilder, image: Area, body: (at: Expression, register: Expression) => void): void => {
  const top = f.let(f.and(f.shrU(loadField(f, 'fpuStatus'), 11), f.i32(7)));
  const i = f.local('i32');
  f.set(i, f.i32(0));
  f.loop((next) => {
    body(image.address(f.let(f.add(f.shl(i, 4), f.i32(legacy.st)))), f.let(f.and(f.add(top, i), f.i32(7))));
    f.set(i, f.add(i, f.i32(1)));
    f.brIf(next, f.ltU(i, f.i32(8)));
  });
};
const mantissas = STATE_BASE + offsetOf.fpuMantissa, exponents = STATE_BASE + offsetOf.fpuExponent;

/** (area, 64-bit pointers) */
const saveX87: Subroutine = {
  name: 'saveX87', params: [...area, 'i32'], results: [],
  build: (f) => {
    const image = areaOf(f), wide = f.parameters[3]!;
    image.store('i32.store16', 0, loadField(f, 'fpuControl'));
    image.store('i32.store16', 2, loadField(f, 'fpuStatus'));
    // a bit for each register that is not empty, from two
    const tag = f.let(loadField(f, 'fpuTag'));
    const pack = (value: Expression, by: number, mask: number): Expression => {
      const v = f.let(value);
      return f.and(f.or(v, f.shrU(v, by)), f.i32(mask));
    };
    const full = f.and(f.xor(f.and(tag, f.shrU(tag, 1)), f.i32(-1)), f.i32(0x5555));
    image.store('i32.store16', 4, pack(pack(pack(full, 1, 0x3333), 2, 0x0f0f), 4, 0xff));
    image.store('i32.store16', 6, loadField(f, 'fpuOpcode'));
    const pointer = (field: 'fpuIp' | 'fpuDp', selector: 'fpuCs' | 'fpuDs'): Expression =>
      f.select(wide, loadField(f, field), f.or(f.and(loadField(f, field), f.i64(0xffff_ffffn)), f.shl(f.extendU(loadField(f, selector)), 32)));
    image.store('i64.store', 8, pointer('fpuIp', 'fpuCs'));
    image.store('i64.store', 16, pointer('fpuDp', 'fpuDs'));
    eachSt(f, image, (at, register) => {
      f.store('i64.store', at, f.load('i64.load', f.shl(register, 3), mantissas));
      f.store('i64.store', at, f.extendU(f.load('i32.load16_u', f.shl(register, 1), exponents)), 8);
    });
  },
};

/** (area, 64-bit pointers) */
const restoreX87: Subroutine = {
  name: 'restoreX87', params: [...area, 'i32'], results: [],
  build: (f) => {
    const image = areaOf(f), wide = f.parameters[3]!;
    const control = f.let(f.or(f.and(image.load('i32.load16_u', 0), f.i32(0x1f7f)), f.i32(0x40)));
    storeField(f, 'fpuControl', control);
    const status = image.load('i32.load16_u', 2);
    const pending = f.and(f.and(status, f.xor(control, f.i32(-1))), f.i32(0x3f));
    storeField(f, 'fpuStatus', f.select(pending, f.or(status, f.i32(0x8080)), f.and(status, f.i32(~0x8080))));
    const spread = (value: Expression, by: number, mask: number): Expression => {
      const v = f.let(value);
      return f.and(f.or(v, f.shl(v, by)), f.i32(mask));
    };
    const empty = f.xor(image.load('i32.load8_u', 4), f.i32(0xff));
    storeField(f, 'fpuTag', f.mul(spread(spread(spread(empty, 4, 0x0f0f), 2, 0x3333), 1, 0x5555), f.i32(3)));
    storeField(f, 'fpuOpcode', f.and(image.load('i32.load16_u', 6), f.i32(0x7ff)));
    for (const [offset, field, selector] of [[8, 'fpuIp', 'fpuCs'], [16, 'fpuDp', 'fpuDs']] as const) {
      const pointer = image.load('i64.load', offset);
      storeField(f, field, f.select(wide, pointer, f.and(pointer, f.i64(0xffff_ffffn))));
      storeField(f, selector, f.select(wide, f.i32(0), f.wrap(f.shrU(pointer, 32))));
    }
    eachSt(f, image, (at, register) => {
      f.store('i64.store', f.shl(register, 3), f.load('i64.load', at), mantissas);
      f.store('i32.store16', f.shl(register, 1), f.load('i32.load16_u', at, 8), exponents);
    });
  },
};

/** FNINIT's state, and registers that are 0. */
const initialX87 = [['fpuControl', 0x37f], ['fpuStatus', 0], ['fpuTag', 0xffff], ['fpuOpcode', 0], ['fpuCs', 0], ['fpuDs', 0]] as const;
const resetX87: Subroutine = {
  name: 'resetX87', params: [], results: [],
  build: (f) => {
    for (const [field, value] of initialX87) storeField(f, field, f.i32(value));
    for (const field of ['fpuIp', 'fpuDp'] as const) storeField(f, field, f.i64(0));
    for (let i = 0; i < 8; i++) {
      storeField(f, 'fpuMantissa', f.i64(0), i);
      storeField(f, 'fpuExponent', f.i32(0), i);
    }
  },
};

const highest = (f: FunctionBuilder): Expression => f.let(f.select(isLongCode(f), f.i32(16), f.i32(8)));
/** (address in the state, offset in the area, to the state: 1, from it: 0, all zero: 2), of the XMM registers or the upper halves. */
const moveVectors: Subroutine = {
  name: 'moveVectors', params: [...area, 'i32', 'i32', 'i32'], results: [], touches: 'registers',
  build: (f) => {
    const image = areaOf(f);
    const [base, offset, direction] = [f.params[3]!, f.params[4]!, f.params[5]!];
    const bytes = f.let(f.shl(highest(f), 4));
    f.if(f.eq(direction, f.i32(2)), () => {
      f.memoryFill(base, f.i32(0), bytes);
      f.return();
    });
    const i = f.local('i32');
    f.set(i, f.i32(0));
    f.loop((next) => {
      const at = image.address(f.let(f.add(offset, i)));
      const inState = f.let(f.add(base, i));
      f.if(direction, () => f.store('v128.store', inState, f.load('v128.load', at)), () => f.store('v128.store', at, f.load('v128.load', inState)));
      f.set(i, f.add(i, f.i32(16)));
      f.brIf(next, f.ltU(i, bytes));
    });
  },
};
const xmm = STATE_BASE + offsetOf.xmm, ymmHigh = STATE_BASE + offsetOf.ymmHigh;
const vectors = (f: FunctionBuilder, call: Call, image: Area, base: number, offset: Expression, direction: 'save' | 'restore' | 'clear'): void =>
  f.perform(call(moveVectors), ...image.parts, f.i32(base), offset, f.i32({ save: 0, restore: 1, clear: 2 }[direction]));

/** (components asked for) -> those that have anything but their initial value: XINUSE. */
const inUse: Subroutine = {
  name: 'inUse', params: ['i32'], results: ['i32'], touches: 'registers',
  build: (f) => {
    const used = f.local('i32');
    const add = (bit: number, condition: () => Expression): void => f.if(hasAny(f, f.params[0]!, bit), () => f.set(used, f.or(used, f.select(condition(), f.i32(bit), f.i32(0)))));
    const someOf = (base: number): Expression => {
      const bytes = f.let(f.shl(highest(f), 4));
      const i = f.local('i32');
      const some = f.local('i32');
      f.set(i, f.i32(0));
      f.set(some, f.i32(0));
      f.loop((next) => {
        f.set(some, f.op('v128.any_true', f.load('v128.load', i, base)));
        f.set(i, f.add(i, f.i32(16)));
        f.brIf(next, f.and(f.eqz(some), f.ltU(i, bytes)));
      });
      return some;
    };
    f.set(used, f.i32(0));
    add(X87, () => {
      const some = f.local('i32');
      f.set(some, f.i32(0));
      for (const [field, value] of initialX87) f.set(some, f.or(some, f.xor(loadField(f, field), f.i32(value))));
      const wide = f.local('i64');
      f.set(wide, f.or(loadField(f, 'fpuIp'), loadField(f, 'fpuDp')));
      for (let i = 0; i < 8; i++) f.set(wide, f.or(wide, f.or(loadField(f, 'fpuMantissa', i), f.extendU(loadField(f, 'fpuExponent', i)))));
      return f.or(f.ne(some, f.i32(0)), f.ne(wide, f.i64(0)));
    });
    add(SSE, () => f.or(someOf(xmm), f.ne(loadField(f, 'mxcsr'), f.i32(MXCSR_INITIAL))));
    add(AVX, () => someOf(ymmHigh));
    add(PKRU, () => f.ne(loadField(f, 'pkru'), f.i32(0)));
    f.return(used);
  },
};

/** The area that a record's memory operand is, if it is plain memory; 0 leaves the function otherwise. */
const reachArea = (f: FunctionBuilder, call: Call, at: Expression, offset: Expression, alignment: number, bytes: number, access: number): Area => {
  unless(f, f.leU(f.load('i32.load8_u', at, record.addressKind), f.i32(addressKind.flat32)));
  const linear = f.let(f.call(call(recordLinear), at, offset, f.i32(1)));
  const inPage = f.let(f.and(f.wrap(linear), f.i32(0xfff)));
  unless(f, f.eqz(f.and(inPage, f.i32(alignment - 1))));
  unless(f, f.or(isLongCode(f), f.leU(linear, f.i64(0xffff_ffffn - BigInt(AREA_BYTES)))));
  const split = f.let(f.sub(f.i32(0x1000), inPage));
  // of an area that is written the first bytes stand for the others of their page
  const how = f.i32(8 | access | (access & accessBit.write ? accessBit.rest : 0));
  const first = f.let(f.call(call(tryReach), linear, how));
  unless(f, f.geU(first, f.i32(BOUNCE_END)));
  const second = f.local('i32');
  f.set(second, f.i32(0));
  f.if(f.ltU(split, f.i32(bytes)), () => {
    f.set(second, f.call(call(tryReach), f.add(linear, f.extendU(split)), how));
    unless(f, f.geU(second, f.i32(BOUNCE_END)));
    f.set(second, f.sub(second, split));
  });
  return new Area(f, [first, second, split]);
};

const isWide = (f: FunctionBuilder, at: Expression): Expression => f.let(f.eq(f.and(f.load('i32.load8_u', at, record.shape), f.i32(3)), f.i32(2)));
/** Neither TS nor, for FXSAVE and FXRSTOR, EM; and no single step, which looks at debug registers. */
const isAllowed = (f: FunctionBuilder, forbidden: number): Expression => f.eqz(f.or(f.and(f.wrap(loadField(f, 'cr0')), f.i32(forbidden)), loadField(f, 'stepping')));
const hasControl = (f: FunctionBuilder, bit: number): Expression => has(f, f.wrap(loadField(f, 'cr4')), bit);
const saveMxcsr = (f: FunctionBuilder, image: Area): void => image.store('i64.store', legacy.mxcsr, f.or(f.extendU(loadField(f, 'mxcsr')), f.i64(BigInt(MXCSR_MASK) << 32n)));

/** (record, offset of the operand in its segment) -> 1, or 0 where nothing was done. */
type Body = (f: FunctionBuilder, call: Call, at: Expression, offset: Expression) => void;
const whole = (name: string, body: Body): Subroutine => ({
  name: `${name} area`, params: ['i32', 'i64'], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    body(f, call, f.parameters[0]!, f.parameters[1]!);
    f.return(f.i32(1));
  },
});

const fxsave = whole('fxsave', (f, call, at, offset) => {
  unless(f, isAllowed(f, cr0.em | cr0.ts));
  const image = reachArea(f, call, at, offset, 16, legacy.end, accessBit.write);
  f.perform(call(saveX87), ...image.parts, isWide(f, at));
  saveMxcsr(f, image);
  f.if(hasControl(f, cr4.osfxsr), () => vectors(f, call, image, xmm, f.i32(legacy.xmm), 'save'));
});

const fxrstor = whole('fxrstor', (f, call, at, offset) => {
  unless(f, isAllowed(f, cr0.em | cr0.ts));
  const image = reachArea(f, call, at, offset, 16, legacy.end, 0);
  const mxcsr = image.load('i32.load', legacy.mxcsr);
  unless(f, f.leU(mxcsr, f.i32(MXCSR_MASK)));
  f.perform(call(restoreX87), ...image.parts, isWide(f, at));
  storeField(f, 'mxcsr', mxcsr);
  f.if(hasControl(f, cr4.osfxsr), () => vectors(f, call, image, xmm, f.i32(legacy.xmm), 'restore'));
});

/** EDX:EAX AND XCR0; the components there are lie in the lower half. */
const requestedOf = (f: FunctionBuilder): Expression => f.let(f.and(f.wrap(loadField(f, 'gpr', gpr.rax)), f.wrap(loadField(f, 'xcr0'))));
/** Where AVX and PKRU are: in the compacted format they follow each other. */
const placesOf = (f: FunctionBuilder, layout: Expression, compacted: Expression): { avx: Expression; pkru: Expression } => ({
  avx: f.i32(EXTENDED),
  pkru: f.let(f.select(f.and(compacted, f.eqz(hasAny(f, layout, AVX))), f.i32(EXTENDED), f.i32(EXTENDED + avxBytes))),
});

const saving = (name: string, optimized: boolean, compacted: boolean): Subroutine => whole(name, (f, call, at, offset) => {
  unless(f, f.and(isAllowed(f, cr0.ts), hasControl(f, cr4.osxsave)));
  const image = reachArea(f, call, at, offset, 64, AREA_BYTES, accessBit.write);
  const requested = requestedOf(f);
  const used = f.let(f.call(call(inUse), requested));
  const written = optimized ? used : requested;
  const places = placesOf(f, requested, f.i32(compacted ? 1 : 0));
  f.if(hasAny(f, written, X87), () => f.perform(call(saveX87), ...image.parts, isWide(f, at)));
  f.if(hasAny(f, compacted ? written : requested, SSE | AVX), () => saveMxcsr(f, image));
  f.if(hasAny(f, written, SSE), () => vectors(f, call, image, xmm, f.i32(legacy.xmm), 'save'));
  f.if(hasAny(f, written, AVX), () => vectors(f, call, image, ymmHigh, places.avx, 'save'));
  f.if(hasAny(f, written, PKRU), () => f.store('i64.store', image.address(places.pkru), f.extendU(loadField(f, 'pkru'))));
  if (compacted) {
    image.store('i64.store', HEADER, f.extendU(used));
    image.store('i64.store', HEADER + 8, f.or(f.extendU(requested), f.i64(COMPACTED)));
  } else {
    const before = image.load('i64.load', HEADER);
    image.store('i64.store', HEADER, f.or(f.and(before, f.xor(f.extendU(requested), f.i64(-1))), f.extendU(used)));
  }
});

const restoring = whole('xrstor', (f, call, at, offset) => {
  unless(f, f.and(isAllowed(f, cr0.ts), hasControl(f, cr4.osxsave)));
  const image = reachArea(f, call, at, offset, 64, AREA_BYTES, 0);
  const requested = requestedOf(f);
  // the header, as it has to be (SDM vol. 1, 13.8.1, 13.8.2)
  const present = image.load('i64.load', HEADER);
  const format = image.load('i64.load', HEADER + 8);
  const compacted = f.let(f.ltS(format, f.i64(0)));
  const layout = f.let(f.select(compacted, f.and(format, f.i64(~COMPACTED)), f.i64(supportedXcr0)));
  const rest = f.local('i64');
  f.set(rest, image.load('i64.load', HEADER + 16));
  f.if(compacted, () => { for (let at = 24; at < 64; at += 8) f.set(rest, f.or(rest, image.load('i64.load', HEADER + at))); }, () => f.set(rest, f.or(rest, format)));
  const without = (bits: Expression, allowed: Expression): Expression => f.and(bits, f.xor(allowed, f.i64(-1)));
  const beyond = f.select(compacted, f.or(without(layout, loadField(f, 'xcr0')), without(present, layout)), without(present, loadField(f, 'xcr0')));
  unless(f, f.eqz(f.or(rest, beyond)));
  const restored = f.let(f.and(requested, f.wrap(present)));
  const inLayout = f.let(f.wrap(layout));
  const places = placesOf(f, inLayout, compacted);
  const mxcsr = f.local('i32');
  f.if(f.select(compacted, hasAny(f, restored, SSE), hasAny(f, requested, SSE | AVX)), () => {
    f.set(mxcsr, image.load('i32.load', legacy.mxcsr));
    unless(f, f.leU(mxcsr, f.i32(MXCSR_MASK)));
  }, () => f.set(mxcsr, f.select(hasAny(f, requested, SSE), f.i32(MXCSR_INITIAL), loadField(f, 'mxcsr'))));
  // another PKRU empties the TLBs
  f.if(hasAny(f, requested, PKRU), () => {
    const value = f.choose('i32', hasAny(f, restored, PKRU), () => f.load('i32.load', image.address(places.pkru)), () => f.i32(0));
    unless(f, f.eq(value, loadField(f, 'pkru')));
  });
  const component = (bit: number, restore: () => void, clear: () => void): void => f.if(hasAny(f, requested, bit), () => f.if(hasAny(f, restored, bit), restore, clear));
  component(X87, () => f.perform(call(restoreX87), ...image.parts, isWide(f, at)), () => f.perform(call(resetX87)));
  storeField(f, 'mxcsr', mxcsr);
  component(SSE, () => vectors(f, call, image, xmm, f.i32(legacy.xmm), 'restore'), () => vectors(f, call, image, xmm, f.i32(0), 'clear'));
  component(AVX, () => vectors(f, call, image, ymmHigh, places.avx, 'restore'), () => vectors(f, call, image, ymmHigh, f.i32(0), 'clear'));
});

const withArea = (name: string, subroutine: Subroutine): Semantics => semantics(name, 'a', (b) => {
  b.f.if(b.f.eqz(b.call(subroutine, b.recordAddress(), b.effectiveAddress())), () => b.microcode(name));
});
export const FXSAVE = withArea('fxsave', fxsave);
export const FXRSTOR = withArea('fxrstor', fxrstor);
export const XSAVE = withArea('xsave', saving('xsave', false, false));
export const XSAVEOPT = withArea('xsaveopt', saving('xsaveopt', true, false));
export const XSAVEC = withArea('xsavec', saving('xsavec', true, true));
export const XRSTOR = withArea('xrstor', restoring);
