/**
 * Generates the interpreter: one WebAssembly module from the opcode rows.
 *
 * `run` fetches records in one loop and dispatches with one `br_table`. The handlers of frequent instructions are inline in it; the others are
 * functions, called through the table. Straight-line code runs from record to record without any look at time or interrupts; these
 * happen when a branch is taken or RIP is looked up, where the budget is settled.
 */
import { CODE_TLB_BASE, PAGE_BYTES, SCRATCH_RECORDS } from '../../memory/layout.ts';
import { accessSlow, codeWritten, commitSlow, flushTlb, flushTlbPage, forgetWritable, mmioRead, mmioWrite, walk, watchAccess } from '../../memory/mmu.ts';
import type { Expression, FunctionBuilder, Label } from '../../wasm/function.ts';
import { ModuleBuilder } from '../../wasm/module.ts';
import { reach, recordLinear } from '../builder/addressing.ts';
import { noteMiss, noteTarget } from '../decode/indirect-targets.ts';
import { countTowardsOutgrown, outgrown } from '../decode/outgrown.ts';
import { regionAnchor, regionCommit, regionReach, regionStore } from '../translator/region-access.ts';
import { codeTlbEntry, countOne, loadField, storeField } from '../builder/fields.ts';
import type { Subroutine } from '../builder/builder.ts';
import { imported, SubroutineLinker } from '../builder/subroutines.ts';
import { fillCodeTlb, knownPage } from '../decode/known-pages.ts';
import { RECORD_BYTES, record } from '../decode/record.ts';
import { special, SPECIAL_COUNT } from '../decode/special.ts';
import type { Handler, HandlerCatalogue } from '../isa/shapes.ts';
import { microcodeNames } from '../microcode/all.ts';
import { deriveState } from '../semantics/derived-state.ts';
import { enterHandler } from '../semantics/interrupt-entry.ts';
import { clockTicks } from '../semantics/system.ts';
import { buildChain, chainType, regionType } from './chain.ts';
import { deliver, deliverFault } from './fault-delivery.ts';
import { isInline } from './inline.ts';
import { LateBinding } from './late-binding.ts';
import type { Exits } from './late-binding.ts';
import { atRecord, LEAST_RECORD, regionResult, regionReturns } from './region-result.ts';

/** What handlers and imports return to the loop. */
export const outcome = {
  next: 0,
  /** Continue at state.rip. */
  lookup: 1,
  /** A fault is in the state. */
  fault: 2,
  /** Continue at state.rip after a look at interrupts. */
  exit: 3,
} as const;

/** (linear page) -> address of the page's directory of records; 0 = a fault is in the state. */
const fetchPage = imported('fetchPage', ['i64'], ['i32']);
/** (directory, offset in the page) -> record; 0 = a fault is in the state. */
const decodeAt = imported('decodeAt', ['i32', 'i32'], ['i32']);
/** (record, number of the microcode function) -> outcome. */
const microcode = imported('microcode', ['i32', 'i32'], ['i32']);

/** (directory, offset in the page, record) -> the entry record of a branch target that lies within a run. */
const branchTarget = imported('branchTarget', ['i32', 'i32', 'i32'], ['i32']);
/** (record): finds the instruction at state.rip, which reaches into the next page; its record, or 0 with a fault in the state. */
const acrossPages = imported('acrossPages', ['i32'], ['i32']);
/** (record): finds the instruction at state.rip, which was decoded there and has changed; its record, or 0 with a fault in the state. */
const decodeAgain = imported('decodeAgain', ['i32'], ['i32']);
/** (entry record): it has been entered as often as was to be counted. */
const becameHot = imported('becameHot', ['i32'], []);

const imports = [fetchPage, decodeAt, microcode, deliver, branchTarget, becameHot, outgrown, acrossPages, decodeAgain, mmioRead, mmioWrite, codeWritten, watchAccess, clockTicks];

/** What the decoder and the translator have to know of the module; it follows from the handlers. */
export interface InterpreterNumbers {
  /** Catalogue index -> handler number in records. */
  handlerNumber(index: number): number;
  /** Handlers from this number on are functions, at `number - firstFunction` in the table. */
  readonly firstFunction: number;
  /** Where regions have their places in the table. */
  readonly firstRegion: number;
}

export interface GeneratedInterpreter extends InterpreterNumbers {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly handlerKeys: readonly string[];
  readonly sizes: ReadonlyMap<string, number>;
}

