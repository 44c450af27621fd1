/** One vector file through one tier, into a tally. */
import { Disassembler } from '../../packages/core/src/cpu/disassemble/disassembler.ts';
import type { CodeSize } from '../../packages/core/src/cpu/disassemble/disassembler.ts';
import type { Executor } from '../../packages/core/src/testing/executor.ts';
import type { Tier } from './executors.ts';
import { HwJudge } from './hw-judge.ts';
import { isUndefined, parseLine, readLines } from './hw-vector.ts';
import type { HwUndefined, HwVector } from './hw-vector.ts';
import { readMoo } from './moo.ts';
import type { MooFile, MooTest } from './moo.ts';
import { hexOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { Tally, Vector } from './report.ts';
import { partOf, REAL_MODE_BYTES, SstJudge, SstNotes } from './sst-judge.ts';

export interface Selection {
  readonly only: string | undefined;
  readonly sample: number | undefined;
  readonly limit: number | undefined;
}

const HW_RAM_BYTES = 0x10_0000;

/** Runs files through one tier; a machine is made at the first file that needs it and serves all. */
export class FileRunner {
  readonly name: string;
  readonly translates: boolean;
  readonly #tier: Tier;
  #hw: HwJudge | undefined;
  #sst: SstJudge | undefined;

  constructor(tier: Tier) {
    this.name = tier.name;
    this.translates = tier.name !== 'tier0';
    this.#tier = tier;
  }

  run(path: string, selection: Selection, tally: Tally): void {
    if (/\.moo(\.gz)?$/i.test(path)) runMoo(path, (judge) => this.#survive(() => judge((this.#sst ??= new SstJudge(this.#realModeMachine())))), selection, tally);
    else runHw(path, (judge) => this.#survive(() => judge((this.#hw ??= new HwJudge(this.#tier.create(HW_RAM_BYTES))))), selection, tally);
  }

  /** An executor that throws has failed the vector; the next one gets a new machine. */
  #survive(judge: () => Outcome): Outcome {
    try {
      return judge();
    } catch (error) {
      this.#hw = this.#sst = undefined;
      const got = (error as Error).stack?.split('\n').slice(0, 2).join(' ') ?? String(error);
      return { kind: 'failed', differences: [{ what: 'executor', expected: 'no error', got }] };
    }
  }

  #realModeMachine(): Executor {
    const executor = this.#tier.create(2 * 0x10_0000);
    executor.memory.mapRam(0, REAL_MODE_BYTES);
    return executor;
  }
}

const matches = (key: string, only: string | undefined): boolean => only === undefined || key === only || (only.endsWith('*') && key.startsWith(only.slice(0, -1)));

/** Evenly spread over the file, or its beginning. */
function select<T>(items: readonly T[], { sample, limit }: Selection): readonly T[] {
  const chosen = sample !== undefined && sample < items.length ? Array.from({ length: sample }, (_, i) => items[Math.floor((i * items.length) / sample)]!) : items;
  return limit === undefined ? chosen : chosen.slice(0, limit);
}

/** Judges one vector with the machine of the moment. */
type Judging<J> = (judge: (machine: J) => Outcome) => Outcome;

function runHw(path: string, judging: Judging<HwJudge>, selection: Selection, tally: Tally): void {
  const key = selection.only;
  const all = readLines(path);
  const lines = key === undefined ? all : all.filter((line) => matches(parseLine(line).k, key));
  for (const line of select(lines, selection)) {
    const vector = parseLine(line);
    tally.add(hwVector(vector), judging((judge) => judge.judge(vector)));
  }
}

const disassembler = new Disassembler();
/** The first instruction, as the CPU under test has it. */
const textOf = (bytes: string, codeSize: CodeSize, rip: bigint): string => disassembler.disassemble(Buffer.from(bytes, 'hex'), 0, codeSize, rip).text;

function hwVector(vector: HwVector | HwUndefined): Vector {
  return {
    key: vector.k, id: vector.id, bytes: vector.b,
    get disassembly() {
      const own = (): string => textOf(vector.b, vector.m, isUndefined(vector) ? 0n : BigInt(`0x${vector.i.rip}`));
      return isUndefined(vector) ? `(undefined; here ${own()})` : vector.n ?? own();
    },
    input: () => (isUndefined(vector) ? '' : Object.entries(vector.i).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`).join(' ')),
  };
}

function runMoo(path: string, judging: Judging<SstJudge>, selection: Selection, tally: Tally): void {
  const notes = SstNotes.beside(path);
  if (!notes) throw new RangeError(`${path}: no metadata.json beside it, which has the masks of undefined flags`);
  const cases: [MooFile, MooTest][] = [];
  for (const file of readMoo(path)) {
    if (!partOf(file)) throw new RangeError(`${path}: recorded on '${file.cpu}', which is neither an 8086 nor an 80286`);
    if (matches(file.opcode, selection.only)) for (const test of file.tests) cases.push([file, test]);
  }
  for (const [file, test] of select(cases, selection)) tally.add(mooVector(file, test), judging((judge) => judge.judge(partOf(file)!, file, test, notes)));
}

function mooVector(file: MooFile, test: MooTest): Vector {
  const list = (values: object): string => Object.entries(values).map(([name, value]) => `${name}=${(value as number).toString(16)}`).join(' ');
  return {
    key: file.opcode, id: test.index, bytes: hexOf(test.bytes),
    get disassembly() { return textOf(hexOf(test.bytes), 16, 0n); },
    input: () => `${list(test.initial)} ram ${test.initialRam.map(([address, value]) => `${address.toString(16)}:${value.toString(16)}`).join(' ')}`,
  };
}
