/**
 * MOVS, STOS, LODS, CMPS, SCAS with their repeat prefixes. Reference: SDM vol. 2, REP. INS and OUTS are microcode.
 *
 * RSI, RDI and RCX are brought up to date after each element, so that a fault or an interrupt in the middle finds the instruction
 * restartable. A run of MOVS or STOS within one page each is done as one block; at most `MAX_ELEMENTS` pass between looks at interrupts.
 */
import { BOUNCE_END, STATE_BASE } from '../../memory/layout.ts';
import { accessBit, bulkStore, commitSlow } from '../../memory/mmu.ts';
import type { Callee, Expression, FunctionBuilder, Local } from '../../wasm/function.ts';
import { semantics } from '../builder/builder.ts';
import type { Semantics, Subroutine } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { record } from '../decode/record.ts';
import { destinationLinear, reach, recordLinear } from '../builder/addressing.ts';
import { flag, flagsKind, gpr, offsetOf } from '../state.ts';

type StringOperation = 'movs' | 'stos' | 'lods' | 'cmps' | 'scas';
type ElementWidth = 8 | 16 | 32 | 64;

const MAX_ELEMENTS = 4096;
/** What an element weighs that went to a device, or across pages: it takes about as much longer. */
const SLOW_ELEMENT = 64;
const REPEAT_BITS = 0x60;
const REPEAT_NOT_EQUAL = 0x40;

/** What the subroutine returns. */
const outcome = { done: 0, again: 1, fault: 2 } as const;

const loadName = { 8: 'i32.load8_u', 16: 'i32.load16_u', 32: 'i32.load', 64: 'i64.load' } as const;
const storeName = { 8: 'i32.store8', 16: 'i32.store16', 32: 'i32.store', 64: 'i64.store' } as const;

const compareFlags = (f: FunctionBuilder, width: ElementWidth, x: Expression, y: Expression): void => {
  const top = (value: Expression): Expression => f.shl(value.type === 'i64' ? value : f.extendU(value), 64 - width);
  storeField(f, 'flagsKind', f.i32(flagsKind.sub | ((64 - width) << 8)));
  storeField(f, 'flagsResult', top(f.sub(x, y)));
  storeField(f, 'flagsOperand', top(x));
};

/** (record) -> outcome. */
const stringSubroutine = (operation: StringOperation, width: ElementWidth): Subroutine => ({
  name: `${operation}${width}`, params: ['i32'], results: ['i32'], touches: 'registers',
  build: (f, call) => buildString(f, call, operation, width),
});

