/** PUSH, POP, PUSHA, POPA, LEAVE. Reference: SDM vol. 2. ENTER, PUSHF, POPF and segment registers are microcode. */
import { semantics } from '../builder/builder.ts';
import { gpr } from '../state.ts';
import { modeBit } from '../modes.ts';
import { widthOf } from './arithmetic.ts';

type StackWidth = 16 | 32 | 64;

export const PUSH = semantics('push', 'r', (b, src) => b.push(widthOf(src) as StackWidth, src.read()));

/** A memory destination is addressed with the raised RSP: SDM vol. 2B, POP. */
export const POP = semantics('pop', 'w', (b, dst) => {
  const width = widthOf(dst) as StackWidth;
  const value = b.peek(width);
  if (dst.isMemory) b.guardStack();
  b.release(width);
  dst.write(value);
  if (dst.isMemory) b.unguardStack();
});

/** SP is pushed as it was before. What was written before a fault stays written, as on the hardware. */
export const PUSHA = semantics('pusha', 'r', (b, accumulator) => {
  const width = widthOf(accumulator) as 16 | 32;
  const values = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => b.readRegister(n, width));
  b.guardStack();
  for (const value of values) b.push(width, value);
  b.unguardStack();
});

/** All eight are read before a register changes; SP's is discarded. */
export const POPA = semantics('popa', 'w', (b, accumulator) => {
  const width = widthOf(accumulator) as 16 | 32;
  b.guardStack();
  const values = [7, 6, 5, 4, 3, 2, 1, 0].map((n) => {
    const value = b.peek(width);
    b.release(width);
    return [n, value] as const;
  });
  b.unguardStack();
  for (const [n, value] of values) if (n !== gpr.rsp) b.writeRegister(n, width, value);
});

/** The stack pointer becomes the frame pointer, by the stack's address size; then the frame pointer is popped. */
export const LEAVE = semantics('leave', 'w', (b, frame) => {
  const { f } = b;
  const width = widthOf(frame) as StackWidth;
  const sp = b.load('gpr', gpr.rsp);
  const bp = b.load('gpr', gpr.rbp);
  const mode = b.load('mode');
  const long = f.eq(f.and(mode, f.i32(modeBit.codeSize)), f.i32(2));
  const changed = f.let(f.select(long, f.i64(-1), f.select(f.and(mode, f.i32(modeBit.stack32)), f.i64(0xffff_ffffn), f.i64(0xffffn))));
  b.guardStack();
  b.store('gpr', f.or(f.and(sp, f.xor(changed, f.i64(-1))), f.and(bp, changed)), gpr.rsp);
  const value = b.peek(width);
  b.release(width);
  b.unguardStack();
  frame.write(value);
});
