/**
 * From a row to what has to be generated: the shape of each operand for given sizes and form, and the catalogue of handlers.
 * Rows with the same semantics and shapes share a handler: ADD r32, r32 serves 01 /r and 03 /r.
 */
import type { Semantics } from '../builder/builder.ts';
import type { Shape } from '../interpreter/late-binding.ts';
import type { Entry, OpcodeMap, OperandCode, Row, SemanticRow } from './row.ts';

export type Size = 16 | 32 | 64;
/** Bits of a vector by VEX.L; 0 in rows without VEX. */
export type VectorLength = 0 | 128 | 256;
const sizes: readonly Size[] = [16, 32, 64];

const fixedWidths: Partial<Record<OperandCode, number>> = { AL: 8, CL: 8, AX: 16, DX: 16 };
const letterWidths: Readonly<Record<string, Shape['width']>> = { b: 8, w: 16, d: 32, q: 64, x: 128, o: 128, t: 80, s: 0 };
/** In VEX rows: parts of the vector length. */
const vectorParts: Readonly<Record<string, number>> = { x: 1, h: 2, k: 4, e: 8 };

const widthOf = (code: OperandCode, operandSize: Size, vectorLength: VectorLength): Shape['width'] => {
  const letter = code[1]!;
  const part = vectorParts[letter];
  if (vectorLength && part) return (vectorLength / part) as Shape['width'];
  if (letter === 'v' || letter === 'z') return operandSize;
  if (letter === 'y') return operandSize === 64 ? 64 : 32;
  return letterWidths[letter]!;
};

const shapeOf = (code: OperandCode, operandSize: Size, addressSize: Size, isRegister: boolean, vectorLength: VectorLength = 0): Shape => {
  if (code === '1') return { kind: 'one', width: 8 };
  if (code === 'rCX') return { kind: 'none', width: addressSize };
  if (code === 'eAX' || code === 'eBP') return { kind: 'register', width: operandSize };
  if (code === 'Is') return { kind: 'immediate', width: operandSize };
  if (code === 'XL') return { kind: 'memory', width: 8 };
  if (code === 'XD') return { kind: 'memory', width: 0 };
  if (code === 'Xs' || code === 'Ap') return { kind: 'none', width: operandSize };
  const fixed = fixedWidths[code];
  if (fixed) return { kind: 'register', width: fixed as Shape['width'] };
  const width = widthOf(code, operandSize, vectorLength);
  if (vectorLength) {
    switch (code[0]) {
      case 'V': case 'U': case 'H': case 'L': return { kind: 'ymm', width };
      case 'W': return { kind: 'source', width };
      case 'M': return { kind: 'vectorMemory', width };
      default: break;
    }
  }
  switch (code[0]) {
    case 'E': return { kind: isRegister ? 'register' : 'memory', width };
    case 'G': case 'Z': case 'R': case 'B': return { kind: 'register', width };
    case 'M': case 'O': return { kind: 'memory', width };
    case 'I': return { kind: code === 'Iv' && operandSize === 64 ? 'wide' : 'immediate', width };
    case 'V': case 'U': return { kind: 'vector', width };
    case 'W': return { kind: isRegister ? 'vector' : 'memory', width };
    case 'P': case 'N': return { kind: 'mmx', width };
    case 'Q': return { kind: isRegister ? 'mmx' : 'memory', width };
    case 'F': return { kind: 'stack87', width: 0 };
    default: return { kind: 'none', width: operandSize };
  }
};

/** Does the operand take one of the record's register slots? */
const slotKinds = new Set<Shape['kind']>(['register', 'vector', 'mmx', 'stack87', 'ymm', 'source']);
export const takesSlot = (shape: Shape): boolean => slotKinds.has(shape.kind);

