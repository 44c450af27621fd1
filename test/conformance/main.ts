/**
 * `npm run conformance -- [FILE|DIR …]`: runs recorded vectors on every tier. One line a file: NAME TIER passed failed skipped; then
 * the first differences as listings. Exit status 1 on any difference, 2 on wrong arguments.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { tierNames, tiersNamed } from './executors.ts';
import { formatListing, formatReasons, formatSummary, Tally } from './report.ts';
import { FileRunner } from './run-file.ts';
import type { Selection } from './run-file.ts';

const usage = `usage: npm run conformance -- [FILE|DIR …]
  FILE            hw*.jsonl[.gz] or *.moo[.gz]; a DIR stands for all such files in it (default ../shared/vectors)
  --only KEY      only vectors of this form: hw files 0.00, 1.af.66, 0.f7/3; moo files F7.3. A prefix with * at its end is enough
  --sample N      N vectors of each file, evenly spread
  --limit N       stop a file after N vectors
  --summary       a line for each form with failures, and why vectors were skipped
  --listings N    differences to show for each file (default 10)
  --tier NAME     interpreter, translator or both (default both)`;

const isVectorFile = (name: string): boolean => /^hw.*\.jsonl(\.gz)?$/.test(name) || /\.moo(\.gz)?$/i.test(name);

function expand(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!existsSync(path)) throw new RangeError(`${path}: no such file or folder`);
    if (!statSync(path).isDirectory()) {
      if (!isVectorFile(basename(path))) throw new RangeError(`${path}: its name is neither hw*.jsonl[.gz] nor *.moo[.gz]`);
      return [path];
    }
    return readdirSync(path).filter(isVectorFile).sort().map((name) => join(path, name));
  });
}

const count = (text: string | undefined, name: string): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new RangeError(`--${name} ${text}: not a count`);
  return value;
};

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: 'string' }, sample: { type: 'string' }, limit: { type: 'string' }, listings: { type: 'string' }, tier: { type: 'string' }, summary: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const standard = resolve(import.meta.dirname, '../../../shared/vectors');
  if (!positionals.length && !existsSync(standard)) {
    console.log('conformance: skipped, no FILE or DIR was given and ../shared/vectors is not there');
    return 0;
  }
  const selection: Selection = { only: values.only, sample: count(values.sample, 'sample'), limit: count(values.limit, 'limit') };
  const listings = count(values.listings, 'listings') ?? 10;
  const named = tierNames.find((name) => name === (values.tier ?? 'both'));
  if (!named) throw new RangeError(`--tier ${values.tier}: ${tierNames.join(', ')}`);
  const runners = tiersNamed(named).map((t) => new FileRunner(t));
  let failures = 0;
  for (const path of expand(positionals.length ? positionals : [standard])) {
    const name = basename(path).replace(/\.(jsonl|moo)(\.gz)?$/i, '');
    for (const runner of runners) {
      // real mode is not translated
      if (runner.translates && !/jsonl/.test(path)) continue;
      const tally = new Tally(listings);
      runner.run(path, selection, tally);
      console.log(`${name} ${runner.name} ${tally.passed} ${tally.failed} ${tally.skipped}`);
      for (const listing of tally.listings) console.log(formatListing(listing));
      if (values.summary) console.log(formatSummary(tally));
      if (values.summary && tally.skipped) console.log(formatReasons(tally));
      failures += tally.failed;
    }
  }
  return failures ? 1 : 0;
}

try {
  process.exitCode = main();
} catch (error) {
  const isUsage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  if (!(error instanceof RangeError) && !isUsage) throw error;
  console.error(`conformance: ${(error as Error).message}${isUsage ? `\n${usage}` : ''}`);
  process.exitCode = 2;
}
