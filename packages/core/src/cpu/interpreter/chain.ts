/** From one region to the next: by the jump cache, which each region looks at itself, and by the records of the code. */
import { CODE_TLB_BASE, JUMP_CACHE_BASE, JUMP_CACHE_ENTRIES, JUMP_CACHE_ENTRY_BYTES } from '../../memory/layout.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { codeTlbEntry, loadField, storeField } from '../builder/fields.ts';
import { record } from '../decode/record.ts';
import { special } from '../decode/special.ts';
import { regionResult } from './region-result.ts';

/** (which of its entries) -> result. */
export const regionType = { params: ['i32'], results: ['i32'] } as const;
export const chainType = { params: [], results: ['i32'] } as const;

/**
 * () -> region result. From one region to the next, at state.rip: by the jump cache, or by the code TLB and the page's records; to the interpreter where there
 * is no region, or no budget.
 */
export const buildChain = (f: FunctionBuilder, regionTypeIndex: number, looksAtTime: boolean): void => {
  const giveUp = (): void => f.return(f.i32(looksAtTime ? regionResult.lookup : regionResult.straight));
  if (looksAtTime) f.if(f.leS(loadField(f, 'budget'), f.i32(0)), giveUp);
  const linear = f.let(f.and(f.add(loadField(f, 'rip'), loadField(f, 'codeBase')), loadField(f, 'codeMask')));
  const { page, low, key, cached } = jumpByCache(f, linear, regionTypeIndex);
  const entry = f.let(codeTlbEntry(f, low));
  f.if(f.ne(f.load('i64.load', entry, CODE_TLB_BASE), f.or(page, loadField(f, 'codeTag'))), giveUp);
  const offset = f.let(f.and(low, f.i32(0xfff)));
  const table = f.load('i32.load', f.add(f.load('i32.load', entry, CODE_TLB_BASE + 8), f.and(f.shrU(offset, 4), f.i32(0xfc))));
  const rec = f.let(f.load('i32.load', f.add(table, f.shl(f.and(offset, f.i32(63)), 2))));
  f.if(f.or(f.eqz(rec), f.ne(f.load('i32.load16_u', rec, record.handler), f.i32(special.translated))), giveUp);
  f.store('i64.store', cached, key, JUMP_CACHE_BASE);
  f.store('i32.store', cached, f.load('i32.load', rec, record.slot), JUMP_CACHE_BASE + 8);
  f.store('i32.store', cached, f.load('i32.load', rec, record.selector), JUMP_CACHE_BASE + 12);
  storeField(f, 'codePage', page);
  f.returnCallIndirect(regionType, regionTypeIndex, f.load('i32.load', rec, record.slot), f.load('i32.load', rec, record.selector));
};

/** On in the region at a linear address, if the jump cache has it; else gives what was computed. */
export const jumpByCache = (f: FunctionBuilder, linear: Expression, regionTypeIndex: number): { page: Expression; low: Expression; key: Expression; cached: Expression } => {
  const low = f.let(f.wrap(linear));
  const key = f.let(f.xor(linear, loadField(f, 'jumpKey')));
  const cached = f.let(f.shl(f.and(f.xor(low, f.shrU(low, 10)), f.i32(JUMP_CACHE_ENTRIES - 1)), Math.log2(JUMP_CACHE_ENTRY_BYTES)));
  const page = f.let(f.and(linear, f.i64(~0xfffn)));
  f.if(f.eq(f.load('i64.load', cached, JUMP_CACHE_BASE), key), () => {
    storeField(f, 'codePage', page);
    f.returnCallIndirect(regionType, regionTypeIndex, f.load('i32.load', cached, JUMP_CACHE_BASE + 8), f.load('i32.load', cached, JUMP_CACHE_BASE + 12));
  });
  return { page, low, key, cached };
};
