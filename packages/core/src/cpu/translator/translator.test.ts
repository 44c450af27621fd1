import { describe, expect, it } from 'vitest';
import { PhysicalMemory } from '../../memory/physical.ts';
import { Cpu } from '../cpu.ts';
import { cr0, cr4, efer, segment } from '../state.ts';
import { generateRegions } from './compile.ts';
import type { CompiledRegions, RegionCompiler, RegionJob, RegionTarget } from './region-job.ts';
import type { TranslationEvent, TranslationOptions } from './translator.ts';

/** 64-bit code in supervisor mode, memory mapped one to one. */
const machine = (translation: TranslationOptions): { cpu: Cpu; memory: PhysicalMemory } => {
  const memory = new PhysicalMemory(0x100_0000);
  const allOnes = { read: (): number => 0xff, write: () => undefined };
  const cpu = new Cpu({
    memory, ports: allOnes, clock: { nowNs: () => 0 }, tscHz: 1e9, random: () => 1, translation,
    interrupts: { pending: () => false, acknowledge: () => -1 },
    apic: { readBaseMsr: () => 0n, writeBaseMsr: () => true, readTpr: () => 0, writeTpr: () => undefined, readMsr: () => undefined, writeMsr: () => false },
  });
  memory.writeU64(0x1000, 0x2007n);
  memory.writeU64(0x2000, 0x87n);
  const { state } = cpu;
  state.set64('cr3', 0x1000n);
  state.set64('cr4', BigInt(cr4.pae | cr4.osfxsr));
  state.set64('efer', BigInt(efer.lme | efer.lma | efer.nxe));
  state.set64('cr0', BigInt(cr0.pg | 0) & 0xffff_ffffn | BigInt(cr0.pe | cr0.wp));
  for (let n = 0; n < 6; n++) {
    state.set64('segmentBase', 0n, n);
    state.set('segmentLimit', 0xffff_ffff, n);
    state.set('segmentAccess', n === segment.cs ? 0xa09b : 0xc093, n);
  }
  state.setReg(4, 0x30_0000n);
  cpu.stateChanged();
  cpu.flushTlb(true);
  return { cpu, memory };
};

/** inc rax; dec rcx; jnz -8; jmp to `next`. */
const countingLoop = (at: number, next: number): Uint8Array => {
  const bytes = new Uint8Array(13);
  bytes.set([0x48, 0xff, 0xc0, 0x48, 0xff, 0xc9, 0x75, 0xf8, 0xe9]);
  new DataView(bytes.buffer).setInt32(9, next - (at + 13), true);
  return bytes;
};

const LOOPS = 40;
const DISTANCE = 0x1000;
const FIRST = 0x10_0000;

/** Loops on a page each, which go on to one another. */
const chained = (translation: TranslationOptions): { cpu: Cpu; memory: PhysicalMemory; visit: (loop: number, times: number) => void } => {
  const { cpu, memory } = machine(translation);
  const at = (n: number): number => FIRST + (n % LOOPS) * DISTANCE;
  for (let n = 0; n < LOOPS; n++) memory.write(at(n), countingLoop(at(n), at(n)));
  return {
    cpu, memory,
    visit: (loop, times) => {
      cpu.state.rip = BigInt(at(loop));
      cpu.state.setReg(1, BigInt(times));
      cpu.state.setReg(0, 0n);
      cpu.run(times * 3);
      expect(Number(cpu.state.reg(0))).toBeGreaterThanOrEqual(times);
    },
  };
};

/** Makes modules of `together` regions. */
class BatchCompiler implements RegionCompiler {
  readonly #jobs: RegionJob[] = [];
  readonly #target: RegionTarget;
  readonly #together: number;

  constructor(target: RegionTarget, together: number) {
    this.#target = target;
    this.#together = together;
  }

  get pending(): number {
    return this.#jobs.length;
  }

  submit(job: RegionJob): void {
    this.#jobs.push(job);
  }

