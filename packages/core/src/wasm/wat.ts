/**
 * The text of a WebAssembly module (Core Specification 2.0, §6), for people: one statement a line, operands folded into it.
 * Assembled again it gives the same code, alignment hints apart, which are written only when asked for: FunctionBuilder never gives any, and the engine ignores them.
 *
 * Names come from the section "name"; labels are numbered in the order in which they are opened, and left out where nothing branches to them.
 * Missing: what module-reader.ts does not read, and instructions that opcodes.ts does not have; both throw.
 */
import { parseModule, valueTypeOf } from './module-reader.ts';
import type { CodeReader, ParsedModule } from './module-reader.ts';
import { instructionOf, isPrefix } from './opcodes.ts';
import type { Instruction } from './opcodes.ts';
import type { FunctionType } from './types.ts';

export interface FunctionText {
  readonly name: string;
  /** Of the body, declarations of locals included. */
  readonly sizeBytes: number;
  readonly text: string;
}

export interface TextOptions {
  readonly alignments?: boolean;
}

const WIDTH = 150;

/** The functions that the module defines, in order. */
export const functionTexts = (bytes: Uint8Array, options: TextOptions = {}): FunctionText[] => {
  const module = parseModule(bytes);
  const names = identifiers(module.functions.map((_, index) => module.functionNames.get(index)));
  return definedFunctions(module, names, options);
};

export const moduleText = (bytes: Uint8Array, options: TextOptions = {}): string => {
  const module = parseModule(bytes);
  const names = identifiers(module.functions.map((_, index) => module.functionNames.get(index)));
  const named = (index: number): string => names[index] ?? String(index);
  let imported = 0;
  const lines = [
    ...module.types.map((type) => `(type (func${signature(type)}))`),
    ...module.imports.map((i) => `(import ${JSON.stringify(i.module)} ${JSON.stringify(i.name)} ${
      i.kind === 'func' ? `(func ${definition(named(imported++))} (type ${i.type}))` : `(${i.kind} ${limits(i.limits)}${i.kind === 'table' ? ' funcref' : ''})`})`),
    ...module.tables.map((table) => `(table ${limits(table)} funcref)`),
    ...module.memories.map((memory) => `(memory ${limits(memory)})`),
    ...module.exports.map(({ name, kind, index }) => `(export ${JSON.stringify(name)} (${kind} ${kind === 'func' ? named(index) : index}))`),
    ...module.elements.map(({ offset, functions }) => `(elem (i32.const ${offset}) func ${functions.map(named).join(' ')})`),
    ...definedFunctions(module, names, options).flatMap(({ text }) => text.trimEnd().split('\n')),
  ];
  return `(module\n${lines.map((line) => `  ${line}\n`).join('')})\n`;
};

const definedFunctions = (module: ParsedModule, names: readonly string[], options: TextOptions): FunctionText[] => {
  const first = module.functions.length - module.bodies.length;
  return module.bodies.map(({ sizeBytes }, at) => ({
    name: module.functionNames.get(first + at) ?? String(first + at), sizeBytes, text: new FunctionWriter(module, first + at, names, options).write(),
  }));
};

const limits = ({ minimum, maximum, shared }: { minimum: number; maximum: number | undefined; shared: boolean }): string =>
  `${minimum}${maximum === undefined ? '' : ` ${maximum}`}${shared ? ' shared' : ''}`;

const signature = ({ params, results }: FunctionType): string =>
  `${params.length ? ` (param ${params.join(' ')})` : ''}${results.length ? ` (result ${results.join(' ')})` : ''}`;

