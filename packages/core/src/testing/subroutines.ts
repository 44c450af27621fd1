/** Makes a module of subroutines alone, over a memory that holds a CPU state, so that tests can call them one by one. */
import { SubroutineLinker } from '../cpu/builder/subroutines.ts';
import type { Subroutine } from '../cpu/builder/builder.ts';
import { CpuState } from '../cpu/state.ts';
import { ModuleBuilder } from '../wasm/module.ts';

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
  const linker = new SubroutineLinker(module, []);
  for (const subroutine of subroutines) module.export(linker.callee(subroutine));
  linker.finish();
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), { env: { memory } });
  const functions = instance.exports as unknown as Record<string, WasmFunction>;
  return { state: new CpuState(memory), call: (subroutine, ...values) => functions[subroutine.name]!(...values) };
};
