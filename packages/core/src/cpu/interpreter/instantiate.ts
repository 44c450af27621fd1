/** Compiles the generated interpreter and binds its imports. */
import type { PhysicalMemory } from '../../memory/physical.ts';
import { opcodeMaps } from '../isa/maps.ts';
import { HandlerCatalogue } from '../isa/shapes.ts';
import { generateInterpreter } from './generate.ts';
import type { GeneratedInterpreter } from './generate.ts';

/** What generated code asks of TypeScript. Addresses and numbers arrive signed. */
export interface InterpreterImports {
  fetchPage(page: bigint): number;
  decodeAt(table: number, offset: number): number;
  microcode(record: number, number: number): number;
  deliver(): number;
  branchTarget(directory: number, offset: number, target: number): number;
  becameHot(entry: number): void;
  outgrown(entry: number): void;
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
  logTlbEntry(at: number): void;
  /** Functions for handlers, and places for regions. */
  readonly table: WebAssembly.Table;
  /** The module's other exports, which regions import. */
  readonly subroutines: Readonly<Record<string, WebAssembly.ExportValue>>;
  readonly firstFunction: number;
  readonly firstRegion: number;
}

/** Generated modules by memory size: a process with several machines, as tests are, compiles each once. */
const compiled = new Map<number, { catalogue: HandlerCatalogue; generated: GeneratedInterpreter; module: WebAssembly.Module }>();

export const instantiateInterpreter = (memory: PhysicalMemory, imports: InterpreterImports): Interpreter => {
  let entry = compiled.get(memory.wasmPages);
  if (!entry) {
    const catalogue = new HandlerCatalogue(Object.values(opcodeMaps));
    const generated = generateInterpreter(catalogue, memory.wasmPages);
    compiled.set(memory.wasmPages, entry = { catalogue, generated, module: new WebAssembly.Module(generated.bytes) });
  }
  const { exports } = new WebAssembly.Instance(entry.module, { env: { memory: memory.wasm, ...imports } });
  const { handlerNumber, firstFunction, firstRegion } = entry.generated;
  return { ...(exports as unknown as Pick<Interpreter, 'run' | 'walk' | 'accessSlow' | 'reach' | 'commitSlow' | 'recordLinear' | 'flushTlb' | 'flushTlbPage' | 'forgetWritable' | 'logTlbEntry' | 'deriveState' | 'enterHandler' | 'table'>), subroutines: exports, catalogue: entry.catalogue, handlerNumber, firstFunction, firstRegion };
};
