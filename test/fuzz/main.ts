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

let blocks = 0;

function chosen(): ((seed: number) => string | undefined) | undefined {
  const [what = 'cpu'] = positionals;
  if (what === 'pc') return fuzzPc;
  if (what === 'images') return fuzzImages;
  if (what === 'programs') {
    const programs = new ProgramFuzz();
    const kind = kinds.find((name) => name === values.mode);
    return (seed) => {
      const outcome = programs.run(seed, kind);
      blocks += outcome.blocks;
      return outcome.report;
    };
  }
  if (what !== 'cpu') return undefined;
  const fuzz = new CpuFuzz();
  const mode = modes.find((name) => name === values.mode);
  return (seed) => fuzz.run(seed, mode);
}

const fuzz = chosen();
if (values.help || !fuzz) {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  const end = values.blocks === undefined || values.seconds !== undefined ? performance.now() + Number(values.seconds ?? 60) * 1000 : Infinity;
  let cases = 0, findings = 0;
  const goesOn = (): boolean => cases < Number(values.count) && findings < Number(values.findings) && blocks < Number(values.blocks ?? Infinity) && performance.now() < end;
  for (let seed = Number(values.seed); goesOn(); seed++, cases++) {
    const report = fuzz(seed);
    if (!report) continue;
    findings++;
    console.log(report);
  }
  console.log(`${cases} cases, ${blocks ? `${blocks} blocks, ` : ''}${findings} findings`);
  process.exitCode = findings ? 1 : 0;
}
