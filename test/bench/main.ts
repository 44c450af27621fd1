/**
 * Measures what SPECIFICATION.md promises in time and space, beside v86 and QEMU's TCG:
 *
 *   npm run bench [-- --only boot,programs,idle,serial,translator,soak] [--arch amd64,i386] [--peers vmx,v86,qemu] [--programs NAME,…]
 *                     [--rounds N] [--clock wall|cpu] [--minutes N] [--json FILE] [--help]
 *
 * The peers take turns, so that a slow minute of the machine hits all of them; idle time, memory and the translator's figures are measured in
 * the first round only, and the soak, an hour of mixed load or `--minutes`, only when it is named. Prints tables of medians, ratios and limits and of our own figures, and writes everything as JSON. `--clock cpu`
 * takes the processes' CPU time for the ratios, which says more where the machine does other work too; what is judged is the wall clock.
 * Status 1 when a promise is not kept or a program computed something wrong, 77 when no guest can be had.
 */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder, writeFileAtomically } from '../guests/cache.ts';
import { type Guest, GUEST_ARCHITECTURES, type GuestArchitecture, guestForTest } from '../guests/guests.ts';
import { compilePrograms } from '../guests/programs.ts';
import { boot, guestSerial, hostSerial, idle, programs } from './measurements.ts';
import { findPeers, type Peer, PEER_NAMES, type PeerName } from './peers.ts';
import { type Clock, CLOCKS, comparisonTable, figureTable, isKept, limits, limitTable, toJson } from './report.ts';
import { Results } from './results.ts';
import { soak } from './soak.ts';
import { type TranslatorColumn, translatorFigures, translatorTable } from './translator-figures.ts';
import { isCompiled, type Workload, WORKLOADS } from './workloads.ts';

const USUAL_PARTS = ['boot', 'programs', 'idle', 'serial', 'translator'] as const;
const PARTS = [...USUAL_PARTS, 'soak'] as const;
type Part = (typeof PARTS)[number];
const ONCE: ReadonlySet<Part> = new Set(['idle', 'translator', 'soak']);

const USAGE = `npm run bench [-- OPTION …]: what SPECIFICATION.md promises in time and space, beside v86 and QEMU's TCG

  --only PART,…        ${PARTS.join(', ')} [default: all but soak]
  --arch ARCH,…        ${GUEST_ARCHITECTURES.join(', ')} [default: both]
  --peers PEER,…       ${PEER_NAMES.join(', ')} [default: all that are there]
  --programs NAME,…    ${WORKLOADS.map(({ name }) => name).join(', ')} [default: all]
  --rounds N           [default: 3]
  --clock wall|cpu     what ratios are made of [default: wall]
  --minutes N          of the soak [default: 60]
  --json FILE          where all values go [default: bench.json in the cache folder]

Status 1 when a promise is not kept, 2 for wrong usage, 77 when no guest can be had.`;

class UsageError extends Error {}

interface Options {
  readonly parts: readonly Part[];
  readonly architectures: readonly GuestArchitecture[];
  readonly peers: readonly PeerName[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  readonly clock: Clock;
  readonly minutes: number;
  readonly json: string;
}

/** Undefined when only the usage is asked for. */
function readOptions(): Options | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      only: text, arch: text, peers: text, programs: text, rounds: { ...text, default: '3' }, clock: { ...text, default: 'wall' }, minutes: { ...text, default: '60' }, json: text, help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return undefined;
  if (values.json !== undefined) mustBeWritable('--json', values.json);
  const rounds = count('--rounds', values.rounds, 1, 100);
  const minutes = count('--minutes', values.minutes, 5, 24 * 60);
  const chosen = words('--programs', values.programs, WORKLOADS.map(({ name }) => name));
  const [clock] = words('--clock', values.clock, CLOCKS);
  return {
    parts: values.only === undefined ? USUAL_PARTS : words('--only', values.only, PARTS),
    architectures: words('--arch', values.arch, GUEST_ARCHITECTURES),
    peers: words('--peers', values.peers, PEER_NAMES),
    workloads: WORKLOADS.filter(({ name }) => chosen.includes(name)),
    rounds, clock: clock!, minutes, json: values.json ?? join(cacheFolder(), 'bench.json'),
  };
}

