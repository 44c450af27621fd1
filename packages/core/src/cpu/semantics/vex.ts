/**
 * VEX forms of SSE instructions, from their semantics (SDM vol. 1, 14.3; vol. 2A, 2.3): the destination is apart from the first source, bits
 * above those written become 0, and with VEX.L = 1 the same is done in both halves of 128 bits. Memory operands need no alignment.
 */
import type { Builder, Operand, Semantics, Width } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import { byParts } from '../builder/parts.ts';
import type { PartOperand } from '../builder/parts.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { meetFloatExceptions } from './sse-environment.ts';
import { fromLow64, low64 } from './sse-packed.ts';

/** An operand that has been read. */
interface Fetched {
  readonly width: Operand['width'];
  readonly isMemory: boolean;
  readonly low: Expression;
  readonly high: Expression | undefined;
}

const fetched = (operand: Operand): Fetched => {
  const low = operand.read();
  return { width: operand.width, isMemory: operand.isMemory, low, high: operand.width === 256 ? operand.readHigh() : undefined };
};

export interface VexForm {
  /** Sources of less than the destination's width are cut into halves (conversions that widen); others serve both. */
  readonly widens?: boolean;
  /** Of each half's result the lower 64 bits count (conversions that narrow). */
  readonly narrows?: boolean;
  /** The upper half takes the immediate's bits from here on. */
  readonly highImmediate?: number;
}

/** Half n of a value of `width` bits. */
const slice = (f: FunctionBuilder, value: Expression, width: number, n: 0 | 1): Expression => {
  if (width === 128) return f.let(f.lane('i64x2.extract_lane', n, value));
  if (width === 64) return f.let(f.wrap(n ? f.shrU(value, 32) : value));
  return f.let(n ? f.shrU(value, width / 2) : f.and(value, f.i32(2 ** (width / 2) - 1)));
};

const partOf = (f: FunctionBuilder, operand: Fetched, n: 0 | 1, isWide: boolean, form: VexForm): PartOperand => {
  const { width, isMemory, low, high } = operand;
  if (width === 256) return { width: 128, isMemory, value: n ? high : low };
  if (isWide && form.widens && width > 8) return { width: (width / 2) as Width, isMemory, value: slice(f, low, width, n) };
  if (n && width === 8 && form.highImmediate) return { width, isMemory, value: f.let(f.shrU(low, form.highImmediate)) };
  return { width: width as Width, isMemory, value: low };
};

/** Of semantics that overwrite the first operand the VEX form has one more. */
const accessOf = (sse: Semantics, overwrites = sse.access[0] === 'rw'): string => ['w', ...(overwrites ? ['r'] : []), ...sse.access.slice(1)].join(' ');

/** Clears what floating-point parts raise, carries them out, and meets their exceptions together. */
export const withFloatExceptions = (b: Builder, compute: () => void): void => {
  b.store('floatRaised', b.f.i32(0));
  compute();
  b.f.if(b.load('floatRaised'), () => meetFloatExceptions(b));
};

const halves = (b: Builder, sse: Semantics, isWide: boolean, sources: readonly Fetched[], form: VexForm): [Expression, Expression | undefined] => {
  const overwrites = sse.access[0] === 'rw';
  const half = (n: 0 | 1): Expression => {
    const parts = sources.map((source) => partOf(b.f, source, n, isWide, form));
    const [first, ...rest] = parts;
    return byParts(b, sse, overwrites ? [first!, ...rest] : [{ width: 128, isMemory: false }, ...parts]);
  };
  return [half(0), isWide ? half(1) : undefined];
};

const packedForm = (isFloat: boolean) => (sse: Semantics, form: VexForm = {}): Semantics => semantics(`v${sse.name}`, accessOf(sse), (b, dst, ...operands) => {
  const sources = operands.map(fetched);
  const isWide = dst.width === 256 || (form.narrows === true && operands[0]!.width === 256);
  let result: [Expression, Expression | undefined] | undefined;
  const compute = (): void => { result = halves(b, sse, isWide, sources, form); };
  if (isFloat) withFloatExceptions(b, compute);
  else compute();
  const [low, high] = result!;
  if (!form.narrows || !high) return dst.write(low, high);
  dst.write(b.f.shuffle(low, high, Array.from({ length: 16 }, (_, i) => (i < 8 ? i : i + 8))));
});
/** On each half: integers and moves, and floating point with its exceptions. */
export const vex = packedForm(false);
export const vexFloat = packedForm(true);

