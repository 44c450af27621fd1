/**
 * Runs SingleStepTests vectors of the 8086 and the 80286 in real mode and compares registers, FLAGS and all of memory.
 *
 * 8086: one instruction, 20 address lines (A20 gate closed). 80286: until the HLT that follows, or that the handler of the
 * exception begins with, has run. FLAGS are compared under the mask of the set's metadata; bits 12 to 15 are not compared: they are ones on the
 * 8086, zeros on the 80286 in real mode, and IOPL and NT since.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Executor } from '../../packages/core/src/testing/executor.ts';
import { segment } from '../../packages/core/src/cpu/state.ts';
import { isRepeatedString, scanEncoding } from './encoding.ts';
import { mooRegisters } from './moo.ts';
import type { MooFile, MooRegister, MooTest } from './moo.ts';
import { hex, passed } from './outcome.ts';
import type { Difference, Outcome } from './outcome.ts';
import { setFields, setSegment } from './registers.ts';
import { differenceFor, tookInterrupt } from './sst-differences.ts';
import type { Part } from './sst-differences.ts';

/** The highest real-mode address is 10FFEF. */
export const REAL_MODE_BYTES = 0x11_0000;
const FLAGS_COMPARED = 0x0fd5;
/** REP can take 65536 iterations. Anything else halts after a few instructions, or is lost. */
const REPEAT_LIMIT = 0x1_0010;
const STEP_LIMIT = 16;
const REAL_MODE_DATA = 0x93;
const gprIndex = { ax: 0, cx: 1, dx: 2, bx: 3, sp: 4, bp: 5, si: 6, di: 7 } as const;
const segmentIndex = { es: segment.es, cs: segment.cs, ss: segment.ss, ds: segment.ds } as const;

interface OpcodeMetadata {
  readonly 'flags-mask'?: number;
  readonly reg?: Readonly<Record<string, OpcodeMetadata>>;
}

/** The files that lie beside a set: flag masks and the hashes of tests found to be wrong. */
export class SstNotes {
  readonly #opcodes: Readonly<Record<string, OpcodeMetadata>>;
  readonly revoked: ReadonlySet<string>;

  private constructor(opcodes: Readonly<Record<string, OpcodeMetadata>>, revoked: ReadonlySet<string>) {
    this.#opcodes = opcodes;
    this.revoked = revoked;
  }

  /** `sst286-100.moo.gz` has `sst286-metadata.json`; a full set has `metadata.json` in its folder, the one above or `../v1`. */
  static beside(path: string): SstNotes | undefined {
    const folder = dirname(path);
    const prefix = /^([a-z0-9]+)-/i.exec(basename(path))?.[1];
    const find = (names: readonly string[]): string | undefined => names.map((name) => join(folder, name)).find((candidate) => existsSync(candidate));
    const metadata = find([`${prefix}-metadata.json`, 'metadata.json', '../metadata.json', '../v1/metadata.json']);
    if (!metadata) return undefined;
    const list = find([`${prefix}-revocation.txt`, 'revocation_list.txt', '../revocation_list.txt', '../v1/revocation_list.txt']);
    const lines = list ? readFileSync(list, 'latin1').split(/\s*\n\s*/) : [];
    const { opcodes } = JSON.parse(readFileSync(metadata, 'utf8')) as { opcodes: Record<string, OpcodeMetadata> };
    return new SstNotes(opcodes, new Set(lines.filter((line) => line && !line.startsWith('#'))));
  }

  flagsMask(opcode: string): number {
    const [code, reg] = opcode.split('.');
    const row = this.#opcodes[code!];
    return (reg === undefined ? row : row?.reg?.[reg])?.['flags-mask'] ?? 0xffff;
  }
}

export const partOf = (file: MooFile): Part | undefined => (file.cpu.endsWith('286') ? '80286' : /808[68]/.test(file.cpu) ? '8086' : undefined);

export class SstJudge {
  readonly #executor: Executor;
  readonly #memory: Uint8Array;
  /** All of memory as it has to be; zero between vectors. */
  readonly #expected = new Uint8Array(REAL_MODE_BYTES);
  readonly #block: Uint8Array;

  constructor(executor: Executor) {
    this.#executor = executor;
    const { memory, state } = executor;
    const host = memory.hostAddress(0);
    this.#memory = memory.bytes.subarray(host, host + REAL_MODE_BYTES);
    this.#memory.fill(0);
    setFields(state, { cr0: 0x10n, cr3: 0n, cr4: 0n, efer: 0n, cpl: 0n, gdtrBase: 0n, gdtrLimit: 0xffffn, idtrBase: 0n, idtrLimit: 0x3ffn, halted: 0n, interruptShadow: 0n });
    for (let s = 0; s < 6; s++) setSegment(state, s, [0, 0n, 0xffff, REAL_MODE_DATA]);
    for (let r = 0; r < 16; r++) state.setReg(r, 0n);
    this.#block = state.u8.slice();
  }

