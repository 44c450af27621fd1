/** System instructions have a common case in generated code and the whole meaning in microcode, which a single step always takes: both have to do the same. */
import { describe, expect, it } from 'vitest';
import { PhysicalMemory } from '../../memory/physical.ts';
import { Cpu } from '../cpu.ts';
import { setSegment } from '../microcode/registers.ts';
import { flag, segment, stateFields } from '../state.ts';
import type { FieldName } from '../state.ts';

const CODE = 0x5000, AREA = 0x9e00, STACK = 0x8000;
const KERNEL_CODE = 0x10, KERNEL_DATA = 0x18, USER_DATA = 0x2b, USER_CODE = 0x33;

const memory = new PhysicalMemory(0x20_0000);
const cpu = new Cpu({
  memory, ports: { read: () => 0, write: () => undefined }, clock: { nowNs: () => 0 }, tscHz: 1e9, random: () => 0,
  interrupts: { pending: () => false, acknowledge: () => -1 },
  apic: { readBaseMsr: () => 0n, writeBaseMsr: () => true, readTpr: () => 0, writeTpr: () => undefined, readMsr: () => undefined, writeMsr: () => false },
});

/** Identity-mapped memory; kernel and user segments; handlers at 0x6000 + 16 a vector; SYSCALL to 0x7000. */
const setUp = (bits: 32 | 64): void => {
  cpu.reset();
  const { state } = cpu;
  for (const field of ['xmm', 'ymmHigh'] as const) for (let i = 0; i < 32; i++) state.set64(field, 0n, i);
  memory.write(0x1000, new Uint8Array(0xc000));
  const code = bits === 64 ? 0x00af_9b00_0000_ffffn : 0x00cf_9b00_0000_ffffn;
  const dpl3 = 0x6000_0000_0000n;
  const gdt = [0n, 0n, code, 0x00cf_9300_0000_ffffn, 0n, 0x00cf_9300_0000_ffffn | dpl3, code | dpl3, 0x0040_9300_0000_0fffn | dpl3];
  gdt.forEach((descriptor, i) => memory.writeU64(0x1000 + 8 * i, descriptor));
  state.set64('gdtrBase', 0x1000n);
  state.set('gdtrLimit', gdt.length * 8 - 1);
  for (let vector = 0; vector < 32; vector++) {
    const handler = 0x6000 + 16 * vector;
    const at = 0x2000 + (bits === 64 ? 16 : 8) * vector;
    memory.writeU32(at, (KERNEL_CODE << 16) | handler);
    memory.writeU32(at + 4, (vector & 1 ? 0x8e00 : 0x8f00) | (vector % 4 === 3 ? 0x6000 : 0));
    if (bits === 64) memory.writeU64(at + 8, 0n);
  }
  state.set64('idtrBase', 0x2000n);
  state.set('idtrLimit', 0x1ff);
  setSegment(state, segment.tr, 8, 0x3000n, 0x67, 0x8b);
  memory.writeU64(0x3004, bits === 64 ? BigInt(STACK) : BigInt(STACK) | (BigInt(KERNEL_DATA) << 32n));
  memory.writeU64(0xa000, 0xb007n);
  memory.writeU64(0xb000, 0xc007n);
  memory.writeU64(0xc000, 0x87n);
  state.set64('cr3', 0xa000n);
  state.set64('cr4', bits === 64 ? 0x5_0620n : 0x4_0600n);
  state.set64('cr0', bits === 64 ? 0x8000_0013n : 0x13n);
  if (bits === 64) state.set64('efer', 0x501n);
  state.set64('xcr0', 0x207n);
  state.set64('star', (0x23n << 48n) | (BigInt(KERNEL_CODE) << 32n));
  state.set64('lstar', 0x7000n);
  state.set64('sfmask', 0x4_7700n);
  state.set64('sysenterCs', BigInt(KERNEL_CODE));
  state.set64('sysenterEsp', BigInt(STACK));
  state.set64('sysenterEip', 0x7000n);
  state.set64('kernelGsBase', 0x1234_5678n);
};

const enter = (bits: 32 | 64, level: 0 | 3): void => {
  const { state } = cpu;
  const data = level ? USER_DATA : KERNEL_DATA;
  setSegment(state, segment.cs, level ? USER_CODE : KERNEL_CODE, 0n, 0xffff_ffff, (bits === 64 ? 0xa09b : 0xc09b) | (level << 5));
  for (const index of [segment.ss, segment.ds, segment.es, segment.fs]) setSegment(state, index, data, 0n, 0xffff_ffff, 0xc093 | (level << 5));
  setSegment(state, segment.gs, USER_DATA, 0x4000n, 0xffff_ffff, 0xc0f3);
  state.set('cpl', level);
};

