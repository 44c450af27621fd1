/**
 * Makes the WebAssembly function of a region.
 *
 * It loads the registers that the region uses into locals, runs its blocks with structured control flow, and stores what may have changed on each way out:
 * at one common end: to the next region, by the jump cache or by `chain`, or to the interpreter.
 * The budget is settled where a block ends, and looked at where the interpreter looks at it: when a branch is taken and when a new page begins.
 */
import { CODE_TLB_BASE, PAGE_BYTES } from '../../memory/layout.ts';
import { emitStructured } from '../../wasm/control-flow.ts';
import type { GoTo } from '../../wasm/control-flow.ts';
import type { Callee, Expression, FunctionBuilder, Label } from '../../wasm/function.ts';
import type { NearJump, Subroutine } from '../builder/builder.ts';
import { noteMiss } from '../decode/indirect-targets.ts';
import { countTowardsOutgrown, outgrownBy } from '../decode/outgrown.ts';
import { codeTlbEntry, loadField, storeField } from '../builder/fields.ts';
import { RECORD_BYTES, record } from '../decode/record.ts';
import { jumpByCache } from '../interpreter/chain.ts';
import { handlerType, outcome } from '../interpreter/generate.ts';
import { atRecord, regionResult } from '../interpreter/region-result.ts';
import { modeBit } from '../modes.ts';
import { segment } from '../state.ts';
import { findAnchors, noAnchors } from './anchors.ts';
import type { Anchor, Anchors, AnchorUse } from './anchors.ts';
import { findSelector } from './dispatch.ts';
import type { Selector } from './dispatch.ts';
import { EarlyBinding } from './early-binding.ts';
import type { BoundAnchor } from './region-memory.ts';
import { blockFlow } from './flow.ts';
import type { BlockFlow } from './flow.ts';
import { readInstruction } from './instruction.ts';
import type { HandlersByNumber, TranslatedInstruction } from './instruction.ts';
import { KnownFlags } from './known-flags.ts';
import type { FlagsPlace } from './known-flags.ts';
import type { RegionBlock, RegionJob, RegionPage } from './region-job.ts';
import { RegisterFile, noRegisters, union } from './registers.ts';
import type { RegisterSet } from './registers.ts';

export interface CodeContext {
  readonly handlers: HandlersByNumber;
  readonly firstFunction: number;
  readonly callee: (subroutine: Subroutine) => Callee;
  /** Goes on at state.rip, after a look at time, and without. */
  readonly chain: Callee;
  readonly chainStraight: Callee;
  readonly handlerTypeIndex: number;
  readonly regionTypeIndex: number;
}

export const emitRegion = (f: FunctionBuilder, job: RegionJob, context: CodeContext): void => new RegionCode(f, job, context).emit();

/** In the local that holds the region's result: what a slow path left in the state; to the next region, at a linear address in the same mode, and at state.rip; look at time. */
const IN_STATE = 0, NEAR = 3, FAR = 4, TIME = 5;

/** Up to so many targets of an indirect jump are compared one after the other. */
const COMPARED_TARGETS = 2;

/** Where jumps with the same targets are told apart: a node of the control flow of its own. */
interface Dispatcher {
  readonly node: number;
  readonly targets: readonly number[];
  readonly selector: Selector;
}

