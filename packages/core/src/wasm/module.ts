/**
 * Lays out one WebAssembly module: imports, functions, one function table, exports (Core Specification 2.0, §5.5).
 * Functions are declared first, which fixes their index, and given a body later, so that they may call one another.
 */
import { ByteWriter } from './byte-writer.ts';
import { FunctionBuilder } from './function.ts';
import type { BranchHint, Callee } from './function.ts';
import { typeCodes } from './types.ts';
import type { FunctionType, ValueType } from './types.ts';

interface Declared extends Callee {
  readonly typeIndex: number;
  body?: Uint8Array;
  branchHints?: readonly BranchHint[];
  localNames?: ReadonlyMap<number, string>;
}

export interface LayoutOptions {
  /** Names of locals as well, for people. */
  readonly localNames?: boolean;
}

const complete = (declared: Declared, f: FunctionBuilder): void => {
  declared.body = f.finish();
  declared.branchHints = f.branchHints;
  declared.localNames = f.localNames;
};

export class ModuleBuilder {
  #types: FunctionType[] = [];
  #typeIndices = new Map<string, number>();
  #imports: { module: string; name: string; type: number }[] = [];
  #memory: { initialPages: number; maximumPages: number } | undefined;
  #functions: Declared[] = [];
  #exports: Callee[] = [];
  #table: Callee[] = [];
  #tableExport: { name: string; size: number } | undefined;
  #tableImport: { name: string; size: number } | undefined;
  #placed: { callee: Callee; index: number }[] = [];
  #sealed = false;

  /** The shared memory `env.memory`, in pages of 64 KiB. */
  importMemory(initialPages: number, maximumPages: number): void {
    this.#memory = { initialPages, maximumPages };
  }

