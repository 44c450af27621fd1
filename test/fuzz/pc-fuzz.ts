/**
 * The whole PC, with time from retired instructions: a ROM of random code that talks to the devices, run twice, the second time from the
 * same seed in the same slices. Nothing may throw, a slice has to come back, and both runs have to end in the same state with the same output.
 */
import { createPc } from '../../packages/core/src/machine/machine.ts';
import type { Pc } from '../../packages/core/src/machine/machine.ts';
import { stateBytes } from '../../packages/core/src/cpu/state.ts';
import { CodeWriter, segmentedReach } from './instructions.ts';
import { Random } from './random.ts';

const ROM_BYTES = 0x1_0000;
const RAM_BYTES = 0x20_0000;
const SLICES = 60;
const SLICE_INSTRUCTIONS = 500;
/** What a slice may run over: a straight line, and the loop that ends it. */
const OVERRUN = 8000;

const ports = [
  0x20, 0x21, 0xa0, 0xa1, 0x40, 0x41, 0x42, 0x43, 0x60, 0x61, 0x64, 0x70, 0x71, 0x80, 0x92, 0xcf8, 0xcf9, 0xcfc, 0xcfd, 0xcfe, 0xcff, 0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc, 0x3fd, 0x2f8, 0x2f9, 0x2fb,
  0x510, 0x511, 0x514, 0x518, 0xe9, 0x402, 0xf4, 0x600, 0x602, 0x604, 0x608, 0x4d0, 0x4d1, 0xb2, 0xb3, 0x81, 0x87, 0x00, 0x0d, 0x4e, 0x2f, 0x1f0, 0x3d4, 0x3c0,
] as const;
/** IOAPIC, HPET, local APIC, ROM, nothing; reached with 32-bit addresses from unreal mode, or from the flat segments. */
const deviceMemory = [0xfec0_0000, 0xfec0_0010, 0xfed0_0000, 0xfed0_0010, 0xfed0_00f0, 0xfed0_0100, 0xfed0_0108, 0xfee0_0020, 0xfee0_0080, 0xfee0_00b0, 0xfee0_00f0, 0xfee0_0300, 0xfee0_0310, 0xfee0_0320, 0xfee0_0380, 0xfee0_03e0, 0xffff_0000, 0x8000_0000, 0xa_0000, 0xf_0000] as const;

export function fuzzPc(seed: number): string | undefined {
  const rom = randomRom(new Random(seed));
  const first = runPc(seed, rom);
  if (typeof first === 'string') return `pc seed ${seed}: ${first}`;
  const second = runPc(seed, rom);
  if (typeof second === 'string') return `pc seed ${seed}: the second time ${second}`;
  const wrong = Object.keys(first).filter((key) => first[key as keyof Trace] !== second[key as keyof Trace]);
  return wrong.length ? `pc seed ${seed}: two runs differ in ${wrong.map((key) => `${key} ${first[key as keyof Trace]} / ${second[key as keyof Trace]}`).join(', ')}` : undefined;
}

interface Trace {
  readonly retired: number;
  readonly nowNs: number;
  readonly outcome: string;
  readonly registers: number;
  readonly memory: number;
  readonly output: string;
}

function runPc(seed: number, rom: Uint8Array): Trace | string {
  const random = new Random(seed + 1);
  let output = '';
  let host = 0;
  try {
    const pc = createPc(
      { memoryBytes: RAM_BYTES, boot: { kind: 'bios', image: rom, path: 'random.rom' }, virtualTime: { nsPerInstruction: random.pick([1, 10, 1000]) }, debugExit: true, onReset: 'restart' },
      { monotonicNs: () => 0, wallClockMs: () => 1.7e12, randomBytes: (into) => into.fill(host++), serialOutput: (port, byte) => { output += `${port}:${byte},`; }, debugOutput: (byte) => { output += `d${byte},`; } },
    );
    const problem = runSlices(pc, random);
    if (problem) return problem;
    pc.cpu.state.settleFlags();
    const memory = pc.memory.bytes.subarray(pc.memory.hostAddress(0) || undefined);
    return {
      retired: pc.instructionsRetired, nowNs: pc.nowNs, outcome: pc.outcome?.reason ?? '', output: output.slice(0, 2000),
      registers: digest(pc.cpu.state.u8.subarray(0, stateBytes)), memory: digest(memory.subarray(0, RAM_BYTES)),
    };
  } catch (thrown) {
    return `threw ${thrown instanceof Error ? thrown.stack ?? '' : String(thrown)}`;
  }
}

function runSlices(pc: Pc, random: Random): string | undefined {
  for (let slice = 0; slice < SLICES; slice++) {
    const before = pc.instructionsRetired;
    const end = pc.runSlice(SLICE_INSTRUCTIONS);
    const ran = pc.instructionsRetired - before;
    if (ran > SLICE_INSTRUCTIONS + OVERRUN) return `a slice of ${SLICE_INSTRUCTIONS} ran ${ran} instructions`;
    if (end === 'ended') return undefined;
    if (random.chance(10)) pc.receive(0, random.bytes(random.below(20)));
    if (random.chance(2)) pc.pressPowerButton();
    if (end === 'halted') {
      if (pc.idleNs() === Infinity) pc.cpu.raiseNmi();
      else pc.idled();
    }
  }
  return undefined;
}

