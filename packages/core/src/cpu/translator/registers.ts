/** General and vector registers of a region, in locals. What is written there is stored in the state when the region is left. */
import { STATE_BASE } from '../../memory/layout.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import type { Width } from '../builder/builder.ts';
import { gprNames, offsetOf } from '../state.ts';

/** Which registers: a bit each. Vector registers are kept whole, with their upper halves, where a region uses these. */
export interface RegisterSet {
  readonly general: number;
  readonly vectors: number;
  readonly vectorHighs: number;
}
export const noRegisters: RegisterSet = { general: 0, vectors: 0, vectorHighs: 0 };
export const union = (x: RegisterSet, y: RegisterSet): RegisterSet =>
  ({ general: x.general | y.general, vectors: x.vectors | y.vectors, vectorHighs: x.vectorHighs | y.vectorHighs });
export const isWithin = (x: RegisterSet, y: RegisterSet): boolean =>
  (x.general & ~y.general) === 0 && (x.vectors & ~y.vectors) === 0 && (x.vectorHighs & ~y.vectorHighs) === 0;

const generalAt = (n: number): number => STATE_BASE + offsetOf.gpr + 8 * n;
const vectorAt = (n: number): number => STATE_BASE + offsetOf.xmm + 16 * n;
const highAt = (n: number): number => STATE_BASE + offsetOf.ymmHigh + 16 * n;

const each = (mask: number, visit: (n: number) => void): void => {
  for (let n = 0; mask >>> n; n++) if ((mask >>> n) & 1) visit(n);
};

export class RegisterFile {
  readonly #f: FunctionBuilder;
  readonly #general: Expression[] = [];
  readonly #vectors: Expression[] = [];
  readonly #highs: Expression[] = [];
  #held = 0;

  constructor(f: FunctionBuilder) {
    this.#f = f;
  }

  general(n: number): Expression { return (this.#general[n] ??= this.#f.lasting('i64', gprNames[n])); }
  vector(n: number): Expression { return (this.#vectors[n] ??= this.#f.lasting('v128', `xmm${n}`)); }
  vectorHigh(n: number): Expression { return (this.#highs[n] ??= this.#f.lasting('v128', `ymmHigh${n}`)); }

  /** Whether the region keeps the upper half of a vector register in a local; else it stays in the state. */
  holdsHigh(n: number): boolean { return ((this.#held >>> n) & 1) === 1; }

  load(set: RegisterSet): void {
    const f = this.#f;
    this.#held = set.vectorHighs;
    each(set.general, (n) => f.set(this.general(n), f.load('i64.load', f.i32(0), generalAt(n))));
    each(set.vectors, (n) => f.set(this.vector(n), f.load('v128.load', f.i32(0), vectorAt(n))));
    each(set.vectorHighs, (n) => f.set(this.vectorHigh(n), f.load('v128.load', f.i32(0), highAt(n))));
  }

  store(set: RegisterSet): void {
    const f = this.#f;
    each(set.general, (n) => f.store('i64.store', f.i32(0), this.general(n), generalAt(n)));
    each(set.vectors, (n) => f.store('v128.store', f.i32(0), this.vector(n), vectorAt(n)));
    each(set.vectorHighs, (n) => f.store('v128.store', f.i32(0), this.vectorHigh(n), highAt(n)));
  }

  /** Puts one vector register where a subroutine can find it; `taken` gets it back. */
  spilled(n: number): number {
    this.#f.store('v128.store', this.#f.i32(0), this.vector(n), vectorAt(n));
    return vectorAt(n);
  }

  taken(n: number): void {
    this.#f.set(this.vector(n), this.#f.load('v128.load', this.#f.i32(0), vectorAt(n)));
  }

  /** `place` is a record's register operand: the byte offset in the state's general registers, AH being RAX's + 1. */
  read(place: number, width: Width): Expression {
    const f = this.#f;
    const whole = this.general(place >> 3);
    if (width === 64) return whole;
    const low = f.wrap(whole);
    if (width === 32) return low;
    if (width === 16) return f.and(low, f.i32(0xffff));
    return f.and(place & 1 ? f.shrU(low, 8) : low, f.i32(0xff));
  }

  /** A value of 8 or 16 bits need not be truncated. */
  write(place: number, width: Width, value: Expression): void {
    const f = this.#f;
    const whole = this.general(place >> 3);
    if (width === 64) f.set(whole, value);
    else if (width === 32) f.set(whole, f.extendU(value));
    else {
      const shift = place & 1 ? 8 : 0;
      const mask = (width === 16 ? 0xffff : 0xff) << shift;
      const placed = f.and(shift ? f.shl(value, shift) : value, f.i32(mask));
      f.set(whole, f.or(f.and(whole, f.i64(~BigInt(mask))), f.extendU(placed)));
    }
  }

  readVector(n: number, width: Width): Expression {
    const f = this.#f;
    const whole = this.vector(n);
    switch (width) {
      case 64: return f.lane('i64x2.extract_lane', 0, whole);
      case 32: return f.lane('i32x4.extract_lane', 0, whole);
      case 16: return f.lane('i16x8.extract_lane_u', 0, whole);
      case 8: return f.lane('i8x16.extract_lane_u', 0, whole);
      default: return whole;
    }
  }

  readFloat(n: number, width: 32 | 64): Expression {
    return this.#f.lane(width === 64 ? 'f64x2.extract_lane' : 'f32x4.extract_lane', 0, this.vector(n));
  }

  /** Less than 128 bits leave the rest. */
  writeVector(n: number, width: Width, value: Expression): void {
    const f = this.#f;
    const whole = this.vector(n);
    if (value.type === 'f64' || value.type === 'f32') {
      f.set(whole, f.lane(value.type === 'f64' ? 'f64x2.replace_lane' : 'f32x4.replace_lane', 0, whole, value));
      return;
    }
    switch (width) {
      case 64: f.set(whole, f.lane('i64x2.replace_lane', 0, whole, value)); return;
      case 32: f.set(whole, f.lane('i32x4.replace_lane', 0, whole, value)); return;
      case 16: f.set(whole, f.lane('i16x8.replace_lane', 0, whole, value)); return;
      case 8: f.set(whole, f.lane('i8x16.replace_lane', 0, whole, value)); return;
      default: f.set(whole, value);
    }
  }
}