  judge(part: Part, file: MooFile, test: MooTest, notes: SstNotes): Outcome {
    if (test.hash !== undefined && notes.revoked.has(test.hash)) return { kind: 'skipped', reason: 'revoked by the authors of the set' };
    const encoding = scanEncoding(test.bytes, 16, 'early');
    const difference = differenceFor(part, file.opcode, test, encoding);
    if (difference) return { kind: 'skipped', reason: `${part}: ${difference.reason}` };
    this.#executor.memory.setA20(part !== '8086');
    this.#load(test);
    if (part === '8086') this.#runOne(isRepeatedString(encoding));
    else this.#runToHalt(isRepeatedString(encoding) ? REPEAT_LIMIT : STEP_LIMIT);
    return this.#compare(part, test, notes.flagsMask(file.opcode));
  }

  #load(test: MooTest): void {
    const { state, memory } = this.#executor;
    state.u8.set(this.#block);
    for (const [name, index] of Object.entries(segmentIndex)) {
      const selector = test.initial[name as MooRegister]!;
      setSegment(state, index, [selector, BigInt(selector << 4), 0xffff, REAL_MODE_DATA]);
    }
    for (const [name, index] of Object.entries(gprIndex)) state.u32[index * 2] = test.initial[name as MooRegister]!;
    state.rip = BigInt(test.initial.ip!);
    state.rflags = test.initial.flags! & FLAGS_COMPARED;
    for (const [address, value] of test.initialRam) {
      memory.writeU8(address, value);
      this.#expected[address] = value;
    }
    this.#executor.load(state.u8.slice());
  }

  #runOne(repeated: boolean): void {
    const { state } = this.#executor;
    const start = state.rip;
    this.#executor.step();
    if (!repeated) return;
    for (let i = 0; i < REPEAT_LIMIT && state.rip === start; i++) this.#executor.step();
  }

  #runToHalt(limit: number): void {
    const { state } = this.#executor;
    for (let i = 0; i < limit && !state.get('halted'); i++) this.#executor.step();
  }

  #compare(part: Part, test: MooTest, flagsMask: number): Outcome {
    const differences: Difference[] = [];
    const ignored = ~(flagsMask & FLAGS_COMPARED);
    for (const name of mooRegisters) {
      const mask = name === 'flags' ? ~ignored : 0xffff;
      const expected = (test.final[name] ?? test.initial[name]!) & mask;
      const got = this.#register(name) & mask;
      if (got !== expected) differences.push({ what: name, expected: hex(expected, 4), got: hex(got, 4) });
    }
    for (const [address, value] of test.finalRam) this.#expected[address] = value;
    for (const [address, keep] of pushedFlags(part, test, ~ignored)) {
      this.#expected[address] = (this.#expected[address]! & keep) | (this.#memory[address]! & ~keep);
    }
    if (Buffer.compare(this.#memory, this.#expected) !== 0) {
      for (let at = 0; at < REAL_MODE_BYTES; at++) {
        if (this.#memory[at] !== this.#expected[at]) differences.push({ what: `[${hex(at, 5)}]`, expected: hex(this.#expected[at]!, 2), got: hex(this.#memory[at]!, 2) });
      }
      this.#memory.fill(0);
      this.#expected.fill(0);
    } else {
      for (const [address] of test.initialRam) this.#memory[address] = this.#expected[address] = 0;
      for (const [address] of test.finalRam) this.#memory[address] = this.#expected[address] = 0;
    }
    return differences.length ? { kind: 'failed', differences } : passed;
  }

  #register(name: MooRegister): number {
    const { state } = this.#executor;
    if (name === 'ip') return Number(state.rip & 0xffff_ffffn);
    if (name === 'flags') return state.rflags;
    if (name in segmentIndex) return state.get('segmentSelector', segmentIndex[name as keyof typeof segmentIndex]);
    return state.u32[gprIndex[name as keyof typeof gprIndex] * 2]!;
  }
}

/** Bytes of memory that hold a pushed FLAGS word, with the bits of each that are compared. */
function pushedFlags(part: Part, test: MooTest, compared: number): [address: number, keep: number][] {
  const word = (low: number, high: number): [number, number][] => [[low, compared & 0xff], [high, (compared >> 8) & 0xff]];
  if (test.exception) {
    // the recorded address is that of the bus cycle: even also where SP is odd
    const at = (test.exception.flagsAddress & ~1) | (test.initial.sp! & 1);
    return word(at, at + 1);
  }
  if (part !== '8086') return [];
  const ss = (test.initial.ss! << 4);
  const sp = test.final.sp ?? test.initial.sp!;
  const opcode = scanEncoding(test.bytes, 16, 'early').opcode;
  const at = opcode === 0x9c ? sp : opcode >= 0xcc && opcode <= 0xce && (opcode !== 0xce || tookInterrupt(test, 4)) ? sp + 4 : -1;
  return at < 0 ? [] : word((ss + (at & 0xffff)) & 0xf_ffff, (ss + ((at + 1) & 0xffff)) & 0xf_ffff);
}
