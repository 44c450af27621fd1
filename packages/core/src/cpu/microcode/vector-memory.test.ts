import { describe, expect, it } from 'vitest';
import { vector } from '../fault.ts';
import { at, longCore } from './fake-core.ts';
import { gather_dwords, gather_qwords, masked_load_dwords, masked_store_qwords } from './vector-memory.ts';

const BASE = 0x4000;
const SELECTED = 0xffff_ffffn;
const dwords = (low: bigint, high: bigint): bigint => low | (high << 32n);

describe('gathers', () => {
  const encoding = { ...at(BASE), reg: 1, vvvv: 2, vectorIndex: 3, scale: 2, opcode: 0x90, vectorBits: 128 } as const;

  it('take the selected elements, clear the mask and what is above', () => {
    const core = longCore();
    core.poke64(BASE, dwords(0xa0n, 0xa1n), dwords(0xa2n, 0xa3n));
    core.state.set64('xmm', dwords(3n, 0n), 6); // indices 3, 0, 2, 1
    core.state.set64('xmm', dwords(2n, 1n), 7);
    core.state.set64('xmm', dwords(SELECTED, 0n), 4);
    core.state.set64('xmm', dwords(0x8000_0000n, SELECTED), 5);
    core.state.set64('xmm', dwords(0x11n, 0x22n), 2);
    core.state.set64('ymmHigh', 5n, 2);
    expect(core.execute(gather_dwords, encoding)).toBeUndefined();
    expect([core.state.get64('xmm', 2), core.state.get64('xmm', 3), core.state.get64('ymmHigh', 2)]).toEqual([dwords(0xa3n, 0x22n), dwords(0xa2n, 0xa1n), 0n]);
    expect([4, 5].map((i) => core.state.get64('xmm', i))).toEqual([0n, 0n]);
  });

  it('are undefined when two of the three registers are the same', () => {
    for (const same of [{ reg: 2 }, { reg: 3 }, { vectorIndex: 2 }]) expect(longCore().execute(gather_qwords, { ...encoding, ...same })?.vector).toBe(vector.ud);
  });

  it('index with signed doublewords', () => {
    const core = longCore();
    core.poke64(BASE - 8, 0x1234n);
    core.state.set64('xmm', dwords(0xffff_fffen, 0n), 6); // -2 · 4
    core.state.set64('xmm', 1n << 63n, 4);
    expect(core.execute(gather_qwords, encoding)).toBeUndefined();
    expect(core.state.get64('xmm', 2)).toBe(0x1234n);
  });
});

describe('masked moves', () => {
  it('load 0 where the mask is clear', () => {
    const core = longCore();
    core.poke64(BASE, dwords(1n, 2n), dwords(3n, 4n));
    core.state.set64('xmm', dwords(0n, SELECTED), 4);
    expect(core.execute(masked_load_dwords, { ...at(BASE), reg: 1, vvvv: 2, vectorBits: 128 })).toBeUndefined();
    expect([core.state.get64('xmm', 2), core.state.get64('xmm', 3)]).toEqual([dwords(0n, 2n), 0n]);
  });

  it('store nothing where the mask is clear', () => {
    const core = longCore();
    core.poke64(BASE, 7n, 8n);
    core.state.set64('xmm', 0x55n, 2);
    core.state.set64('xmm', 0x66n, 3);
    core.state.set64('xmm', 1n << 63n, 5);
    expect(core.execute(masked_store_qwords, { ...at(BASE), reg: 1, vvvv: 2, vectorBits: 128 })).toBeUndefined();
    expect([core.peek(BASE, 8), core.peek(BASE + 8, 8)]).toEqual([7, 0x66]);
  });
});