const buildString = (f: FunctionBuilder, call: (s: Subroutine) => Callee, operation: StringOperation, width: ElementWidth): void => {
  const at = f.params[0]!;
  const bytes = width / 8;
  const usesSource = operation === 'movs' || operation === 'lods' || operation === 'cmps';
  const usesDestination = operation !== 'lods';
  const writes = operation === 'movs' || operation === 'stos';
  const compares = operation === 'cmps' || operation === 'scas';

  storeField(f, 'instruction', at);
  const shape = f.let(f.load('i32.load8_u', at, record.shape));
  const repeated = f.let(f.and(shape, f.i32(REPEAT_BITS)));
  const addressSize = f.let(f.and(f.shrU(shape, 2), f.i32(3)));
  const mask = f.let(f.select(f.eqz(addressSize), f.i64(0xffff), f.select(f.eq(addressSize, f.i32(1)), f.i64(0xffff_ffffn), f.i64(-1))));
  const register = (n: number): Expression => f.and(loadField(f, 'gpr', n), mask);
  /** Writes by address size: 16 bits leave the rest, 32 bits clear it. */
  const setRegister = (n: number, value: Expression): void => {
    const v = f.let(value);
    f.if(addressSize, () => storeField(f, 'gpr', f.and(v, mask), n), () => f.store('i64.store16', f.i32(0), v, STATE_BASE + offsetOf.gpr + 8 * n));
  };
  const backwards = f.let(f.and(loadField(f, 'flags'), f.i32(flag.df)));
  const step = f.let(f.select(backwards, f.i64(-bytes), f.i64(bytes)));
  const count = f.local('i64');
  const elements = f.local('i32');
  // while single-stepping each iteration counts as an instruction
  const stepping = f.let(loadField(f, 'stepping'));
  f.if(stepping, () => f.set(elements, f.i32(MAX_ELEMENTS - 1)));
  f.set(count, f.select(repeated, register(gpr.rcx), f.i64(1)));
  f.if(f.eqz(count), () => {
    // with a 32-bit address size nothing is written, so RCX keeps its upper half
    f.return(f.i32(outcome.done));
  });
  const source = f.local('i32');
  const destination = f.local('i32');
  const access = (bits: number): Expression => f.i32(bytes | bits);
  const pending = (): void => f.if(loadField(f, 'faultVector'), () => f.return(f.i32(outcome.fault)));

  f.loop((next) => {
    if (usesSource) {
      const linear = f.let(f.call(call(recordLinear), at, register(gpr.rsi), access(0)));
      pending();
      f.set(source, f.call(call(reach), linear, access(0)));
      f.if(f.eqz(source), () => f.return(f.i32(outcome.fault)));
    }
    let value: Expression | undefined;
    /** Elements that equal, or differ, as the prefix has it. */
    const goesOn = (equal: Expression): Expression => f.ne(equal, f.ne(f.and(repeated, f.i32(REPEAT_NOT_EQUAL)), f.i32(0)));
    const goesOnAll = (equals: Expression): Expression =>
      f.select(f.and(repeated, f.i32(REPEAT_NOT_EQUAL)), f.eqz(f.op('v128.any_true', equals)), f.op('i8x16.all_true', equals));
    const bulk = (): void => {
      // whole runs forwards in one page each, not overlapping so that the copy would have to see itself
      f.if(f.and(f.and(f.ne(repeated, f.i32(0)), f.eqz(stepping)), f.and(f.eqz(backwards), f.geU(destination, f.i32(BOUNCE_END)))), () => {
        const room = (host: Expression): Expression => f.shrU(f.sub(f.i32(0x1000), f.and(host, f.i32(0xfff))), Math.log2(bytes));
        const run = f.local('i32');
        f.set(run, room(destination));
        if (usesSource) {
          const limit = f.let(room(source));
          f.set(run, f.select(f.ltU(limit, run), limit, run));
        }
        f.if(f.ltU(count, f.extendU(run)), () => f.set(run, f.wrap(count)));
        // address-size wrap-around in the middle is left to the single steps
        const length = f.local('i32');
        f.set(length, f.mul(run, f.i32(bytes)));
        const wraps = (n: number): Expression => f.gtU(f.add(register(n), f.extendU(length)), mask);
        const safe = f.local('i32');
        f.set(safe, f.and(f.gtU(run, f.i32(1)), f.or(f.eq(mask, f.i64(-1)), f.eqz(wraps(gpr.rdi)))));
        if (usesSource) f.set(safe, f.and(safe, f.and(f.geU(source, f.i32(BOUNCE_END)), f.or(f.eq(mask, f.i64(-1)), f.eqz(wraps(gpr.rsi))))));
        if (operation === 'movs') f.set(safe, f.and(safe, f.geU(f.sub(destination, source), length)));
        // limits were checked for the first element only
        f.set(safe, f.and(safe, f.and(f.leU(f.load('i32.load8_u', at, record.addressKind), f.i32(1)), isFlatDestination(f))));
        f.if(safe, () => {
          let last: { readonly equal: Expression } | undefined;
          if (writes) f.perform(call(bulkStore), destination, length);
          if (operation === 'movs') f.memoryCopy(destination, source, length);
          else if (operation === 'stos') fill(f, width, destination, run, length);
          else {
            last = scan(f, { width, x: operation === 'cmps' ? source : value!, isAddress: operation === 'cmps', y: destination, run }, goesOn, goesOnAll);
            f.set(length, f.mul(run, f.i32(bytes)));
          }
          if (usesSource) setRegister(gpr.rsi, f.add(register(gpr.rsi), f.extendU(length)));
          setRegister(gpr.rdi, f.add(register(gpr.rdi), f.extendU(length)));
          f.set(count, f.sub(count, f.extendU(run)));
          setRegister(gpr.rcx, count);
          f.if(last ? f.or(f.eqz(count), f.eqz(goesOn(last.equal))) : f.eqz(count), () => f.return(f.i32(outcome.done)));
          f.set(elements, f.add(elements, run));
          f.if(f.geU(elements, f.i32(MAX_ELEMENTS)), () => f.return(f.i32(outcome.again)));
          f.br(next);
        });
      });
    };
    if (operation === 'movs' || operation === 'lods' || operation === 'cmps') value = f.let(f.load(loadName[width], source));
    else value = f.let(width === 64 ? loadField(f, 'gpr', gpr.rax) : f.load(loadName[width], f.i32(0), STATE_BASE + offsetOf.gpr));
    if (usesDestination) {
      // the source's value is in hand: a bounce buffer serves only one access at a time
      const how = writes ? accessBit.write : 0;
      const linear = f.let(f.call(call(destinationLinear), register(gpr.rdi), access(how)));
      pending();
      f.set(destination, f.call(call(reach), linear, access(how)));
      f.if(f.eqz(destination), () => f.return(f.i32(outcome.fault)));
    }
    if (writes) {
      bulk();
      f.store(storeName[width], destination, value);
      f.if(f.ltU(destination, f.i32(BOUNCE_END)), () => f.perform(call(commitSlow)));
    } else if (operation === 'lods') {
      if (width === 64) storeField(f, 'gpr', value, gpr.rax);
      else if (width === 32) storeField(f, 'gpr', f.extendU(value), gpr.rax);
      else f.store(storeName[width], f.i32(0), value, STATE_BASE + offsetOf.gpr);
    } else {
      bulk();
      compareFlags(f, width, value, f.let(f.load(loadName[width], destination)));
    }

    if (usesSource) setRegister(gpr.rsi, f.add(register(gpr.rsi), step));
    if (usesDestination) setRegister(gpr.rdi, f.add(register(gpr.rdi), step));
    f.if(f.eqz(repeated), () => f.return(f.i32(outcome.done)));
    f.set(count, f.sub(count, f.i64(1)));
    setRegister(gpr.rcx, count);
    f.if(f.eqz(count), () => f.return(f.i32(outcome.done)));
    if (compares) {
      const equal = f.eqz(loadField(f, 'flagsResult'));
      f.if(f.eqz(goesOn(equal)), () => f.return(f.i32(outcome.done)));
    }
    const isSlow = (host: Expression): Expression => f.ltU(host, f.i32(BOUNCE_END));
    const slow = usesSource && usesDestination ? f.or(isSlow(source), isSlow(destination)) : isSlow(usesSource ? source : destination);
    f.set(elements, f.add(elements, f.select(slow, f.i32(SLOW_ELEMENT), f.i32(1))));
    f.brIf(next, f.ltU(elements, f.i32(MAX_ELEMENTS)));
  });
  f.return(f.i32(outcome.again));
};

