/** Fuzzing from the command line, a minute by default; see --help. */
import { parseArgs } from 'node:util';
import { CpuFuzz } from './cpu-fuzz.ts';
import { fuzzImages } from './image-fuzz.ts';
import { fuzzPc } from './pc-fuzz.ts';
import { modes } from './scenario.ts';

const HELP = `npm run fuzz -- [cpu|pc|images] [--seed 1] [--seconds 60] [--count N] [--mode MODE] [--findings 5]

cpu     runs against single steps and against runs in slices
pc      random firmware on the whole PC, twice
images  damaged kernels, ROMs and .vmx files
MODE    ${modes.join(', ')}

Every case follows from its seed: repeat one with --seed S --count 1. Exit status: 1 when something was found.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' }, seconds: { type: 'string', default: '60' }, count: { type: 'string', default: 'Infinity' }, mode: { type: 'string' }, findings: { type: 'string', default: '5' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

function chosen(): ((seed: number) => string | undefined) | undefined {
  const [what = 'cpu'] = positionals;
  if (what === 'pc') return fuzzPc;
  if (what === 'images') return fuzzImages;
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
  const end = performance.now() + Number(values.seconds) * 1000;
  let cases = 0, findings = 0;
  for (let seed = Number(values.seed); cases < Number(values.count) && findings < Number(values.findings) && performance.now() < end; seed++, cases++) {
    const report = fuzz(seed);
    if (!report) continue;
    findings++;
    console.log(report);
  }
  console.log(`${cases} cases, ${findings} findings`);
  process.exitCode = findings ? 1 : 0;
}