/** `$name`, in the characters that an identifier may have (§6.3.5) and only once; the index where there is no name. */
const identifiers = (names: readonly (string | undefined)[]): string[] => {
  const taken = new Set<string>();
  return names.map((name, index) => {
    if (!name) return String(index);
    const plain = `$${name.replaceAll(/[^\w!#$%&'*+\-./:<=>?@\\^`|~]/g, '_')}`;
    const identifier = taken.has(plain) ? `${plain}/${index}` : plain;
    taken.add(identifier);
    return identifier;
  });
};

/** Where something without a name is defined its index is a comment. */
const definition = (identifier: string): string => (identifier.startsWith('$') ? identifier : `(;${identifier};)`);

/** An instruction with those of its operands that were written just before it. */
interface Tree {
  readonly head: string;
  readonly operands: readonly Tree[];
}

interface Frame {
  readonly number: number;
  readonly end: string;
  /** Known when all is read: empty while nothing branches here. */
  label: string;
}

interface Line {
  readonly depth: number;
  readonly write: (indent: string) => string[];
}

class FunctionWriter {
  readonly #module: ParsedModule;
  readonly #index: number;
  readonly #functions: readonly string[];
  readonly #locals: readonly string[];
  readonly #alignments: boolean;
  readonly #code: CodeReader;
  readonly #lines: Line[] = [];
  /** Values that no instruction has taken yet. */
  #values: Tree[] = [];
  readonly #frames: Frame[] = [];
  #opened = 0;

  constructor(module: ParsedModule, index: number, functions: readonly string[], options: TextOptions) {
    this.#module = module;
    this.#index = index;
    this.#functions = functions;
    this.#alignments = options.alignments ?? false;
    const { locals, code } = this.#body;
    const names = module.localNames.get(index);
    this.#locals = identifiers([...this.#type.params, ...locals].map((_, at) => names?.get(at)));
    this.#code = code;
  }

  write(): string {
    while (this.#code.more) this.#instruction();
    const { sizeBytes, locals } = this.#body;
    const { params, results } = this.#type;
    const declared = (word: string, types: readonly string[], first: number): string[] => {
      const parts: string[] = [];
      let plain = '';
      const flush = (): void => {
        if (plain) parts.push(`(${word}${plain})`);
        plain = '';
      };
      for (const [i, type] of types.entries()) {
        const name = this.#locals[first + i]!;
        if (!name.startsWith('$')) plain += ` ${type}`;
        else {
          flush();
          parts.push(`(${word} ${name} ${type})`);
        }
      }
      flush();
      return parts;
    };
    const head = [`(func ${definition(this.#functions[this.#index]!)} (type ${this.#module.functions[this.#index]})`, ...declared('param', params, 0), ...results.map((type) => `(result ${type})`)];
    const lines = [`${head.join(' ')}  ;; ${sizeBytes} bytes`, ...wrapped(declared('local', locals, params.length), WIDTH - 2).map((line) => `  ${line}`)];
    for (const { depth, write } of this.#lines) lines.push(...write('  '.repeat(depth + 1)));
    return `${lines.join('\n')}\n`;
  }

  get #type(): FunctionType {
    return this.#module.types[this.#module.functions[this.#index]!]!;
  }

  get #body(): ParsedModule['bodies'][number] {
    return this.#module.bodies[this.#index - (this.#module.functions.length - this.#module.bodies.length)]!;
  }

  #instruction(): void {
    const code = this.#code.byte();
    const behind = isPrefix(code) ? this.#code.unsigned() : 0;
    const instruction = instructionOf(code, behind);
    if (!instruction) throw new Error(`${this.#functions[this.#index]}: instruction ${code.toString(16)} ${behind} is unknown`);
    switch (instruction.name) {
      case 'block': case 'loop': return this.#open(instruction.name, this.#blockType(), undefined);
      case 'if': return this.#open('if', this.#blockType(), this.#take(1)[0]);
      case 'else': return this.#between();
      case 'end': return this.#close();
      default: this.#plain(instruction);
    }
  }

  #plain(instruction: Instruction): void {
    const { immediates, type } = this.#immediates(instruction);
    const operands = this.#take(instruction.operands + (type?.params.length ?? 0));
    const tree = { head: [instruction.name, ...immediates].join(' '), operands };
    const results = instruction.name.startsWith('return') ? 0 : instruction.results + (type?.results.length ?? 0);
    // `return` takes what the function gives; several results at once cannot be folded
    if (instruction.name === 'return') this.#statement({ ...tree, operands: this.#take(this.#type.results.length) });
    else if (results === 1) this.#values.push(tree);
    else this.#statement(tree);
  }

  #open(word: string, type: string, condition: Tree | undefined): void {
    this.#flush();
    const then = word === 'if' ? ' (then' : '';
    const frame: Frame = { number: ++this.#opened, end: then ? '))' : ')', label: '' };
    this.#line((indent) => {
      const head = `(${word}${frame.label}${type}`;
      const line = condition ? `${head} ${oneLine(condition)}${then}` : `${head}${then}`;
      return !condition || fits(line, indent) ? [`${indent}${line}`] : [`${indent}${head}`, ...render(condition, `${indent}    `), `${indent} ${then}`];
    });
    this.#frames.push(frame);
  }

  #between(): void {
    this.#flush();
    this.#line((indent) => [`${indent}) (else`], -1);
  }

  /** The end of a block, or of the function. */
  #close(): void {
    this.#flush();
    const end = this.#frames.pop()?.end;
    this.#line((indent) => [`${indent}${end ?? ')'}`], end ? 0 : -1);
  }

  #line(write: Line['write'], outwards = 0): void {
    this.#lines.push({ depth: this.#frames.length + outwards, write });
  }

  /** What was written last; the rest of the operands is on the stack already. */
  #take(count: number): Tree[] {
    return count === 0 ? [] : this.#values.splice(-count);
  }

  #statement(tree: Tree): void {
    this.#flush();
    this.#line((indent) => render(tree, indent));
  }

  /** Values that wait while something else happens are written where they were made, so that the order stays. */
  #flush(): void {
    for (const tree of this.#values) this.#line((indent) => render(tree, indent));
    this.#values = [];
  }

  #blockType(): string {
    const code = this.#code.byte();
    return code === 0x40 ? '' : ` (result ${valueTypeOf(code)})`;
  }

  #label(depth: number): string {
    const frame = this.#frames[this.#frames.length - 1 - depth];
    if (!frame) return String(depth);
    frame.label = ` $${frame.number}`;
    return `$${frame.number}`;
  }

  /** The text of the immediates, and the type of what is called. */
  #immediates({ name, immediate }: Instruction): { immediates: string[]; type?: FunctionType } {
    const code = this.#code;
    switch (immediate) {
      case 'label': return { immediates: [this.#label(code.unsigned())] };
      case 'labels': return { immediates: [...code.list(() => this.#label(code.unsigned())), this.#label(code.unsigned())] };
      case 'function': {
        const index = code.unsigned();
        return { immediates: [this.#functions[index]!], type: this.#module.types[this.#module.functions[index]!]! };
      }
      case 'type and table': {
        const [type, table] = [code.unsigned(), code.unsigned()];
        return { immediates: [...(table ? [String(table)] : []), `(type ${type})`], type: this.#module.types[type]! };
      }
      case 'local': return { immediates: [this.#locals[code.unsigned()]!] };
      case 'types': return { immediates: [`(result ${code.list(() => code.valueType()).join(' ')})`] };
      case 'i32': return { immediates: [integer(code.signed(), 32)] };
      case 'i64': return { immediates: [integer(code.signed(), 64)] };
      case 'f32': return { immediates: [float(code.part(4), 32)] };
      case 'f64': return { immediates: [float(code.part(8), 64)] };
      case '16 bytes': return { immediates: ['i32x4', ...Array.from({ length: 4 }, () => `0x${code.u32Bits().toString(16)}`)] };
      case 'lane': return { immediates: [String(code.byte())] };
      case '16 lanes': return { immediates: Array.from({ length: 16 }, () => String(code.byte())) };
      case 'memory access': return { immediates: this.#access(name) };
      case 'memory': return { immediates: zeros(code, 1) };
      case 'two memories': return { immediates: zeros(code, 2) };
      case 'none': case 'block type': return { immediates: [] };
    }
  }

  #access(name: string): string[] {
    const [power, offset] = [this.#code.unsigned(), this.#code.unsigned()];
    const alignment = this.#alignments && 2 ** power !== naturalAlignment(name) ? [`align=${2 ** power}`] : [];
    return [...(offset ? [`offset=${offset < 1024 ? offset : `0x${offset.toString(16)}`}`] : []), ...alignment];
  }
}

/** Memory 0 is the only one, and not written. */
const zeros = (code: CodeReader, count: number): string[] => {
  for (let i = 0; i < count; i++) if (code.byte() !== 0) throw new Error('wasm module: a memory other than 0');
  return [];
};

const naturalAlignment = (name: string): number => {
  const bits = /(?:load|store)(\d+)/.exec(name)?.[1] ?? /^[a-z](\d+)\./.exec(name)?.[1];
  return Number(bits) / 8;
};

/** Small numbers are counts, and written in decimal; others are addresses and masks. */
const integer = (value: bigint, bits: number): string => (value > -1024n && value < 1024n ? String(value) : `0x${BigInt.asUintN(bits, value).toString(16)}`);

const float = (code: CodeReader, bits: 32 | 64): string => {
  const raw = bits === 32 ? BigInt(code.u32Bits()) : code.u64Bits();
  const fraction = bits === 32 ? 23n : 52n;
  const view = new DataView(new ArrayBuffer(8));
  if (bits === 32) view.setUint32(0, Number(raw));
  else view.setBigUint64(0, raw);
  const value = bits === 32 ? view.getFloat32(0) : view.getFloat64(0);
  const sign = raw >> BigInt(bits - 1) ? '-' : '';
  if (Number.isNaN(value)) return `${sign}nan:0x${(raw & ((1n << fraction) - 1n)).toString(16)}`;
  return `${sign}${Number.isFinite(value) ? Math.abs(value) : 'inf'}`;
};

const oneLine = ({ head, operands }: Tree): string => `(${[head, ...operands.map(oneLine)].join(' ')})`;

const fits = (line: string, indent: string): boolean => line.length < Math.max(WIDTH - indent.length, 40);

/** On one line when it fits, else with each operand on lines of its own. */
const render = (tree: Tree, indent: string): string[] => {
  const line = oneLine(tree);
  if (fits(line, indent) || !tree.operands.length) return [`${indent}${line}`];
  const lines = [`${indent}(${tree.head}`, ...tree.operands.flatMap((operand) => render(operand, `${indent}  `))];
  lines.push(`${lines.pop()})`);
  return lines;
};

const wrapped = (words: readonly string[], width: number): string[] => {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};
