/** Programs that write to code: bare, in 32-bit protected mode with paging, interpreted and translated. */
import { describe, expect, it } from 'vitest';
import { PhysicalMemory } from '../memory/physical.ts';
import { Cpu } from './cpu.ts';
import { setSegment } from './microcode/registers.ts';
import { segment } from './state.ts';
import type { TranslationOptions } from './translator/translator.ts';

const CODE = 0x8000;
const FLAT = 0xffff_ffff;
/** The page of CODE, a second time. */
const ALIAS = 0x20_0000;
const DIRECTORY = 0x1_0000, TABLE = 0x1_1000;
const EAX = 0, ECX = 1, EDX = 2, EDI = 7;

const none = { pending: () => false, acknowledge: () => -1 };

const machine = (translation?: TranslationOptions, monotonicNs?: () => number): Cpu => {
  const memory = new PhysicalMemory(0x10_0000);
  const cpu = new Cpu({
    memory, interrupts: none, monotonicNs, translation, clock: { nowNs: () => 0 }, tscHz: 1e9, random: () => 0,
    ports: { read: () => 0xff, write: () => undefined },
    apic: { readBaseMsr: () => 0n, writeBaseMsr: () => true, readTpr: () => 0, writeTpr: () => undefined, readMsr: () => undefined, writeMsr: () => false },
  });
  const { state } = cpu;
  memory.writeU32(DIRECTORY, TABLE | 3);
  for (let page = 0; page < 0x100; page++) memory.writeU32(TABLE + 4 * page, (page << 12) | 3);
  memory.writeU32(TABLE + 4 * (ALIAS >> 12), CODE | 3);
  state.set64('cr3', BigInt(DIRECTORY));
  state.set64('cr0', 0x8000_0011n);
  state.set64('cr4', 0x200n); // OSFXSR
  setSegment(state, segment.cs, 8, 0n, FLAT, 0xc09b);
  for (const index of [segment.ss, segment.ds, segment.es]) setSegment(state, index, 16, 0n, FLAT, 0xc093);
  state.setReg(4, 0x7_0000n);
  cpu.stateChanged();
  cpu.flushTlb(true);
  return cpu;
};

const dword = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24];
const HLT = 0xf4;

/** Runs what is written at CODE (or another place) until it halts. */
const call = (cpu: Cpu, at = CODE): number => {
  cpu.state.rip = BigInt(at);
  cpu.state.set('halted', 0);
  for (let runs = 0; runs < 1000; runs++) if (cpu.run(100_000) === 'halt') return Number(cpu.state.reg(EAX) & 0xffff_ffffn);
  throw new Error('the program does not end');
};

const tiers: readonly (readonly [string, TranslationOptions | undefined])[] = [['interpreted', undefined], ['translated', { hotAfter: 2, mostDoublings: 0 }]];