  take(): CompiledRegions | undefined {
    if (this.#jobs.length < this.#together) return undefined;
    const { bytes, regions } = generateRegions(this.#jobs.splice(0, this.#together), this.#target);
    return { module: new WebAssembly.Module(bytes), regions, generateMs: 0, compileMs: 0 };
  }
}

describe('the code cache', () => {
  it('stays within its bound, and translates again what is used again', () => {
    const events: TranslationEvent[] = [];
    const { cpu, visit } = chained({ hotAfter: 4, mostCodeBytes: 4000, onEvent: (event) => events.push(event) });
    for (let round = 0; round < 5; round++) for (let n = 0; n < LOOPS; n++) visit(n, 200);
    const { codeBytes, regionsAlive, regionsEvicted, regionsMade } = cpu.statistics.translation!;
    expect(codeBytes).toBeLessThanOrEqual(4000);
    expect(regionsEvicted).toBeGreaterThan(LOOPS);
    expect(regionsMade).toBe(regionsAlive + regionsEvicted);
    expect(events.filter(({ kind }) => kind === 'evicted')).toHaveLength(regionsEvicted);
  });

  it('counts the whole of a module for as long as one of its regions lives', () => {
    const TOGETHER = 4;
    const { cpu, memory, visit } = chained({ hotAfter: 4, mostCodeBytes: 16_000, compiler: (target) => new BatchCompiler(target, TOGETHER) });
    const counts = (): { codeBytes: number; heldBytes: number } => cpu.statistics.translation!;
    for (let n = 0; n < TOGETHER; n++) visit(n, 200);
    visit(0, 10);
    const whole = counts().heldBytes;
    expect(whole).toBeGreaterThan(0);
    expect(counts().codeBytes).toBe(whole);
    for (let n = 1; n < TOGETHER; n++) memory.writeU8(FIRST + n * DISTANCE, 0x48);
    expect(counts().heldBytes).toBe(whole);
    expect(counts().codeBytes).toBeLessThan(whole / 2);
    memory.writeU8(FIRST, 0x48);
    expect(counts()).toMatchObject({ codeBytes: 0, heldBytes: 0 });
    // of each module all but one region are written over
    for (let n = 0; n < LOOPS; n++) {
      visit(n, 4000);
      if (n % TOGETHER) memory.writeU8(FIRST + n * DISTANCE, 0x48);
      expect(counts().heldBytes).toBeLessThanOrEqual(16_000);
    }
    expect(cpu.statistics.translation!.regionsEvicted).toBeGreaterThan(0);
    expect(counts().codeBytes).toBeLessThan(counts().heldBytes);
  });

  it('keeps the regions that are used when it makes room', () => {
    const events: TranslationEvent[] = [];
    const { visit } = chained({ hotAfter: 4, mostCodeBytes: 8000, onEvent: (event) => events.push(event) });
    for (let n = 1; n < LOOPS; n++) {
      visit(0, 500);
      visit(n, 200);
    }
    expect(events.some(({ kind }) => kind === 'evicted')).toBe(true);
    expect(events.filter(({ kind, linear }) => kind === 'evicted' && linear === BigInt(FIRST)).length).toBeLessThanOrEqual(1);
  });
});

describe('code that is written', () => {
  it('is translated later each time, and as before when it has been left alone', () => {
    const made: number[] = [];
    const { cpu, memory, visit } = chained({ hotAfter: 4, onEvent: ({ kind }) => { if (kind === 'made') made.push(cpu.instructionsRetired); } });
    const intervals: number[] = [];
    for (let rounds = 0; rounds < 6; rounds++) {
      const before = cpu.instructionsRetired;
      visit(0, 400);
      intervals.push(made.at(-1)! - before);
      memory.writeU8(FIRST, 0x48);
    }
    for (let i = 1; i < intervals.length; i++) expect(intervals[i]!).toBeGreaterThan(intervals[i - 1]!);
    visit(1, 60e6);
    const before = cpu.instructionsRetired;
    visit(0, 400);
    expect(made.at(-1)! - before).toBeLessThan(intervals.at(-1)!);
  });
});

describe('jumps to addresses that are computed', () => {
  const TABLE = 0x20_0000;

  /** `jmp [table + rax * 8]` to one of 8 handlers: add rbx, n + 1; inc rax; and rax, [mask]; dec rcx; back to the jump, or hlt. */
  const interpreting = (options: TranslationOptions) => {
    const { cpu, memory } = machine(options);
    const MASK = TABLE - 8;
    memory.write(FIRST, Uint8Array.from([0xff, 0x24, 0xc5, ...new Uint8Array(Uint32Array.of(TABLE).buffer)]));
    for (let n = 0; n < 8; n++) {
      const at = FIRST + 0x100 + n * 0x20;
      memory.write(at, Uint8Array.from([
        0x48, 0x83, 0xc3, n + 1, 0x48, 0xff, 0xc0, 0x48, 0x23, 0x04, 0x25, ...new Uint8Array(Uint32Array.of(MASK).buffer), 0x48, 0xff, 0xc9, 0x74, 5,
        0xe9, ...new Uint8Array(Int32Array.of(FIRST - (at + 25)).buffer), 0xf4,
      ]));
      memory.writeU64(TABLE + n * 8, BigInt(at));
    }
    return (mask: number, times: number): number => {
      memory.writeU64(MASK, BigInt(mask));
      cpu.state.rip = BigInt(FIRST);
      cpu.state.set('halted', 0);
      cpu.state.setReg(0, 0n);
      cpu.state.setReg(1, BigInt(times));
      cpu.state.setReg(3, 0n);
      cpu.run(times * 8);
      expect(cpu.state.reg(1)).toBe(0n);
      return Number(cpu.state.reg(3));
    };
  };
  const sum = (mask: number, times: number): number => Array.from({ length: times }, (_, n) => (n & mask) + 1).reduce((x, y) => x + y, 0);
  const mostTargets = (events: readonly TranslationEvent[]): number => Math.max(0, ...events.flatMap((event) => (event.kind === 'made' ? event.job.blocks.map(({ targets }) => targets.length) : [])));

  it('stay in the region, which is made again when they go elsewhere', () => {
    const events: TranslationEvent[] = [];
    const run = interpreting({ hotAfter: 50, outgrownAfter: 50, onEvent: (event) => events.push(event) });
    for (let n = 0; n < 20; n++) expect(run(1, 200)).toBe(sum(1, 200));
    expect(mostTargets(events)).toBe(2);
    for (let n = 0; n < 20; n++) expect(run(7, 400)).toBe(sum(7, 400));
    expect(events.some(({ kind }) => kind === 'replaced')).toBe(true);
    expect(mostTargets(events)).toBe(8);
  });

  it('recursion stays in the region', () => {
    const { cpu, memory } = machine({ hotAfter: 50 });
    // fib: cmp edi,2; jb base; push rdi; dec edi; call fib; pop rdi; push rax; sub edi,2; call fib; pop rdx; add eax,edx; ret; base: mov eax,edi; ret; start: call fib; hlt
    memory.write(FIRST, Uint8Array.from([
      0x83, 0xff, 2, 0x72, 23, 0x57, 0xff, 0xcf, 0xe8, 0xf3, 0xff, 0xff, 0xff, 0x5f, 0x50, 0x83, 0xef, 2, 0xe8, 0xe9, 0xff, 0xff, 0xff, 0x5a, 0x01, 0xd0, 0xc3, 0x90,
      0x89, 0xf8, 0xc3, 0x90, 0xe8, 0xdb, 0xff, 0xff, 0xff, 0xf4,
    ]));
    const fibonacci = (n: number): bigint => {
      cpu.state.rip = BigInt(FIRST + 32);
      cpu.state.set('halted', 0);
      cpu.state.setReg(7, BigInt(n));
      cpu.state.setReg(4, 0x30_0000n);
      cpu.run(1_000_000);
      return cpu.state.reg(0);
    };
    for (let n = 0; n < 6; n++) expect(fibonacci(15)).toBe(610n);
    const before = cpu.statistics.translation!;
    expect(fibonacci(20)).toBe(6765n);
    const after = cpu.statistics.translation!;
    // 21,891 calls
    expect(after.instructionsInRegions - before.instructionsInRegions).toBeGreaterThan(150_000);
    expect(after.returns.lookup - before.returns.lookup).toBeLessThan(100);
  });
});

describe('what leaves a region for the interpreter', () => {
  const returns = (cpu: Cpu): number => cpu.statistics.translation!.returns.interpret;
  const run = (cpu: Cpu, times: number, at = FIRST): void => {
    cpu.state.rip = BigInt(at);
    cpu.state.set('halted', 0);
    cpu.state.setReg(1, BigInt(times));
    cpu.run(1e6);
    expect(cpu.state.reg(1)).toBe(0n);
  };

  it('is not the end of its room in a page before the entry’s', () => {
    const { cpu, memory } = machine({ hotAfter: 8 });
    const CALLED = FIRST, CALLER = FIRST + DISTANCE;
    const LENGTH = 300;
    // call CALLED; dec rcx; jnz -10; hlt; at CALLED: inc rax, 300 times; ret
    memory.write(CALLER, Uint8Array.from([0xe8, ...new Uint8Array(Int32Array.of(CALLED - (CALLER + 5)).buffer), 0x48, 0xff, 0xc9, 0x75, 0xf6, 0xf4]));
    for (let n = 0; n < LENGTH; n++) memory.write(CALLED + 3 * n, Uint8Array.from([0x48, 0xff, 0xc0]));
    memory.writeU8(CALLED + 3 * LENGTH, 0xc3);
    run(cpu, 200, CALLER);
    const before = returns(cpu);
    run(cpu, 1000, CALLER);
    expect(cpu.state.reg(0)).toBe(BigInt(1200 * LENGTH));
    expect(returns(cpu) - before).toBeLessThan(20);
  });

  it('is not a page that the TLB does not have, for accesses that share an anchor', () => {
    const { cpu, memory } = machine({ hotAfter: 8 });
    const PAGES = 3000; // of 4,096, less those of code and tables; the TLB has places for 1,024
    const START = 0x40_0000;
    // add rax,[rsi]; add rax,[rsi+8]; add rsi,1000h; dec rcx; jnz -19; hlt
    memory.write(FIRST, Uint8Array.from([0x48, 0x03, 0x06, 0x48, 0x03, 0x46, 0x08, 0x48, 0x81, 0xc6, 0, 0x10, 0, 0, 0x48, 0xff, 0xc9, 0x75, 0xed, 0xf4]));
    for (let n = 0; n < PAGES; n++) {
      memory.writeU64(START + n * DISTANCE, 1n);
      memory.writeU64(START + n * DISTANCE + 8, 2n);
    }
    const sumUp = (): void => {
      cpu.state.setReg(0, 0n);
      cpu.state.setReg(6, BigInt(START));
      run(cpu, PAGES);
      expect(cpu.state.reg(0)).toBe(BigInt(3 * PAGES));
    };
    sumUp();
    const before = returns(cpu);
    sumUp();
    expect(returns(cpu) - before).toBeLessThan(20);
  });

  it('is data in two pages that do not lie side by side, but for as long as it takes to notice', () => {
    const { cpu, memory } = machine({ hotAfter: 8 });
    const TIMES = 1000, RUNS = 20;
    const DATA = 0x20_0ff8, POINTER = FIRST + 0x100;
    memory.writeU64(0x2000, 0x3007n);
    memory.writeU64(0x3000, 0x87n);
    memory.writeU64(0x3008, 0x5007n);
    for (let n = 0; n < 512; n++) memory.writeU64(0x5000 + 8 * n, BigInt(0x20_0000 + ((n ^ 1) << 12)) | 7n);
    memory.writeU64(0x20_1ff8, 1n); // where DATA is, and where what follows it is
    memory.writeU64(0x20_0000, 2n);
    memory.writeU64(POINTER, BigInt(DATA));
    // mov rsi,[POINTER]; add rax,[rsi]; add rax,[rsi+8]; dec rcx; jnz -20; hlt
    memory.write(FIRST, Uint8Array.from([0x48, 0x8b, 0x34, 0x25, ...new Uint8Array(Uint32Array.of(POINTER).buffer), 0x48, 0x03, 0x06, 0x48, 0x03, 0x46, 0x08, 0x48, 0xff, 0xc9, 0x75, 0xec, 0xf4]));
    cpu.flushTlb(true);
    const before = returns(cpu);
    for (let n = 0; n < RUNS; n++) run(cpu, TIMES);
    expect(cpu.state.reg(0)).toBe(BigInt(3 * TIMES * RUNS));
    expect(returns(cpu) - before).toBeLessThan((TIMES * RUNS) / 4);
  });

  it('is never an address beyond 4 GiB in 32-bit code', () => {
    for (const entry of [0x87n, 0n]) {
      const { cpu, memory } = machine({ hotAfter: 8 });
      const { state } = cpu;
      // the last pages below 4 GiB, and what follows them
      memory.writeU64(0x2018, 0x3007n);
      memory.writeU64(0x3000 + 511 * 8, 0x87n);
      memory.writeU64(0x2000, 0x4007n);
      memory.writeU64(0x4000, 0x87n);
      memory.writeU64(0x2020, entry);
      state.set('segmentAccess', 0xc09b, segment.cs);
      cpu.stateChanged();
      cpu.flushTlb(true);
      state.set64('cr2', 0x1234n);
      // mov ebx,8; mov eax,[ebx+16]; mov edx,[ebx-16]; dec ecx; jnz -14; jmp self
      memory.write(FIRST, Uint8Array.from([0xbb, 8, 0, 0, 0, 0x8b, 0x43, 0x10, 0x8b, 0x53, 0xf0, 0x49, 0x75, 0xf2, 0xeb, 0xfe]));
      state.rip = BigInt(FIRST);
      state.setReg(1, 1000n);
      cpu.run(3000);
      expect(cpu.statistics.translation!.regionsMade).toBeGreaterThan(0);
      expect(memory.readU64(0x2020)).toBe(entry);
      expect(state.get64('cr2')).toBe(0x1234n);
    }
  });
});
