/**
 * Small system instructions where nothing special is to be done: SWAPGS, STAC, CLAC, POPF, the bases of FS and GS, RDPKRU and WRPKRU, moves from control registers,
 * loads of CR3, INVLPG, RDTSC, RDTSCP. The whole of them is microcode (cpu/microcode/system.ts, flags.ts, control-registers.ts), to which these fall back. Reference: SDM vol. 2.
 */
import { flushTlb, flushTlbPage } from '../../memory/mmu.ts';
import { STATE_BASE } from '../../memory/layout.ts';
import type { Expression } from '../../wasm/function.ts';
import { semantics } from '../builder/builder.ts';
import type { Builder, Semantics, Subroutine } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { imported } from '../builder/subroutines.ts';
import { record } from '../decode/record.ts';
import { physicalAddressBits } from '../features.ts';
import { POPF_FLAGS, POPF_WIDE_FLAGS } from '../microcode/flags.ts';
import { cr0, cr4, efer, flag, gpr, offsetOf, segment } from '../state.ts';
import { has, settlePrivilege } from './derived-state.ts';
import { widthOf } from './arithmetic.ts';
import { isCanonical } from './segment-registers.ts';
import { isLongCode, isStepping, loadsQuietly } from './system-call.ts';

const isSupervisor = (b: Builder): Expression => b.f.eqz(b.load('cpl'));

/** The opcode row is of 64-bit mode. */
export const SWAPGS = semantics('swapgs', '', (b) => {
  b.f.if(isSupervisor(b), () => {
    const base = b.load('segmentBase', segment.gs);
    b.store('segmentBase', b.load('kernelGsBase'), segment.gs);
    b.store('kernelGsBase', base);
  }, () => b.microcode('swapgs'));
});

/** (RFLAGS.AC): changes it, and with it which pages the supervisor may access. Said to touch registers, so that a region looks which TLB is in force then. */
const setAccess: Subroutine = {
  name: 'setAccess', params: ['i32'], results: [], touches: 'registers',
  build: (f, call) => {
    storeField(f, 'flags', f.or(f.and(loadField(f, 'flags'), f.i32(~flag.ac)), f.params[0]!));
    f.perform(call(settlePrivilege));
  },
};
const changeAccess = (name: 'clac' | 'stac', ac: number): Semantics => semantics(name, '', (b) => {
  b.f.if(isSupervisor(b), () => b.perform(setAccess, b.f.i32(ac)), () => b.microcode(name));
});
export const CLAC = changeAccess('clac', 0);
export const STAC = changeAccess('stac', flag.ac);

/** Without virtual-8086 mode. A change of AC is microcode's, as is a trap or an interrupt that follows at once. */
export const POPF = semantics('popf', 'r', (b, accumulator) => {
  const { f } = b;
  const width = widthOf(accumulator) as 16 | 32 | 64;
  f.if(has(f, b.load('flags'), flag.vm), () => b.microcode('popf'));
  const value = b.peek(width);
  const image = f.let(value.type === 'i64' ? f.wrap(value) : value);
  const always = POPF_FLAGS | (width === 16 ? 0 : POPF_WIDE_FLAGS);
  const old = b.flags.read();
  const cpl = b.load('cpl');
  const mayIf = f.select(f.leU(cpl, f.and(f.shrU(old, 12), f.i32(3))), f.i32(flag.if), f.i32(0));
  const changeable = f.let(f.or(f.or(f.i32(always), mayIf), f.select(cpl, f.i32(0), f.i32(flag.iopl))));
  const flags = f.let(f.or(f.and(old, f.xor(changeable, f.i32(-1))), f.and(image, changeable)));
  f.if(f.or(f.or(isStepping(f), f.eqz(loadsQuietly(f, flags))), has(f, f.xor(old, flags), flag.ac)), () => b.microcode('popf'));
  b.release(width);
  b.flags.update(always | flag.if | flag.iopl | flag.rf, f.and(flags, f.i32((always | flag.if | flag.iopl) & ~flag.rf)));
});

const enabledIn64Bit = (b: Builder): Expression => b.f.and(isLongCode(b.f), has(b.f, b.f.wrap(b.load('cr4')), cr4.fsgsbase));
const readBase = (name: string, index: number): Semantics => semantics(name, 'w', (b, destination) => {
  const { f } = b;
  f.if(f.eqz(enabledIn64Bit(b)), () => b.microcode(name));
  const base = b.load('segmentBase', index);
  destination.write(destination.width === 64 ? base : f.wrap(base));
});
const writeBase = (name: string, index: number): Semantics => semantics(name, 'r', (b, source) => {
  const { f } = b;
  const value = source.read();
  const base = f.let(value.type === 'i64' ? value : f.extendU(value));
  f.if(f.eqz(f.and(enabledIn64Bit(b), isCanonical(f, base))), () => b.microcode(name));
  b.store('segmentBase', base, index);
});
export const RDFSBASE = readBase('rdfsbase', segment.fs);
export const RDGSBASE = readBase('rdgsbase', segment.gs);
export const WRFSBASE = writeBase('wrfsbase', segment.fs);
export const WRGSBASE = writeBase('wrgsbase', segment.gs);