describe.each(tiers)('a page with code that is written, %s', (_name, translation) => {
  const start = (...code: number[]): Cpu => {
    const cpu = machine(translation);
    cpu.physical.write(CODE, Uint8Array.from(code));
    return cpu;
  };

  it('has a changed operand in the instruction’s place, and nothing else decoded again', () => {
    // mov eax, n; mov ecx, 3; 1: inc eax; dec ecx; jnz 1b; hlt
    const cpu = start(0xb8, ...dword(0), 0xb9, ...dword(3), 0x40, 0x49, 0x75, 0xfc, HLT);
    expect(call(cpu)).toBe(3);
    const { decodedInstructions, discardedPages } = cpu.statistics;
    for (let n = 1; n <= 100; n++) {
      cpu.physical.writeU32(CODE + 1, n);
      expect(call(cpu)).toBe(n + 3);
    }
    expect(cpu.statistics.decodedInstructions - decodedInstructions).toBe(100);
    expect(cpu.statistics.staleInstructions).toBe(100);
    expect(cpu.statistics.discardedPages).toBe(discardedPages);
  });

  it('runs instructions of other lengths', () => {
    // mov eax, 1; nop; inc eax; hlt
    const cpu = start(0xb8, ...dword(1), 0x90, 0x40, HLT);
    expect(call(cpu)).toBe(2);
    // mov ax, 0x0303; nop; nop; …: EAX keeps its upper half
    for (let n = 0; n < 5; n++) {
      cpu.physical.write(CODE, Uint8Array.of(0x66, 0xb8, n, 3, 0x40));
      expect(call(cpu)).toBe(0x300 + n + 2);
      cpu.physical.write(CODE, Uint8Array.of(0xb8, n, 0, 0, 0));
      expect(call(cpu)).toBe(n + 1);
      cpu.physical.writeU8(CODE + 5, HLT);
      expect(call(cpu)).toBe(n);
      cpu.physical.writeU8(CODE + 5, 0x90);
    }
  });

  it('obeys instructions that change themselves and the next one', () => {
    const code = [
      0x88, 0x0d, ...dword(CODE + 7), // 1: mov [immediate of the next one], cl
      0xb0, 0, // mov al, ?
      0x01, 0xc2, // add edx, eax
      0xc7, 0x05, ...dword(CODE + 0x10), ...dword(0x1234_5678), // mov dword [its own immediate], 0x12345678
      0x49, 0x75, 0xe9, // dec ecx; jnz 1b
      0x89, 0xd0, HLT, // mov eax, edx; hlt
    ];
    const cpu = start(...code);
    cpu.state.setReg(ECX, 50n);
    cpu.state.setReg(EDX, 0n);
    expect(call(cpu)).toBe((50 * 51) / 2);
    expect(cpu.physical.readU32(CODE + 0x10)).toBe(0x1234_5678);
  });

  it('has a store of a loop to data of its page as a store', () => {
    // 1: inc dword [CODE + 0x800]; dec ecx; jnz 1b; mov eax, [CODE + 0x800]; hlt
    const cpu = start(0xff, 0x05, ...dword(CODE + 0x800), 0x49, 0x75, 0xf7, 0xa1, ...dword(CODE + 0x800), HLT);
    cpu.state.setReg(ECX, 500n);
    expect(call(cpu)).toBe(500);
    const { staleInstructions, discardedPages, translation: figures } = cpu.statistics;
    expect([staleInstructions, discardedPages]).toEqual([0, 0]);
    expect(figures?.regionsDiscarded ?? 0).toBe(0);
  });

  it('is given up when it serves for data, and kept longer when it was code after all', () => {
    const cpu = start(0xff, 0x05, ...dword(CODE + 0x800), 0x49, 0x75, 0xf7, 0xa1, ...dword(CODE + 0x800), HLT);
    const discarded = [3000, 3000, 30_000, 30_000, 100_000].map((times) => {
      cpu.state.setReg(ECX, BigInt(times));
      call(cpu);
      return cpu.statistics.discardedPages;
    });
    expect(discarded[0]).toBeGreaterThan(0);
    expect(discarded.at(-1)).toBeLessThan(12);
    expect(cpu.physical.readU32(CODE + 0x800)).toBe(166_000);
  });

  it('is looked at under both of its addresses', () => {
    // mov [ALIAS + 0x101], ecx; call CODE + 0x100; hlt
    const cpu = start(0x89, 0x0d, ...dword(ALIAS + 0x101), 0xe8, ...dword(0xf5), HLT);
    cpu.physical.write(CODE + 0x100, Uint8Array.of(0xb8, ...dword(0), 0xc3)); // mov eax, 0; ret
    for (let n = 1; n < 20; n++) {
      cpu.state.setReg(ECX, BigInt(n));
      expect(call(cpu, n % 3 ? CODE : ALIAS)).toBe(n);
    }
  });

  it('is looked at where an instruction straddles two pages', () => {
    const cpu = start();
    const at = CODE + 0xffd;
    // mov eax, imm32 from the last three bytes of the page; hlt
    cpu.physical.write(at, Uint8Array.of(0xb8, 1, 0, 0, 0, HLT));
    for (let n = 1; n < 10; n++) {
      for (const [place, value] of [[1, 0x10 + n], [4, n], [2, n]] as const) {
        cpu.physical.writeU8(at + place, value);
        expect(call(cpu, at)).toBe(cpu.physical.readU32(at + 1));
      }
    }
    // it no longer straddles, and does again
    cpu.physical.write(at, Uint8Array.of(0xb0, 7, 0x90));
    cpu.physical.write(at + 3, Uint8Array.of(0x40, HLT));
    expect(call(cpu, at) & 0xff).toBe(8);
    cpu.physical.write(at, Uint8Array.of(0xb8, 5, 0, 0, 0, HLT));
    expect(call(cpu, at)).toBe(5);
  });

  it.each([
    ['REP STOSD', [0xb9, ...dword(0x20), 0xbf, ...dword(CODE + 0x100), 0xf3, 0xab], 0],
    ['FXSAVE', [0x0f, 0xae, 0x05, ...dword(CODE + 0x100)], 0x180],
  ] as const)('%s reaches instructions behind the first bytes', (_what, store, behind) => {
    // the routine; xor eax, eax; the store; call it again; hlt
    const place = CODE + 0x140 + behind;
    const cpu = start(...store, 0xe8, ...dword(place - (CODE + store.length + 5)), HLT);
    const routine = Uint8Array.of(0xb8, ...dword(77), 0xc3); // mov eax, 77; ret
    cpu.physical.write(place, routine);
    cpu.physical.writeU8(CODE + 0x40, 0xe8); // call it; hlt
    cpu.physical.writeU32(CODE + 0x41, place - (CODE + 0x45));
    cpu.physical.writeU8(CODE + 0x45, HLT);
    for (let n = 0; n < 5; n++) {
      expect(call(cpu, CODE + 0x40)).toBe(77);
      // the store makes "add [eax], al" of it, and a return follows
      cpu.physical.writeU8(place + 0x40, 0xc3);
      cpu.state.setReg(EAX, 0n);
      cpu.state.setReg(EDI, 0n);
      cpu.physical.writeU8(0, 0);
      if (behind) {
        // of FXSAVE's area: reserved bytes, written as 0 or not at all
        cpu.physical.write(place, routine);
        expect(call(cpu)).toBe(cpu.physical.readU8(place) === 0xb8 ? 77 : 0);
      } else expect(call(cpu)).toBe(0);
      cpu.physical.write(place, routine);
    }
  });

  it('keeps the regions of other code', () => {
    // 1: dec ecx; jnz 1b; hlt
    const cpu = start(0x49, 0x75, 0xfd, HLT);
    cpu.physical.write(CODE + 0x400, Uint8Array.of(0xb8, ...dword(1), 0x49, 0x75, 0xfd, HLT));
    for (let n = 0; n < 20; n++) {
      cpu.physical.writeU32(CODE + 0x401, n);
      for (const at of [CODE, CODE + 0x400]) {
        cpu.state.setReg(ECX, 100n);
        call(cpu, at);
      }
      expect(cpu.state.reg(EAX)).toBe(BigInt(n));
    }
    const figures = cpu.statistics.translation;
    if (figures) expect(figures.regionsMade).toBeLessThan(5);
  });
});

