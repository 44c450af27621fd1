/**
 * Lays out one WebAssembly module: imports, functions, one function table, exports (Core Specification 2.0, §5.5).
 * Functions are declared first, which fixes their index, and given a body later, so that they may call one another.
 */
import { concatenate, name, signedLeb32, unsignedLeb } from './encode.ts';
import { FunctionBuilder } from './function.ts';
import type { Callee } from './function.ts';
import { typeCodes } from './types.ts';
import type { FunctionType, ValueType } from './types.ts';

interface Declared extends Callee {
  body?: Uint8Array;
  localNames?: ReadonlyMap<number, string>;
}

export interface LayoutOptions {
  /** Names of locals as well, for people. */
  readonly localNames?: boolean;
}

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
    const declared: Declared = { name: functionName, type: { params, results }, index: this.#imports.length + this.#functions.length };
    this.typeIndex(declared.type);
    this.#functions.push(declared);
    return declared;
  }

  define(callee: Callee, build: (f: FunctionBuilder) => void): void {
    const declared = this.#functions[callee.index - this.#imports.length];
    if (!declared) throw new Error(`${callee.name} is an import`);
    const f = new FunctionBuilder(callee.name, callee.type);
    build(f);
    declared.body = f.finish();
    declared.localNames = f.localNames;
  }

  /** A function whose body was built before its index was known. */
  add(f: FunctionBuilder): Callee {
    const callee = this.declare(f.name, f.type.params, f.type.results);
    Object.assign(this.#functions[callee.index - this.#imports.length]!, { body: f.finish(), localNames: f.localNames });
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
    const out: ArrayLike<number>[] = [[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]];
    const section = (id: number, items: readonly ArrayLike<number>[]): void => {
      if (!items.length) return;
      const body = concatenate([unsignedLeb(items.length), ...items]);
      out.push([id, ...unsignedLeb(body.length)], body);
    };
    const vector = (types: readonly ValueType[]): number[] => [...unsignedLeb(types.length), ...types.map((t) => typeCodes[t])];
    section(1, this.#types.map((t) => [0x60, ...vector(t.params), ...vector(t.results)]));
    const imports = this.#imports.map((i) => [...name(i.module), ...name(i.name), 0, ...unsignedLeb(i.type)]);
    if (this.#memory) imports.push([...name('env'), ...name('memory'), 2, 3, ...unsignedLeb(this.#memory.initialPages), ...unsignedLeb(this.#memory.maximumPages)]);
    if (this.#tableImport) imports.push([...name('env'), ...name(this.#tableImport.name), 1, 0x70, 1, ...unsignedLeb(this.#tableImport.size), ...unsignedLeb(this.#tableImport.size)]);
    section(2, imports);
    section(3, this.#functions.map((f) => unsignedLeb(this.typeIndex(f.type))));
    const tableSize = Math.max(this.#table.length, this.#tableExport?.size ?? 0);
    if (tableSize) section(4, [[0x70, 1, ...unsignedLeb(tableSize), ...unsignedLeb(tableSize)]]);
    const exports = this.#exports.map((f) => [...name(f.name), 0, ...unsignedLeb(f.index)]);
    if (this.#tableExport) exports.push([...name(this.#tableExport.name), 1, 0]);
    section(7, exports);
    const elements = this.#placed.map(({ callee, index }) => [0, 0x41, ...signedLeb32(index), 0x0b, 1, ...unsignedLeb(callee.index)]);
    if (this.#table.length) elements.push([0, 0x41, 0, 0x0b, ...unsignedLeb(this.#table.length), ...this.#table.flatMap((f) => unsignedLeb(f.index))]);
    section(9, elements);
    section(10, this.#functions.map(({ name: functionName, body }) => {
      if (!body) throw new Error(`function ${functionName} has no body`);
      return concatenate([unsignedLeb(body.length), body]);
    }));
    // names for stack traces and profiles (Core Specification 2.0, appendix, custom section "name")
    const map = (items: readonly (readonly [index: number, content: readonly number[]])[]): number[] => [...unsignedLeb(items.length), ...items.flatMap(([index, content]) => [...unsignedLeb(index), ...content])];
    const subsection = (id: number, content: readonly number[]): number[] => [id, ...unsignedLeb(content.length), ...content];
    const parts = [name('name'), subsection(1, map([...this.#imports, ...this.#functions].map((f, index) => [index, name(f.name)])))];
    if (localNames) {
      const named = this.#functions.filter((f) => f.localNames?.size);
      parts.push(subsection(2, map(named.map((f) => [f.index, map(Array.from(f.localNames!, ([index, local]) => [index, name(local)]))]))));
    }
    const custom = concatenate(parts);
    out.push([0, ...unsignedLeb(custom.length)], custom);
    return concatenate(out);
  }
}
