/** Collects the subroutines that a module's functions call, each generated once, and the imports among them. */
import type { Callee } from '../../wasm/function.ts';
import type { ModuleBuilder } from '../../wasm/module.ts';
import type { ValueType } from '../../wasm/types.ts';
import type { Subroutine } from './builder.ts';

/** Implemented in JavaScript; the importing module's instance gets it as `env.NAME`. */
export interface ImportedSubroutine extends Subroutine {
  readonly imported: true;
}

export const imported = (name: string, params: readonly ValueType[], results: readonly ValueType[]): ImportedSubroutine => ({
  name, params, results, imported: true,
  build: () => { throw new Error(`${name} is imported`); },
});

export class SubroutineLinker {
  readonly #module: ModuleBuilder;
  readonly #callees = new Map<Subroutine, Callee>();
  readonly #pending: Subroutine[] = [];
  /** Other modules know subroutines by name. */
  readonly #names = new Set<string>();

  constructor(module: ModuleBuilder, imports: readonly ImportedSubroutine[]) {
    this.#module = module;
    for (const i of imports) this.#callees.set(i, module.importFunction(i.name, i.params, i.results));
  }

  callee = (subroutine: Subroutine): Callee => {
    let callee = this.#callees.get(subroutine);
    if (!callee) {
      if (this.#names.has(subroutine.name)) throw new Error(`two subroutines are called ${subroutine.name}`);
      this.#names.add(subroutine.name);
      if ('imported' in subroutine) throw new Error(`import ${subroutine.name} is not declared`);
      callee = this.#module.declare(subroutine.name, subroutine.params, subroutine.results);
      this.#callees.set(subroutine, callee);
      this.#pending.push(subroutine);
    }
    return callee;
  };

  /** Makes what has been generated callable from other modules, by its name. */
  exportAll(): void {
    for (const [subroutine, callee] of this.#callees) if (!('imported' in subroutine)) this.#module.export(callee);
  }

  /** Generates what has been asked for, and what that asks for in turn. */
  finish(): void {
    for (let next = this.#pending.pop(); next; next = this.#pending.pop()) {
      const subroutine = next;
      this.#module.define(this.callee(subroutine), (f) => subroutine.build(f, (called) => {
        if (called.touches && !subroutine.touches) throw new Error(`${subroutine.name} calls ${called.name}, which touches ${called.touches}, and does not say so`);
        return this.callee(called);
      }));
    }
  }
}