describe('straight-line code that changes what follows, again and again', () => {
  /** mov byte [immediate of the next one], 0; … to the end of the page, and back. */
  const storm = (cpu: Cpu): void => {
    let at = CODE;
    for (; at < CODE + 0xff0; at += 7) cpu.physical.write(at, Uint8Array.of(0xc6, 0x05, ...dword(at + 13), 0));
    cpu.physical.write(at, Uint8Array.of(0xe9, ...dword(CODE - (at + 5)))); // jmp CODE
  };

  it('is left when the host’s time is over', () => {
    let ns = 0;
    const cpu = machine(undefined, () => (ns += 1e6));
    storm(cpu);
    cpu.state.rip = BigInt(CODE);
    for (let runs = 0, last = cpu.instructionsRetired; runs < 100; runs++) {
      expect(cpu.run(1_000_000)).toBe('budget');
      expect(cpu.instructionsRetired).toBeGreaterThan(last);
      expect(cpu.instructionsRetired - last).toBeLessThan(50);
      last = cpu.instructionsRetired;
    }
  });

  it('is not left for another reason before the end of the page', () => {
    const cpu = machine();
    storm(cpu);
    cpu.state.rip = BigInt(CODE);
    cpu.run(100);
    expect(Number(cpu.state.rip)).toBe(CODE);
  });
});
