/**
 * Programs that write to code: bare, in 32-bit protected mode with paging, interpreted and translated. Random ones are stepped, too: a step decodes its instruction
 * and keeps nothing.
 */
import { describe, expect, it } from 'vitest';
import { PhysicalMemory } from '../memory/physical.ts';
import { Cpu } from './cpu.ts';
import { pushesErrorCode } from './fault.ts';
import { setSegment } from './microcode/registers.ts';
import { segment } from './state.ts';
import type { TranslationOptions } from './translator/translator.ts';

const CODE = 0x8000;
const FLAT = 0xffff_ffff;
/** The page of CODE and the next one, a second time. */
const ALIAS = 0x20_0000;
const DIRECTORY = 0x1_0000, TABLE = 0x1_1000;
const EAX = 0, ECX = 1, EDX = 2;

const none = { pending: () => false, acknowledge: () => -1 };

const machine = (translation?: TranslationOptions, monotonicNs?: () => number): Cpu => {
  const memory = new PhysicalMemory(0x10_0000);
  const cpu = new Cpu({
    memory, interrupts: none, monotonicNs, translation, clock: { nowNs: () => 0 }, tscHz: 1e9, random: () => 0,
    ports: { read: () => 0xff, write: () => undefined },
    apic: { readBaseMsr: () => 0n, writeBaseMsr: () => true, readTpr: () => 0, writeTpr: () => undefined, readMsr: () => undefined, writeMsr: () => false },
  });
  mapPages(memory);
  enterProtected(cpu);
  return cpu;
};

const mapPages = (memory: PhysicalMemory): void => {
  memory.writeU32(DIRECTORY, TABLE | 3);
  for (let page = 0; page < 0x100; page++) memory.writeU32(TABLE + 4 * page, (page << 12) | 3);
  for (const page of [0, 0x1000]) memory.writeU32(TABLE + 4 * ((ALIAS + page) >> 12), (CODE + page) | 3);
};