/** Every row below an entry. */
export function* rowsOf(entry: Entry | undefined): Generator<Row> {
  if (!entry) return;
  switch (entry.kind) {
    case 'semantics': case 'microcode':
      yield entry;
      yield* rowsOf(entry.otherwise);
      return;
    case 'group': for (const e of entry.rows) yield* rowsOf(e); return;
    case 'prefix': for (const e of [entry.none, entry.p66, entry.f3, entry.f2]) yield* rowsOf(e); return;
    case 'form': {
      yield* rowsOf(entry.memory);
      const { register } = entry;
      for (const e of Array.isArray(register) ? register as (Entry | undefined)[] : [register as Entry | undefined]) yield* rowsOf(e);
      return;
    }
    case 'mode': for (const e of [entry.legacy, entry.long]) yield* rowsOf(e); return;
    case 'extension': for (const e of [entry.plain, entry.extended]) yield* rowsOf(e); return;
    case 'length': for (const e of [entry.l0, entry.l1]) yield* rowsOf(e); return;
    case 'wide': for (const e of [entry.w0, entry.w1]) yield* rowsOf(e); return;
  }
}

export interface Handler {
  readonly key: string;
  readonly semantics: Semantics;
  readonly shapes: readonly Shape[];
}

export class HandlerCatalogue {
  readonly handlers: Handler[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #bySemantics = new Map<Semantics, number>();
  /** row -> handler by (operand size, address size, form), of VEX rows (vector length, operand size, form). */
  readonly #byRow = new Map<SemanticRow, Int32Array>();

  constructor(maps: readonly OpcodeMap[]) {
    for (const map of maps) for (const entry of Object.values(map)) for (const row of rowsOf(entry)) if (row.kind === 'semantics') this.#add(row);
  }

  /** Index of the handler, in the order of `handlers`. */
  index(row: SemanticRow, operandSize: Size, addressSize: Size, isRegister: boolean, vectorLength: VectorLength): number {
    return this.#byRow.get(row)![this.#slot(operandSize, row.vex ? 16 : addressSize, isRegister) + (vectorLength >> 8) * 18]!;
  }

  #slot(operandSize: Size, addressSize: Size, isRegister: boolean): number {
    return (operandSize >> 5) * 6 + (addressSize >> 5) * 2 + (isRegister ? 1 : 0);
  }

  #add(row: SemanticRow): void {
    if (this.#byRow.has(row)) return;
    const { hasForms } = row.facts;
    const table = new Int32Array(36).fill(-1);
    const lengths: readonly VectorLength[] = !row.vex ? [0] : row.vex.l === 0 ? [128] : row.vex.l === 1 ? [256] : [128, 256];
    for (const vectorLength of lengths) {
      for (const operandSize of row.vex ? sizes.slice(1) : sizes) {
        for (const addressSize of row.vex ? sizes.slice(0, 1) : sizes) {
          for (const isRegister of hasForms ? [false, true] : [false]) {
            if (row.form && (row.form === 'register') !== isRegister && hasForms) continue;
            const at = this.#handler(row, operandSize, addressSize, isRegister, vectorLength);
            const slot = this.#slot(operandSize, addressSize, isRegister) + (vectorLength >> 8) * 18;
            table[slot] = at;
            if (!hasForms) table[slot + 1] = at;
          }
        }
      }
    }
    this.#byRow.set(row, table);
  }

  #handler(row: SemanticRow, operandSize: Size, addressSize: Size, isRegister: boolean, vectorLength: VectorLength): number {
    const { semantics } = row;
    const shapes = row.operands.slice(0, semantics.access.length).map((code) => shapeOf(code, operandSize, addressSize, isRegister, vectorLength));
    // two semantics may have the same name (the forms of IMUL): their number tells them apart
    let number = this.#bySemantics.get(semantics);
    if (number === undefined) this.#bySemantics.set(semantics, number = this.#bySemantics.size);
    const key = `${semantics.name}#${number} ${shapes.map((s) => s.kind + s.width).join(' ')}`;
    let at = this.#byKey.get(key);
    if (at === undefined) {
      at = this.handlers.push({ key, semantics, shapes }) - 1;
      this.#byKey.set(key, at);
    }
    return at;
  }
}
