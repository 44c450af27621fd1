/** BMI1 and BMI2: ANDN, BEXTR, BLSI, BLSMSK, BLSR, BZHI, MULX, PDEP, PEXT, RORX, SARX, SHLX, SHRX. Reference: SDM vol. 2. */
import type { Expression, FunctionBuilder, Local } from '../../wasm/function.ts';
import { semantics } from '../builder/builder.ts';
import type { Builder, Operand, Semantics, Subroutine, Width } from '../builder/builder.ts';
import { gpr } from '../state.ts';
import { multiplyHighUnsigned, widthOf } from './arithmetic.ts';

const one = (f: FunctionBuilder, x: Expression): Expression => f.constant(x.type, 1);
const inverted = (f: FunctionBuilder, x: Expression): Expression => f.xor(x, f.constant(x.type, -1));
const wide = (f: FunctionBuilder, x: Expression): Expression => (x.type === 'i64' ? x : f.extendU(x));
const narrowTo = (f: FunctionBuilder, width: Width, x: Expression): Expression => (width === 64 ? x : f.wrap(x));

const ANDN = semantics('andn', 'w r r', (b, dst, first, second) => {
  const { f } = b;
  const y = second.read(), x = first.read();
  const r = f.let(f.and(inverted(f, x), y));
  dst.write(r);
  b.flags.logic(widthOf(dst), r);
});

/** The lowest set bit is found by x AND -x and the like; CF tells whether there is one. */
const lowestBit = (name: string, carryWhen: 'zero' | 'nonzero', combine: (f: FunctionBuilder, x: Expression) => Expression): Semantics => semantics(name, 'w r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  const r = f.let(combine(f, x));
  dst.write(r);
  b.flags.result(widthOf(dst), r, [x], (source) => ({ cf: carryWhen === 'zero' ? f.eqz(source) : f.eqz(f.eqz(source)), of: f.i32(0) }));
});

/** Start and length in bits 7–0 and 15–8 of the control. */
const BEXTR = semantics('bextr', 'w r r', (b, dst, src, control) => {
  const { f } = b;
  const width = widthOf(dst);
  const x = f.let(wide(f, src.read()));
  const fields = f.let(wide(f, control.read()));
  const start = f.let(f.and(fields, f.i64(0xff)));
  const length = f.let(f.and(f.shrU(fields, 8), f.i64(0xff)));
  const shifted = f.select(f.ltU(start, f.i64(64)), f.shrU(x, start), f.i64(0));
  const mask = f.select(f.ltU(length, f.i64(64)), f.sub(f.shl(f.i64(1), length), f.i64(1)), f.i64(-1));
  const r = f.let(narrowTo(f, width, f.and(shifted, mask)));
  dst.write(r);
  b.flags.result(width, r, [], () => ({ cf: f.i32(0), of: f.i32(0) }));
});

/** Bits from the index on become 0; CF: the index is beyond the operand. */
const BZHI = semantics('bzhi', 'w r r', (b, dst, src, control) => {
  const { f } = b;
  const width = widthOf(dst);
  const x = src.read();
  const index = f.let(f.and(control.read(), f.constant(x.type, 0xff)));
  const beyond = f.let(f.gtU(index, f.constant(x.type, width - 1)));
  const kept = f.and(x, f.sub(f.shl(one(f, x), index), one(f, x)));
  const r = f.let(f.select(beyond, x, kept));
  dst.write(r);
  b.flags.result(width, r, [beyond], (cf) => ({ cf, of: f.i32(0) }));
});

/** The upper half wins where both destinations are the same register. No flags. */
const MULX = semantics('mulx', 'w w r', (b, high, low, src) => {
  const { f } = b;
  const width = widthOf(high);
  const y = src.read();
  const x = b.readRegister(gpr.rdx, width);
  if (width === 64) {
    const upper = multiplyHighUnsigned(f, x, y);
    low.write(f.mul(x, y));
    high.write(upper);
    return;
  }
  const product = f.let(f.mul(f.extendU(x), f.extendU(y)));
  low.write(f.wrap(product));
  high.write(f.wrap(f.shrU(product, 32)));
});

/** The bits of x at the places that are set in the mask, from or to the lowest places. */
const scatterBits = (name: string, direction: 'deposit' | 'extract'): Subroutine => ({
  name, params: ['i64', 'i64'], results: ['i64'],
  build: (f) => {
    const [x, mask] = f.params as [Local, Local];
    const result = f.local('i64');
    const bit = f.local('i64');
    f.set(bit, f.i64(1));
    f.block((done) => f.loop((again) => {
      f.brIf(done, f.eqz(mask));
      const place = f.let(f.and(mask, f.sub(f.i64(0), mask)));
      const [tested, made] = direction === 'deposit' ? [bit, place] : [place, bit];
      f.if(f.ne(f.and(x, tested), f.i64(0)), () => f.set(result, f.or(result, made)));
      f.set(mask, f.xor(mask, place));
      f.set(bit, f.shl(bit, 1));
      f.br(again);
    }));
    f.return(result);
  },
});
const byMask = (name: string, direction: 'deposit' | 'extract'): Semantics => {
  const subroutine = scatterBits(name, direction);
  return semantics(name, 'w r r', (b, dst, src, mask) => {
    const { f } = b;
    const m = f.let(wide(f, mask.read()));
    const x = f.let(wide(f, src.read()));
    dst.write(narrowTo(f, widthOf(dst), b.call(subroutine, x, m)));
  });
};

const RORX = semantics('rorx', 'w r r', (b, dst, src, count) => {
  const { f } = b;
  const x = src.read();
  const n = count.read();
  dst.write(f.op(`${x.type}.rotr`, x, x.type === 'i64' ? f.extendU(n) : n));
});

/** WebAssembly takes counts modulo the width, as these do. */
const shiftBy = (name: string, shift: (f: FunctionBuilder, x: Expression, n: Expression) => Expression): Semantics => semantics(name, 'w r r', (b: Builder, dst: Operand, src: Operand, count: Operand) => {
  const x = src.read();
  const n = count.read();
  dst.write(shift(b.f, x, n));
});

export const bmi = {
  ANDN, BEXTR, BZHI, MULX, RORX,
  BLSI: lowestBit('blsi', 'nonzero', (f, x) => f.and(x, f.sub(f.constant(x.type, 0), x))),
  BLSMSK: lowestBit('blsmsk', 'zero', (f, x) => f.xor(x, f.sub(x, one(f, x)))),
  BLSR: lowestBit('blsr', 'zero', (f, x) => f.and(x, f.sub(x, one(f, x)))),
  PDEP: byMask('pdep', 'deposit'), PEXT: byMask('pext', 'extract'),
  SHLX: shiftBy('shlx', (f, x, n) => f.shl(x, n)), SHRX: shiftBy('shrx', (f, x, n) => f.shrU(x, n)), SARX: shiftBy('sarx', (f, x, n) => f.shrS(x, n)),
};
