/**
 * Moves of MMX and XMM registers: whole, low, high, duplicated, masked, non-temporal, and to and from general registers.
 *
 * Reference: SDM vol. 2. Non-temporal hints are not modelled: stores are ordinary ones.
 */
import type { Builder, Operand, Semantics } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import type { Expression } from '../../wasm/function.ts';
import { checkPendingX87, enterMmx } from './mmx.ts';
import { fromLow32, fromLow64, low64 } from './sse-packed.ts';

const highPart = (b: Builder, value: Expression): Expression => b.f.lane('i64x2.extract_lane', 1, value);

/** 128 bits, of memory that need not be aligned. */
const readUnaligned = (b: Builder, operand: Operand): Expression =>
  (operand.isMemory ? b.f.let(b.f.load('v128.load', operand.address(16, 'read', true))) : operand.read());

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

export const move = {
  /** Between registers and aligned memory of the same width: MOVAPS, MOVDQA, MOVNTPS; and low lanes: MOVSS, MOVLPS with the rest kept. */
  move: (name: string): Semantics => semantics(name, 'w r', (_, dst, src) => dst.write(src.read())),
  unaligned: (name: string): Semantics => semantics(name, 'w r', (b, dst, src) => writeUnaligned(b, dst, readUnaligned(b, src))),
  /** Into an XMM register, the rest of which becomes 0: MOVSS and MOVSD loads, MOVD, MOVQ. */
  zeroExtended: (name: string): Semantics => semantics(name, 'w r', (b, dst, src) => {
    const x = src.read();
    dst.write(x.type === 'i64' ? fromLow64(b.f, x) : fromLow32(b.f, x));
  }),
  /** To and from MMX registers, widths as the operands say; 32 bits are zero-extended. */
  mmx: (name: string): Semantics => semantics(name, 'w r', (b, dst, src) => {
    const x = src.read();
    if (dst.width === 64) dst.write(x.type === 'i32' ? b.f.extendU(x) : x);
    else dst.write(x.type === 'i64' ? b.f.wrap(x) : x);
    enterMmx(b);
  }),
  /** From the low lane of an XMM register: MOVD, MOVQ stores, whatever the width of the destination. */
  low: (name: string): Semantics => semantics(name, 'w r', (b, dst, src) => {
    const x = src.read();
    dst.write(dst.width === 64 ? low64(b.f, x) : b.f.lane('i32x4.extract_lane', 0, x));
  }),
  movq2dq: semantics('movq2dq', 'w r', (b, dst, src) => {
    checkPendingX87(b);
    dst.write(fromLow64(b.f, src.read()));
    enterMmx(b);
  }),
  movdq2q: semantics('movdq2q', 'w r', (b, dst, src) => {
    checkPendingX87(b);
    dst.write(src.read());
    enterMmx(b);
  }),
  /** The high quadword from memory or from the low quadword of a register: MOVHPS, MOVHPD, MOVLHPS. */
  toHigh: (name: string): Semantics => semantics(name, 'rw r', (b, dst, src) => {
    const y = src.read();
    dst.write(b.f.lane('i64x2.replace_lane', 1, dst.read(), y));
  }),
  fromHigh: (name: string): Semantics => semantics(name, 'w r', (b, dst, src) => dst.write(highPart(b, src.read()))),
  movddup: semantics('movddup', 'w r', (b, dst, src) => dst.write(b.f.op('i64x2.splat', src.read()))),
  movsldup: duplicate('movsldup', [0, 1, 2, 3, 0, 1, 2, 3, 8, 9, 10, 11, 8, 9, 10, 11]),
  movshdup: duplicate('movshdup', [4, 5, 6, 7, 4, 5, 6, 7, 12, 13, 14, 15, 12, 13, 14, 15]),
  /** The sign bits of the lanes. */
  signs: (name: string, instruction: string): Semantics => semantics(name, 'w r', (b, dst, src) => dst.write(b.f.op(instruction, src.read()))),
  pmovmskbMmx: semantics('pmovmskb', 'w r', (b, dst, src) => {
    const x = fromLow64(b.f, src.read());
    dst.write(b.f.op('i8x16.bitmask', x));
    enterMmx(b);
  }),
  /** Nothing to do. */
  nothing: (name: string): Semantics => semantics(name, '', () => {}),
  /** Faults as a read does: CLFLUSH and its kin; caches are not modelled. */
  touch: (name: string): Semantics => semantics(name, 'r', (_, address) => { address.read(); }),
  /** MOVBE: the bytes reversed. */
  movbe: semantics('movbe', 'w r', (b, dst, src) => {
    const { f } = b;
    const x = src.read();
    const reversed = f.let(f.op('i8x16.swizzle', x.type === 'i64' ? fromLow64(f, x) : fromLow32(f, x),
      f.v128(Uint8Array.from({ length: 16 }, (_, i) => (i < src.width / 8 ? src.width / 8 - 1 - i : 255)))));
    dst.write(dst.width === 64 ? low64(f, reversed) : f.lane('i32x4.extract_lane', 0, reversed));
  }),
};
