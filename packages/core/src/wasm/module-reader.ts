/**
 * Reads the sections of a WebAssembly module (Core Specification 2.0, §5.5) of the kind that ModuleBuilder makes, for those who look at what was made.
 * Missing: globals, start function, data, and elements other than functions at a constant index of table 0; a module that has them is refused.
 */
import { typeCodes } from './types.ts';
import type { FunctionType, ValueType } from './types.ts';

/** Reads numbers one after the other; what is cut short throws. */
export class CodeReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, end);
    this.#at = start;
    this.end = end;
  }

  get more(): boolean { return this.#at < this.end; }

  byte(): number { return this.#view.getUint8(this.#at++); }
  f32(): number { return this.#view.getFloat32(this.#skip(4), true); }
  f64(): number { return this.#view.getFloat64(this.#skip(8), true); }
  u32Bits(): number { return this.#view.getUint32(this.#skip(4), true); }
  u64Bits(): bigint { return this.#view.getBigUint64(this.#skip(8), true); }

  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 128) return value;
    }
  }

  signed(): bigint {
    let value = 0n;
    for (let bits = 7n; ; bits += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << (bits - 7n);
      if (byte < 128) return BigInt.asIntN(Number(bits), value);
    }
  }

  name(): string {
    const length = this.unsigned();
    const start = this.#skip(length);
    return new TextDecoder().decode(this.#bytes.slice(start, start + length));
  }

  /** A part of so many bytes, which is then behind. */
  part(length: number): CodeReader {
    const start = this.#skip(length);
    return new CodeReader(this.#bytes, start, start + length);
  }

  list<T>(item: () => T): T[] {
    return Array.from({ length: this.unsigned() }, item);
  }

  valueType(): ValueType { return valueTypeOf(this.byte()); }

  #skip(length: number): number {
    const start = this.#at;
    if (length > this.end - start) throw new Error(`wasm module: ${length} bytes are wanted at ${start}, where ${this.end - start} are left`);
    this.#at += length;
    return start;
  }
}

const typesByCode = new Map(Object.entries(typeCodes).map(([type, code]) => [code, type as ValueType]));

export const valueTypeOf = (code: number): ValueType => {
  const type = typesByCode.get(code);
  if (!type) throw new Error(`wasm module: ${code} is no value type`);
  return type;
};

interface Limits { readonly minimum: number; readonly maximum: number | undefined; readonly shared: boolean }

type Import = { readonly module: string; readonly name: string } & (
  | { readonly kind: 'func'; readonly type: number }
  | { readonly kind: 'table' | 'memory'; readonly limits: Limits });

interface Body {
  readonly sizeBytes: number;
  readonly locals: readonly ValueType[];
  readonly code: CodeReader;
}

export interface ParsedModule {
  readonly types: readonly FunctionType[];
  readonly imports: readonly Import[];
  /** Types of the functions, imported ones first. */
  readonly functions: readonly number[];
  readonly tables: readonly Limits[];
  readonly memories: readonly Limits[];
  readonly exports: readonly { readonly name: string; readonly kind: 'func' | 'table' | 'memory'; readonly index: number }[];
  readonly elements: readonly { readonly offset: number; readonly functions: readonly number[] }[];
  readonly bodies: readonly Body[];
  readonly functionNames: ReadonlyMap<number, string>;
  readonly localNames: ReadonlyMap<number, ReadonlyMap<number, string>>;
}

const kinds = ['func', 'table', 'memory'] as const;

export const parseModule = (bytes: Uint8Array): ParsedModule => {
  const reader = new CodeReader(bytes);
  if (reader.u32Bits() !== 0x6d73_6100 || reader.u32Bits() !== 1) throw new Error('wasm module: not one of version 1');
  const sections = new Map<number, CodeReader>();
  let names = new Map<number, CodeReader>();
  while (reader.more) {
    const id = reader.byte();
    const section = reader.part(reader.unsigned());
    if (id !== 0) sections.set(id, section);
    else if (section.name() === 'name') names = subsections(section);
  }
  for (const id of sections.keys()) if (![1, 2, 3, 4, 5, 7, 9, 10].includes(id)) throw new Error(`wasm module: section ${id} is not read`);
  const items = <T>(id: number, item: (section: CodeReader) => T): T[] => {
    const section = sections.get(id);
    return section ? section.list(() => item(section)) : [];
  };
  const imports = items(2, readImport);
  return {
    types: items(1, readType),
    imports,
    functions: [...imports.flatMap((i) => (i.kind === 'func' ? [i.type] : [])), ...items(3, (section) => section.unsigned())],
    tables: items(4, readTable),
    memories: items(5, readLimits),
    exports: items(7, (section) => ({ name: section.name(), kind: kindOf(section.byte()), index: section.unsigned() })),
    elements: items(9, readElement),
    bodies: items(10, readBody),
    functionNames: names.has(1) ? readNames(names.get(1)!) : new Map(),
    localNames: new Map(names.get(2)?.list(() => [names.get(2)!.unsigned(), readNames(names.get(2)!)] as const)),
  };
};

const subsections = (section: CodeReader): Map<number, CodeReader> => {
  const parts = new Map<number, CodeReader>();
  while (section.more) parts.set(section.byte(), section.part(section.unsigned()));
  return parts;
};

const readNames = (from: CodeReader): Map<number, string> => new Map(from.list(() => [from.unsigned(), from.name()] as const));

const expect = (section: CodeReader, what: string, ...expected: number[]): void => {
  for (const byte of expected) {
    const found = section.byte();
    if (found !== byte) throw new Error(`wasm module: ${what} has ${found} where only ${byte} is read`);
  }
};

const kindOf = (code: number): typeof kinds[number] => {
  const kind = kinds[code];
  if (!kind) throw new Error(`wasm module: ${code} is neither function, table nor memory`);
  return kind;
};

const readType = (section: CodeReader): FunctionType => {
  expect(section, 'a type', 0x60);
  return { params: section.list(() => section.valueType()), results: section.list(() => section.valueType()) };
};

const readLimits = (section: CodeReader): Limits => {
  const flags = section.byte();
  return { shared: (flags & 2) !== 0, minimum: section.unsigned(), maximum: flags & 1 ? section.unsigned() : undefined };
};

const readTable = (section: CodeReader): Limits => {
  expect(section, 'a table', 0x70);
  return readLimits(section);
};

const readImport = (section: CodeReader): Import => {
  const [module, name, kind] = [section.name(), section.name(), kindOf(section.byte())];
  if (kind === 'func') return { module, name, kind, type: section.unsigned() };
  return { module, name, kind, limits: kind === 'table' ? readTable(section) : readLimits(section) };
};

const readElement = (section: CodeReader): { offset: number; functions: number[] } => {
  expect(section, 'an element', 0, 0x41);
  const offset = Number(section.signed());
  expect(section, 'an offset', 0x0b);
  return { offset, functions: section.list(() => section.unsigned()) };
};

const readBody = (section: CodeReader): Body => {
  const sizeBytes = section.unsigned();
  const code = section.part(sizeBytes);
  const locals = code.list(() => ({ count: code.unsigned(), type: code.valueType() })).flatMap(({ count, type }) => Array<ValueType>(count).fill(type));
  return { sizeBytes, locals, code };
};
