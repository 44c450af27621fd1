/** From jobs to a WebAssembly module: many regions in one, each at its place in the interpreter's function table. */
import { FunctionBuilder } from '../../wasm/function.ts';
import type { Callee } from '../../wasm/function.ts';
import type { LayoutOptions } from '../../wasm/module.ts';
import { ModuleBuilder } from '../../wasm/module.ts';
import type { Subroutine } from '../builder/builder.ts';
import { chainType, regionType } from '../interpreter/chain.ts';
import { handlerType, numberHandlers } from '../interpreter/generate.ts';
import { handlerCatalogue } from '../isa/catalogue.ts';
import type { HandlersByNumber } from './instruction.ts';
import { emitRegion } from './region-code.ts';
import type { CompiledRegion, CompiledRegions, RegionCompiler, RegionJob, RegionTarget } from './region-job.ts';

let handlers: HandlersByNumber | undefined;
/** The same numbers as the interpreter's, on whatever thread. */
export const handlersByNumber = (): HandlersByNumber => (handlers ??= numberHandlers(handlerCatalogue().handlers));

/** Makes one module; it imports `env.memory`, `env.table`, and the interpreter's subroutines by name. */
export const generateRegions = (jobs: readonly RegionJob[], target: RegionTarget, layout: LayoutOptions = {}): { bytes: Uint8Array<ArrayBuffer>; regions: CompiledRegion[] } => {
  const module = new ModuleBuilder();
  module.importMemory(target.memoryPages, target.memoryPages);
  module.importTable('table', target.tableSize);
  const imports = new Map<string, Callee>();
  const callee = ({ name, params, results }: Pick<Subroutine, 'name' | 'params' | 'results'>): Callee => {
    let known = imports.get(name);
    if (!known) imports.set(name, known = module.importFunction(name, params, results));
    return known;
  };
  const handlerTypeIndex = module.typeIndex(handlerType);
  const regionTypeIndex = module.typeIndex(regionType);
  const chain = callee({ name: 'chain', ...chainType });
  const chainStraight = callee({ name: 'chainStraight', ...chainType });
  // imports come first in a module's numbering, so all code is made before the first function is declared
  const built = jobs.map((job) => {
    const f = new FunctionBuilder(`region ${job.linear.toString(16)}`, regionType);
    emitRegion(f, job, { handlers: handlersByNumber(), firstFunction: target.firstFunction, callee, chain, chainStraight, handlerTypeIndex, regionTypeIndex });
    return { job, f };
  });
  const regions = built.map(({ job, f }) => {
    module.place(module.add(f), job.slot);
    return { id: job.id, slot: job.slot, sizeBytes: f.sizeBytes };
  });
  return { bytes: module.toBytes(layout), regions };
};

/** Translates at once, on the thread that asks: for tests, and where there are no other threads. */
export class ImmediateCompiler implements RegionCompiler {
  readonly #target: RegionTarget;
  readonly #nowMs: () => number;
  readonly #ready: CompiledRegions[] = [];

  constructor(target: RegionTarget, nowMs: () => number = () => 0) {
    this.#target = target;
    this.#nowMs = nowMs;
  }

  get pending(): number {
    return this.#ready.length;
  }

  submit(job: RegionJob): void {
    const startMs = this.#nowMs();
    const { bytes, regions } = generateRegions([job], this.#target);
    const generatedMs = this.#nowMs();
    const module = new WebAssembly.Module(bytes);
    this.#ready.push({ module, regions, generateMs: generatedMs - startMs, compileMs: this.#nowMs() - generatedMs });
  }

  take(): CompiledRegions | undefined {
    return this.#ready.shift();
  }
}
