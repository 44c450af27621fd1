/** Makes a module of subroutines alone, over a memory that holds a CPU state, so that tests can call them one by one. */
import { CpuState } from '../cpu/state.ts';
import type { Subroutine } from '../cpu/builder/builder.ts';
import { ModuleBuilder } from '../wasm/module.ts';
import type { Callee } from '../wasm/function.ts';

type WasmFunction = (...values: (number | bigint)[]) => number | bigint;

export interface SubroutineModule {
  readonly state: CpuState;
  /** Calls by name; i64 are BigInts, both ways, and signed. */
  call(subroutine: Subroutine, ...values: (number | bigint)[]): number | bigint;
}

export const instantiateSubroutines = (subroutines: readonly Subroutine[]): SubroutineModule => {
  const pages = 1;
  const module = new ModuleBuilder();
  module.importMemory(pages, pages);
  const callees = new Map<Subroutine, Callee>();
  const pending: Subroutine[] = [];
  const calleeOf = (subroutine: Subroutine): Callee => {
    let callee = callees.get(subroutine);
    if (!callee) {
      callee = module.declare(subroutine.name, subroutine.params, subroutine.results);
      callees.set(subroutine, callee);
      pending.push(subroutine);
    }
    return callee;
  };
  for (const subroutine of subroutines) module.export(calleeOf(subroutine));
  for (let next = pending.pop(); next; next = pending.pop()) {
    const subroutine = next;
    module.define(calleeOf(subroutine), (f) => subroutine.build(f, calleeOf));
  }
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), { env: { memory } });
  const functions = instance.exports as unknown as Record<string, WasmFunction>;
  return { state: new CpuState(memory), call: (subroutine, ...values) => functions[subroutine.name]!(...values) };
};