const digest = (bytes: Uint8Array): number => {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  let sum = 0;
  for (let i = 0; i < words.length; i++) sum = (Math.imul(sum, 0x0100_0193) ^ words[i]!) | 0;
  return sum;
};

/** Code that runs on at every fault: vectors lead into the ROM, which goes round. */
function randomRom(random: Random): Uint8Array {
  const rom = random.bytes(ROM_BYTES);
  if (random.chance(10)) return rom;
  const start = [
    0xfa, 0xfc, 0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0, 0xbc, 0x00, 0x70, // CLI; CLD; DS = ES = SS = 0; SP = 7000
    0x31, 0xff, 0xb9, 0x00, 0x01, // XOR DI,DI; MOV CX,100h
    0xb8, 0x00, 0xff, 0xab, 0xb8, 0x00, 0xf0, 0xab, 0xe2, 0xf6, // 256 vectors f000:ff00
    0xc7, 0x06, 0x08, 0x00, 0x20, 0xff, // NMI: f000:ff20
    0x66, 0x31, 0xc0, 0x66, 0x31, 0xdb, 0x66, 0x31, 0xf6, 0x66, 0x31, 0xff,
  ];
  const writer = new CodeWriter(random, 16, segmentedReach);
  const body = [...start, ...(random.chance(60) ? [...unreal, 0xfb] : [0xfb])];
  const wild = random.pick([0, 1, 4, 35]);
  while (body.length < 0x6000) {
    if (random.chance(wild)) body.push(...writer.write(8).flatMap((chunk) => [...chunk]));
    else body.push(...(random.chance(2) ? [0xfb, 0xf4] : deviceAccess(random)));
  }
  rom.set(body.slice(0, 0xe000));
  rom.fill(0x90, body.length, 0xe000);
  // back to the start, where devices are as they were left
  rom.set([0xe9, 0xfd, 0x1f], 0xe000);
  // the handler: step over a byte, tell the interrupt controllers
  rom.set([0x55, 0x89, 0xe5, 0xff, 0x46, 0x02, 0x5d, 0x50, 0xb0, 0x20, 0xe6, 0xa0, 0xe6, 0x20, 0x58, 0xcf], 0xff00);
  rom.set([0xcf], 0xff20);
  rom.set([0xea, 0x00, 0x00, 0x00, 0xf0], 0xfff0);
  rom.set([0x17, 0x00, 0x00, 0xe0, 0x00, 0xf0], 0xf000);
  rom.set([0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0x93, 0xcf, 0], 0xe100);
  rom.set([0x0f, 0x00, 0x00, 0xe1, 0x0f, 0x00], 0xe0f8);
  return rom;
}

/** LGDT [cs:e0f8]; PE on; DS = ES = 8; PE off: segments of 4 GiB. */
const unreal: readonly number[] = [0x2e, 0x66, 0x0f, 0x01, 0x16, 0xf8, 0xe0, 0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0, 0xbb, 0x08, 0x00, 0x8e, 0xdb, 0x8e, 0xc3, 0x24, 0xfe, 0x0f, 0x22, 0xc0];

const dword = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];

function deviceAccess(random: Random): number[] {
  const value = random.chance(50) ? random.u32() : random.pick([0, 1, 0xff, 0x11, 0x20, 0x8000_0000, 0x8000_0800 + 4 * random.below(64), 0x8000_0b00 + 4 * random.below(64), random.below(256)]);
  if (random.chance(25)) {
    const address = random.chance(75) ? random.pick(deviceMemory) + 4 * random.below(8) : (random.pick(deviceMemory) + random.u32() % 0x1000) >>> 0;
    const load = random.chance(40);
    // a32 MOV EAX,[EBX] or [EBX],EAX and the like
    return [0x66, 0xbb, ...dword(address), 0x66, 0xb8, ...dword(value), ...random.pick(load ? [[0x67, 0x66, 0x8b, 0x03], [0x67, 0x8a, 0x03], [0x67, 0x0f, 0x6f, 0x03]] : [[0x67, 0x66, 0x89, 0x03], [0x67, 0x88, 0x03], [0x67, 0x66, 0xf0, 0x01, 0x03], [0x67, 0x89, 0x03]])];
  }
  const port = random.chance(90) ? random.pick(ports) : random.u32() & 0xffff;
  // leaving through the exit port, power management or reset: seldom
  if ([0xf4, 0xcf9, 0x92, 0x64, 0x604].includes(port) && !random.chance(4)) return [0x90];
  const access = random.pick([[0xee], [0xef], [0x66, 0xef], [0xec], [0xed], [0x66, 0xed], [0xee], [0x66, 0xef]]);
  return [0xba, port & 0xff, port >> 8, 0x66, 0xb8, ...dword(value), ...access, ...(random.chance(4) ? [0xb1, 0x10, 0xf3, random.pick([0x6c, 0x6e, 0x6d])] : [])];
}
