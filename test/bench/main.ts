/**
 * Measures what SPECIFICATION.md promises in time and space, beside QEMU's TCG where that is installed:
 *
 *   npm run bench [-- --only boot,programs,idle,serial] [--arch amd64,i386] [--rounds N] [--json FILE]
 *
 * The peers take turns, so that a slow minute of the machine hits all of them; idle time and memory are measured in the first round only. Prints a table of medians and ratios and one of our own figures,
 * and writes everything as JSON. Status 1 when a promise is not kept, 77 when no guest can be had.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder, writeFileAtomically } from '../guests/cache.ts';
import { type Guest, GUEST_ARCHITECTURES, type GuestArchitecture, guestForTest } from '../guests/guests.ts';
import { PEERS } from './guest-process.ts';
import { boot, guestSerial, hostSerial, idle, PROGRAMS, programs, type Sample } from './measurements.ts';
import { type Comparison, comparisonTable, type Figure, figureTable, isKept, median, toJson } from './report.ts';

const PARTS = ['boot', 'programs', 'idle', 'serial'] as const;
type Part = (typeof PARTS)[number];
/** The promise is 12 s where QEMU's TCG takes 2 s. */
const BOOT_RATIO_AT_MOST = 6;

class UsageError extends Error {}

interface Options {
  readonly parts: readonly Part[];
  readonly architectures: readonly GuestArchitecture[];
  readonly rounds: number;
  readonly json: string;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, arch: { type: 'string' }, rounds: { type: 'string', default: '3' }, json: { type: 'string', default: join(cacheFolder(), 'bench.json') } },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) {
    throw new UsageError(`--rounds ${values.rounds}: give a number from 1 to 100`);
  }
  return { parts: words('--only', values.only, PARTS), architectures: words('--arch', values.arch, GUEST_ARCHITECTURES), rounds, json: values.json };
}

function words<T extends string>(option: string, given: string | undefined, known: readonly T[]): readonly T[] {
  const chosen = given?.split(',') ?? known;
  const wrong = chosen.find((word) => !known.includes(word as T));
  if (wrong !== undefined) {
    throw new UsageError(`${option} ${wrong}: give one or more of ${known.join(',')}`);
  }
  return chosen as readonly T[];
}

class Results {
  readonly #comparisons = new Map<string, Comparison>();
  readonly #figures = new Map<string, Figure & { values: number[] }>();

  time(workload: string, arch: string, peer: string, seconds: number): void {
    const key = `${arch} ${workload}`;
    const comparison = this.#comparisons.get(key) ?? { workload, arch, seconds: new Map<string, number[]>() };
    this.#comparisons.set(key, comparison);
    comparison.seconds.set(peer, [...(comparison.seconds.get(peer) ?? []), seconds]);
    console.error(`${key}, ${peer}: ${seconds.toFixed(2)} s`);
  }

  add(samples: readonly Sample[]): void {
    for (const { value, ...figure } of samples) {
      const known = this.#figures.get(figure.name);
      if (known === undefined) {
        this.#figures.set(figure.name, { ...figure, values: [value] });
      } else {
        known.values.push(value);
      }
      console.error(`${figure.name}: ${value.toPrecision(4)} ${figure.unit}`);
    }
  }

  get comparisons(): readonly Comparison[] {
    return [...this.#comparisons.values()];
  }

  /** Our own, and the promised ratio of the boots. */
  get figures(): readonly Figure[] {
    const boots = this.#comparisons.get('amd64 boot to init');
    const ours = boots?.seconds.get('vmx');
    const reference = boots?.seconds.get('qemu');
    const ratio = ours === undefined || reference === undefined ? [] : [
      { name: 'amd64 boot to init ÷ QEMU TCG', unit: '', values: ours.map((seconds) => seconds / median(reference)), atMost: BOOT_RATIO_AT_MOST },
    ];
    return [...ratio, ...this.#figures.values()];
  }
}

async function measure(part: Part, guest: Guest, results: Results, peers: typeof PEERS): Promise<void> {
  const { arch } = guest;
  if (part === 'boot') {
    for (const peer of peers) {
      const { seconds, samples } = await boot(guest, peer);
      results.time('boot to init', arch, peer.name, seconds);
      results.add(samples);
    }
  } else if (part === 'programs') {
    for (const peer of peers) {
      const seconds = await programs(guest, peer);
      for (const name of Object.keys(PROGRAMS)) {
        results.time(name, arch, peer.name, seconds.get(name)!);
      }
    }
  } else {
    results.add(part === 'idle' ? await idle(guest) : await guestSerial(guest));
  }
}

async function main(): Promise<number> {
  const { parts, architectures, rounds, json } = readOptions();
  const guests: Guest[] = [];
  for (const arch of architectures) {
    const found = await guestForTest(arch);
    if ('missing' in found) {
      console.log(`skipped: ${found.missing.split('\n')[0]}`);
      return 77;
    }
    guests.push(found.guest);
  }
  const peers = PEERS.filter((peer) => {
    const missing = peer.missing();
    if (missing !== undefined) {
      console.log(`skipped: peer ${peer.name}: ${missing}`);
    }
    return missing === undefined;
  });
  const results = new Results();
  for (let round = 1; round <= rounds; round++) {
    console.error(`round ${round} of ${rounds}`);
    if (parts.includes('serial')) {
      results.add(await hostSerial());
    }
    for (const part of parts.filter((part) => round === 1 || part !== 'idle')) {
      for (const guest of guests) {
        await measure(part, guest, results, peers);
      }
    }
  }
  const { comparisons, figures } = results;
  if (comparisons.length > 0) {
    console.log(`\n${comparisonTable(comparisons, peers.map(({ name }) => name))}`);
  }
  if (figures.length > 0) {
    console.log(`\n${figureTable(figures)}`);
  }
  writeFileAtomically(json, toJson(comparisons, figures, rounds));
  console.log(`\nall values: ${json}`);
  return figures.every(isKept) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  console.error(`bench: ${isUsage ? error.message : String(error)}`);
  process.exitCode = isUsage ? 2 : 125;
}
