/**
 * Semantics applied to values instead of operands: how an instruction that works on 256 bits, or that has its destination apart from its
 * first source, is made of the one that works on 128 and overwrites it. The semantics must be arithmetic alone: they read their operands, write the
 * first, and neither jump, fault, nor touch flags.
 */
import { FunctionBuilder } from '../../wasm/function.ts';
import type { Callee, Expression } from '../../wasm/function.ts';
import type { ValueType } from '../../wasm/types.ts';
import type { FieldName } from '../state.ts';
import type { Builder, FlagsBuilder, Operand, Semantics, Subroutine, Width } from './builder.ts';
import { loadField, storeField } from './fields.ts';

/** An operand's part: its value if it is read. */
export interface PartOperand {
  readonly width: Width;
  readonly isMemory: boolean;
  readonly value?: Expression | undefined;
}

const valueTypeOf = (width: Width): ValueType => (width === 128 ? 'v128' : width === 64 ? 'i64' : 'i32');

const notInPart = (): never => { throw new Error('a part of an instruction only computes'); };

class PartBuilder implements Builder {
  readonly isPart = true;
  readonly f: FunctionBuilder;
  readonly #callee: (subroutine: Subroutine) => Callee;

  constructor(f: FunctionBuilder, callee: (subroutine: Subroutine) => Callee) {
    this.f = f;
    this.#callee = callee;
  }

  get flags(): FlagsBuilder { return notInPart(); }
  call(subroutine: Subroutine, ...values: Expression[]): Expression { return this.f.let(this.f.call(this.#callee(subroutine), ...values)); }
  perform(subroutine: Subroutine, ...values: Expression[]): void { this.f.perform(this.#callee(subroutine), ...values); }
  load(field: FieldName, index = 0): Expression { return this.f.let(loadField(this.f, field, index)); }
  store(field: FieldName, value: Expression, index = 0): void { storeField(this.f, field, value, index); }
  readRegister = notInPart;
  writeRegister = notInPart;
  effectiveAddress = notInPart;
  recordAddress = notInPart;
  noteX87 = notInPart;
  commit = notInPart;
  push = notInPart;
  peek = notInPart;
  release = notInPart;
  guardStack = notInPart;
  unguardStack = notInPart;
  fault = notInPart;
  faultIfPending = notInPart;
  nextRip = notInPart;
  checkTarget = notInPart;
  checkRelative = notInPart;
  jumpRelative = notInPart;
  jump = notInPart;
  microcode = notInPart;
  requestExit = notInPart;
  repeat = notInPart;
}

/** What `semantics` write to their first operand. */
const built = (b: Builder, semantics: Semantics, operands: readonly PartOperand[]): Expression => {
  let result: Expression | undefined;
  semantics.build(b, ...operands.map(({ width, isMemory, value }): Operand => ({
    width, isMemory,
    read: () => value ?? notInPart(),
    readHigh: notInPart,
    write: (written) => { result = b.f.let(written); },
    address: notInPart,
  })));
  return result ?? notInPart();
};

interface Part {
  readonly subroutine: Subroutine;
  /** As short as the call would be, and makes none itself: emitted in place. */
  readonly isShort: boolean;
}

const SHORT_BYTES = 40;

const isShort = ({ params, results, build }: Subroutine): boolean => {
  const f = new FunctionBuilder('measured', { params, results });
  let calls = false;
  build(f, (called) => {
    calls = true;
    return { name: called.name, type: called, index: 0 };
  });
  return !calls && f.sizeBytes <= SHORT_BYTES;
};

const made = new Map<Semantics, Map<string, Part>>();

/** A subroutine from the values of those operands that have one to the value of the first. */
const partOf = (semantics: Semantics, operands: readonly PartOperand[]): Part => {
  const key = operands.map(({ width, isMemory, value }) => `${width}${isMemory ? 'm' : ''}${value ? '' : '-'}`).join(' ');
  let byKey = made.get(semantics);
  if (!byKey) made.set(semantics, byKey = new Map<string, Part>());
  let part = byKey.get(key);
  if (!part) {
    const subroutine: Subroutine = {
      name: `${semantics.name} ${key}`, params: operands.flatMap(({ value }) => (value ? [value.type] : [])), results: [valueTypeOf(operands[0]!.width)],
      build: (f, call) => {
        let next = 0;
        const parameters = operands.map((operand) => ({ ...operand, value: operand.value && f.params[next++]! }));
        f.return(built(new PartBuilder(f, call), semantics, parameters));
      },
    };
    byKey.set(key, part = { subroutine, isShort: isShort(subroutine) });
  }
  return part;
};

/** Carries out `semantics` on values, by a subroutine that all their users share unless that is as short as the call. */
export const byParts = (b: Builder, semantics: Semantics, operands: readonly PartOperand[]): Expression => {
  const part = partOf(semantics, operands);
  if (part.isShort) return built(new PartBuilder(b.f, notInPart), semantics, operands);
  return b.call(part.subroutine, ...operands.flatMap(({ value }) => (value ? [value] : [])));
};
