/** Fuzzing from the command line, a minute by default; see --help. */
import { parseArgs } from 'node:util';
import { CpuFuzz } from './cpu-fuzz.ts';
import { fuzzImages } from './image-fuzz.ts';
import { fuzzPc } from './pc-fuzz.ts';
import { kinds } from './programs/make-program.ts';
import { ProgramFuzz } from './programs/program-fuzz.ts';
import { modes } from './scenario.ts';

const HELP = `npm run fuzz -- [cpu|programs|pc|images] [--seed 1] [--seconds 60] [--count N] [--blocks N] [--mode MODE] [--findings 5]

cpu       runs against single steps and against runs in slices
programs  whole programs; until so many --blocks have been run, if given
pc        random firmware on the whole PC, twice
images    damaged kernels, ROMs and .vmx files
MODE      of cpu: ${modes.join(', ')}
          of programs: ${kinds.join(', ')}

Every case follows from its seed: repeat one with --seed S --count 1. Exit status: 1 when something was found.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' }, seconds: { type: 'string' }, count: { type: 'string', default: 'Infinity' }, mode: { type: 'string' }, findings: { type: 'string', default: '5' }, blocks: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

class UsageError extends Error {}

function count(option: 'seed' | 'seconds' | 'count' | 'findings' | 'blocks'): number | undefined {
  const given = values[option];
  if (given === undefined) return undefined;
  const value = Number(given);
  if (!(value >= 0) || given.trim() === '') throw new UsageError(`--${option} ${given}: give a number`);
  return value;
}

/** One of `known`, if `--mode` names one. */
function modeAmong<T extends string>(known: readonly T[]): T | undefined {
  const found = known.find((name) => name === values.mode);
  if (values.mode !== undefined && found === undefined) throw new UsageError(`--mode ${values.mode}: give one of ${known.join(', ')}`);
  return found;
}

let blocks = 0;

function chosen(): ((seed: number) => string | undefined) | undefined {
  const [what = 'cpu'] = positionals;
  if (what === 'pc') return fuzzPc;
  if (what === 'images') return fuzzImages;
  if (what === 'programs') {
    const programs = new ProgramFuzz();
    const kind = modeAmong(kinds);
    return (seed) => {
      const outcome = programs.run(seed, kind);
      blocks += outcome.blocks;
      return outcome.report;
    };
  }
  if (what !== 'cpu') return undefined;
  const fuzz = new CpuFuzz();
  const mode = modeAmong(modes);
  return (seed) => fuzz.run(seed, mode);
}

function main(): number {
  const fuzz = chosen();
  if (values.help || !fuzz) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const [firstSeed, seconds, mostCases, mostFindings, mostBlocks] = [count('seed')!, count('seconds'), count('count')!, count('findings')!, count('blocks')];
  const end = mostBlocks === undefined || seconds !== undefined ? performance.now() + (seconds ?? 60) * 1000 : Infinity;
  let cases = 0, findings = 0;
  const goesOn = (): boolean => cases < mostCases && findings < mostFindings && blocks < (mostBlocks ?? Infinity) && performance.now() < end;
  for (let seed = firstSeed; goesOn(); seed++, cases++) {
    const report = fuzz(seed);
    if (!report) continue;
    findings++;
    console.log(report);
  }
  console.log(`${cases} cases, ${blocks ? `${blocks} blocks, ` : ''}${findings} findings`);
  return findings ? 1 : 0;
}

try {
  process.exitCode = main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
