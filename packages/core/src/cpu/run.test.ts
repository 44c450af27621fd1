import { describe, expect, it } from 'vitest';
import { PhysicalMemory } from '../memory/physical.ts';
import { Cpu } from './cpu.ts';
import { setSegment } from './microcode/registers.ts';
import { segment } from './state.ts';

const CODE = 0x8000;
const FLAT = 0xffff_ffff;
const access = { code: 0xc09b, data: 0xc093 } as const;

const none = { pending: () => false, acknowledge: () => -1 };

/** 32-bit protected mode, flat, at CODE; every vector leads through a trap gate to `handler`. */
const protectedCpu = (code: readonly number[], interrupts: { pending(): boolean; acknowledge(): number } = none, handler = CODE, monotonicNs?: () => number): Cpu => {
  const memory = new PhysicalMemory(0x10_0000);
  const cpu = new Cpu({
    memory, interrupts, monotonicNs, clock: { nowNs: () => 0 }, tscHz: 1e9, random: () => 0,
    ports: { read: () => 0xff, write: () => undefined },
    apic: { readBaseMsr: () => 0n, writeBaseMsr: () => true, readTpr: () => 0, writeTpr: () => undefined, readMsr: () => undefined, writeMsr: () => false },
  });
  const { state } = cpu;
  memory.write(CODE, Uint8Array.from(code));
  memory.writeU64(0x1008, 0x00cf_9b00_0000_ffffn);
  for (let vector = 0; vector < 256; vector++) {
    memory.writeU32(0x2000 + 8 * vector, 0x0008_0000 | handler);
    memory.writeU32(0x2004 + 8 * vector, 0x8f00);
  }
  state.set64('gdtrBase', 0x1000n);
  state.set64('idtrBase', 0x2000n);
  state.set('idtrLimit', 0x7ff);
  state.set('cr0', 0x11);
  setSegment(state, segment.cs, 8, 0n, FLAT, access.code);
  for (const index of [segment.ss, segment.ds, segment.es]) setSegment(state, index, 16, 0n, FLAT, access.data);
  state.setReg(4, 0x7_0000n);
  state.rip = BigInt(CODE);
  cpu.stateChanged();
  return cpu;
};

describe('Cpu.run', () => {
  it('returns although the next interrupt is there as soon as the last is delivered', () => {
    let left = 100_000;
    const cpu = protectedCpu([0x40, 0xeb, 0xfd], { pending: () => left > 0, acknowledge: () => (left--, 0x20) }); // inc eax; jmp
    cpu.state.rflags = 0x202;
    const before = cpu.instructionsRetired;
    for (let runs = 0; cpu.instructionsRetired < before + 100 && runs < 1000; runs++) cpu.run(100);
    expect(cpu.instructionsRetired).toBeGreaterThanOrEqual(before + 100);
    expect(left).toBeGreaterThan(0);
  });

  it.each([
    ['slow instructions', [0x0f, 0xa2, 0xeb, 0xfc]], // cpuid; jmp
    ['long string instructions', [0xbe, 0, 0, 1, 0, 0xbf, 0, 0, 2, 0, 0xb9, 0, 0, 1, 0, 0xf3, 0xa4, 0xeb, 0xed]], // mov esi, edi, ecx; rep movsb; jmp
  ])('returns when the host’s time is over, and goes on: %s', (_name, code) => {
    let ns = 0;
    const cpu = protectedCpu(code, none, CODE, () => (ns += 1e6));
    let last = cpu.instructionsRetired;
    for (let runs = 0; runs < 10; runs++) {
      expect(cpu.run(1_000_000)).toBe('budget');
      expect(cpu.instructionsRetired).toBeGreaterThan(last);
      expect(cpu.instructionsRetired - last).toBeLessThan(50);
      last = cpu.instructionsRetired;
    }
  });

  it('raises #GP beyond the limit of CS, also where a segment without that limit has run before', () => {
    const code = [...Array.from({ length: 8 }, () => 0x90), 0xeb, 0xf6];
    const cpu = protectedCpu(code, none, 0x9000);
    const { state } = cpu;
    cpu.physical.write(0x9000, Uint8Array.of(0xf4));
    expect(cpu.run(100)).toBe('budget');
    for (const limit of [CODE + 3, CODE - 1, 0x8fff]) {
      setSegment(state, segment.cs, 8, 0n, limit, access.code);
      state.rip = BigInt(CODE);
      state.setReg(4, 0x7_0000n);
      state.set('halted', 0);
      cpu.stateChanged();
      const isWithin = limit === 0x8fff;
      expect(cpu.run(100)).toBe(isWithin ? 'budget' : 'halt');
      // the error code, and the first instruction that the limit does not reach
      if (!isWithin) expect([cpu.physical.readU32(0x6_fff0), cpu.physical.readU32(0x6_fff4)]).toEqual([0, Math.max(limit + 1, CODE)]);
    }
  });
});