/** An hour's figures are not to be lost for a word. */
function mustBeWritable(option: string, path: string): void {
  try {
    closeSync(openSync(path, 'a'));
  } catch (error) {
    throw new UsageError(`${option} ${path}: cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

function count(option: string, given: string, least: number, most: number): number {
  const value = Number(given);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new UsageError(`${option} ${given}: give a number from ${least} to ${most}`);
  }
  return value;
}

function words<T extends string>(option: string, given: string | undefined, known: readonly T[]): readonly T[] {
  const chosen = given?.split(',') ?? known;
  const wrong = chosen.find((word) => !known.includes(word as T));
  if (wrong !== undefined) {
    throw new UsageError(`${option} ${wrong}: give one or more of ${known.join(',')}`);
  }
  return chosen as readonly T[];
}

/** A guest, and what can be run in it. */
interface Setup {
  readonly guest: Guest;
  readonly workloads: readonly Workload[];
  /** What compiled its C programs. */
  readonly compiler: string | undefined;
}

/** The guest with the C programs in it where they can be compiled; or the reason why there is none. */
async function setUp(arch: GuestArchitecture, workloads: readonly Workload[]): Promise<Setup | { readonly missing: string }> {
  const compiled = compilePrograms(arch);
  const hasPrograms = !('missing' in compiled);
  if (!hasPrograms) {
    console.log(`skipped: C programs for ${arch}: ${compiled.missing}`);
  }
  const found = await guestForTest(arch, hasPrograms ? compiled.files : []);
  if ('missing' in found) {
    return found;
  }
  return { guest: found.guest, workloads: workloads.filter((workload) => hasPrograms || !isCompiled(workload)), compiler: hasPrograms ? compiled.compiler : undefined };
}

async function measure(part: Exclude<Part, 'translator'>, { guest, workloads }: Setup, results: Results, peers: readonly Peer[], minutes: number): Promise<void> {
  const able = peers.filter((peer) => peer.runs(guest.arch));
  const ours = able.find(({ name }) => name === 'vmx');
  if (part === 'boot') {
    for (const peer of able) {
      const subject = { workload: 'boot to init', kind: 'boot', arch: guest.arch } as const;
      try {
        const { timing, samples } = await boot(guest, peer);
        results.time(subject, peer.name, timing);
        results.add(samples);
      } catch (error) {
        results.failed(subject, peer.name, error as Error);
      }
    }
  } else if (part === 'programs') {
    for (const peer of able) {
      await programs(guest, peer, workloads, ({ name, expected }, outcome) => results.program({ workload: name, kind: 'program', arch: guest.arch }, peer.name, outcome, expected));
    }
  } else if (ours !== undefined) {
    results.add(part === 'idle' ? await idle(guest, ours) : part === 'serial' ? await guestSerial(guest, ours) : await soak(guest, ours, workloads, minutes));
  }
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  const { parts, architectures, peers: names, workloads, rounds, clock, minutes, json } = options;
  const setups: Setup[] = [];
  for (const arch of architectures) {
    const setup = await setUp(arch, workloads);
    if ('missing' in setup) {
      console.log(`skipped: ${setup.missing.split('\n')[0]}`);
      return 77;
    }
    setups.push(setup);
  }
  const peers = await findPeers(names, (line) => console.log(line));
  const results = new Results((line) => console.error(line));
  const translator: TranslatorColumn[] = [];
  for (let round = 1; round <= rounds; round++) {
    console.error(`round ${round} of ${rounds}`);
    if (parts.includes('serial') && names.includes('vmx')) {
      results.add(await hostSerial());
    }
    for (const part of parts.filter((part) => round === 1 || !ONCE.has(part))) {
      for (const setup of setups) {
        if (part === 'translator') {
          translator.push(...await translatorFigures(setup.guest));
        } else {
          await measure(part, setup, results, peers, minutes);
        }
      }
    }
  }
  const { comparisons, figures } = results;
  const judged = limits(comparisons, clock);
  const tables = [
    ...(comparisons.length > 0 ? [comparisonTable(comparisons, peers.map(({ name }) => name), clock)] : []),
    ...(judged.length > 0 ? [limitTable(judged)] : []),
    ...(translator.length > 0 ? [translatorTable(translator)] : []),
    ...(figures.length > 0 ? [figureTable(figures)] : []),
  ];
  console.log(tables.map((text) => `\n${text}`).join('\n'));
  const problems = comparisons.flatMap(({ arch, workload, problems }) => [...problems].map(([peer, problem]) => ({ peer, text: `${arch} ${workload}, ${peer}: ${problem}` })));
  for (const { text } of problems) {
    console.log(`wrong: ${text}`);
  }
  writeFileAtomically(json, toJson({
    rounds, comparisons, figures, translator,
    peers: Object.fromEntries(peers.map(({ name, version }) => [name, version])),
    compilers: Object.fromEntries(setups.map(({ guest, compiler }) => [guest.arch, compiler ?? 'none'])),
  }));
  console.log(`\nall values: ${json}`);
  const isGood = figures.every(isKept) && judged.every(({ value, atMost }) => value <= atMost) && problems.every(({ peer }) => peer !== 'vmx');
  return isGood ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  console.error(`bench: ${isUsage ? error.message : String(error)}`);
  process.exitCode = isUsage ? 2 : 125;
}
