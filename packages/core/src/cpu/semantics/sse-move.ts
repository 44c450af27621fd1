/**
 * Moves of MMX and XMM registers: whole, low, high, duplicated, masked, non-temporal, and to and from general registers.
 *
 * Reference: SDM vol. 2. Non-temporal hints are not modelled: stores are ordinary ones.
 */
import type { Builder, Operand, Semantics } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import type { Expression } from '../../wasm/function.ts';
import { fromLow32, fromLow64, low64, readPacked, readUnaligned } from './sse-packed.ts';

const writeUnaligned = (b: Builder, operand: Operand, value: Expression): void => {
  if (!operand.isMemory) return operand.write(value);
  const address = b.f.let(operand.address(16, 'write', true));
  b.f.store('v128.store', address, value);
  b.commit(address);
};

const duplicate = (name: string, pattern: readonly number[]): Semantics => semantics(name, 'w r', (b, dst, src) => {
  const x = src.read();
  dst.write(b.f.shuffle(x, x, pattern));
});

/** Between registers and aligned memory of the same width; a low lane into a register keeps the rest. */
const plain = (name: string): Semantics => semantics(name, 'w r', (_, dst, src) => dst.write(src.read()));
const unaligned = (name: string): Semantics => semantics(name, 'w r', (b, dst, src) => writeUnaligned(b, dst, readUnaligned(b, src)));
/** Into an XMM register, the rest of which becomes 0. */
const zeroExtended = (name: string): Semantics => semantics(name, 'w r', (b, dst, src) => {
  const x = src.read();
  dst.write(x.type === 'i64' ? fromLow64(b.f, x) : fromLow32(b.f, x));
});
/** The high quadword, from memory or from the low quadword of a register. */
const toHigh = (name: string): Semantics => semantics(name, 'rw r', (b, dst, src) => {
  const y = src.read();
  dst.write(b.f.lane('i64x2.replace_lane', 1, dst.read(), y));
});
const fromHigh = (name: string): Semantics => semantics(name, 'w r', (b, dst, src) => dst.write(b.f.lane('i64x2.extract_lane', 1, src.read())));
/** The sign bits of the lanes. */
const signs = (name: string, instruction: string): Semantics => semantics(name, 'w r', (b, dst, src) => dst.write(b.f.op(instruction, readPacked(b, src))));

export const move = {
  movaps: plain('movaps'), movapd: plain('movapd'), movdqa: plain('movdqa'), movntps: plain('movntps'), movntpd: plain('movntpd'), movntdq: plain('movntdq'), movntdqa: plain('movntdqa'),
  movups: unaligned('movups'), movupd: unaligned('movupd'), movdqu: unaligned('movdqu'), lddqu: unaligned('lddqu'),
  movss: plain('movss'), movsd: plain('movsd'), movssLoad: zeroExtended('movss'), movsdLoad: zeroExtended('movsd'), movntss: plain('movntss'), movntsd: plain('movntsd'),
  movlps: plain('movlps'), movlpd: plain('movlpd'), movnti: plain('movnti'), movq: plain('movq'), movqLoad: zeroExtended('movq'), movntq: plain('movntq'),
  movhps: toHigh('movhps'), movhpd: toHigh('movhpd'), movlhps: toHigh('movlhps'), movhpsStore: fromHigh('movhps'), movhpdStore: fromHigh('movhpd'), movhlps: fromHigh('movhlps'),
  movd: zeroExtended('movd'),
  movdStore: semantics('movd', 'w r', (b, dst, src) => {
    const x = src.read();
    dst.write(dst.width === 64 ? low64(b.f, x) : b.f.lane('i32x4.extract_lane', 0, x));
  }),
  movdMmx: semantics('movd', 'w r', (b, dst, src) => {
    const x = src.read();
    dst.write(x.type === 'i64' ? x : b.f.extendU(x));
  }),
  movdMmxStore: semantics('movd', 'w r', (b, dst, src) => {
    const x = src.read();
    dst.write(dst.width === 64 ? x : b.f.wrap(x));
  }),
  movq2dq: zeroExtended('movq2dq'), movdq2q: plain('movdq2q'),
  movddup: semantics('movddup', 'w r', (b, dst, src) => dst.write(b.f.op('i64x2.splat', src.read()))),
  movsldup: duplicate('movsldup', [0, 1, 2, 3, 0, 1, 2, 3, 8, 9, 10, 11, 8, 9, 10, 11]),
  movshdup: duplicate('movshdup', [4, 5, 6, 7, 4, 5, 6, 7, 12, 13, 14, 15, 12, 13, 14, 15]),
  movmskps: signs('movmskps', 'i32x4.bitmask'), movmskpd: signs('movmskpd', 'i64x2.bitmask'), pmovmskb: signs('pmovmskb', 'i8x16.bitmask'),
  pmovmskbMmx: semantics('pmovmskb', 'w r', (b, dst, src) => dst.write(b.f.op('i8x16.bitmask', fromLow64(b.f, src.read())))),
  /** Memory ordering is that of one processor: nothing to wait for. */
  lfence: semantics('lfence', '', () => {}), mfence: semantics('mfence', '', () => {}), sfence: semantics('sfence', '', () => {}),
  /** The bytes reversed. */
  movbe: semantics('movbe', 'w r', (b, dst, src) => {
    const { f } = b;
    const x = src.read();
    const bytes = src.width / 8;
    const reversed = f.let(f.op('i8x16.swizzle', x.type === 'i64' ? fromLow64(f, x) : fromLow32(f, x), f.v128(Array.from({ length: 16 }, (_, i) => (i < bytes ? bytes - 1 - i : 255)))));
    dst.write(dst.width === 64 ? low64(f, reversed) : f.lane('i32x4.extract_lane', 0, reversed));
  }),
};
