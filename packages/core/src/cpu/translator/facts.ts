/**
 * What the translator has to know of an instruction before it makes its code, found out by building its semantics once with a builder that only takes notes.
 * So there is no second table of what instructions do.
 */
import { FunctionBuilder } from '../../wasm/function.ts';
import type { Expression } from '../../wasm/function.ts';
import type { Access, Builder, ConditionCode, FlagsBuilder, NearJump, Operand, Subroutine, Width } from '../builder/builder.ts';
import type { Shape } from '../interpreter/late-binding.ts';
import { takesSlot } from '../isa/shapes.ts';
import type { Handler } from '../isa/shapes.ts';
import { arithmeticFlags, flag, gpr, stateFields } from '../state.ts';
import type { FieldName } from '../state.ts';

/** `far`: to an address, and whatever else may have changed. */
type Jump = 'none' | 'relative' | 'conditional' | NearJump | 'far';

export interface Facts {
  /** Needs its registers in the state: the region calls its handler, or leaves where there is none. */
  readonly isOpaque: boolean;
  readonly jump: Jump;
  /** May leave the region before it is done: memory, faults, microcode. */
  readonly mayLeave: boolean;
  /** Arithmetic flags that are read; that are replaced whatever happens; that may be replaced. */
  readonly flagsRead: number;
  readonly flagsReplaced: number;
  readonly flagsTouched: number;
  /** Some are replaced on some of the instruction's paths only. */
  readonly flagsByPath: boolean;
  /** General registers by number, besides the operands. Bit masks. */
  readonly registersRead: number;
  readonly registersWritten: number;
  readonly vectorsRead: number;
  readonly vectorsWritten: number;
  readonly vectorHighsWritten: number;
  /** Uses the address that its record describes. */
  readonly addressesMemory: boolean;
  /** Operands whose place is in one of the record's slots, in the order of these. */
  readonly slotOperands: readonly SlotOperand[];
  /** Of the operand in memory, if there is one or may be where the record says: what is accessed there, and whether it is written. */
  readonly operandBytes: number;
  readonly writesMemory: boolean;
  /** An access to memory is the first thing that can make it leave the region. */
  readonly accessesFirst: boolean;
  /** Accesses by way of RSP, at offsets from what it was before, and what is added to it; undefined where it changes otherwise. */
  readonly stackAccesses: readonly StackAccess[];
  readonly stackDelta: number | undefined;
}

interface SlotOperand {
  readonly kind: Shape['kind'];
  readonly writes: boolean;
  /** All 256 bits of it. */
  readonly isWide: boolean;
}

interface StackAccess {
  readonly offset: number;
  readonly bytes: number;
  readonly writes: boolean;
}

const flagsOf: readonly number[] = [
  flag.of, flag.cf, flag.zf, flag.cf | flag.zf, flag.sf, flag.pf, flag.sf | flag.of, flag.zf | flag.sf | flag.of,
];

/** Takes notes of what a semantic function asks for. Values are locals of a function that nobody will compile. */
class NoteTaker implements Builder {
  readonly f = new FunctionBuilder('facts', { params: [], results: [] });
  readonly isPart = false;
  isOpaque = false;
  jumps: Jump = 'none';
  mayLeave = false;
  accessesFirst = false;
  /** The operand in memory lies at a distance from where the record says. */
  isElsewhere = false;
  flagsRead = 0;
  flagsReplaced = 0;
  flagsTouched = 0;
  flagsByPath = false;
  registersRead = 0;
  registersWritten = 0;
  vectorsRead = 0;
  vectorsWritten = 0;
  vectorHighsWritten = 0;
  addressesMemory = false;
  readonly stackAccesses: StackAccess[] = [];
  stackDelta: number | undefined = 0;
  readonly flags: FlagsBuilder;
  readonly #immediate: number | undefined;

