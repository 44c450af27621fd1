/**
 * Descriptors and segment registers for the common cases of system instructions in generated code: memory that is there, descriptors in the GDT that are
 * present and marked as accessed. Everything else is left to microcode (cpu/microcode/descriptor.ts, segments.ts), before anything has changed.
 */
import { STATE_BASE } from '../../memory/layout.ts';
import type { Callee, Expression, FunctionBuilder } from '../../wasm/function.ts';
import { reach, reachSystem } from '../builder/addressing.ts';
import type { Subroutine } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { offsetOf, segment, segmentRight } from '../state.ts';
import { has } from './derived-state.ts';

type Call = (subroutine: Subroutine) => Callee;

/** As `reach` and `reachSystem`; where these leave a fault it gives 0, and nothing has happened. */
const attempt = (name: string, way: Subroutine): Subroutine => ({
  name, params: ['i64', 'i32'], results: ['i32'],
  build: (f, call) => {
    const [linear, how] = f.parameters;
    // a fault that is being delivered is one of them
    const kept = (['cr2', 'faultVector', 'faultErrorCode'] as const).map((field) => [field, f.let(loadField(f, field))] as const);
    const host = f.let(f.call(call(way), linear, how));
    f.if(f.eqz(host), () => { for (const [field, value] of kept) storeField(f, field, value); });
    f.return(host);
  },
});
export const tryReach = attempt('tryReach', reach);
export const tryReachSystem = attempt('tryReachSystem', reachSystem);

/** (selector) -> its descriptor in the GDT, or 0, which is that of nothing. */
export const gdtDescriptor: Subroutine = {
  name: 'gdtDescriptor', params: ['i32'], results: ['i64'],
  build: (f, call) => {
    const selector = f.params[0]!;
    const offset = f.let(f.and(selector, f.i32(0xfff8)));
    f.if(f.or(f.or(has(f, selector, 4), f.eqz(offset)), f.gtU(f.add(offset, f.i32(7)), loadField(f, 'gdtrLimit'))), () => f.return(f.i64(0)));
    const host = f.let(f.call(call(tryReachSystem), f.add(loadField(f, 'gdtrBase'), f.extendU(offset)), f.i32(8)));
    f.if(f.eqz(host), () => f.return(f.i64(0)));
    f.return(f.load('i64.load', host));
  },
};

/** Bits 40–55 of a descriptor, as segmentAccess has them; bits 48–51 are part of the limit. */
export const accessOf = (f: FunctionBuilder, descriptor: Expression): Expression => f.and(f.wrap(f.shrU(descriptor, 40)), f.i32(0xf0ff));

export const dplOf = (f: FunctionBuilder, access: Expression): Expression => f.and(f.shrU(access, 5), f.i32(3));

/** Bits of `segmentAccess` whose values tell a segment's kind; the privilege level is compared apart. */
export const usual = {
  /** 64-bit code. */
  longCode: { mask: 0x609d, value: 0x2099 },
  /** 32-bit code. */
  code32: { mask: 0x409d, value: 0x4099 },
  /** Writable data with 32-bit offsets, that grow up: a stack. */
  stack32: { mask: 0x409f, value: 0x4093 },
  /** Data. */
  data: { mask: 0x99, value: 0x91 },
} as const;
export const isUsual = (f: FunctionBuilder, access: Expression, kind: { readonly mask: number; readonly value: number }): Expression => f.eq(f.and(access, f.i32(kind.mask)), f.i32(kind.value));

/** Base 0 and 4 GiB: bits 16–39 and 56–63 clear, the limit and granularity set. */
const isWholeSpace = (f: FunctionBuilder, descriptor: Expression): Expression => f.eq(f.and(descriptor, f.i64(BigInt.asIntN(64, 0xff8f_00ff_ffff_ffffn))), f.i64(0x008f_0000_0000_ffffn));

