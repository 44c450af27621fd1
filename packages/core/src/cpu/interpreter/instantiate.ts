/** Compiles the interpreter, which is generated or was kept from an earlier start, and binds its imports. */
import type { PhysicalMemory } from '../../memory/physical.ts';
import { handlerCatalogue } from '../isa/catalogue.ts';
import type { HandlerCatalogue } from '../isa/shapes.ts';
import { generateInterpreter, interpreterNumbers } from './generate.ts';
import type { InterpreterNumbers } from './generate.ts';

/** What generated code asks of TypeScript. Addresses and numbers arrive signed. */
export interface InterpreterImports {
  fetchPage(page: bigint): number;
  decodeAt(table: number, offset: number): number;
  microcode(record: number, number: number): number;
  deliver(): number;
  branchTarget(directory: number, offset: number, target: number): number;
  becameHot(entry: number): void;
  outgrown(entry: number, why: number): void;
  acrossPages(at: number): number;
  decodeAgain(at: number): number;
  mmioRead(phys: number, size: number): number;
  mmioWrite(phys: number, size: number, value: number): void;
  codeWritten(phys: number, length: number): void;
  watchAccess(linear: bigint, size: number, write: number): void;
  clockTicks(): number;
}

/** The exports of the module, and the handler numbers for the decoder. */
export interface Interpreter {
  readonly catalogue: HandlerCatalogue;
  readonly handlerNumber: (index: number) => number;
  run(): number;
  walk(linear: bigint, access: number): bigint;
  accessSlow(linear: bigint, how: number): number;
  /** As accessSlow, but looks into the TLB first. */
  reach(linear: bigint, how: number): number;
  commitSlow(): void;
  recordLinear(record: number, offset: bigint, how: number): bigint;
  /** @returns the mode word */
  deriveState(): number;
  enterHandler(vector: number, flags: number, errorCode: bigint): number;
  flushTlb(global: number): void;
  flushTlbPage(linear: bigint): void;
  forgetWritable(host: number): void;
  fillCodeTlb(page: bigint, directory: number, isGlobal: number): void;
  /** Functions for handlers, and places for regions. */
  readonly table: WebAssembly.Table;
  /** The module's other exports, which regions import. */
  readonly subroutines: Readonly<Record<string, WebAssembly.ExportValue>>;
  readonly firstFunction: number;
  readonly firstRegion: number;
}

/** Keeps the module from one start to the next, by the size of the memory: generating it takes a third of a second, reading it a few milliseconds. */
export interface InterpreterStore {
  /** The bytes as they were kept by a process of the very same sources, or nothing. */
  load(memoryPages: number): Uint8Array<ArrayBuffer> | undefined;
  keep(memoryPages: number, bytes: Uint8Array<ArrayBuffer>): void;
}

/** Compiled modules by memory size: a process with several machines, as tests are, compiles each once. */
const compiled = new Map<number, { catalogue: HandlerCatalogue; numbers: InterpreterNumbers; module: WebAssembly.Module }>();

const bytesFor = (catalogue: HandlerCatalogue, memoryPages: number, store: InterpreterStore | undefined): Uint8Array<ArrayBuffer> => {
  const kept = store?.load(memoryPages);
  if (kept) return kept;
  const { bytes } = generateInterpreter(catalogue, memoryPages);
  store?.keep(memoryPages, bytes);
  return bytes;
};

export const instantiateInterpreter = (memory: PhysicalMemory, imports: InterpreterImports, store?: InterpreterStore): Interpreter => {
  let entry = compiled.get(memory.wasmPages);
  if (!entry) {
    const catalogue = handlerCatalogue();
    const module = new WebAssembly.Module(bytesFor(catalogue, memory.wasmPages, store));
    compiled.set(memory.wasmPages, entry = { catalogue, numbers: interpreterNumbers(catalogue.handlers), module });
  }
  const { exports } = new WebAssembly.Instance(entry.module, { env: { memory: memory.wasm, ...imports } });
  const { handlerNumber, firstFunction, firstRegion } = entry.numbers;
  return { ...(exports as unknown as Pick<Interpreter, 'run' | 'walk' | 'accessSlow' | 'reach' | 'commitSlow' | 'recordLinear' | 'flushTlb' | 'flushTlbPage' | 'forgetWritable' | 'fillCodeTlb' | 'deriveState' | 'enterHandler' | 'table'>), subroutines: exports, catalogue: entry.catalogue, handlerNumber, firstFunction, firstRegion };
};