class RegionCode {
  readonly #f: FunctionBuilder;
  readonly #job: RegionJob;
  readonly #context: CodeContext;
  readonly #records: DataView;
  readonly #instructions: readonly TranslatedInstruction[];
  readonly #flow: BlockFlow;
  readonly #anchors: Anchors;
  readonly #anchorLocals = new Map<Anchor, Expression>();
  readonly #registers: RegisterFile;
  readonly #flags: KnownFlags;
  readonly #binding: EarlyBinding;
  readonly #page: Expression;
  readonly #tlb: Expression;
  readonly #budget: Expression;
  readonly #result: Expression;
  /** Linear address of what is next, with NEAR. */
  readonly #next: Expression;
  /** RIP and the jump's record, on the way to a dispatcher. */
  readonly #target: () => Expression;
  readonly #jumpRecord: () => Expression;
  readonly #dispatchers = new Map<string, Dispatcher>();
  readonly #isLong: boolean;
  /** What the flags are at the start of blocks that are entered from one place. */
  readonly #flagsAt = new Map<number, FlagsPlace>();
  /** Where the region is left; and from the block's page, where that is not the entry's. */
  #slow: Label | undefined;
  #away: Label | undefined;
  #block: RegionBlock | undefined;
  #goTo: GoTo = () => undefined;
  #dirty: RegisterSet = noRegisters;

