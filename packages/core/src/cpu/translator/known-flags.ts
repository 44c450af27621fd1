/**
 * The arithmetic flags of a region: what set them last is known when the code is made, so a comparison and the branch on it become one, and
 * nothing is computed that nobody asks for. `pending` says where the flags are:
 *
 * - a result and operands, in locals: after the instruction that set them, and in blocks entered from there alone;
 * - `dynamic`: locals with what the interpreter keeps in `flagsKind`, `flagsResult` and `flagsOperand` of the state, but that values are not shifted to the top yet, and those of
 *   CF, OF, AF that replace the bits in `flags` there; where paths meet, and at the region's entry;
 * - `dead`: set again before anyone can see them.
 *
 * Whoever leaves the region calls `writeBack`, which stores them as the interpreter keeps them.
 */
import { loadField, storeField } from '../builder/fields.ts';
import type { ConditionCode, FlagsBuilder, ResultFlags, Subroutine, Width } from '../builder/builder.ts';
import { LazyFlags } from '../interpreter/lazy-flags.ts';
import { arithmeticFlags, flag, flagsKind } from '../state.ts';
import type { Callee, Expression, FunctionBuilder } from '../../wasm/function.ts';

export type Pending =
  | { readonly form: 'dynamic' | 'dead' }
  | { readonly form: 'sub'; readonly width: Width; readonly x: Expression; readonly y: Expression | undefined; readonly r: Expression }
  | { readonly form: 'add'; readonly width: Width; readonly x: Expression; readonly r: Expression }
  | { readonly form: 'logic'; readonly width: Width; readonly r: Expression }
  | { readonly form: 'inc' | 'dec'; readonly width: Width; readonly x: Expression; readonly r: Expression; readonly cf: () => Expression }
  | { readonly form: 'result'; readonly width: Width; readonly r: Expression; readonly others: () => ResultFlags }
  /** Those of `then` where the condition is not 0, else those of `below`. */
  | { readonly form: 'chosen'; readonly condition: Expression; readonly above: Pending; readonly below: Pending }
  /** The flags of `mask` are in `bits`, the others as before. */
  | { readonly form: 'overlay'; readonly mask: number; readonly bits: () => Expression; readonly below: Pending };

/** What is known of them in a place of the code: where they are, and what the locals hold besides. */
export interface FlagsPlace {
  readonly pending: Pending;
  readonly inLocals: Pending | undefined;
}

type Call = (subroutine: Subroutine) => Callee;

export class KnownFlags implements FlagsBuilder {
  pending: Pending = { form: 'dynamic' };
  #inLocals: Pending | undefined;
  /** Flags that somebody may still see after the instruction that is being made; and whether it sets flags on some of its paths only. */
  #live: number = arithmeticFlags;
  #isConditional = false;
  readonly #f: FunctionBuilder;
  readonly #lazy: LazyFlags;
  readonly #kind: Expression;
  readonly #result: Expression;
  readonly #operand: Expression;
  /** Flags that differ from those in `flags` of the state, and which they are. */
  readonly #kept: Expression;
  readonly #keptMask: Expression;

  constructor(f: FunctionBuilder, call: Call) {
    this.#f = f;
    this.#lazy = new LazyFlags(f, call);
    this.#kind = f.lasting('i32', 'flagsKind');
    this.#result = f.lasting('i64', 'flagsResult');
    this.#operand = f.lasting('i64', 'flagsOperand');
    this.#kept = f.lasting('i32', 'keptFlags');
    this.#keptMask = f.lasting('i32', 'keptMask');
  }

  // — around instructions, blocks and the region —

  /** @param live flags that are seen after the instruction; @param conditional it sets flags on some of its paths only */
  begin(live: number, conditional: boolean): void {
    this.#live = live;
    this.#isConditional = conditional;
    if (conditional) this.toLocals();
  }

