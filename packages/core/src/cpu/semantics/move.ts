/** MOV, MOVDIRI, MOVZX, MOVSX, XCHG, LEA, CMOVcc, SETcc, BSWAP, sign extensions, XLAT. Reference: SDM vol. 2. */
import { semantics } from '../builder/builder.ts';
import type { ConditionCode, Semantics } from '../builder/builder.ts';
import { gpr } from '../state.ts';
import { signed, truncate, widthOf } from './arithmetic.ts';

export const MOV = semantics('mov', 'w r', (_b, dst, src) => dst.write(src.read()));

/** A direct store: it goes past the caches, and there are none. */
export const MOVDIRI = semantics('movdiri', 'w r', (_b, dst, src) => dst.write(src.read()));

export const XCHG = semantics('xchg', 'rw rw', (_b, dst, src) => {
  const x = dst.read(), y = src.read();
  dst.write(y);
  src.write(x);
});

export const MOVZX = semantics('movzx', 'w r', (b, dst, src) => {
  const x = src.read();
  dst.write(dst.width === 64 && x.type === 'i32' ? b.f.extendU(x) : x);
});

export const MOVSX = semantics('movsx', 'w r', (b, dst, src) => {
  const { f } = b;
  const extended = signed(f, widthOf(src), src.read());
  dst.write(dst.width === 64 ? extended : truncate(f, widthOf(dst), f.wrap(extended)));
});

export const LEA = semantics('lea', 'w a', (b, dst) => {
  const address = b.effectiveAddress();
  dst.write(dst.width === 64 ? address : truncate(b.f, widthOf(dst), b.f.wrap(address)));
});

export const BSWAP = semantics('bswap', 'rw', (b, dst) => {
  const { f } = b;
  const x = dst.read();
  if (dst.width === 16) { // undefined; Zen 4 gives 0
    dst.write(f.i32(0));
    return;
  }
  const swap32 = (v: typeof x): typeof x => {
    const masked = f.let(f.op('i32.rotl', v, f.i32(8)));
    // bytes 0 and 2 are in place after one rotation by 8, bytes 1 and 3 after another by 16
    return f.or(f.and(masked, f.i32(0x00ff_00ff)), f.and(f.op('i32.rotl', masked, f.i32(16)), f.i32(0xff00_ff00)));
  };
  if (dst.width === 32) {
    dst.write(swap32(x));
    return;
  }
  const low = f.let(f.wrap(x)), high = f.let(f.wrap(f.shrU(x, 32)));
  dst.write(f.or(f.shl(f.extendU(swap32(low)), 32), f.extendU(swap32(high))));
});

const eachCondition = (name: string, access: string, build: (code: ConditionCode) => Semantics['build']): readonly Semantics[] =>
  conditionNames.map((cc, code) => semantics(name + cc, access, build(code as ConditionCode)));
export const conditionNames = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g'] as const;

/** The source is read, and may fault, whatever the condition; a 32-bit destination's upper half becomes 0 whatever the condition. */
export const CMOV = eachCondition('cmov', 'rw r', (code) => (b, dst, src) => {
  const { f } = b;
  const y = src.read(), x = dst.read();
  dst.write(f.select(b.flags.condition(code), y, x));
});

export const SET = eachCondition('set', 'w', (code) => (b, dst) => dst.write(b.f.let(b.flags.condition(code))));

/** CBW, CWDE, CDQE: by operand size. */
export const CBW = semantics('cbw', 'rw', (b, accumulator) => {
  const { f } = b;
  const width = widthOf(accumulator);
  const x = accumulator.read();
  if (width === 64) accumulator.write(f.op('i64.extend32_s', x));
  else accumulator.write(truncate(f, width, f.op(width === 32 ? 'i32.extend16_s' : 'i32.extend8_s', x)));
});

/** CWD, CDQ, CQO. */
export const CWD = semantics('cwd', 'r', (b, accumulator) => {
  const { f } = b;
  const width = widthOf(accumulator);
  const x = accumulator.read();
  if (width === 64) b.writeRegister(gpr.rdx, 64, f.shrS(x, 63));
  else b.writeRegister(gpr.rdx, width, f.wrap(f.shrS(signed(f, width, x), 63)));
});

/** The decoder gives the operand [rBX]. */
export const XLAT = semantics('xlat', 'a', (b, table) => {
  const at = table.address(1, 'read', true, b.f.extendU(b.readRegister(gpr.rax, 8)));
  b.writeRegister(gpr.rax, 8, b.f.load('i32.load8_u', at));
});

/** MOVNTI and MOVBE's byte order are elsewhere; NOP evaluates nothing, not even its operand's address. */
export const NOP = semantics('nop', '', () => undefined);