const mayUsePkru = (b: Builder): Expression => b.f.and(has(b.f, b.f.wrap(b.load('cr4')), cr4.pke), b.f.eqz(b.readRegister(gpr.rcx, 32)));
export const RDPKRU = semantics('rdpkru', '', (b) => {
  b.f.if(b.f.eqz(mayUsePkru(b)), () => b.microcode('rdpkru'));
  b.writeRegister(gpr.rax, 32, b.load('pkru'));
  b.writeRegister(gpr.rdx, 32, b.f.i32(0));
});
/** To the value that it has; another one changes what the TLBs hold. */
export const WRPKRU = semantics('wrpkru', '', (b) => {
  const { f } = b;
  const same = f.and(f.eq(b.readRegister(gpr.rax, 32), b.load('pkru')), f.eqz(b.readRegister(gpr.rdx, 32)));
  f.if(f.eqz(f.and(mayUsePkru(b), same)), () => b.microcode('wrpkru'));
});

/** ModRM.reg: which control register. */
const controlRegister = (b: Builder): Expression => b.f.let(b.f.load('i32.load8_u', b.recordAddress(), record.reg));
const inState = 0b11101;

/** CR0, CR2, CR3, CR4, which are neighbours in the state; not CR8, which is the APIC's. */
export const FROM_CONTROL = semantics('mov_from_cr', 'w', (b, destination) => {
  const { f } = b;
  const n = controlRegister(b);
  f.if(f.eqz(f.and(f.and(f.shrU(f.i32(inState), n), f.ltU(n, f.i32(8))), isSupervisor(b))), () => b.microcode('mov_from_cr'));
  const value = f.let(f.load('i64.load', f.shl(f.sub(n, f.ne(n, f.i32(0))), 3), STATE_BASE + offsetOf.cr0));
  destination.write(f.select(isLongCode(f), value, f.and(value, f.i64(0xffff_ffffn))));
});

const RESERVED = ~((1n << BigInt(physicalAddressBits)) - 1n);
const PRESERVE = 1n << 63n;

/** CR3 where it is taken as it is: not in PAE mode outside IA-32e mode, which has pointers to check. */
export const TO_CONTROL = semantics('mov_to_cr', 'r', (b, source) => {
  const { f } = b;
  const wide = source.read();
  const controls = b.load('cr0');
  const extensions = f.let(f.wrap(b.load('cr4')));
  const long = f.let(has(f, f.wrap(b.load('efer')), efer.lma));
  const withPcid = f.and(long, has(f, extensions, cr4.pcide));
  const value = f.let(f.and(f.select(isLongCode(f), wide, f.and(wide, f.i64(0xffff_ffffn))), f.select(withPcid, f.i64(~PRESERVE), f.i64(-1))));
  const simple = f.select(long, f.eqz(f.and(value, f.i64(RESERVED))), f.eqz(f.and(has(f, extensions, cr4.pae), f.ne(f.and(controls, f.i64(BigInt(cr0.pg >>> 0))), f.i64(0)))));
  f.if(f.eqz(f.and(f.and(simple, f.eq(controlRegister(b), f.i32(3))), isSupervisor(b))), () => b.microcode('mov_to_cr'));
  b.store('cr3', value);
  b.perform(flushTlb, f.i32(0));
  b.jump(64, f.and(b.nextRip(), b.load('codeMask')));
});

export const INVLPG = semantics('invlpg', 'a', (b) => {
  const { f } = b;
  f.if(f.eqz(isSupervisor(b)), () => b.microcode('invlpg'));
  const number = f.let(f.load('i32.load8_u', b.recordAddress(), record.segment));
  const long = isLongCode(f);
  const base = f.load('i64.load', f.shl(number, 3), STATE_BASE + offsetOf.segmentBase);
  const hasBase = f.or(f.eqz(long), f.geU(number, f.i32(segment.fs)));
  const linear = f.let(f.and(f.add(b.effectiveAddress(), f.select(hasBase, base, f.i64(0))), b.load('codeMask')));
  f.if(isCanonical(f, linear), () => b.perform(flushTlbPage, linear));
  b.jump(64, f.and(b.nextRip(), b.load('codeMask')));
});

/** The counter behind the time-stamp counter, before the guest's offset: a whole number below 2^53. */
export const clockTicks = imported('clockTicks', [], ['f64']);

/** (record) -> the time-stamp counter. Said to touch registers, so that what has been retired is known exactly when the clock derives from it. */
const readTimeStamp: Subroutine = {
  name: 'readTimeStamp', params: ['i32'], results: ['i64'], touches: 'registers',
  build: (f, call) => {
    storeField(f, 'instruction', f.params[0]!);
    f.return(f.add(f.op('i64.trunc_f64_s', f.call(call(clockTicks))), loadField(f, 'tscOffset')));
  },
};
const timeStamp = (name: 'rdtsc' | 'rdtscp'): Semantics => semantics(name, '', (b) => {
  const { f } = b;
  f.if(f.and(has(f, f.wrap(b.load('cr4')), cr4.tsd), f.eqz(isSupervisor(b))), () => b.microcode(name));
  const ticks = b.call(readTimeStamp, b.recordAddress());
  b.writeRegister(gpr.rax, 32, f.wrap(ticks));
  b.writeRegister(gpr.rdx, 32, f.wrap(f.shrU(ticks, 32)));
  if (name === 'rdtscp') b.writeRegister(gpr.rcx, 32, f.wrap(b.load('tscAux')));
});
export const RDTSC = timeStamp('rdtsc');
export const RDTSCP = timeStamp('rdtscp');