const scalarForm = (isFloat: boolean) => (sse: Semantics, laneBits: 32 | 64): Semantics => semantics(`v${sse.name}`, accessOf(sse, true), (b, dst, first, ...operands) => {
  const { f } = b;
  const sources = operands.map((operand): PartOperand => ({ width: operand.width as Width, isMemory: operand.isMemory, value: operand.read() }));
  const upper = first!.read();
  const [extract, replace] = laneBits === 32 ? ['i32x4.extract_lane', 'i32x4.replace_lane'] : ['i64x2.extract_lane', 'i64x2.replace_lane'];
  const old = sse.access[0] === 'rw' ? f.let(f.lane(extract!, 0, upper)) : undefined;
  let result: Expression | undefined;
  const compute = (): void => { result = byParts(b, sse, [{ width: laneBits, isMemory: false, value: old }, ...sources]); };
  if (isFloat) withFloatExceptions(b, compute);
  else compute();
  dst.write(f.lane(replace!, 0, upper, result!));
});
/** The lowest lane; the lanes above come from the first source. */
export const vexScalar = scalarForm(true);
export const vexLowLane = scalarForm(false);

/** MOVMSK: the sign bits of both halves, `lanes` of each. */
export const vexSigns = (sse: Semantics, lanes: number): Semantics => semantics(`v${sse.name}`, 'w r', (b, dst, src) => {
  const { f } = b;
  const x = fetched(src);
  const signs = (value: Expression): Expression => byParts(b, sse, [{ width: 32, isMemory: false }, { width: 128, isMemory: false, value }]);
  const low = signs(x.low);
  dst.write(x.high ? f.or(low, f.shl(signs(x.high), lanes)) : low);
});

/** The same under its VEX name: destinations that are no vector register. */
export const vexNamed = (sse: Semantics): Semantics => ({ ...sse, name: `v${sse.name}` });

/** A string comparison, whose mask goes to XMM0 and clears what is above it. */
export const vexToXmm0 = (sse: Semantics): Semantics => semantics(`v${sse.name}`, sse.access.join(' '), (b, ...operands) => {
  sse.build(b, ...operands);
  for (const n of [0, 1]) b.store('ymmHigh', b.f.i64(0), n);
});

// — moves: whole registers and memory —

const fromSource = (_: Builder, dst: Operand, src: Operand): void => {
  const x = fetched(src);
  dst.write(x.low, x.high);
};
/** Between registers, and memory of any alignment. */
export const vexMove = (name: string): Semantics => semantics(name, 'w r', fromSource);
/** Memory has to be aligned to the operand's size. */
export const vexAlignedLoad = (name: string): Semantics => semantics(name, 'w r', (b, dst, src) => {
  const { f } = b;
  const address = src.address(src.width / 8, 'read', false);
  const low = f.let(f.load('v128.load', address));
  dst.write(low, src.width === 256 ? f.load('v128.load', address, 16) : undefined);
});
export const vexAlignedStore = (name: string): Semantics => semantics(name, 'w r', (_, dst, src) => {
  const x = fetched(src);
  dst.address(dst.width / 8, 'write', false);
  dst.write(x.low, x.high);
});

/** MOVD, MOVQ and loads of a scalar: the rest of the register becomes 0. */
export const vexZeroExtended = (name: string): Semantics => semantics(name, 'w r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  dst.write(x.type === 'i64' ? fromLow64(f, x) : f.lane('i32x4.replace_lane', 0, f.v128(new Uint8Array(16)), x));
});
/** A lane, zero-extended, to a general register or memory. */
export const vexLowTo = (name: string): Semantics => semantics(name, 'w r', (b, dst, src) => {
  const x = src.read();
  dst.write(x.type !== 'v128' ? x : dst.width === 64 ? low64(b.f, x) : b.f.lane('i32x4.extract_lane', 0, x));
});

/** MOVDDUP of 256 bits takes the even quadwords of its whole source; of 128 bits the low one. */
export const vmovddup = semantics('vmovddup', 'w r', (b, dst, src) => {
  const { f } = b;
  const even = (x: Expression): Expression => f.let(f.op('i64x2.splat', low64(f, x)));
  if (src.width !== 256) return dst.write(f.op('i64x2.splat', src.read()));
  const x = fetched(src);
  dst.write(even(x.low), even(x.high!));
});