  constructor(immediate: number | undefined) {
    this.#immediate = immediate;
    const replace = (mask: number): void => {
      this.flagsTouched |= mask & arithmeticFlags;
      if (this.f.depth === 0) this.flagsReplaced |= mask & arithmeticFlags;
      else this.flagsByPath = true;
    };
    const read = (mask: number, type: 'i32' = 'i32'): Expression => {
      this.flagsRead |= mask & ~this.flagsReplaced;
      return this.f.local(type);
    };
    this.flags = {
      add: () => replace(arithmeticFlags), sub: () => replace(arithmeticFlags), logic: () => replace(arithmeticFlags), result: () => replace(arithmeticFlags),
      resultWhen: () => { this.flagsTouched |= arithmeticFlags; },
      inc: () => replace(arithmeticFlags & ~flag.cf), dec: () => replace(arithmeticFlags & ~flag.cf),
      update: (mask) => replace(mask), updateLater: (mask) => replace(mask),
      read: () => read(arithmeticFlags),
      carry: () => read(flag.cf),
      condition: (code: ConditionCode) => read(flagsOf[code >> 1]!),
    };
  }

  operands(shapes: readonly Shape[], access: readonly Access[]): Operand[] {
    return shapes.map((shape, i) => this.#operand(shape, access[i]!));
  }

  #operand({ kind, width }: Shape, access: Access): Operand {
    const { f } = this;
    const isMemory = kind === 'memory' || kind === 'vectorMemory';
    const type = width === 64 ? 'i64' : width === 128 || width === 256 ? 'v128' : 'i32';
    const reach = (): void => {
      if (!isMemory && kind !== 'source') return;
      this.#access();
      this.addressesMemory = true;
    };
    return {
      width, isMemory,
      read: () => {
        reach();
        if (kind === 'one') return f.i32(1);
        if (kind === 'immediate' && this.#immediate !== undefined) return f.constant(type === 'v128' ? 'i64' : type, this.#immediate);
        return f.local(kind === 'stack87' || kind === 'wide' ? (kind === 'wide' ? 'i64' : 'i32') : type);
      },
      readHigh: () => f.local('v128'),
      write: () => {
        if (access === 'w') reach();
      },
      address: (_sizeBytes, _how, _unaligned, displacement) => {
        if (displacement) this.isElsewhere = this.mayLeave = true;
        reach();
        return f.local('i32');
      },
    };
  }

  call(subroutine: Subroutine): Expression {
    this.#note(subroutine);
    return this.f.local(subroutine.results[0] ?? 'i32');
  }

  perform(subroutine: Subroutine): void {
    this.#note(subroutine);
  }

  #note(subroutine: Subroutine): void {
    if (subroutine.touches === 'registers') this.isOpaque = true;
  }

  load(field: FieldName, index = 0): Expression {
    if (field === 'gpr') this.registersRead |= 1 << index;
    else if (field === 'xmm') this.vectorsRead |= 1 << (index >> 1);
    return this.f.local(stateFields[field][0] === 'u64' ? 'i64' : 'i32');
  }

  store(field: FieldName, _value: Expression, index = 0): void {
    if (field === 'gpr') this.writeRegister(index);
    else if (field === 'xmm') this.vectorsWritten |= 1 << (index >> 1);
    else if (field === 'ymmHigh') this.vectorHighsWritten |= 1 << (index >> 1);
  }

  readRegister(register: number, width: Width): Expression {
    this.registersRead |= 1 << register;
    return this.f.local(width === 64 ? 'i64' : 'i32');
  }

  writeRegister(register: number): void {
    this.registersWritten |= 1 << register;
    if (register === gpr.rsp) this.stackDelta = undefined;
  }

  effectiveAddress(): Expression { return this.f.local('i64'); }
  recordAddress(): Expression { return this.f.local('i32'); }
  noteX87(): void {}
  commit(): void { this.mayLeave = true; }

  push(width: 16 | 32 | 64): void {
    this.#stack(width / 8, -width / 8);
    this.registersWritten |= 1 << gpr.rsp;
    this.#moveStack(-width / 8);
  }

  peek(width: 16 | 32 | 64): Expression {
    this.#stack(width / 8, 0);
    return this.f.local(width === 64 ? 'i64' : 'i32');
  }

