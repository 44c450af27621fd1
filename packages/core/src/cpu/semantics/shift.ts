/**
 * SHL, SHR, SAR, ROL, ROR, RCL, RCR, SHLD, SHRD. Reference: SDM vol. 2.
 * A count of 0 changes nothing, flags included. Undefined flags: OF for counts above 1 is computed as for 1; AF becomes 0.
 */
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { semantics } from '../builder/builder.ts';
import type { Builder, Operand, ResultFlags, Semantics, Width } from '../builder/builder.ts';
import { flag } from '../state.ts';
import { signBit, truncate, widthOf } from './arithmetic.ts';

/** The count, masked to 5 or 6 bits, as a value of x's type. */
const countOf = (b: Builder, width: Width, count: Operand): Expression => {
  const masked = b.f.let(b.f.and(count.read(), b.f.i32(width === 64 ? 63 : 31)));
  return masked;
};
const as = (f: FunctionBuilder, x: Expression, count: Expression): Expression => (x.type === 'i64' ? f.extendU(count) : count);
const low = (f: FunctionBuilder, x: Expression): Expression => f.and(x.type === 'i64' ? f.wrap(x) : x, f.i32(1));

/** Reads, and runs `body` unless the count is 0; then the destination is still written, as the access is made all the same. */
const counted = (b: Builder, dst: Operand, count: Operand, body: (x: Expression, n: Expression) => void): void => {
  const { f } = b;
  const width = widthOf(dst);
  const x = dst.read();
  const n = countOf(b, width, count);
  f.if(n, () => body(x, n), () => {
    if (width === 32 && !dst.isMemory) dst.write(x);
  });
};

/** Bit n of x, as an i32 0 or 1. */
const bitAt = (f: FunctionBuilder, x: Expression, n: Expression): Expression => low(f, f.shrU(x, n));

/** What a shift by n, which is not 0, makes of x; for n = 0 the result has to be x, and the rest does not matter. */
type Shifted = { readonly r: Expression; readonly operands: readonly Expression[]; readonly others: (...operands: readonly Expression[]) => ResultFlags };

/** A register is written whatever the count is, so there is one path. */
const shift = (name: string, shifted: (f: FunctionBuilder, width: Width, x: Expression, n: Expression) => Shifted): Semantics => semantics(name, 'rw r', (b, dst, count) => {
  const { f } = b;
  const width = widthOf(dst);
  if (dst.isMemory) {
    counted(b, dst, count, (x, n) => {
      const { r, operands, others } = shifted(f, width, x, n);
      dst.write(r);
      b.flags.result(width, r, operands, others);
    });
    return;
  }
  const x = dst.read();
  const n = countOf(b, width, count);
  const { r, operands, others } = shifted(f, width, x, n);
  dst.write(r);
  if (n.isConstant) f.if(n, () => b.flags.result(width, r, operands, others));
  else b.flags.resultWhen(n, width, r, operands, others);
});

export const SHL = shift('shl', (f, width, x, n) => {
  const r = f.let(truncate(f, width, f.shl(x, as(f, x, n))));
  // the last bit shifted out; 8 and 16 bits may be shifted by more than they have
  const carry = (before: Expression, by: Expression): Expression => (width < 32 ? f.and(f.shrU(f.shl(before, by), width), f.i32(1))
    : bitAt(f, before, f.sub(f.constant(before.type, width), as(f, before, by))));
  return { r, operands: [x, n, r], others: (before, by, after) => ({ cf: carry(before!, by!), of: f.xor(carry(before!, by!), signBit(f, width, after!)) }) };
});

const lastBitRight = (f: FunctionBuilder, x: Expression, n: Expression): Expression => bitAt(f, x, as(f, x, f.sub(n, f.i32(1))));

export const SHR = shift('shr', (f, width, x, n) => {
  const r = f.let(f.shrU(x, as(f, x, n)));
  return { r, operands: [x, n, r], others: (before, by, after) => ({ cf: lastBitRight(f, before!, by!), of: signBit(f, width, f.xor(after!, f.shl(after!, 1))) }) };
});

export const SAR = shift('sar', (f, width, x, n) => {
  const whole = width < 32 ? f.let(f.op(width === 16 ? 'i32.extend16_s' : 'i32.extend8_s', x)) : x;
  const r = f.let(truncate(f, width, f.shrS(whole, as(f, x, n))));
  return { r, operands: [whole, n], others: (before, by) => ({ cf: low(f, f.shrS(before!, as(f, before!, f.sub(by!, f.i32(1))))), of: f.i32(0) }) };
});

const rotateFlags = (b: Builder, carry: Expression, overflow: Expression): void => {
  const { f } = b;
  const bits = f.let(f.or(carry, f.shl(overflow, 11)));
  b.flags.update(flag.cf | flag.of, bits);
};

const rotated = (f: FunctionBuilder, width: Width, x: Expression, n: Expression, left: boolean): Expression => {
  if (width >= 32) return f.op(`${x.type}.${left ? 'rotl' : 'rotr'}`, x, as(f, x, n));
  const by = f.let(f.and(left ? n : f.sub(f.i32(width), n), f.i32(width - 1)));
  return truncate(f, width, f.or(f.shl(x, by), f.shrU(x, f.sub(f.i32(width), by))));
};

