/**
 * CLI, STI, PUSHF where nothing special is to be done: the common cases of instructions whose whole meaning is microcode
 * (cpu/microcode/flags.ts), to which these fall back. Reference: SDM vol. 2.
 */
import { semantics } from '../builder/builder.ts';
import type { Builder } from '../builder/builder.ts';
import { flag } from '../state.ts';
import { widthOf } from './arithmetic.ts';

/** IF may be changed: CPL <= IOPL. Holds in real mode (CPL 0), and in virtual-8086 mode (CPL 3) only with IOPL 3, where it is right as well. */
const mayChangeInterruptFlag = (b: Builder, flags: ReturnType<Builder['load']>): ReturnType<Builder['load']> =>
  b.f.leU(b.load('cpl'), b.f.and(b.f.shrU(flags, 12), b.f.i32(3)));

export const CLI = semantics('cli', '', (b) => {
  const { f } = b;
  const flags = b.load('flags');
  f.if(mayChangeInterruptFlag(b, flags), () => b.store('flags', f.and(flags, f.i32(~flag.if))), () => b.microcode('cli'));
});

/** The shadow of one instruction matters only when an interrupt is waiting; none can come before the next look at interrupts. */
export const STI = semantics('sti', '', (b) => {
  const { f } = b;
  const flags = b.load('flags');
  f.if(f.and(mayChangeInterruptFlag(b, flags), f.eqz(b.load('interruptPending'))), () => b.store('flags', f.or(flags, f.i32(flag.if))), () => b.microcode('sti'));
});

export const PUSHF = semantics('pushf', 'r', (b, accumulator) => {
  const { f } = b;
  const width = widthOf(accumulator) as 16 | 32 | 64;
  f.if(f.and(b.load('flags'), f.i32(flag.vm)), () => b.microcode('pushf'));
  const image = f.and(b.flags.read(), f.i32(~flag.rf));
  b.push(width, width === 64 ? f.extendU(image) : image);
});