const place = (f: FunctionBuilder, field: 'segmentSelector' | 'segmentBase' | 'segmentLimit' | 'segmentAccess', index: Expression): { at: Expression; offset: number } =>
  ({ at: f.shl(index, field === 'segmentBase' ? 3 : 2), offset: STATE_BASE + offsetOf[field] });

/** (segment register, selector, descriptor): fills the register from a descriptor that has passed its checks. */
export const loadSegment: Subroutine = {
  name: 'loadSegment', params: ['i32', 'i32', 'i64'], results: [],
  build: (f) => {
    const [index, selector, descriptor] = f.parameters;
    const put = (field: 'segmentSelector' | 'segmentLimit' | 'segmentAccess', value: Expression): void => {
      const { at, offset } = place(f, field, index);
      f.store('i32.store', at, value, offset);
    };
    put('segmentSelector', selector);
    put('segmentAccess', f.or(accessOf(f, descriptor), f.i32(segmentRight.accessed)));
    const limit = f.let(f.wrap(f.or(f.and(descriptor, f.i64(0xffff)), f.and(f.shrU(descriptor, 32), f.i64(0xf_0000)))));
    put('segmentLimit', f.select(f.wrap(f.and(f.shrU(descriptor, 55), f.i64(1))), f.or(f.shl(limit, 12), f.i32(0xfff)), limit));
    const { at, offset } = place(f, 'segmentBase', index);
    f.store('i64.store', at, f.or(f.and(f.shrU(descriptor, 16), f.i64(0xff_ffff)), f.and(f.shrU(descriptor, 32), f.i64(0xff00_0000))), offset);
  },
};

/** Every part of a segment register. */
export const storeSegment = (f: FunctionBuilder, index: number, selector: Expression, base: Expression, limit: number, access: Expression): void => {
  storeField(f, 'segmentSelector', selector, index);
  storeField(f, 'segmentBase', base, index);
  storeField(f, 'segmentLimit', f.i32(limit), index);
  storeField(f, 'segmentAccess', access, index);
};

/** Unusable; the base becomes 0. */
export const storeNullSegment = (f: FunctionBuilder, index: number, selector: Expression): void => storeSegment(f, index, selector, f.i64(0), 0, f.i32(0));

/** After a return outwards: segments that the new CPL may not have become unusable; base and limit stay (SDM vol. 3A, 5.8.6). */
export const dropInnerSegments: Subroutine = {
  name: 'dropInnerSegments', params: [], results: [],
  build: (f) => {
    const cpl = f.let(loadField(f, 'cpl'));
    for (const index of [segment.es, segment.fs, segment.gs, segment.ds]) {
      const access = f.let(loadField(f, 'segmentAccess', index));
      const conforming = f.eq(f.and(access, f.i32(segmentRight.code | segmentRight.conforming)), f.i32(segmentRight.code | segmentRight.conforming));
      f.if(f.and(f.and(f.ne(access, f.i32(0)), f.eqz(conforming)), f.ltU(dplOf(f, access), cpl)), () => {
        storeField(f, 'segmentSelector', f.i32(0), index);
        storeField(f, 'segmentAccess', f.i32(0), index);
      });
    }
  },
};

export const isCanonical = (f: FunctionBuilder, address: Expression): Expression => {
  const a = f.let(address);
  return f.eq(f.shrS(a, 47), f.shrS(f.shl(a, 16), 63));
};

/** The segment's descriptor, checked: of the kind, with the privilege level; leaves 0 from the function otherwise. */
export const requireDescriptor = (f: FunctionBuilder, call: Call, selector: Expression, kind: { readonly mask: number; readonly value: number }, level: Expression, isWhole: boolean): Expression => {
  const descriptor = f.let(f.call(call(gdtDescriptor), selector));
  const access = f.let(accessOf(f, descriptor));
  const fits = f.and(isUsual(f, access, kind), f.eq(dplOf(f, access), level));
  f.if(f.eqz(isWhole ? f.and(fits, isWholeSpace(f, descriptor)) : fits), () => f.return(f.i32(0)));
  return descriptor;
};