export const ROL = semantics('rol', 'rw r', (b, dst, count) => counted(b, dst, count, (x, n) => {
  const { f } = b;
  const width = widthOf(dst);
  const r = f.let(rotated(f, width, x, n, true));
  dst.write(r);
  b.flags.updateLater(flag.cf | flag.of, [r], (after) => f.or(low(f, after), f.shl(f.xor(low(f, after), signBit(f, width, after)), 11)));
}));

export const ROR = semantics('ror', 'rw r', (b, dst, count) => counted(b, dst, count, (x, n) => {
  const { f } = b;
  const width = widthOf(dst);
  const r = f.let(rotated(f, width, x, n, false));
  dst.write(r);
  b.flags.updateLater(flag.cf | flag.of, [r], (after) => f.or(signBit(f, width, after), f.shl(signBit(f, width, f.xor(after, f.shl(after, 1))), 11)));
}));

/** Rotation through CF by n < width + 1: of width + 1 bits, the carry above the value. */
const throughCarry = (name: string, left: boolean): Semantics => semantics(name, 'rw r', (b, dst, count) => counted(b, dst, count, (x, masked) => {
  const { f } = b;
  const width = widthOf(dst);
  const c = b.flags.carry();
  const n = f.let(width < 32 ? f.op('i32.rem_u', masked, f.i32(width + 1)) : masked);
  const wide = f.let(x.type === 'i64' ? x : f.extendU(x));
  const c64 = f.let(f.extendU(c));
  const by = f.let(f.extendU(n));
  const result = f.local('i64');
  const carry = f.local('i32');
  f.set(result, wide);
  f.set(carry, c);
  f.if(n, () => {
    if (width === 64) {
      // shifts by 64 are shifts by 0 in the host: split the far part into two steps
      if (left) {
        f.set(carry, f.wrap(f.and(f.shrU(wide, f.sub(f.i64(64), by)), f.i64(1))));
        const far = f.shrU(f.shrU(wide, 1), f.sub(f.i64(64), by));
        f.set(result, f.or(f.or(f.shl(wide, by), f.shl(c64, f.sub(by, f.i64(1)))), far));
      } else {
        f.set(carry, f.wrap(f.and(f.shrU(wide, f.sub(by, f.i64(1))), f.i64(1))));
        const far = f.shl(f.shl(wide, 1), f.sub(f.i64(64), by));
        f.set(result, f.or(f.or(f.shrU(wide, by), f.shl(c64, f.sub(f.i64(64), by))), far));
      }
      return;
    }
    const whole = f.let(f.or(wide, f.shl(c64, width)));
    const back = f.let(f.sub(f.i64(width + 1), by));
    const turned = f.let(left ? f.or(f.shl(whole, by), f.shrU(whole, back)) : f.or(f.shrU(whole, by), f.shl(whole, back)));
    f.set(result, turned);
    f.set(carry, f.wrap(f.and(f.shrU(turned, width), f.i64(1))));
  });
  const r = f.let(width === 64 ? result : truncate(f, width, f.wrap(result)));
  dst.write(r);
  rotateFlags(b, carry, left ? f.xor(carry, signBit(f, width, r)) : f.xor(signBit(f, width, r), signBit(f, width, f.shl(r, 1))));
}));
export const RCL = throughCarry('rcl', true);
export const RCR = throughCarry('rcr', false);

/** 16 bits with a count above 16 (result and flags undefined): as a Zen 4 has it, the source comes in twice and CF becomes 0. */
const doubleShift = (name: string, left: boolean): Semantics => semantics(name, 'rw r r', (b, dst, src, count) => {
  const { f } = b;
  const width = widthOf(dst);
  const y = src.read();
  counted(b, dst, count, (x, n) => {
    const r = f.local(x.type);
    if (width === 16) {
      const carry = f.local('i32');
      const high = left ? x : y, low = left ? y : x;
      const pattern = f.let(f.or(f.or(f.shl(f.extendU(high), 32), f.shl(f.extendU(y), 16)), f.extendU(low)));
      const by = f.let(f.extendU(n));
      if (left) {
        const shifted = f.let(f.shl(pattern, by));
        f.set(r, f.and(f.wrap(f.shrU(shifted, 32)), f.i32(0xffff)));
        f.set(carry, f.wrap(f.and(f.shrU(shifted, 48), f.i64(1))));
      } else {
        const shifted = f.let(f.shrU(pattern, f.sub(by, f.i64(1))));
        f.set(carry, f.and(f.wrap(shifted), f.i32(1)));
        f.set(r, f.and(f.wrap(f.shrU(shifted, 1)), f.i32(0xffff)));
      }
      f.set(carry, f.and(carry, f.leU(n, f.i32(16))));
      dst.write(r);
      b.flags.result(width, r, [carry, x, r], (cf, before, after) => ({ cf, of: signBit(f, width, f.xor(before, after)) }));
      return;
    }
    const back = (by: Expression): Expression => f.sub(f.constant(x.type, width), as(f, x, by));
    f.set(r, left ? f.or(f.shl(x, as(f, x, n)), f.shrU(y, back(n))) : f.or(f.shrU(x, as(f, x, n)), f.shl(y, back(n))));
    dst.write(r);
    b.flags.result(width, r, [x, n, r], (before, by, after) => ({
      cf: left ? bitAt(f, before, back(by)) : lastBitRight(f, before, by), of: signBit(f, width, f.xor(before, after)),
    }));
  });
});
export const SHLD = doubleShift('shld', true);
export const SHRD = doubleShift('shrd', false);
