/** BT, BTS, BTR, BTC, BSF, BSR, POPCNT, LZCNT, TZCNT. Reference: SDM vol. 2; undefined destinations as on Zen 4 (BSF, BSR of 0 keep it). */
import type { Expression } from '../../wasm/function.ts';
import { semantics } from '../builder/builder.ts';
import type { Builder, Operand, Semantics } from '../builder/builder.ts';
import { arithmeticFlags, flag } from '../state.ts';
import { signed, widthOf } from './arithmetic.ts';

type Change = 'test' | 'set' | 'reset' | 'complement';

const changed = (b: Builder, change: Change, x: Expression, mask: Expression): Expression => {
  const { f } = b;
  if (change === 'set') return f.or(x, mask);
  if (change === 'reset') return f.and(x, f.xor(mask, f.constant(x.type, -1)));
  return f.xor(x, mask);
};

/** Register operand, or an immediate bit number: the number is taken modulo the width. */
const bitOfOperand = (change: Change) => (b: Builder, dst: Operand, number: Operand): void => {
  const { f } = b;
  const width = widthOf(dst);
  const x = dst.read();
  const n = f.let(number.read());
  const at = f.let(f.and(n, f.constant(n.type, width - 1)));
  const by = f.let(x.type === 'i64' && at.type === 'i32' ? f.extendU(at) : at);
  const carry = f.let(f.and(x.type === 'i64' ? f.wrap(f.shrU(x, by)) : f.shrU(x, by), f.i32(1)));
  if (change !== 'test') dst.write(changed(b, change, x, f.shl(f.constant(x.type, 1), by)));
  b.flags.update(flag.cf, carry);
};

/** A bit string in memory: the register's bit number is signed and reaches beyond the operand. The decoder gives the operand's address alone. */
const bitOfString = (change: Change) => (b: Builder, dst: Operand, number: Operand): void => {
  const { f } = b;
  const width = widthOf(number);
  const n = signed(f, width, number.read());
  const at = f.let(n);
  const bytes = width / 8;
  const displacement = f.let(f.mul(f.shrS(at, Math.log2(width)), f.i64(bytes)));
  const host = dst.address(bytes, change === 'test' ? 'read' : 'modify', true, displacement);
  const load = width === 64 ? 'i64.load' : width === 32 ? 'i32.load' : 'i32.load16_u';
  const x = f.let(f.load(load, host));
  const within = f.let(f.and(at, f.i64(width - 1)));
  const by = f.let(width === 64 ? within : f.wrap(within));
  const carry = f.let(f.and(width === 64 ? f.wrap(f.shrU(x, by)) : f.shrU(x, by), f.i32(1)));
  if (change !== 'test') {
    f.store(width === 64 ? 'i64.store' : width === 32 ? 'i32.store' : 'i32.store16', host, changed(b, change, x, f.shl(f.constant(x.type, 1), by)));
    b.commit(host);
  }
  b.flags.update(flag.cf, carry);
};

const bit = (name: string, change: Change): Semantics => semantics(name, change === 'test' ? 'r r' : 'rw r', (b, dst, number) => {
  // an immediate is 8 bits wide whatever the operand size
  if (dst.isMemory && number.width !== 8) bitOfString(change)(b, dst, number);
  else bitOfOperand(change)(b, dst, number);
});
export const BT = bit('bt', 'test');
export const BTS = bit('bts', 'set');
export const BTR = bit('btr', 'reset');
export const BTC = bit('btc', 'complement');

const zeroFlag = (b: Builder, zero: Expression): void => b.flags.update(flag.zf, b.f.shl(zero, 6));

export const BSF = semantics('bsf', 'rw r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  const zero = f.let(f.eqz(x));
  f.if(f.eqz(zero), () => dst.write(f.op(`${x.type}.ctz`, x)));
  zeroFlag(b, zero);
});

export const BSR = semantics('bsr', 'rw r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  const zero = f.let(f.eqz(x));
  f.if(f.eqz(zero), () => dst.write(f.sub(f.constant(x.type, x.type === 'i64' ? 63 : 31), f.op(`${x.type}.clz`, x))));
  zeroFlag(b, zero);
});

export const POPCNT = semantics('popcnt', 'w r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  dst.write(f.op(`${x.type}.popcnt`, x));
  b.flags.update(arithmeticFlags, f.shl(f.eqz(x), 6));
});

/** ZF = result 0, CF = source 0. */
const countFlags = (b: Builder, x: Expression, r: Expression): void => {
  const { f } = b;
  const cf = f.let(f.eqz(x));
  b.flags.update(flag.cf | flag.zf, f.or(cf, f.shl(f.eqz(r), 6)));
};

export const TZCNT = semantics('tzcnt', 'w r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  const marked = dst.width === 16 ? f.or(x, f.i32(0x1_0000)) : x;
  const r = f.let(f.op(`${x.type}.ctz`, marked));
  dst.write(r);
  countFlags(b, x, r);
});

export const LZCNT = semantics('lzcnt', 'w r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  const count = f.op(`${x.type}.clz`, x);
  const r = f.let(dst.width === 16 ? f.sub(count, f.i32(16)) : count);
  dst.write(r);
  countFlags(b, x, r);
});
