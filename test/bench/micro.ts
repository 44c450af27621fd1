/**
 * Times single instruction patterns (patterns.ts) on each tier:
 *
 *   npm run bench:micro [-- --bits 64|32|64,32] [--only TEXT] [--rounds N] [--json FILE]
 *
 * Prints nanoseconds an instruction, by the fastest round, and how much of it ran in translated code. No promise depends on it.
 */
import { parseArgs } from 'node:util';
import { writeFileAtomically } from '../guests/cache.ts';
import { type Bits, loopInstructions, PatternMachine } from './pattern-machine.ts';
import { type Pattern, PATTERNS } from './patterns.ts';
import { geometricMean, table } from './report.ts';

/** Long enough for the clock, short enough for a hundred patterns. */
const RUN_MS = 20;
/** Times through the loop, for the first run: the translator has to have noticed it by then. */
const FIRST_TIMES = 4000;
const MOST_TIMES = 20_000_000;

interface TierTime {
  readonly nsEach: number;
  /** Of the instructions, from 0 to 1. */
  readonly translated: number;
}

interface Row {
  readonly bits: Bits;
  readonly pattern: Pattern;
  readonly interpreter: TierTime;
  readonly translator: TierTime;
}

function time(pattern: Pattern, bits: Bits, isTranslated: boolean, rounds: number): TierTime {
  const machine = new PatternMachine(pattern, bits, isTranslated ? { translation: { hotAfter: 1000 } } : {});
  let best: TierTime = { nsEach: Infinity, translated: 0 };
  let times = FIRST_TIMES;
  // The first runs warm up and find how many times are long enough.
  for (let run = machine.run(times); run.ns < RUN_MS * 1e6 && times < MOST_TIMES; run = machine.run(times)) {
    times = Math.ceil(times * Math.min(8, Math.max(1.5, (RUN_MS * 1e6 * 1.2) / run.ns)));
  }
  for (let round = 0; round < rounds; round++) {
    const { ns, instructions, inRegions } = machine.run(times);
    if (instructions < times * loopInstructions(pattern) - 1) {
      throw new Error(`${pattern.name}: ${instructions} instructions in ${times} times through a loop of ${loopInstructions(pattern)}`);
    }
    if (ns / instructions < best.nsEach) {
      best = { nsEach: ns / instructions, translated: inRegions / instructions };
    }
  }
  return best;
}

function print(rows: readonly Row[]): void {
  const digits = (value: number): string => value.toFixed(2);
  console.log(table([
    ['ns an instruction', 'bits', 'interpreter', 'translator', 'gain', 'translated', 'instructions'],
    ...rows.map(({ bits, pattern, interpreter, translator }) => [
      pattern.name, String(bits), digits(interpreter.nsEach), digits(translator.nsEach), digits(interpreter.nsEach / translator.nsEach), `${Math.round(translator.translated * 100)} %`, pattern.text,
    ]),
    ['geometric mean of the gain', '', '', '', digits(geometricMean(rows.map(({ interpreter, translator }) => interpreter.nsEach / translator.nsEach))), '', ''],
  ]));
}

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { bits: { ...text, default: '64' }, only: { ...text, default: '' }, rounds: { ...text, default: '3' }, json: text } });
const widths = values.bits.split(',').map((width) => (width === '32' ? 32 : width === '64' ? 64 : undefined));
const rounds = Number(values.rounds);
const chosen = PATTERNS.filter(({ name }) => name.includes(values.only));
if (widths.includes(undefined) || !Number.isInteger(rounds) || rounds < 1 || chosen.length === 0) {
  console.error('usage: npm run bench:micro [-- --bits 64|32|64,32] [--only TEXT] [--rounds N] [--json FILE]');
  process.exitCode = 2;
} else {
  const rows: Row[] = [];
  for (const bits of widths as Bits[]) {
    for (const pattern of chosen) {
      rows.push({ bits, pattern, interpreter: time(pattern, bits, false, rounds), translator: time(pattern, bits, true, rounds) });
    }
  }
  print(rows);
  if (values.json !== undefined) {
    const plain = rows.map(({ bits, pattern, interpreter, translator }) => ({ bits, name: pattern.name, text: pattern.text, interpreter, translator }));
    writeFileAtomically(values.json, `${JSON.stringify({ date: new Date().toISOString(), node: process.version, patterns: plain }, null, 2)}\n`);
  }
}