  constructor(f: FunctionBuilder, job: RegionJob, context: CodeContext) {
    this.#f = f;
    this.#job = job;
    this.#context = context;
    this.#records = new DataView(job.records.buffer, job.records.byteOffset, job.records.byteLength);
    this.#instructions = Array.from(job.addresses, (_, i) => readInstruction(this.#records, i * RECORD_BYTES, context.handlers, context.firstFunction));
    this.#flow = blockFlow(job.blocks, job.entries, this.#instructions, this.#records);
    this.#anchors = !job.isAnchored ? noAnchors : findAnchors(job.blocks, job.entries, this.#instructions, this.#records, this.#flow);
    this.#isLong = (job.mode & modeBit.codeSize) === 2;
    this.#page = f.lasting('i64', 'page');
    this.#tlb = f.lasting('i32', 'tlb');
    this.#budget = f.lasting('i32', 'budget');
    this.#result = f.lasting('i32', 'result');
    this.#next = f.lasting('i64', 'next');
    let target: Expression | undefined;
    let jumpRecord: Expression | undefined;
    this.#target = () => (target ??= f.lasting('i64', 'target'));
    this.#jumpRecord = () => (jumpRecord ??= f.lasting('i32', 'jump'));
    for (const { targets } of job.blocks) this.#addDispatcher(targets);
    this.#registers = new RegisterFile(f);
    this.#flags = new KnownFlags(f, context.callee);
    this.#binding = new EarlyBinding({
      f, callee: context.callee, registers: this.#registers, flags: this.#flags, mode: job.mode, isCodeFlat: job.isCodeFlat, tlb: this.#tlb, page: this.#page, budget: this.#budget,
      noteFailure: (weight) => this.#noteFailure(weight),
      exits: {
        leave: (why) => this.#leave(f.i32(this.#binding.address | atRecord[why])),
        leaveIf: (failed) => this.#leaveIf(failed),
        branch: () => this.#branch(),
        jump: (rip, kind) => this.#jump(rip, kind),
      },
    }, this.#records);
  }

  emit(): void {
    const f = this.#f, job = this.#job, flow = this.#flow;
    f.set(this.#page, loadField(f, 'codePage'));
    const enterOnlyUnless = (isOther: Expression): void => f.if(isOther, () => {
      f.rarely();
      f.return(f.or(this.#entryRecord(), f.i32(atRecord.interpret)));
    });
    if (!this.#isLong && job.isCodeFlat) enterOnlyUnless(f.ne(loadField(f, 'segmentLimit', segment.cs), f.i32(-1)));
    for (const page of job.pages.slice(1)) if (page.isHome) enterOnlyUnless(this.#isElsewhere(page));
    f.set(this.#budget, loadField(f, 'budget'));
    f.set(this.#tlb, loadField(f, 'tlb'));
    this.#registers.load(flow.used);
    f.scope(() => this.#lookUp(this.#anchors.ofRegion));
    if (job.entries.some(({ block }) => flow.liveIn[block])) this.#flags.fromState();
    for (const { block } of job.entries) this.#flagsAt.set(block, { pending: { form: flow.liveIn[block] ? 'dynamic' : 'dead' }, inLocals: undefined });
    f.block((slow) => {
      this.#slow = slow;
      // node 0 leads to the entries; then come the blocks, and the dispatchers
      const dispatchers = [...this.#dispatchers.values()];
      const count = job.blocks.length;
      const successors = [job.entries.map(({ block }) => block), ...job.blocks.map((block, n) => this.#successors(block, flow.successors[n]!)), ...dispatchers.map(({ targets }) => targets)]
        .map((nodes) => nodes.map((n) => n + 1));
      emitStructured(f, { count: successors.length, successors: (node) => successors[node]! }, (node, goToNode) => {
        const goTo: GoTo = (n) => goToNode(n + 1);
        if (node === 0) this.#emitEntry(goTo);
        else if (node <= count) this.#emitBlock(node - 1, goTo);
        else this.#emitDispatcher(dispatchers[node - 1 - count]!, goTo);
      });
    });
    this.#registers.store(flow.written);
    this.#flags.pending = { form: 'dynamic' };
    this.#flags.writeBack();
    storeField(f, 'budget', this.#budget);
    f.if(f.eq(this.#result, f.i32(NEAR)), () => {
      f.if(f.gtS(this.#budget, f.i32(0)), () => void jumpByCache(f, this.#next, this.#context.regionTypeIndex));
      storeField(f, 'rip', this.#isLong ? this.#next : f.and(f.sub(this.#next, loadField(f, 'codeBase')), f.i64(0xffff_ffffn)));
      f.returnCall(this.#context.chain);
    });
    f.if(f.eq(this.#result, f.i32(FAR)), () => f.returnCall(this.#context.chain));
    f.if(f.eq(this.#result, f.i32(IN_STATE)), () => f.return(loadField(f, 'regionResult')));
    f.if(f.eq(this.#result, f.i32(TIME)), () => f.return(f.i32(regionResult.lookup)));
    f.return(this.#result);
  }

  /** The record of the entry's first instruction. */
  #entryRecord(): Expression {
    const f = this.#f, [first, ...others] = this.#job.entries;
    return others.reduce((rest, entry, n) => f.select(f.eq(f.params[0]!, f.i32(n + 1)), f.i32(entry.record), rest), f.i32(first!.record));
  }

  #emitEntry(goTo: GoTo): void {
    const f = this.#f, { entries } = this.#job;
    const nest = (n: number): void => {
      if (n === 0) return f.brTable(f.params[0]!, labels.slice(0, -1), labels.at(-1)!);
      f.block((label) => {
        labels[n - 1] = label;
        nest(n - 1);
      });
      goTo(entries[n - 1]!.block);
    };
    const labels: Label[] = Array.from({ length: entries.length });
    if (entries.length === 1) goTo(entries[0]!.block);
    else nest(entries.length);
  }

  #addDispatcher(targets: readonly number[]): void {
    if (targets.length <= COMPARED_TARGETS || this.#dispatchers.has(targets.join())) return;
    const selector = findSelector(targets.map((to) => this.#offsetOf(to)));
    if (selector) this.#dispatchers.set(targets.join(), { node: this.#job.blocks.length + this.#dispatchers.size, targets, selector });
  }

  /** As blocks lead to one another, dispatchers included. */
  #successors({ taken, next, targets }: RegionBlock, direct: readonly number[]): readonly number[] {
    const dispatcher = this.#dispatchers.get(targets.join());
    return dispatcher ? [taken, next, dispatcher.node].filter((n) => n >= 0) : direct;
  }

  /** Another page is not mapped, or not decoded, as it was when the region was chosen. */
  #isElsewhere({ delta, directory }: RegionPage): Expression {
    const f = this.#f;
    const next = f.add(this.#page, f.i64(delta * PAGE_BYTES));
    const linear = f.let(this.#isLong ? next : f.and(next, f.i64(0xffff_ffffn)));
    const entry = f.let(codeTlbEntry(f, f.wrap(linear)));
    const isOther = f.ne(f.load('i64.load', entry, CODE_TLB_BASE), f.or(linear, loadField(f, 'codeTag')));
    return f.or(isOther, f.ne(f.load('i32.load', entry, CODE_TLB_BASE + 8), f.i32(directory)));
  }

  #emitBlock(n: number, goTo: GoTo): void {
    const flow = this.#flow;
    const block = this.#job.blocks[n]!;
    const outer = { block: this.#block, goTo: this.#goTo, dirty: this.#dirty, away: this.#away, flags: this.#flags.place, place: this.#binding.place };
    this.#block = block;
    this.#goTo = goTo;
    this.#dirty = flow.dirtyIn[n]!;
    // nothing is known of a block that is never gone to, as a condition turned out to be constant
    this.#flags.place = (flow.isJoin[n] ? undefined : this.#flagsAt.get(n)) ?? { pending: { form: flow.liveIn[n] ? 'dynamic' : 'dead' }, inLocals: undefined };
    if (this.#pageOf(block).delta === 0) {
      this.#away = this.#slow;
      this.#emitInstructions(block);
    } else this.#emitAwayFromHome(block);
    this.#block = outer.block;
    this.#goTo = outer.goTo;
    this.#dirty = outer.dirty;
    this.#away = outer.away;
    this.#flags.place = outer.flags;
    this.#binding.return(outer.place);
  }

  /** The state has the entry's page, as long as the region is not left from another. */
  #emitAwayFromHome(block: RegionBlock): void {
    const f = this.#f;
    f.block((away) => {
      this.#away = away;
      this.#emitInstructions(block);
    });
    storeField(f, 'codePage', f.add(this.#page, f.i64(this.#pageOf(block).delta * PAGE_BYTES)));
    f.br(this.#slow!);
  }

  #emitInstructions(block: RegionBlock): void {
    // a jump, or an instruction for the interpreter, is always a block's last
    let unsettled = 0;
    for (let i = block.first; i < block.first + block.count; i++) unsettled = this.#emitInstruction(i, unsettled) + 1;
    const { binding, facts } = this.#instructions[block.first + block.count - 1]!;
    if (binding !== 'left' && (facts!.jump === 'none' || facts!.jump === 'conditional')) this.#fallThrough(block, unsettled);
  }

  #pageOf({ page }: RegionBlock): RegionPage {
    return this.#job.pages[page]!;
  }

  /** @returns how many instructions before it are not settled when it has been carried out; less than none where it is settled itself */
  #emitInstruction(i: number, unsettledBefore: number): number {
    const f = this.#f;
    const instruction = this.#instructions[i]!;
    const { binding, handler, facts } = instruction;
    const address = this.#job.addresses[i]!;
    const isConditional = facts?.jump === 'conditional';
    if (isConditional) this.#settle(unsettledBefore + 1);
    const unsettled = isConditional ? -1 : unsettledBefore;
    f.scope(() => {
      const pageBytes = this.#job.pages[this.#block!.page]!.delta * PAGE_BYTES;
      this.#binding.begin(i * RECORD_BYTES, address, pageBytes, unsettled, this.#bound(this.#anchors.ofMemory.get(i)), this.#bound(this.#anchors.ofStack.get(i)),
        binding === 'early' && facts!.addressesMemory && facts!.stackAccesses.length > 0);
      this.#lookUp(this.#anchors.before.get(i) ?? []);
      if (binding === 'left') this.#leave(f.i32(address | atRecord.interpret));
      else if (binding === 'called') this.#callHandler(instruction, address, unsettled);
      else {
        this.#dirty = union(this.#dirty, this.#flow.writtenBy[i]!);
        if (facts!.addressesMemory || facts!.stackAccesses.length > 0) this.#flags.keepInLocals();
        this.#flags.begin(this.#flow.liveAfter[i]!, facts!.flagsByPath);
        handler!.semantics.build(this.#binding, ...this.#binding.operands(handler!.shapes, handler!.semantics.access));
        this.#binding.end();
      }
    });
    return unsettled;
  }

  #lookUp(anchors: readonly Anchor[]): void {
    for (const anchor of anchors) {
      this.#binding.memory.lookUp(anchor, this.#anchorLocal(anchor));
    }
  }

  #anchorLocal(anchor: Anchor): Expression {
    let local = this.#anchorLocals.get(anchor);
    if (!local) this.#anchorLocals.set(anchor, local = this.#f.lasting('i32'));
    return local;
  }

  #bound(use: AnchorUse | undefined): BoundAnchor | undefined {
    return use && { address: this.#anchorLocal(use.anchor), offset: use.offset - use.anchor.low, length: use.anchor.high - use.anchor.low, isSure: use.anchor.isSure };
  }

  #fallThrough(block: RegionBlock, unsettled: number): void {
    const f = this.#f;
    this.#settle(unsettled);
    // its branch may have been followed by the target's code, which may lie in another page
    const last = block.first + block.count - 1;
    this.#binding.begin(last * RECORD_BYTES, this.#job.addresses[last]!, this.#job.pages[block.page]!.delta * PAGE_BYTES, 0);
    if (block.next >= 0) {
      if (block.crosses) f.if(f.leS(this.#budget, f.i32(0)), () => this.#leaveForTime(() => this.#binding.rip(this.#binding.nextOffset)));
      this.#edge(block.next);
    } else if (block.continuesAt !== undefined) {
      // time is looked at where a new page begins
      if (Math.floor(block.continuesAt / PAGE_BYTES) === this.#job.pages[block.page]!.delta) this.#goStraightOn(block.continuesAt);
      else this.#chain(this.#linearAt(block.continuesAt));
    } else this.#leave(f.i32(block.nextRecord | atRecord.interpret));
  }

  // — ways on —

  /** To another block of the region, if that is still where it was. A return to the caller leads to where the region has been. */
  #edge(to: number, returnsToCaller = false): void {
    const f = this.#f, flow = this.#flow;
    const before = this.#flags.place;
    const { page } = this.#job.blocks[to]!;
    if (page !== this.#block?.page && !returnsToCaller && !this.#job.pages[page]!.isHome) f.if(this.#isElsewhere(this.#job.pages[page]!), () => {
      f.rarely();
      this.#chain(this.#linearAt(this.#offsetOf(to)));
    });
    if (flow.isJoin[to]) {
      if (flow.liveIn[to]) this.#flags.toLocals();
    } else this.#flagsAt.set(to, before);
    this.#goTo(to);
    this.#flags.place = before;
  }

  #settle(instructions: number): void {
    const f = this.#f;
    if (instructions) f.set(this.#budget, f.sub(this.#budget, f.i32(instructions)));
  }

  #branch(): void {
    const f = this.#f, binding = this.#binding;
    const { taken } = this.#block!;
    const width = this.#isLong ? 64 : 32;
    if (taken < 0) binding.checkRelative(width);
    const isSettled = binding.unsettled < 0;
    if (!isSettled) this.#settle(binding.unsettled + 1);
    if (taken >= 0) {
      f.if(f.leS(this.#budget, f.i32(0)), () => this.#leaveForTime(() => binding.branchTarget(width)));
      this.#edge(taken);
      return;
    }
    this.#chain(this.#linearAt(binding.targetOffset));
  }

  /** Where a block begins, as RIP. */
  #ripOf(n: number): Expression {
    return this.#ripAt(this.#offsetOf(n));
  }

  /** From the start of the entry's page. */
  #offsetOf(n: number): number {
    const { first, page } = this.#job.blocks[n]!;
    return this.#job.pages[page]!.delta * PAGE_BYTES + this.#records.getUint16(first * RECORD_BYTES + record.pageOffset, true);
  }

  /** Of an offset from the start of the entry's page. */
  #ripAt(offset: number): Expression {
    const f = this.#f;
    const linear = f.add(this.#page, f.i64(offset));
    return this.#isLong ? linear : f.and(f.sub(linear, loadField(f, 'codeBase')), f.i64(0xffff_ffffn));
  }

  #linearAt(offset: number): Expression {
    const f = this.#f;
    const linear = f.add(this.#page, f.i64(offset));
    return this.#isLong ? linear : f.and(linear, f.i64(0xffff_ffffn));
  }

  #linearOf(rip: Expression): Expression {
    const f = this.#f;
    return this.#isLong ? rip : f.and(f.add(rip, loadField(f, 'codeBase')), f.i64(0xffff_ffffn));
  }

  /** To a RIP that is found out when the instruction runs, most likely one of those where such a jump was seen to go. */
  #jump(rip: Expression, kind: NearJump | undefined): void {
    const f = this.#f;
    const { targets, returnsToCaller } = this.#block!;
    this.#settle(this.#binding.unsettled + 1);
    const dispatcher = this.#dispatchers.get(targets.join());
    if (dispatcher) {
      f.set(this.#target(), rip);
      if (this.#job.missesIn) f.set(this.#jumpRecord(), f.i32(this.#binding.address));
      this.#flags.toLocals();
      this.#goTo(dispatcher.node);
      return;
    }
    for (const to of targets.slice(0, COMPARED_TARGETS)) {
      f.if(f.eq(rip, this.#ripOf(to)), () => {
        f.if(f.leS(this.#budget, f.i32(0)), () => this.#leaveForTime(() => rip));
        this.#edge(to, returnsToCaller);
      });
    }
    if (kind === 'indirect') this.#noteMiss(f.i32(this.#binding.address), rip);
    if (kind) return this.#chain(this.#linearOf(rip));
    storeField(f, 'rip', rip);
    this.#end(f.i32(FAR));
  }

  #noteFailure(weight: number): void {
    const f = this.#f, { missesIn, slot } = this.#job;
    if (missesIn) f.perform(this.#context.callee(countTowardsOutgrown), f.i32(missesIn), f.i32(slot), f.i32(outgrownBy.anchors), f.i32(weight));
  }

  #noteMiss(jump: Expression, rip: Expression): void {
    const f = this.#f, { missesIn, slot } = this.#job;
    if (!missesIn) return;
    storeField(f, 'codePage', this.#page);
    f.perform(this.#context.callee(noteMiss), jump, this.#linearOf(rip), f.i32(missesIn), f.i32(slot));
  }

  #emitDispatcher({ targets, selector }: Dispatcher, goTo: GoTo): void {
    const f = this.#f;
    const outer = { block: this.#block, goTo: this.#goTo, flags: this.#flags.place };
    this.#block = undefined;
    this.#goTo = goTo;
    this.#flags.pending = { form: 'dynamic' };
    f.scope(() => {
      f.if(f.leS(this.#budget, f.i32(0)), () => this.#leaveForTime(this.#target));
      const distance = f.let(f.sub(this.#target(), this.#ripAt(0)));
      const low = f.let(f.wrap(distance));
      f.block((elsewhere) => {
        const labels: Label[] = [];
        const nest = (choice: number): void => {
          if (choice < 0) {
            f.brTable(f.shrU(f.mul(low, f.i32(selector.multiplier)), selector.shift), selector.choices.map((c) => (c < 0 ? elsewhere : labels[c]!)), elsewhere);
            return;
          }
          f.block((label) => {
            labels[choice] = label;
            nest(choice - 1);
          });
          const offset = this.#offsetOf(targets[choice]!);
          f.brIf(elsewhere, this.#isLong ? f.ne(distance, f.i64(offset)) : f.ne(low, f.i32(offset)));
          this.#edge(targets[choice]!);
        };
        nest(targets.length - 1);
      });
      this.#noteMiss(this.#jumpRecord(), this.#target());
      this.#chain(this.#linearOf(this.#target()));
    });
    this.#block = outer.block;
    this.#goTo = outer.goTo;
    this.#flags.place = outer.flags;
  }

  /** On in the same mode, instructions being settled. */
  #chain(linear: Expression): void {
    const f = this.#f;
    f.set(this.#next, linear);
    this.#end(f.i32(NEAR));
  }

  /** The same where that is no look at time. */
  #goStraightOn(offset: number): void {
    const f = this.#f;
    storeField(f, 'rip', this.#ripAt(offset));
    this.#registers.store(this.#dirty);
    this.#flags.writeBack();
    storeField(f, 'budget', this.#budget);
    f.returnCall(this.#context.chainStraight);
  }

  /** The budget is spent: the interpreter's loop looks at interrupts, and goes on at `rip`. Instructions are settled. */
  #leaveForTime(rip: () => Expression): void {
    const f = this.#f;
    f.rarely();
    storeField(f, 'rip', rip());
    this.#end(f.i32(TIME));
  }

  /** To the interpreter at a record of the instruction's page. */
  #leave(result: Expression): void {
    const binding = this.#binding;
    binding.restoreStack();
    this.#settle(binding.unsettled);
    this.#end(result, this.#away);
  }

  /** Before the instruction, where a slow path says so, which has settled what there was. */
  #leaveIf(failed: Expression): void {
    const f = this.#f;
    if (this.#flags.areInLocals && !this.#binding.isStackGuarded) {
      f.brIf(this.#away!, failed);
      return;
    }
    f.if(failed, () => {
      f.rarely();
      this.#binding.restoreStack();
      this.#end(f.i32(IN_STATE), this.#away);
    });
  }

  #end(result: Expression, to = this.#slow): void {
    const before = this.#flags.place;
    this.#f.set(this.#result, result);
    this.#flags.toLocals();
    this.#flags.place = before;
    this.#f.br(to!);
  }

  /** Carries out an instruction that needs its registers in the state, by its handler. */
  #callHandler({ handlerNumber }: TranslatedInstruction, address: number, unsettled: number): void {
    const f = this.#f;
    this.#registers.store(this.#dirty);
    this.#flags.writeBack();
    storeField(f, 'budget', this.#budget);
    storeField(f, 'instruction', f.i32(address));
    storeField(f, 'runStart', f.i32(address - RECORD_BYTES * unsettled));
    if (this.#job.pages.length > 1) storeField(f, 'codePage', f.add(this.#page, f.i64(this.#binding.pageBytes)));
    const { firstFunction, handlerTypeIndex } = this.#context;
    const result = f.let(f.callIndirect(handlerType, handlerTypeIndex, f.i32(handlerNumber - firstFunction), f.i32(address)));
    storeField(f, 'instruction', f.i32(0));
    const settleInState = (instructions: number): void => storeField(f, 'budget', f.sub(loadField(f, 'budget'), f.i32(instructions)));
    f.if(result, () => {
      f.rarely();
      f.if(f.eq(result, f.i32(outcome.fault)), () => {
        settleInState(unsettled);
        f.return(f.i32(address | atRecord.fault));
      });
      settleInState(unsettled + 1);
      f.return(f.select(f.eq(result, f.i32(outcome.exit)), f.i32(regionResult.exit), f.i32(regionResult.lookup)));
    });
    f.if(loadField(f, 'regionStale'), () => {
      f.rarely();
      settleInState(unsettled + 1);
      f.return(f.i32((address + RECORD_BYTES) | atRecord.interpret));
    });
    if (this.#binding.pageBytes !== 0) storeField(f, 'codePage', this.#page);
    f.set(this.#budget, loadField(f, 'budget'));
    f.set(this.#tlb, loadField(f, 'tlb')); // STAC and CLAC change it
    this.#registers.load(this.#flow.used);
    this.#flags.fromState();
    this.#dirty = noRegisters;
  }
}