/** Places in the table for regions. */
export const REGION_SLOTS = 16384;

export const handlerType = { params: ['i32'], results: ['i32'] } as const;
/** Relative jumps and calls of 32- and 64-bit code, whose targets are linked. */
const isBranch = (handler: Handler): boolean =>
  /^(j|call)/.test(handler.semantics.name) && handler.shapes.length === 1 && handler.shapes[0]!.kind === 'none' && handler.shapes[0]!.width !== 16;

const numberFor = (handlers: readonly Handler[]): { inline: number[]; outOfLine: number[]; number: Int32Array } => {
  const inline: number[] = [];
  const outOfLine: number[] = [];
  handlers.forEach((handler, i) => (isInline(handler) || isBranch(handler) ? inline : outOfLine).push(i));
  const number = new Int32Array(handlers.length);
  inline.forEach((h, i) => { number[h] = SPECIAL_COUNT + i; });
  outOfLine.forEach((h, i) => { number[h] = SPECIAL_COUNT + inline.length + i; });
  return { inline, outOfLine, number };
};

/** Handlers by the number that records have for them. */
export const numberHandlers = (handlers: readonly Handler[]): readonly (Handler | undefined)[] => {
  const { number } = numberFor(handlers);
  const byNumber: (Handler | undefined)[] = [];
  handlers.forEach((handler, i) => { byNumber[number[i]!] = handler; });
  return byNumber;
};

export const interpreterNumbers = (handlers: readonly Handler[]): InterpreterNumbers => {
  const { inline, outOfLine, number } = numberFor(handlers);
  return { handlerNumber: (index) => number[index]!, firstFunction: SPECIAL_COUNT + inline.length, firstRegion: outOfLine.length };
};

export const generateInterpreter = (catalogue: HandlerCatalogue, memoryPages: number): GeneratedInterpreter => {
  const module = new ModuleBuilder();
  module.importMemory(memoryPages, memoryPages);
  const linker = new SubroutineLinker(module, imports);
  const { callee } = linker;
  const { handlers } = catalogue;
  const { inline, outOfLine } = numberFor(handlers);
  const numbers = interpreterNumbers(handlers);
  for (const index of outOfLine) {
    const handler = handlers[index]!;
    const declared = module.declare(handler.key, handlerType.params, handlerType.results);
    module.define(declared, (f) => {
      const finish = (value: number): void => f.return(f.i32(value));
      const exits: Exits = {
        lookup: () => finish(outcome.lookup),
        branch: (target) => {
          storeField(f, 'rip', target());
          finish(outcome.lookup);
        },
        fault: () => finish(outcome.fault),
        exit: () => finish(outcome.exit),
        microcode: (name) => {
          storeField(f, 'instruction', f.params[0]!);
          f.return(f.call(callee(microcode), f.params[0]!, f.i32(microcodeNumber(name))));
        },
      };
      describe(new LateBinding(f, f.params[0]!, callee, exits), handler);
      f.return(f.i32(outcome.next));
    });
    module.tabulate(declared);
  }

  const run = module.declare('run', [], ['i32']);
  module.define(run, (f) => {
    const loop = new InterpreterLoop(f, callee);
    loop.build(inline.map((i) => handlers[i]!), numbers.firstFunction, { handler: module.typeIndex(handlerType), region: module.typeIndex(regionType) });
  });
  module.export(run);
  for (const looksAtTime of [true, false]) {
    const chain = module.declare(looksAtTime ? 'chain' : 'chainStraight', chainType.params, chainType.results);
    module.define(chain, (f) => buildChain(f, module.typeIndex(regionType), looksAtTime));
    module.export(chain);
  }
  const exported: Subroutine[] = [accessSlow, commitSlow, walk, flushTlb, flushTlbPage, forgetWritable, reach, recordLinear, regionAnchor, regionReach, regionStore, regionCommit, noteMiss, countTowardsOutgrown, deriveState, enterHandler, fillCodeTlb];
  for (const subroutine of exported) callee(subroutine);
  linker.finish();
  linker.exportAll();
  module.exportTable('table', outOfLine.length + REGION_SLOTS);
  return {
    ...numbers, bytes: module.toBytes(), sizes: module.sizes(),
    handlerKeys: [...Object.keys(special), ...[...inline, ...outOfLine].map((i) => handlers[i]!.key)],
  };
};