  /** The state's flags, at the region's entry and after it called something that may have changed them. */
  fromState(): void {
    const f = this.#f;
    f.set(this.#kind, loadField(f, 'flagsKind'));
    f.set(this.#result, f.shrU(loadField(f, 'flagsResult'), this.#shift()));
    f.set(this.#operand, f.shrU(loadField(f, 'flagsOperand'), this.#shift()));
    this.#keep(0, f.i32(0));
    this.pending = { form: 'dynamic' };
  }

  get place(): FlagsPlace {
    return { pending: this.pending, inLocals: this.#inLocals };
  }

  set place({ pending, inLocals }: FlagsPlace) {
    this.pending = pending;
    this.#inLocals = inLocals;
  }

  /** Can the region be left with nothing being done for them? */
  get areInLocals(): boolean {
    const { form } = this.pending;
    return form === 'dynamic' || form === 'dead' || this.#inLocals === this.pending;
  }

  /**
   * Before an instruction that may leave the region in several places, which have nothing to do for the flags then; they are still known. For flags that cost nothing to keep:
   * V8 makes copies where they are wanted.
   */
  keepInLocals(): void {
    const { form } = this.pending;
    if (this.areInLocals || (form !== 'sub' && form !== 'add' && form !== 'logic')) return;
    this.#toLocals(this.pending);
    this.#inLocals = this.pending;
  }

  /** Puts them where all paths to a block have them. */
  toLocals(): void {
    if (this.#inLocals !== this.pending) this.#toLocals(this.pending);
    if (this.pending.form !== 'dead') this.pending = { form: 'dynamic' };
  }

  #toLocals(pending: Pending): void {
    const f = this.#f;
    switch (pending.form) {
      case 'dynamic': case 'dead': return;
      case 'overlay':
        this.#writeBack(pending);
        this.fromState();
        return;
      case 'chosen':
        f.if(pending.condition, () => this.#toLocals(pending.above), () => this.#toLocals(pending.below));
        break;
      case 'result':
        this.#keep(flag.cf | flag.of | flag.af, this.#resultBits(pending));
        this.#setLocals(flagsKind.result, pending.width, pending.r);
        break;
      case 'inc': case 'dec':
        this.#keep(flag.cf, pending.cf());
        this.#setLocals(flagsKind[pending.form], pending.width, pending.r, pending.x);
        break;
      case 'logic': {
        f.set(this.#kind, f.i32(flagsKind.add | ((64 - pending.width) << 8)));
        f.set(this.#result, this.#wide(pending.r));
        f.set(this.#operand, this.#result);
        break;
      }
      default: this.#setLocals(flagsKind[pending.form], pending.width, pending.r, pending.x);
    }
  }

  /** Stores them in the state; `pending` stays what it is, as this is done on the way out. */
  writeBack(): void {
    this.#writeBack(this.pending);
  }

  #writeBack(pending: Pending): void {
    const f = this.#f;
    switch (pending.form) {
      case 'dead': return;
      case 'dynamic':
        storeField(f, 'flagsKind', this.#kind);
        storeField(f, 'flagsResult', f.shl(this.#result, this.#shift()));
        storeField(f, 'flagsOperand', f.shl(this.#operand, this.#shift()));
        storeField(f, 'flags', f.or(f.and(loadField(f, 'flags'), f.xor(this.#keptMask, f.i32(-1))), this.#kept));
        return;
      case 'chosen':
        f.if(pending.condition, () => this.#writeBack(pending.above), () => this.#writeBack(pending.below));
        return;
      case 'overlay':
        this.#writeBack(pending.below);
        this.#lazy.update(pending.mask, pending.bits());
        return;
      case 'logic': this.#lazy.logic(pending.width, pending.r); return;
      case 'inc': case 'dec':
        this.#storeKept(flag.cf, pending.cf());
        this.#storeLazy(flagsKind[pending.form], pending.width, pending.r, pending.x);
        return;
      case 'result': this.#lazy.result(pending.width, pending.r, [], pending.others); return;
      default: this.#storeLazy(flagsKind[pending.form], pending.width, pending.r, pending.x);
    }
  }

  #storeLazy(kind: number, width: Width, r: Expression, x: Expression): void {
    const f = this.#f;
    storeField(f, 'flagsKind', f.i32(kind | ((64 - width) << 8)));
    storeField(f, 'flagsResult', this.#top(width, r));
    storeField(f, 'flagsOperand', this.#top(width, x));
  }

  #setLocals(kind: number, width: Width, r: Expression, x?: Expression): void {
    const f = this.#f;
    f.set(this.#kind, f.i32(kind | ((64 - width) << 8)));
    f.set(this.#result, this.#wide(r));
    if (x) f.set(this.#operand, this.#wide(x));
  }

  #wide(value: Expression): Expression {
    return value.type === 'i64' ? value : this.#f.extendU(value);
  }

  /** How far what is in the locals is to be shifted for the state: 64 less the width. */
  #shift(): Expression {
    return this.#f.extendU(this.#f.shrU(this.#kind, 8));
  }

  #keep(mask: number, bits: Expression): void {
    this.#f.set(this.#kept, bits);
    this.#f.set(this.#keptMask, this.#f.i32(mask));
  }

  /** Flags that a kind leaves in `flags` of the state. */
  #storeKept(mask: number, bits: Expression): void {
    const f = this.#f;
    storeField(f, 'flags', f.or(f.and(loadField(f, 'flags'), f.i32(~mask)), bits));
  }

  #resultBits({ others }: Pending & { form: 'result' }): Expression {
    const f = this.#f;
    const { cf, of, af } = others();
    return f.or(cf, f.or(f.shl(of, 11), af ? f.shl(af, 4) : f.i32(0)));
  }

  // — setting —

  add(width: Width, x: Expression, r: Expression): void {
    this.#become(arithmeticFlags, () => ({ form: 'add', width, x: this.#hold(x), r: this.#hold(r) }));
  }

  sub(width: Width, x: Expression, r: Expression, y?: Expression): void {
    this.#become(arithmeticFlags, () => ({ form: 'sub', width, x: this.#hold(x), y: y && this.#hold(y), r: this.#hold(r) }));
  }

  logic(width: Width, r: Expression): void {
    this.#become(arithmeticFlags, () => ({ form: 'logic', width, r: this.#hold(r) }));
  }

  inc(width: Width, r: Expression, x: Expression): void {
    this.#byOne('inc', width, r, x);
  }

  dec(width: Width, r: Expression, x: Expression): void {
    this.#byOne('dec', width, r, x);
  }

  #byOne(form: 'inc' | 'dec', width: Width, r: Expression, x: Expression): void {
    // CF is kept, and computed from what set it when somebody asks; where nobody sees it any value will do
    const { pending } = this;
    const isSeen = (this.#live & flag.cf) !== 0;
    const cf = pending.form === 'inc' || pending.form === 'dec' ? pending.cf : (): Expression => (isSeen ? this.#positive(1, pending) : this.#f.i32(0));
    this.#become(arithmeticFlags, () => ({ form, width, r: this.#hold(r), x: this.#hold(x), cf }));
  }

  result<T extends readonly Expression[]>(width: Width, r: Expression, operands: T, others: (...operands: T) => ResultFlags): void {
    this.#become(arithmeticFlags, () => {
      const { result, held } = this.#holdAll(r, operands);
      return { form: 'result', width, r: result, others: () => others(...held) };
    });
  }

  resultWhen<T extends readonly Expression[]>(condition: Expression, width: Width, r: Expression, operands: T, others: (...operands: T) => ResultFlags): void {
    if (this.pending.form === 'chosen') this.toLocals();
    const below = this.pending;
    const chosen = this.#hold(condition);
    this.result(width, r, operands, others);
    if (this.pending.form !== 'dead') this.pending = { form: 'chosen', condition: chosen, above: this.pending, below };
  }

  /** A result, and operands of which one may be the same local. */
  #holdAll<T extends readonly Expression[]>(r: Expression, operands: T): { result: Expression; held: T } {
    const result = this.#hold(r);
    return { result, held: operands.map((operand) => (operand === r ? result : this.#hold(operand))) as unknown as T };
  }

  update(mask: number, bits: Expression): void {
    const f = this.#f;
    const arithmetic = mask & arithmeticFlags;
    if (mask !== arithmetic) { // DF and the like are always in `flags`
      const other = mask & ~arithmeticFlags;
      const all = f.let(bits);
      storeField(f, 'flags', f.or(f.and(loadField(f, 'flags'), f.i32(~other)), f.and(all, f.i32(other))));
      if (arithmetic) this.#overlay(arithmetic, f.and(all, f.i32(arithmetic)));
    } else this.#overlay(arithmetic, bits);
  }

  updateLater<T extends readonly Expression[]>(mask: number, operands: T, bits: (...operands: T) => Expression): void {
    this.#become(mask, () => {
      const held = operands.map((operand) => this.#hold(operand)) as unknown as T;
      return this.#overlaying(mask, () => bits(...held));
    });
  }

  #overlay(mask: number, bits: Expression): void {
    this.#become(mask, () => {
      const held = this.#hold(bits);
      return this.#overlaying(mask, () => held);
    });
  }

  #overlaying(mask: number, bits: () => Expression): Pending {
    const f = this.#f;
    const below = this.pending;
    if (below.form !== 'overlay') return { form: 'overlay', mask, bits, below: mask === arithmeticFlags ? { form: 'dead' } : below };
    const kept = below.mask & ~mask;
    return { form: 'overlay', mask: mask | kept, bits: kept ? () => f.or(f.and(below.bits(), f.i32(kept)), bits()) : bits, below: below.below };
  }

  #become(mask: number, make: () => Pending): void {
    if (mask === arithmeticFlags && !this.#live) {
      if (!this.#isConditional) this.pending = { form: 'dead' };
      return;
    }
    this.pending = make();
    // on the other paths the flags are where `begin` put them
    if (this.#isConditional) this.toLocals();
  }

  /** A value that lasts until flags are set again, in this block or in one that follows. */
  #hold(value: Expression): Expression {
    if (value.constant !== undefined) return value;
    const held = this.#f.lasting(value.type);
    this.#f.set(held, value);
    return held;
  }

  // — asking —

  read(): Expression {
    this.writeBack();
    const all = this.#lazy.read();
    this.fromState();
    return all;
  }

  carry(): Expression {
    return this.#f.let(this.#positive(1, this.pending));
  }

  condition(code: ConditionCode): Expression {
    const f = this.#f;
    const positive = this.#positive(code >> 1, this.pending);
    return code & 1 ? f.eqz(positive) : positive;
  }

  /** O, B, Z, BE, S, P, L, LE by number. */
  #positive(code: number, pending: Pending): Expression {
    const f = this.#f;
    switch (pending.form) {
      case 'dead': throw new Error('flags are read that were taken for dead');
      case 'dynamic':
        if (code === 1) return this.#dynamicCarry();
        this.#writeBack(pending);
        return this.#lazy.condition((code << 1) as ConditionCode);
      case 'overlay': return this.#overlaid(code, pending);
      case 'chosen': {
        const below = f.let(this.#positive(code, pending.below));
        return f.select(pending.condition, this.#positive(code, pending.above), below);
      }
      case 'sub': {
        const { x, r, width } = pending;
        const y = pending.y ?? f.let(this.#truncate(width, f.sub(x, r)));
        if (code === 1) return f.ltU(x, y);
        if (code === 2) return f.eq(x, y);
        if (code === 3) return f.leU(x, y);
        if (code === 6) return f.ltS(this.#signed(width, x), this.#signed(width, y));
        if (code === 7) return f.leS(this.#signed(width, x), this.#signed(width, y));
        if (code === 0) return this.#sign(width, f.and(f.xor(x, y), f.xor(x, r)));
        return this.#ofResult(code, width, r);
      }
      case 'add': {
        const { width, x, r } = pending;
        const carry = (): Expression => f.ltU(this.#truncate(width, r), x);
        const overflow = (): Expression => this.#sign(width, f.and(f.xor(x, r), f.xor(f.sub(r, x), r)));
        return this.#ofResult(code, width, r, carry, overflow);
      }
      case 'logic': {
        const { width, r } = pending;
        if (code === 6) return this.#sign(width, r);
        if (code === 7) return f.leS(this.#signed(width, r), f.constant(r.type, 0));
        if (code === 3) return f.eqz(this.#truncate(width, r));
        return this.#ofResult(code, width, r, () => f.i32(0), () => f.i32(0));
      }
      case 'inc': case 'dec': {
        const { width, x, r, cf } = pending;
        const overflow = (): Expression => this.#sign(width, pending.form === 'inc' ? f.and(f.xor(x, r), r) : f.and(f.xor(x, r), x));
        return this.#ofResult(code, width, r, cf, overflow);
      }
      default: return this.#ofResult(code, pending.width, pending.r, () => pending.others().cf, () => pending.others().of);
    }
  }

  /** As `carryFlag` in lazy-flags.ts, from the locals. */
  #dynamicCarry(): Expression {
    const f = this.#f;
    const kind = f.and(this.#kind, f.i32(0xff));
    const x = f.let(f.shl(this.#operand, this.#shift())), r = f.let(f.shl(this.#result, this.#shift()));
    const kept = f.and(f.or(f.and(loadField(f, 'flags'), f.xor(this.#keptMask, f.i32(-1))), this.#kept), f.i32(flag.cf));
    const computed = f.select(f.eq(f.and(this.#kind, f.i32(0xff)), f.i32(flagsKind.add)), f.ltU(r, x), f.ltU(x, f.sub(x, r)));
    return f.let(f.select(f.ltU(kind, f.i32(flagsKind.add)), kept, computed));
  }

  #ofResult(code: number, width: Width, r: Expression, carry?: () => Expression, overflow?: () => Expression): Expression {
    const f = this.#f;
    switch (code) {
      case 0: return overflow!();
      case 1: return carry!();
      case 2: return f.eqz(this.#truncate(width, r));
      case 3: return f.or(carry!(), f.eqz(this.#truncate(width, r)));
      case 4: return this.#sign(width, r);
      case 5: return f.eqz(f.and(f.op('i32.popcnt', f.and(r.type === 'i64' ? f.wrap(r) : r, f.i32(0xff))), f.i32(1)));
      case 6: return f.xor(this.#sign(width, r), overflow!());
      default: return f.or(f.xor(this.#sign(width, r), overflow!()), f.eqz(this.#truncate(width, r)));
    }
  }

  #overlaid(code: number, pending: Pending & { form: 'overlay' }): Expression {
    const f = this.#f;
    const one = (mask: number, number: number): Expression =>
      (pending.mask & mask ? f.and(f.shrU(pending.bits(), Math.log2(mask)), f.i32(1)) : f.let(this.#positive(number, pending.below)));
    switch (code) {
      case 0: return one(flag.of, 0);
      case 1: return one(flag.cf, 1);
      case 2: return one(flag.zf, 2);
      case 3: return f.or(one(flag.cf, 1), one(flag.zf, 2));
      case 4: return one(flag.sf, 4);
      case 5: return one(flag.pf, 5);
      case 6: return f.xor(one(flag.sf, 4), one(flag.of, 0));
      default: return f.or(f.xor(one(flag.sf, 4), one(flag.of, 0)), one(flag.zf, 2));
    }
  }

  #truncate(width: Width, value: Expression): Expression {
    const f = this.#f;
    return width === 8 ? f.and(value, f.i32(0xff)) : width === 16 ? f.and(value, f.i32(0xffff)) : value;
  }

  #signed(width: Width, value: Expression): Expression {
    const f = this.#f;
    return width === 8 ? f.op('i32.extend8_s', value) : width === 16 ? f.op('i32.extend16_s', value) : value;
  }

  /** The sign bit as 0 or 1. */
  #sign(width: Width, value: Expression): Expression {
    const f = this.#f;
    if (value.type === 'i64') return f.wrap(f.shrU(value, 63));
    const shifted = f.shrU(value, width - 1);
    return width === 32 ? shifted : f.and(shifted, f.i32(1));
  }

  #top(width: Width, value: Expression): Expression {
    const f = this.#f;
    return value.type === 'i64' ? f.shl(value, 64 - width) : f.shl(f.extendU(value), 64 - width);
  }
}