/** Deterministic numbers. */
const numbers = (seed: number): (() => number) => {
  let x = seed;
  return () => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
    return x >>> 0;
  };
};

/** Not the guest's, or what only one of the two leaves behind. */
const ignored = new Set<FieldName>(['instruction', 'runStart', 'budget', 'stepping', 'faultsDelivered', 'tlbLogged', 'slowHost', 'slowPhys', 'slowLength', 'guardedRsp', 'faultErrorCode', 'tlbMisses', 'flagsResult', 'flagsOperand', 'scratch', 'codePage', 'regionBudget', 'regionInstructions', 'regionReturns', 'regionStale', 'indirectFrom']);

interface Case {
  readonly name: string;
  readonly bits: 32 | 64;
  readonly level: 0 | 3;
  readonly code: readonly number[];
  prepare?(cpu: Cpu, next: () => number): void;
}

const randomFpu = (cpu: Cpu, next: () => number): void => {
  const { state } = cpu;
  for (let i = 0; i < 8; i++) {
    state.set64('fpuMantissa', (BigInt(next()) << 32n) | BigInt(next()), i);
    state.set('fpuExponent', next() & 0xffff, i);
  }
  state.set('fpuStatus', next() & 0x7f7f);
  state.set('fpuControl', (next() & 0x1f7f) | 0x40);
  let tag = 0;
  for (let i = 0; i < 8; i++) tag |= (next() & 0x100 ? 3 : 0) << (2 * i);
  state.set('fpuTag', tag);
  state.set('fpuOpcode', next() & 0x7ff);
  state.set64('fpuIp', (BigInt(next()) << 32n) | BigInt(next()));
  state.set64('fpuDp', BigInt(next()));
  state.set('fpuCs', next() & 0xffff);
  state.set('fpuDs', next() & 0xffff);
  for (let i = 0; i < 32; i++) state.set64('xmm', BigInt(next()), i);
  if (next() & 0x100) for (let i = 0; i < 32; i++) state.set64('ymmHigh', BigInt(next()), i);
  if (next() & 0x100) state.set('mxcsr', 0x1f80 | (next() & 0x3f));
};

const withArea = (name: string, bytes: readonly number[], isRestore: boolean): Case[] => ([32, 64] as const).flatMap((bits) => [false, true].map((wide): Case => ({
  name, bits, level: 0, code: [...(wide && bits === 64 ? [0x48] : []), ...bytes],
  prepare: (cpu, next) => {
    const { state, physical } = cpu;
    randomFpu(cpu, next);
    const at = AREA + 64 * (next() >>> 29);
    for (let i = 0; i < 1024; i += 4) physical.writeU32(at + i, next());
    physical.writeU32(at + 24, next() & 0xffff);
    if (isRestore) {
      const compacted = next() & 0x100;
      physical.writeU64(at + 512, BigInt(next() & 0x207));
      physical.writeU64(at + 520, compacted ? (1n << 63n) | 0x207n : 0n);
      for (let i = 16; i < 64; i += 8) physical.writeU64(at + 512 + i, 0n);
    }
    state.setReg(0, next() & 0x100 ? 0xffff_ffffn : BigInt(next() & 0x207));
    state.set('pkru', next() & 0x100 ? 0 : 0x5555_5554);
    state.setReg(2, 0n);
    state.setReg(1, BigInt(at));
  },
})));

const frame = (bits: 32 | 64, level: 0 | 3): Case => ({
  name: `iret to CPL ${level}`, bits, level: 0, code: bits === 64 ? [0x48, 0xcf] : [0xcf],
  prepare: (cpu, next) => {
    const at = 0x7c00;
    const values = [0x7100, level ? USER_CODE : KERNEL_CODE, (next() & 0x24_7ed7) | 2, 0x7800, level ? USER_DATA : KERNEL_DATA];
    values.forEach((value, i) => bits === 64 ? cpu.physical.writeU64(at + 8 * i, BigInt(value)) : cpu.physical.writeU32(at + 4 * i, value));
    cpu.state.setReg(4, BigInt(at));
  },
});
const selector = (name: string, code: readonly number[]): Case[] => ([32, 64] as const).flatMap((bits) => ([0, 3] as const).map((level): Case => ({
  name, bits, level, code,
  prepare: (cpu, next) => cpu.state.setReg(0, BigInt([0, 3, USER_DATA, KERNEL_DATA, 0x3b, 0x28, 0x4b, USER_CODE][next() >>> 29]!)),
})));