  release(width: 16 | 32 | 64, extraBytes?: Expression): void {
    this.registersRead |= 1 << gpr.rsp;
    this.registersWritten |= 1 << gpr.rsp;
    this.#moveStack(extraBytes ? undefined : width / 8);
  }

  #access(): void {
    if (!this.mayLeave && this.f.depth === 0) this.accessesFirst = true;
    this.mayLeave = true;
  }

  #stack(bytes: number, displacement: number): void {
    this.#access();
    this.registersRead |= 1 << gpr.rsp;
    if (this.stackDelta !== undefined) this.stackAccesses.push({ offset: this.stackDelta + displacement, bytes, writes: displacement < 0 });
  }

  #moveStack(by: number | undefined): void {
    this.stackDelta = by === undefined || this.stackDelta === undefined ? undefined : this.stackDelta + by;
  }

  guardStack(): void { this.registersRead |= 1 << gpr.rsp; }
  unguardStack(): void { this.registersWritten |= 1 << gpr.rsp; }
  fault(): void { this.mayLeave = true; }
  faultIfPending(): void { this.mayLeave = true; }
  nextRip(): Expression { return this.f.local('i64'); }
  checkTarget(): void { this.mayLeave = true; }
  checkRelative(): void { this.mayLeave = true; }
  jumpRelative(): void { this.jumps = this.f.depth === 0 ? 'relative' : 'conditional'; }
  jump(_width: 16 | 32 | 64, _rip: Expression, kind?: NearJump): void { this.jumps = kind ?? 'far'; }
  microcode(): void { this.mayLeave = true; }
  requestExit(): void { this.isOpaque = true; }
  repeat(): void { this.isOpaque = true; }
}

const noted = (handler: Handler, immediate: number | undefined): Facts => {
  const notes = new NoteTaker(immediate);
  handler.semantics.build(notes, ...notes.operands(handler.shapes, handler.semantics.access));
  const { isOpaque, flagsRead, flagsReplaced, flagsTouched, flagsByPath, registersRead, registersWritten, vectorsRead, vectorsWritten, vectorHighsWritten, addressesMemory, accessesFirst, stackAccesses, stackDelta } = notes;
  const operands = handler.shapes.map((shape, i) => ({ shape, kind: shape.kind, writes: handler.semantics.access[i] !== 'r', isWide: shape.width === 256 }));
  return {
    slotOperands: operands.filter(({ shape }) => takesSlot(shape)).map(({ kind, writes, isWide }) => ({ kind, writes, isWide })),
    operandBytes: notes.isElsewhere ? 0 : Math.max(0, ...operands.map(({ shape: { kind, width } }) => (kind === 'memory' || kind === 'vectorMemory' || kind === 'source' ? width / 8 : 0))),
    writesMemory: operands.some(({ kind, writes }) => writes && (kind === 'memory' || kind === 'vectorMemory')),
    isOpaque, jump: notes.jumps, mayLeave: notes.mayLeave || isOpaque, flagsRead, flagsReplaced, flagsTouched, flagsByPath, registersRead, registersWritten,
    vectorsRead, vectorsWritten, vectorHighsWritten, addressesMemory, accessesFirst, stackAccesses, stackDelta,
  };
};

const byHandler = new WeakMap<Handler, Facts>();
const byImmediate = new WeakMap<Handler, Map<number, Facts>>();

/** @param immediate of the record; what a shift by it does to flags depends on it */
export const factsOf = (handler: Handler, immediate: number): Facts => {
  let facts = byHandler.get(handler);
  if (!facts) byHandler.set(handler, facts = noted(handler, undefined));
  if (facts.flagsTouched === facts.flagsReplaced || !handler.shapes.some((s) => s.kind === 'immediate' && s.width === 8)) return facts;
  let known = byImmediate.get(handler);
  if (!known) byImmediate.set(handler, known = new Map());
  let exact = known.get(immediate & 63);
  if (!exact) known.set(immediate & 63, exact = noted(handler, immediate & 63));
  return exact;
};