const enterProtected = (cpu: Cpu): void => {
  const { state } = cpu;
  state.set64('cr3', BigInt(DIRECTORY));
  state.set64('cr0', 0x8000_0011n);
  state.set64('cr4', 0x200n); // OSFXSR
  setSegment(state, segment.cs, 8, 0n, FLAT, 0xc09b);
  for (const index of [segment.ss, segment.ds, segment.es]) setSegment(state, index, 16, 0n, FLAT, 0xc093);
  state.setReg(4, 0x7_0000n);
  cpu.stateChanged();
  cpu.flushTlb(true);
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

  it('is looked at as far as a repeated store reaches', () => {
    // mov ecx, 32; mov edi, CODE + 0x100; rep stosd; jmp CODE + 0x140
    const cpu = start(0xb9, ...dword(0x20), 0xbf, ...dword(CODE + 0x100), 0xf3, 0xab, 0xe9, ...dword(0x140 - 0x11));
    for (let n = 0; n < 5; n++) {
      cpu.physical.write(CODE + 0x140, Uint8Array.of(0xb8, ...dword(77), HLT)); // mov eax, 77; hlt
      expect(call(cpu, CODE + 0x140)).toBe(77);
      cpu.state.setReg(EAX, 0xf490_9090n); // nop; nop; nop; hlt
      expect(call(cpu)).toBe(0xf490_9090);
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

describe('random programs that change themselves', () => {
  /**
   * The body lies across two pages, and code that it calls in the second. What is written over is made of words of four bytes which are whole instructions; some
   * stores are not aligned to them, and what comes out then is run as well. A fault goes on at the next byte.
   */
  const START = CODE + 0xf61, AREA = CODE + 0x1b00, ROUTINE = AREA + 0xa0;
  const WORDS = 0x2_0000, COUNTER = 0x2_1000, HANDLER = 0x2_2000, INTERRUPT_TABLE = 0x2_3000, DESCRIPTORS = 0x2_4000;
  const WORD_COUNT = 64;
  const PROGRAMS = 150, ROUNDS = 12, MOST_STEPS = 3000;

  type Random = (below: number) => number;
  /** Numerical Recipes' linear congruential generator. */
  const generator = (seed: number): Random => {
    let state = Math.imul(seed, 0x9e37_79b9);
    return (below) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  };
  const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!;

  /** EAX, EDX, EBX and ESI are computed with. */
  const register = (random: Random): number => pick(random, [0, 2, 3, 6]);
  const word = (random: Random): number[] => {
    const r = register(random), x = register(random);
    switch (random(7)) {
      case 0: return [0x01, 0xc0 | x << 3 | r, 0x40 | x, 0x40 | r]; // add; inc; inc
      case 1: return [0x83, 0xf0 | r, random(0x80), 0x90]; // xor; nop
      case 2: return [0x66, 0x83, 0xc0 | r, random(0x80)]; // add of 16 bits
      case 3: return [0x6b, 0xc0 | x << 3 | r, random(0x80), 0x48 | x]; // imul; dec
      case 4: return [0x0f, 0x1f, 0x40, 0]; // nop
      case 5: return [0x70 | random(16), 2, 0x40 | x, 0x40 | r]; // jcc over inc; inc
      default: return [0x8d, 0x40 | x << 3 | r, random(0x80), 0x90]; // lea
    }
  };

  const body = (random: Random): Uint8Array => {
    const bytes: number[] = [];
    const places: number[] = [];
    const length = 80 + random(240);
    const place = (): number => {
      const aligned = places.length && random(10) ? pick(random, places) : START + random(length);
      return aligned + (random(8) ? 0 : random(5)) + (random(3) ? 0 : ALIAS - CODE);
    };
    const source = (words: number): number => WORDS + 4 * random(WORD_COUNT - words) + (random(12) ? 0 : random(4));
    while (bytes.length < length) {
      const r = register(random);
      switch (random(20)) {
        case 0: bytes.push(0xc6, 0x05, ...dword(place()), pick(random, [0x40, 0x42, 0x90, 0x4b])); break; // mov byte
        case 1: bytes.push(0xc7, 0x05, ...dword(place()), ...word(random)); break; // mov dword
        case 2: bytes.push(0x8b, 0x05 | r << 3, ...dword(source(1)), 0x89, 0x05 | r << 3, ...dword(place())); break; // by a register
        case 3: bytes.push(0x66, 0xc7, 0x05, ...dword(place()), ...word(random).slice(0, 2)); break; // mov word
        case 4: bytes.push(0x80, 0x05, ...dword(place() + 2), 1); break; // add byte: of most an operand
        case 5: bytes.push(0x0f, 0x10, 0x05, ...dword(source(4)), 0x0f, 0x11, 0x05, ...dword(place())); break; // movups
        case 6: // movups; fxsave; call what it wrote
          bytes.push(0x0f, 0x10, 0x05, ...dword(source(4)), 0x0f, 0xae, 0x05, ...dword(AREA));
          bytes.push(0xe8, ...dword(ROUTINE - (START + bytes.length + 5)));
          break;
        case 7: { // pusha; rep movsd or stosb; popa
          const isCopy = random(3) > 0, count = 1 + random(isCopy ? 10 : 30), to = place();
          const code = [0x60, 0xb9, ...dword(count), 0xbf, ...dword(to), ...(isCopy ? [0xbe, ...dword(source(10))] : [0xb0, 0x40, 0x90, 0x90, 0x90]), 0xf3, isCopy ? 0xa5 : 0xaa, 0x61];
          bytes.push(...code);
          break;
        }
        case 8: bytes.push(0xb8 | r, ...dword(random(0x7fff_ffff))); break;
        default:
          places.push(START + bytes.length);
          bytes.push(...word(random));
      }
    }
    // dec dword [COUNTER]; jnz START; hlt
    bytes.push(0xff, 0x0d, ...dword(COUNTER), 0x0f, 0x85, ...dword(-(bytes.length + 12)), HLT);
    return Uint8Array.from(bytes);
  };

  const nothing = new Uint8Array(0x10_0000);
  /** A machine runs one after another: what it keeps of those before is part of the test. */
  const prepare = (cpu: Cpu, seed: number): void => {
    const random = generator(seed);
    const { physical, state } = cpu;
    physical.write(0, nothing);
    mapPages(physical);
    physical.writeU64(DESCRIPTORS + 8, 0x00cf_9b00_0000_ffffn);
    physical.writeU64(DESCRIPTORS + 16, 0x00cf_9300_0000_ffffn);
    for (let n = 0; n < 32; n++) {
      const handler = pushesErrorCode(n) ? HANDLER : HANDLER + 3;
      physical.writeU64(INTERRUPT_TABLE + 8 * n, BigInt(handler & 0xffff) | 0x8_0000n | 0x8e00n << 32n | BigInt(handler >>> 16) << 48n);
    }
    physical.write(HANDLER, Uint8Array.of(0x83, 0xc4, 4, 0xff, 0x04, 0x24, 0xcf)); // add esp, 4; inc dword [esp]; iret
    for (let n = 0; n < WORD_COUNT; n++) physical.write(WORDS + 4 * n, Uint8Array.from(word(random)));
    physical.write(ROUTINE, Uint8Array.from([...word(random), ...word(random), ...word(random), ...word(random)]));
    physical.writeU8(ROUTINE + 16, 0xc3);
    physical.write(START, body(random));
    physical.writeU32(COUNTER, ROUNDS);
    cpu.reset();
    enterProtected(cpu);
    state.set64('gdtrBase', BigInt(DESCRIPTORS));
    state.set('gdtrLimit', 0x17);
    state.set64('idtrBase', BigInt(INTERRUPT_TABLE));
    state.set('idtrLimit', 0xff);
    for (let n = 1; n < 8; n++) state.set64('xmm', 0x9090_c390_9090_90c3n, 2 * n);
    for (let r = 0; r < 8; r++) state.setReg(r, r === 4 ? 0x7_0000n : BigInt(r));
    state.rip = BigInt(START);
  };

  /** @returns whether the program ends. A repeated instruction that overwrites itself is none: a run goes on with what it has decoded, as processors do. */
  const stepsToItsEnd = (cpu: Cpu): boolean => {
    const { state, physical } = cpu;
    const bytes = (at: number): bigint => physical.readU64(at >= ALIAS ? at - ALIAS + CODE : at);
    for (let n = 0; n < MOST_STEPS; n++) {
      if (state.get('halted')) return true;
      const at = Number(state.rip);
      const before = bytes(at);
      cpu.step();
      if (Number(state.rip) === at && bytes(at) !== before) return false;
    }
    return false;
  };

  const outcome = (cpu: Cpu): unknown => {
    const { state, physical } = cpu;
    state.settleFlags();
    const code = new Uint8Array(0x2000);
    physical.read(CODE, code);
    return { registers: Array.from({ length: 8 }, (_, r) => state.reg(r).toString(16)), rip: state.rip, flags: state.rflags, counter: physical.readU32(COUNTER), code: Array.from({ length: 0x200 }, (_, n) => `${(CODE + 16 * n).toString(16)}: ${Buffer.from(code.subarray(16 * n, 16 * n + 16)).toString('hex')}`).filter((line) => /[1-9a-f]/.test(line.slice(6))) };
  };

  it('end as they do in single steps', () => {
    const stepped = machine();
    const others = tiers.map(([name, translation]) => ({ name, cpu: machine(translation) }));
    let ended = 0;
    for (let seed = 1; seed <= PROGRAMS; seed++) {
      prepare(stepped, seed);
      if (!stepsToItsEnd(stepped)) continue;
      const expected = outcome(stepped);
      if (stepped.physical.readU32(COUNTER) === 0) ended++;
      for (const { name, cpu } of others) {
        prepare(cpu, seed);
        for (let runs = 0; runs < 100 && !cpu.state.get('halted'); runs++) cpu.run(1000);
        expect(outcome(cpu), `program ${seed}, ${name}`).toEqual(expected);
      }
    }
    expect(ended).toBeGreaterThan(PROGRAMS / 4);
  });
});
