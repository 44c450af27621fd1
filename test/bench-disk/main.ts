/**
 * Measures the speed and memory of conversions beside qemu-img and open-vmdk's vmdk-convert:
 *
 *   npm run bench:disk [-- --only TEXT,…] [--rounds N] [--json FILE] [--folder FOLDER]
 *
 * Every program is timed from its start to its end, on the same file: an ext4 of 2 GiB with some 600 MiB of this machine's programs, made once into the cache (`--folder` puts it, and
 * what is written, elsewhere: a memory file system takes the disk out of the figures). Ours and the peers' take turns, medians count; the output of the first round is compared with
 * the disk. `--only` takes parts of jobs' names. Prints a table and writes JSON.
 * Status 1 when a limit is not kept or an output is wrong, 77 where there is no qemu-img or mke2fs.
 *
 * Missing: random reads and writes, and files inside an image.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../bench/report.ts';
import { cacheFolder, writeFileAtomically } from '../guests/cache.ts';
import { diskForBench } from './disk-for-bench.ts';
import { hasCommand, jobsFor, MEMORY_BAR } from './jobs.ts';
import type { Job } from './jobs.ts';
import { judge, toRows } from './judgement.ts';
import type { Outcome } from './judgement.ts';
import { measureProcess } from './measured-process.ts';
import type { ProcessMeasure } from './measured-process.ts';

class UsageError extends Error {}

const text = { type: 'string' } as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: text, rounds: { ...text, default: '3' }, json: { ...text, default: join(cacheFolder(), 'bench-disk.json') }, folder: text } });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) throw new UsageError(`--rounds ${values.rounds}: give a number from 1 to 100`);
  const wanted = values.only?.split(',');
  if (!hasProgram('qemu-img')) return skip('qemu-img is not installed');
  const disk = diskForBench();
  if ('missing' in disk) return skip(disk.missing);
  const folder = values.folder ?? dirname(disk.path);
  const base = join(folder, 'base.raw');
  if (!existsSync(base)) {
    mkdirSync(folder, { recursive: true });
    spawnSync('cp', ['--sparse=always', disk.path, base]);
    if (!existsSync(base)) copyFileSync(disk.path, base);
  }
  const jobs = jobsFor({ base, folder }).filter(({ name }) => wanted === undefined || wanted.some((part) => name.includes(part)));
  if (jobs.length === 0) throw new UsageError(`--only ${values.only}: no job's name has that in it`);
  if (!hasCommand) console.log('bin/vmx-disk is not there: conversions are run by test/bench-disk/convert-process.ts');
  const outcomes = jobs.map((job): Outcome => ({ job, ours: [], peers: new Map(), cpuSeconds: new Map(), peakBytes: 0, problem: undefined }));
  for (const outcome of outcomes) for (const input of outcome.job.inputs) outcome.problem ??= await makeInput(input);
  for (let round = 1; round <= rounds; round++) for (const outcome of outcomes) if (outcome.problem === undefined) await run(outcome, folder, round === 1);
  const judgements = outcomes.map((outcome) => judge(outcome));
  console.log(table(toRows(judgements)));
  for (const { outcome } of judgements) if (outcome.problem !== undefined) console.log(`wrong: ${outcome.job.name}: ${outcome.problem}`);
  writeFileAtomically(values.json, `${JSON.stringify({
    date: new Date().toISOString(), host: { cpu: cpus()[0]?.model, cpus: availableParallelism(), load: loadavg(), node: process.version }, rounds, memory: MEMORY_BAR,
    jobs: judgements.map(({ outcome: { job, ours, peers, cpuSeconds, peakBytes, problem, sizes }, ...judgement }) => ({
      name: job.name, ours, peers: Object.fromEntries(peers), cpuSeconds: Object.fromEntries(cpuSeconds), peakBytes, problem, sizes, isKept: judgement.isKept, isGoalReached: judgement.isGoalReached, limits: judgement.limits,
    })),
  }, null, 2)}\n`);
  console.log(`\nall values: ${values.json}`);
  return judgements.every(({ isKept }) => isKept) ? 0 : 1;
}

function skip(reason: string): number {
  console.log(`skipped: ${reason}`);
  return 77;
}

const hasProgram = (program: string): boolean => spawnSync(program, ['--help']).error === undefined;

/** @returns what went wrong */
async function makeInput(command: readonly string[]): Promise<string | undefined> {
  const { status, output } = await measureProcess(command);
  return status === 0 || output.includes('exists') ? undefined : `${command.join(' ')} ended with ${status}: ${output}`;
}

async function run(outcome: Outcome, folder: string, isFirst: boolean): Promise<void> {
  const { job } = outcome;
  const measured = await timed(job.ours, folder);
  if (measured.status !== 0) {
    outcome.problem = `ended with ${measured.status}: ${measured.output}`;
    return;
  }
  outcome.ours.push(measured.seconds);
  note(outcome.cpuSeconds, 'ours', measured.cpuSeconds);
  outcome.peakBytes = Math.max(outcome.peakBytes, measured.peakBytes ?? 0);
  const size = sizeOf(join(folder, 'ours'));
  if (isFirst) outcome.problem = differs(job);
  console.error(`${job.name}: ${inWords(measured)}`);
  for (const { peer, command } of job.peers) {
    if (!hasProgram(command[0]!)) {
      if (isFirst) console.log(`skipped: ${job.name}: ${command[0]} is not installed`);
      continue;
    }
    const theirs = await timed(command, folder);
    if (theirs.status !== 0) throw new Error(`${command.join(' ')} ended with ${theirs.status}: ${theirs.output}`);
    note(outcome.peers, peer, theirs.seconds);
    note(outcome.cpuSeconds, peer, theirs.cpuSeconds);
    outcome.sizes = { ours: size, peer: sizeOf(join(folder, 'peer')) };
    console.error(`${job.name}, ${peer}: ${inWords(theirs)}`);
  }
  clean(folder);
}

function note(values: Map<string, number[]>, name: string, value: number | undefined): void {
  if (value !== undefined) values.set(name, [...(values.get(name) ?? []), value]);
}

const inWords = ({ seconds, cpuSeconds }: ProcessMeasure): string => `${seconds.toFixed(2)} s${cpuSeconds === undefined ? '' : `, CPU ${cpuSeconds.toFixed(2)} s`}`;

/** What others have written before is on the disk, so that it does not count for this one. */
async function timed(command: readonly string[], folder: string): ReturnType<typeof measureProcess> {
  rmSync(join(folder, 'peer'), { force: true });
  spawnSync('sync', ['-f', folder]);
  return measureProcess(command);
}

function clean(folder: string): void {
  for (const name of ['ours', 'peer']) rmSync(join(folder, name), { force: true });
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function differs({ output }: Job): string | undefined {
  if (output === undefined) return undefined;
  const { status, stdout, stderr } = spawnSync('qemu-img', ['compare', '-f', 'raw', '-F', output.format, output.sameAs, output.path], { encoding: 'utf8' });
  return status === 0 ? undefined : `qemu-img compare: ${stdout}${stderr}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  console.error(`bench:disk: ${isUsage ? error.message : String(error)}`);
  process.exitCode = isUsage ? 2 : 125;
}