interface Scan {
  readonly width: ElementWidth;
  /** A value (SCAS), or the address of the elements that are compared with those at `y` (CMPS). */
  readonly x: Expression;
  readonly isAddress: boolean;
  readonly y: Expression;
  /** How many elements at most, more than 0; becomes how many were compared. */
  readonly run: Local;
}

/** Compares elements in memory while they go on; the flags are those of the last, and whether it was equal is returned. */
const scan = (f: FunctionBuilder, { width, x, isAddress, y, run }: Scan, goesOn: (equal: Expression) => Expression, goesOnAll: (equals: Expression) => Expression): { readonly equal: Expression } => {
  const offset = f.local('i32');
  const end = f.let(f.mul(run, f.i32(width / 8)));
  const [xValue, yValue] = [f.local(x.type === 'i64' || width === 64 ? 'i64' : 'i32'), f.local(width === 64 ? 'i64' : 'i32')];
  const equal = f.local('i32');
  f.set(offset, f.i32(0));
  // sixteen bytes at a time while all go on; the last element is compared by itself
  const shape = ({ 8: 'i8x16', 16: 'i16x8', 32: 'i32x4', 64: 'i64x2' } as const)[width];
  const pattern = isAddress ? undefined : f.let(f.op(`${shape}.splat`, x));
  f.block((rest) => f.loop((again) => {
    f.brIf(rest, f.leU(end, f.add(offset, f.i32(16))));
    const vector = (address: Expression): Expression => f.load('v128.load', f.add(address, offset));
    const equals = f.let(f.op(`${shape}.eq`, pattern ?? vector(x), vector(y)));
    f.brIf(rest, f.eqz(goesOnAll(equals)));
    f.set(offset, f.add(offset, f.i32(16)));
    f.br(again);
  }));
  f.loop((again) => {
    f.set(xValue, isAddress ? f.load(loadName[width], f.add(x, offset)) : x);
    f.set(yValue, f.load(loadName[width], f.add(y, offset)));
    f.set(equal, f.eq(xValue, yValue));
    f.set(offset, f.add(offset, f.i32(width / 8)));
    f.brIf(again, f.and(f.ltU(offset, end), goesOn(equal)));
  });
  f.set(run, f.shrU(offset, Math.log2(width / 8)));
  compareFlags(f, width, xValue, yValue);
  return { equal };
};