const cases: readonly Case[] = [
  ...withArea('fxsave', [0x0f, 0xae, 0x01], false), ...withArea('fxrstor', [0x0f, 0xae, 0x09], false), ...withArea('xsave', [0x0f, 0xae, 0x21], true), ...withArea('xrstor', [0x0f, 0xae, 0x29], true),
  ...withArea('xsaveopt', [0x0f, 0xae, 0x31], true), ...withArea('xsavec', [0x0f, 0xc7, 0x21], true),
  ...([32, 64] as const).flatMap((bits) => (
    ([0, 3] as const).flatMap((level): Case[] => [
      frame(bits, level),
      { name: 'ud2', bits, level, code: [0x0f, 0x0b] }, { name: 'hlt, div', bits, level, code: [0x31, 0xc9, 0xf7, 0xf1] },
      { name: 'popf', bits, level, code: [0x50, 0x9d], prepare: (cpu, next) => cpu.state.setReg(0, BigInt(next() & 0x24_7ed7)) },
      { name: 'clac', bits, level, code: [0x0f, 0x01, 0xca] }, { name: 'stac', bits, level, code: [0x0f, 0x01, 0xcb] },
      { name: 'mov from cr3', bits, level, code: [0x0f, 0x20, 0xd8] }, { name: 'mov from cr4', bits, level, code: [0x0f, 0x20, 0xe0] },
      { name: 'mov to cr3', bits, level, code: [0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8] }, { name: 'invlpg', bits, level, code: [0x0f, 0x01, 0x39] },
      { name: 'push fs, pop gs', bits, level, code: [0x0f, 0xa0, 0x0f, 0xa9] },
      { name: 'int, of any level', bits, level, code: [0xcd, 0x13] }, { name: 'int, of level 0', bits, level, code: [0xcd, 0x14] },
      { name: 'sysenter', bits, level, code: [0x0f, 0x34] }, { name: 'sysexit', bits, level, code: [0x0f, 0x35] },
      { name: 'syscall', bits, level, code: [0x0f, 0x05] }, { name: 'sysret', bits, level, code: [...(bits === 64 ? [0x48] : []), 0x0f, 0x07] },
    ])
  )),
  ...([0, 3] as const).flatMap((level): Case[] => [
    { name: 'swapgs', bits: 64, level, code: [0x0f, 0x01, 0xf8] }, { name: 'wrfsbase', bits: 64, level, code: [0xf3, 0x48, 0x0f, 0xae, 0xd0] }, { name: 'rdgsbase', bits: 64, level, code: [0xf3, 0x0f, 0xae, 0xc8] },
  ]),
  ...selector('mov ds', [0x8e, 0xd8]), ...selector('mov gs', [0x8e, 0xe8]), ...selector('mov from ds', [0x8c, 0xd8]), ...selector('mov ss', [0x8e, 0xd0]),
];

const SPIN = 0xfeeb;

/** Everything the guest can see, after so many single steps, or a run; both end in a jump to itself. */
const outcomeOf = (test: Case, seed: number, isStepped: boolean): Record<string, string> => {
  setUp(test.bits);
  const { state, physical } = cpu;
  const next = numbers(seed);
  enter(test.bits, test.level);
  for (let r = 0; r < 16; r++) state.setReg(r, BigInt(next() & 0x7ffe));
  state.setReg(1, 0x7100n);
  state.setReg(2, 0x7200n);
  state.setReg(4, 0x7e00n);
  state.rflags = 2 | (next() & 0x20_08d5) | (next() & 0x100 ? flag.if : 0);
  for (let at = 0x6000; at < 0x7400; at += 2) physical.writeU16(at, SPIN);
  physical.write(CODE, Uint8Array.from([...test.code, 0xeb, 0xfe]));
  test.prepare?.(cpu, next);
  state.rip = BigInt(CODE);
  cpu.stateChanged();
  if (isStepped) for (let n = 0; n < 6; n++) cpu.step();
  else for (let n = 0; n < 2; n++) cpu.run(50);
  state.settleFlags();
  const seen: Record<string, string> = {};
  for (const field of Object.keys(stateFields) as FieldName[]) {
    if (ignored.has(field)) continue;
    const [, count] = stateFields[field];
    seen[field] = Array.from({ length: count }, (_, n) => (stateFields[field][0] === 'u64' ? state.get64(field, n) : BigInt(state.get(field, n))).toString(16)).join(' ');
  }
  for (let at = 0x1000; at < 0xd000; at += 16) {
    const bytes = new Uint8Array(16);
    physical.read(at, bytes);
    const text = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
    if (text !== '0'.repeat(32)) seen[`memory ${at.toString(16)}`] = text;
  }
  return seen;
};

describe('system instructions', () => {
  it.each(cases.map((test) => [`${test.name}, ${test.bits} bits, CPL ${test.level}`, test] as const))('%s: the same in generated code as stepped', (_title, test) => {
    for (let seed = 1; seed <= 8; seed++) expect(outcomeOf(test, seed * 7919, false), `seed ${seed}`).toEqual(outcomeOf(test, seed * 7919, true));
  });
});