  /** All imports come before the first function. */
  importFunction(importName: string, params: readonly ValueType[], results: readonly ValueType[]): Callee {
    if (this.#sealed) throw new Error(`import ${importName} is declared after a function`);
    const type = { params, results };
    this.#imports.push({ module: 'env', name: importName, type: this.typeIndex(type) });
    return { name: importName, type, index: this.#imports.length - 1 };
  }

  /** Table 0 is another module's, `env.NAME`, of `size` entries; functions are put into it with `place`. */
  importTable(importName: string, size: number): void {
    this.#tableImport = { name: importName, size };
  }

  /** Exports table 0, with room for `size` entries. */
  exportTable(exportName: string, size: number): void {
    this.#tableExport = { name: exportName, size };
  }

  declare(functionName: string, params: readonly ValueType[], results: readonly ValueType[]): Callee {
    this.#sealed = true;
    const type = { params, results };
    const declared: Declared = { name: functionName, type, index: this.#imports.length + this.#functions.length, typeIndex: this.typeIndex(type) };
    this.#functions.push(declared);
    return declared;
  }

  define(callee: Callee, build: (f: FunctionBuilder) => void): void {
    const declared = this.#functions[callee.index - this.#imports.length];
    if (!declared) throw new Error(`${callee.name} is an import`);
    const f = new FunctionBuilder(callee.name, callee.type);
    build(f);
    complete(declared, f);
  }

  /** A function whose body was built before its index was known. */
  add(f: FunctionBuilder): Callee {
    const callee = this.declare(f.name, f.type.params, f.type.results);
    complete(this.#functions[callee.index - this.#imports.length]!, f);
    return callee;
  }

  export(callee: Callee): void {
    this.#exports.push(callee);
  }

  /** Puts a function into table 0 and gives its index there. */
  tabulate(callee: Callee): number {
    return this.#table.push(callee) - 1;
  }

  /** Puts a function into table 0 at a given index when the module is instantiated. */
  place(callee: Callee, index: number): void {
    this.#placed.push({ callee, index });
  }

  typeIndex(type: FunctionType): number {
    const key = `${type.params.join()}>${type.results.join()}`;
    let at = this.#typeIndices.get(key);
    if (at === undefined) this.#typeIndices.set(key, at = this.#types.push(type) - 1);
    return at;
  }

  /** Sizes in bytes by function, for reports. */
  sizes(): ReadonlyMap<string, number> {
    return new Map(this.#functions.map((f) => [f.name, f.body?.length ?? 0]));
  }

  toBytes({ localNames = false }: LayoutOptions = {}): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter();
    out.append([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const part = new ByteWriter();
    const number = (value: number): void => {
      part.reserve(5);
      part.unsigned(value);
    };
    const vector = (types: readonly ValueType[]): void => {
      number(types.length);
      part.append(types.map((t) => typeCodes[t]));
    };
    const close = (id: number, to: ByteWriter): void => {
      to.reserve(6);
      to.byte(id);
      to.unsigned(part.length);
      to.appendWriter(part);
      part.cut(0);
    };
    const section = <T>(id: number, items: readonly T[], write: (item: T) => void): void => {
      if (!items.length) return;
      number(items.length);
      for (const item of items) write(item);
      close(id, out);
    };
    section(1, this.#types, (t) => {
      number(0x60);
      vector(t.params);
      vector(t.results);
    });
    const imported = this.#imports.length + (this.#memory ? 1 : 0) + (this.#tableImport ? 1 : 0);
    if (imported) {
      number(imported);
      for (const i of this.#imports) {
        part.name(i.module);
        part.name(i.name);
        number(0);
        number(i.type);
      }
      if (this.#memory) {
        part.name('env');
        part.name('memory');
        part.append([2, 3]);
        number(this.#memory.initialPages);
        number(this.#memory.maximumPages);
      }
      if (this.#tableImport) {
        part.name('env');
        part.name(this.#tableImport.name);
        part.append([1, 0x70, 1]);
        number(this.#tableImport.size);
        number(this.#tableImport.size);
      }
      close(2, out);
    }
    section(3, this.#functions, (f) => number(f.typeIndex));
    const tableSize = Math.max(this.#table.length, this.#tableExport?.size ?? 0);
    if (tableSize) section(4, [tableSize], (size) => {
      part.append([0x70, 1]);
      number(size);
      number(size);
    });
    const exports = this.#exports.map((f) => ({ name: f.name, kind: 0, index: f.index }));
    if (this.#tableExport) exports.push({ name: this.#tableExport.name, kind: 1, index: 0 });
    section(7, exports, (e) => {
      part.name(e.name);
      number(e.kind);
      number(e.index);
    });
    const elements = this.#placed.map(({ callee, index }) => ({ at: index, functions: [callee] }));
    if (this.#table.length) elements.push({ at: 0, functions: this.#table });
    section(9, elements, ({ at, functions }) => {
      part.append([0, 0x41]);
      part.reserve(5);
      part.signed32(at);
      part.append([0x0b]);
      number(functions.length);
      for (const f of functions) number(f.index);
    });
    this.#branchHints(part, number);
    if (part.length) close(0, out);
    section(10, this.#functions, ({ name, body }) => {
      if (!body) throw new Error(`function ${name} has no body`);
      number(body.length);
      part.append(body);
    });
    // names for stack traces and profiles (Core Specification 2.0, appendix, custom section "name")
    const names = new ByteWriter();
    names.name('name');
    number(this.#imports.length + this.#functions.length);
    for (const [index, f] of [...this.#imports, ...this.#functions].entries()) {
      number(index);
      part.name(f.name);
    }
    close(1, names);
    if (localNames) {
      const named = this.#functions.filter((f) => f.localNames?.size);
      number(named.length);
      for (const f of named) {
        number(f.index);
        number(f.localNames!.size);
        for (const [index, local] of f.localNames!) {
          number(index);
          part.name(local);
        }
      }
      close(2, names);
    }
    part.appendWriter(names);
    names.clear();
    close(0, out);
    part.clear();
    return out.take();
  }

  /** WebAssembly branch hinting, custom section "metadata.code.branch_hint"; it comes before the code. */
  #branchHints(part: ByteWriter, number: (value: number) => void): void {
    const hinted = this.#functions.filter(({ branchHints }) => branchHints?.length);
    if (!hinted.length) return;
    part.name('metadata.code.branch_hint');
    number(hinted.length);
    for (const { index, branchHints } of hinted) {
      number(index);
      number(branchHints!.length);
      for (const { offset, isLikely } of branchHints!) {
        number(offset);
        part.append([1, isLikely ? 1 : 0]);
      }
    }
  }
}