const isFlatDestination = (f: FunctionBuilder): Expression => {
  // ES flat, or 64-bit mode: mode bits 0–1 = 2, or the flat bit of ES
  const mode = f.let(loadField(f, 'mode'));
  return f.or(f.eq(f.and(mode, f.i32(3)), f.i32(2)), f.and(f.shrU(mode, 4), f.i32(1)));
};

const fill = (f: FunctionBuilder, width: ElementWidth, to: Expression, run: Expression, length: Expression): void => {
  if (width === 8) {
    f.memoryFill(to, f.load('i32.load8_u', f.i32(0), STATE_BASE + offsetOf.gpr), length);
    return;
  }
  const accumulator = f.let(loadField(f, 'gpr', gpr.rax));
  f.if(f.eqz(width === 64 ? accumulator : f.shl(accumulator, 64 - width)), () => f.memoryFill(to, f.i32(0), length), () => {
    const at = f.local('i32');
    const left = f.local('i32');
    f.set(at, to);
    f.set(left, run);
    const shape = ({ 16: 'i16x8', 32: 'i32x4', 64: 'i64x2' } as const)[width];
    const pattern = f.let(f.op(`${shape}.splat`, width === 64 ? accumulator : f.wrap(accumulator)));
    const perVector = 128 / width;
    f.block((rest) => f.loop((next) => {
      f.brIf(rest, f.ltU(left, f.i32(perVector)));
      f.store('v128.store', at, pattern);
      f.set(at, f.add(at, f.i32(16)));
      f.set(left, f.sub(left, f.i32(perVector)));
      f.br(next);
    }));
    f.block((done) => f.loop((next) => {
      f.brIf(done, f.eqz(left));
      if (width === 64) f.store('i64.store', at, accumulator);
      else f.store(width === 32 ? 'i64.store32' : 'i64.store16', at, accumulator);
      f.set(at, f.add(at, f.i32(width / 8)));
      f.set(left, f.sub(left, f.i32(1)));
      f.br(next);
    }));
  });
};

const subroutines = new Map<string, Subroutine>();
const subroutineFor = (operation: StringOperation, width: ElementWidth): Subroutine => {
  const key = `${operation}${width}`;
  const known = subroutines.get(key) ?? stringSubroutine(operation, width);
  subroutines.set(key, known);
  return known;
};

/** Row operand: the accumulator, for its width. The decoder describes DS:rSI as the memory operand. */
const string = (operation: StringOperation): Semantics => semantics(operation, 'a', (b, accumulator) => {
  const { f } = b;
  const result = b.call(subroutineFor(operation, accumulator.width as ElementWidth), b.recordAddress());
  f.if(f.eq(result, f.i32(outcome.again)), () => b.repeat());
  b.faultIfPending(f.eq(result, f.i32(outcome.fault)));
});
export const MOVS = string('movs');
export const STOS = string('stos');
export const LODS = string('lods');
export const CMPS = string('cmps');
export const SCAS = string('scas');