const microcodeNumber = (name: string): number => {
  const number = microcodeNames.indexOf(name);
  if (number < 0) throw new Error(`there is no microcode ${name}`);
  return number;
};

const describe = (b: LateBinding, handler: Handler): void => {
  handler.semantics.build(b, ...b.operands(handler.shapes, handler.semantics.access));
};

const LEAST = -0x8000_0000;

class InterpreterLoop {
  readonly #f: FunctionBuilder;
  readonly #callee: SubroutineLinker['callee'];
  readonly #record: Expression;
  /** The first record of the run, and the record whose link may be set by the next look-up. */
  readonly #start: Expression;
  readonly #linkFrom: Expression;
  /** What the budget has to exceed at the next look-up: the least integer where the look-up is no look at time. */
  readonly #budgetFloor: Expression;

  constructor(f: FunctionBuilder, callee: SubroutineLinker['callee']) {
    this.#f = f;
    this.#callee = callee;
    this.#record = f.local('i32');
    this.#start = f.local('i32');
    this.#linkFrom = f.local('i32');
    this.#budgetFloor = f.local('i32');
  }

  build(inline: readonly Handler[], firstOutOfLine: number, types: { readonly handler: number; readonly region: number }): void {
    const f = this.#f, rec = this.#record;
    f.loop((lookup) => {
      f.block((fault) => {
        this.#lookup(fault);
        f.loop((next) => {
          const advance = (): void => {
            f.set(rec, f.add(rec, f.i32(RECORD_BYTES)));
            f.br(next);
          };
          const leave = (result: Expression): void => this.#afterCall(result, { lookup, fault, advance });
          const count = SPECIAL_COUNT + inline.length;
          this.#dispatch(count, () => {
            // for whoever asks for the time meanwhile
            storeField(f, 'instruction', rec);
            leave(f.let(f.callIndirect(handlerType, types.handler, f.sub(f.load('i32.load16_u', rec, record.handler), f.i32(firstOutOfLine)), rec)));
          }, (n) => {
            if (n === special.microcode) {
              storeField(f, 'instruction', rec);
              leave(f.let(f.call(this.#callee(microcode), rec, f.load('i32.load8_u', rec, record.microcode))));
            } else if (n === special.raise) {
              storeField(f, 'faultVector', f.add(f.load('i32.load', rec, record.immediate), f.i32(1)));
              storeField(f, 'faultErrorCode', f.i32(0));
              f.br(fault);
            } else if (n === special.relookup || n === special.nextPage) {
              this.#settle(0);
              storeField(f, 'rip', this.#ripOfRecord());
              // how far a run was decoded is no matter of the guest's: time is looked at where the next page begins, and not here
              f.set(this.#budgetFloor, f.i32(n === special.nextPage ? 0 : LEAST));
              f.br(lookup);
            } else if (n === special.link) {
              this.#settle(0);
              this.#enter(f.load('i32.load', rec, record.link));
              f.br(next);
            } else if (n === special.counted) {
              const left = f.let(f.sub(f.load('i32.load', rec, record.count), f.i32(1)));
              f.store('i32.store', rec, left, record.count);
              f.if(f.eqz(left), () => {
                f.rarely();
                f.perform(this.#callee(becameHot), rec);
              });
              this.#enter(f.load('i32.load', rec, record.link));
              f.br(next);
            } else if (n === special.across) {
              this.#across(fault, next);
            } else if (n === special.stale) {
              this.#settle(0);
              this.#find(decodeAgain, fault, next);
            } else if (n === special.translated) {
              this.#callRegion(types.region, { lookup, fault, next });
            } else {
              const exits: Exits = {
                lookup: () => { this.#settle(1); f.br(lookup); },
                branch: (target) => this.#branch(target, lookup, next),
                fault: () => f.br(fault),
                exit: () => { this.#settle(1); f.return(f.i32(outcome.exit)); },
                microcode: (name) => {
                  storeField(f, 'instruction', rec);
                  leave(f.let(f.call(this.#callee(microcode), rec, f.i32(microcodeNumber(name)))));
                },
              };
              const handler = inline[n - SPECIAL_COUNT]!;
              describe(new LateBinding(f, rec, this.#callee, exits), handler);
              advance();
            }
          });
        });
      });
      // a fault at `record`, or at state.rip when there is no record
      f.if(rec, () => {
        this.#settle(0);
        storeField(f, 'rip', this.#ripOfRecord());
      });
      f.set(rec, f.i32(0));
      // the branch that led here has not found its target: what is looked up next is the handler
      f.set(this.#linkFrom, f.i32(0));
      storeField(f, 'indirectFrom', f.i32(0));
      f.if(f.eq(f.call(this.#callee(deliverFault), f.i32(outcome.lookup)), f.i32(outcome.exit)), () => f.return(f.i32(outcome.exit)));
      f.br(lookup);
    });
    f.return(f.i32(0));
  }

  /** Nested blocks, one a handler: `body(n)` for 0 … count-1, `otherwise` for the rest, which are functions. */
  #dispatch(count: number, otherwise: () => void, body: (n: number) => void): void {
    const f = this.#f;
    const labels: Label[] = [];
    const nest = (n: number): void => {
      if (n < 0) {
        f.block((rest) => f.brTable(f.load('i32.load16_u', this.#record, record.handler), labels, rest));
        otherwise();
        return;
      }
      f.block((label) => {
        labels[n] = label;
        nest(n - 1);
      });
      body(n);
    };
    nest(count - 1);
  }

  /** Finds the record for state.rip, through the code TLB. Sets linear page, run start and the link of the branch that led here. */
  #lookup(fault: Label): void {
    const f = this.#f, rec = this.#record;
    f.set(rec, f.i32(0));
    const linear = f.let(f.and(f.add(loadField(f, 'rip'), loadField(f, 'codeBase')), loadField(f, 'codeMask')));
    f.if(f.leS(loadField(f, 'budget'), this.#budgetFloor), () => {
      f.rarely();
      f.return(f.i32(outcome.exit));
    });
    f.set(this.#budgetFloor, f.i32(0));
    const page = f.let(f.and(linear, f.i64(~0xfffn)));
    const entry = f.let(codeTlbEntry(f, f.wrap(linear)));
    const directory = f.local('i32');
    f.if(f.eq(f.load('i64.load', entry, CODE_TLB_BASE), f.or(page, loadField(f, 'codeTag'))), () => f.set(directory, f.load('i32.load', entry, CODE_TLB_BASE + 8)), () => {
      f.rarely();
      f.set(directory, f.call(this.#callee(knownPage), page));
      f.if(f.eqz(directory), () => {
        f.set(directory, f.call(this.#callee(fetchPage), page));
        f.brIf(fault, f.eqz(directory));
      });
    });
    const offset = f.let(f.and(f.wrap(linear), f.i32(0xfff)));
    const table = f.load('i32.load', f.add(directory, f.and(f.shrU(offset, 4), f.i32(0xfc))));
    f.set(rec, f.load('i32.load', f.add(table, f.shl(f.and(offset, f.i32(63)), 2))));
    f.if(f.eqz(rec), () => {
      f.rarely();
      f.set(rec, f.call(this.#callee(decodeAt), directory, offset));
      f.brIf(fault, f.eqz(rec));
    });
    // a branch within its page remembers its target
    f.if(this.#linkFrom, () => {
      f.if(f.and(f.eq(loadField(f, 'codePage'), page), f.ne(rec, f.i32(SCRATCH_RECORDS))), () => {
        f.if(f.gtU(f.sub(f.load('i32.load16_u', rec, record.handler), f.i32(special.counted)), f.i32(special.translated - special.counted)), () => {
          f.rarely();
          f.set(rec, f.call(this.#callee(branchTarget), directory, offset, rec));
        });
        f.store('i32.store', this.#linkFrom, rec, record.link);
      });
      f.set(this.#linkFrom, f.i32(0));
    });
    f.if(loadField(f, 'indirectFrom'), () => f.perform(this.#callee(noteTarget), linear));
    storeField(f, 'codePage', page);
    this.#enter(rec);
  }

  #across(fault: Label, next: Label): void {
    const f = this.#f, rec = this.#record;
    this.#settle(0);
    const linear = f.let(f.and(f.add(loadField(f, 'codePage'), f.i64(PAGE_BYTES)), loadField(f, 'codeMask')));
    const entry = f.let(codeTlbEntry(f, f.wrap(linear)));
    const isMapped = f.eq(f.load('i64.load', entry, CODE_TLB_BASE), f.or(linear, loadField(f, 'codeTag')));
    f.if(f.and(isMapped, f.eq(f.load('i32.load', entry, CODE_TLB_BASE + 8), f.load('i32.load', rec, record.slot))), () => {
      this.#enter(f.load('i32.load', rec, record.link));
      f.br(next);
    });
    this.#find(acrossPages, fault, next);
  }

  /** Goes on where TypeScript finds the instruction of the record, the run being settled. */
  #find(how: Subroutine, fault: Label, next: Label): void {
    const f = this.#f, rec = this.#record;
    storeField(f, 'rip', this.#ripOfRecord());
    const found = f.let(f.call(this.#callee(how), rec));
    f.if(f.eqz(found), () => {
      f.set(rec, f.i32(0)); // the fault is the fetch's
      f.br(fault);
    });
    this.#enter(found);
    f.br(next);
  }

  #callRegion(regionTypeIndex: number, to: { lookup: Label; fault: Label; next: Label }): void {
    const f = this.#f;
    storeField(f, 'regionBudget', loadField(f, 'budget'));
    storeField(f, 'regionStale', f.i32(0));
    const result = f.let(f.callIndirect(regionType, regionTypeIndex, f.load('i32.load', this.#record, record.slot), f.load('i32.load', this.#record, record.selector)));
    storeField(f, 'regionInstructions', f.add(loadField(f, 'regionInstructions'), f.op('i64.extend_i32_s', f.sub(loadField(f, 'regionBudget'), loadField(f, 'budget')))));
    f.if(f.ltU(result, f.i32(LEAST_RECORD)), () => {
      f.if(f.eq(result, f.i32(regionResult.exit)), () => {
        countOne(f, 'regionReturns', regionReturns.indexOf('exit'));
        f.return(f.i32(outcome.exit));
      });
      countOne(f, 'regionReturns', regionReturns.indexOf('lookup'));
      f.set(this.#budgetFloor, f.select(result, f.i32(LEAST), f.i32(0)));
      f.br(to.lookup);
    });
    this.#enter(f.and(result, f.i32(~(atRecord.fault | atRecord.interpret))));
    f.if(f.and(result, f.i32(atRecord.fault)), () => {
      countOne(f, 'regionReturns', regionReturns.indexOf('fault'));
      f.br(to.fault);
    });
    countOne(f, 'regionReturns', regionReturns.indexOf('interpret'));
    f.br(to.next);
  }

  #enter(target: Expression): void {
    const f = this.#f;
    f.set(this.#record, target);
    f.set(this.#start, this.#record);
    storeField(f, 'runStart', this.#record);
  }

  /** Takes the run up to `record`, with `extra` = 1 including it, from the budget. */
  #settle(extra: number): void {
    const f = this.#f;
    const ran = f.add(f.shrU(f.sub(this.#record, this.#start), Math.log2(RECORD_BYTES)), f.i32(extra));
    storeField(f, 'budget', f.sub(loadField(f, 'budget'), ran));
    // the budget has them now: nothing of a run is under way (Cpu.instructionsRetired)
    storeField(f, 'instruction', f.i32(0));
  }

  #branch(target: () => Expression, lookup: Label, next: Label): void {
    const f = this.#f, rec = this.#record;
    const link = f.let(f.load('i32.load', rec, record.link));
    f.if(link, () => {
      this.#settle(1);
      f.if(f.gtS(loadField(f, 'budget'), f.i32(0)), () => {
        this.#enter(link);
        f.br(next);
      });
      storeField(f, 'rip', target());
      f.br(lookup);
    });
    storeField(f, 'rip', target());
    this.#settle(1);
    f.set(this.#linkFrom, rec);
    f.br(lookup);
  }

  #ripOfRecord(): Expression {
    const f = this.#f;
    return f.sub(f.add(loadField(f, 'codePage'), f.extendU(f.load('i32.load16_u', this.#record, record.pageOffset))), loadField(f, 'codeBase'));
  }

  #afterCall(result: Expression, to: { lookup: Label; fault: Label; advance: () => void }): void {
    const f = this.#f;
    f.if(f.eqz(result), to.advance);
    f.brIf(to.fault, f.eq(result, f.i32(outcome.fault)));
    this.#settle(1);
    f.brIf(to.lookup, f.eq(result, f.i32(outcome.lookup)));
    f.return(result);
  }
}
