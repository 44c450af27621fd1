/**
 * `npm run oracles -- SUITE …`: runs test images that the user has under `vmx run` and prints a table of passes and failures. The suites
 * are other people's (README.md says which and what each needs); nothing of them is in this repository.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { tierNames } from './executors.ts';
import { parseUnittests, unsupported } from './kut-config.ts';
import type { KutTest } from './kut-config.ts';

const usage = `usage: npm run oracles -- kut DIR [NAME…]           kvm-unit-tests: a folder with unittests.cfg and the *.flat images
       npm run oracles -- test386 ROM REFERENCE    test386.asm built with OUT_PORT 0xe9, and its reference listing
       npm run oracles -- memtest KERNEL           memtest86+, until it reports the end of a pass
       npm run oracles -- bios ROM                 SeaBIOS, until it has given up looking for a disk
options: --timeout S   for each image (kut 60, others 600)
         --arch NAME   x86_64 or i386: which tests of unittests.cfg apply (default x86_64)
         --tier NAME   interpreter, translator (which has the interpreter beside it) or both, one after the other (default both)
         --verbose     show each image's output`;

interface Run {
  /** Exit status, or undefined after a timeout. */
  readonly status: number | undefined;
  readonly output: string;
  readonly seconds: number;
}

interface RunOptions {
  readonly timeoutSeconds: number;
  readonly verbose: boolean;
  readonly isTranslated: boolean;
  /** Ends the run when the output so far satisfies it. */
  readonly until?: (output: string) => boolean;
  /** Asked twice a second: true ends the run. */
  readonly poll?: () => boolean;
}

/** `vmx run ARGUMENTS`, its output collected. */
function vmxRun(runArguments: readonly string[], { timeoutSeconds, verbose, isTranslated, until, poll }: RunOptions): Promise<Run> {
  return new Promise((done, failed) => {
    const started = performance.now();
    const child = spawn(process.execPath, [resolve(import.meta.dirname, '../../bin/vmx.ts'), 'run', ...(isTranslated ? [] : ['--no-translate']), ...runArguments], { stdio: ['ignore', 'pipe', 'pipe'] });
    const endChild = (): boolean => child.kill();
    process.once('exit', endChild);
    let output = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutSeconds * 1000);
    const polling = poll && setInterval(() => {
      if (poll()) child.kill('SIGTERM');
    }, 500);
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('latin1');
      if (verbose) process.stdout.write(chunk);
      if (until?.(output)) child.kill('SIGTERM');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', failed);
    child.on('close', (status) => {
      clearTimeout(timer);
      process.off('exit', endChild);
      clearInterval(polling);
      done({ status: timedOut ? undefined : status ?? undefined, output, seconds: (performance.now() - started) / 1000 });
    });
  });
}

/** isa-debug-exit statuses of kvm-unit-tests: (code << 1) | 1. */
const kutStatus: Readonly<Record<number, string>> = { 1: 'PASS', 3: 'FAIL', 77: 'SKIP', 127: 'ABORT', 124: 'TIMEOUT' };

async function runKut(folder: string, names: readonly string[], arch: string, options: RunOptions): Promise<number> {
  const config = join(folder, 'unittests.cfg');
  if (!existsSync(config)) throw new RangeError(`${config}: no such file`);
  const tests = parseUnittests(readFileSync(config, 'utf8')).filter((t) => (t.arch === undefined || t.arch === arch) && (!names.length || names.includes(t.name)));
  let failures = 0;
  const scratch = mkdtempSync(join(tmpdir(), 'worldswitch-kut-'));
  const environment = join(scratch, 'environment');
  writeFileSync(environment, 'TEST_DEVICE=0\n');
  console.log('NAME                          RESULT   PASS FAIL SECONDS');
  for (const test of tests) {
    const image = join(folder, test.file);
    const reason = existsSync(image) ? unsupported(test) : `${test.file} is not there`;
    if (reason !== undefined) {
      console.log(`${test.name.padEnd(29)} skipped  ${reason}`);
      continue;
    }
    const run = await vmxRun([...kutArguments(test, image), ...(callsKvm(test) ? ['--initrd', environment] : [])], options);
    const result = run.status === undefined ? 'TIMEOUT' : kutStatus[run.status] ?? `EXIT ${run.status}`;
    const lines = (word: string): number => run.output.match(new RegExp(`^${word}[: ]`, 'gm'))?.length ?? 0;
    if (result !== 'PASS' && result !== 'SKIP') failures++;
    console.log(`${test.name.padEnd(29)} ${result.padEnd(8)} ${String(lines('PASS')).padStart(4)} ${String(lines('FAIL')).padStart(4)} ${run.seconds.toFixed(1)}`);
  }
  rmSync(scratch, { recursive: true });
  return failures ? 1 : 0;
}

/** Calls KVM's hypercalls, and does without when the environment (module 0) says that the machine has no test device. */
const callsKvm = (test: KutTest): boolean => test.file === 'apic.flat';

const kutArguments = (test: KutTest, image: string): string[] =>
  ['--kernel', image, '--memory', test.memory ?? '128M', '--serial', 'stdio', '--debug-exit', ...(test.arguments === undefined ? [] : ['--append', test.arguments])];

/** Passes when the listing is the reference's, line for line: it is complete only after every POST stage. */
async function runTest386(rom: string, referencePath: string, options: RunOptions): Promise<number> {
  const reference = readFileSync(referencePath, 'latin1');
  const scratch = mkdtempSync(join(tmpdir(), 'worldswitch-test386-'));
  const listing = join(scratch, 'listing.txt');
  const complete = (): boolean => existsSync(listing) && readFileSync(listing).length >= reference.length;
  try {
    const run = await vmxRun(['--bios', rom, '--memory', '4M', '--serial', 'none', '--debugcon', `file:${listing}`], { ...options, poll: complete });
    const got = existsSync(listing) ? readFileSync(listing, 'latin1') : '';
    const line = firstDifference(got, reference);
    const lines = got.split('\n').length - 1;
    if (line === undefined) {
      console.log(`test386 PASS: ${lines} lines as the reference, ${run.seconds.toFixed(1)} s`);
      return 0;
    }
    console.log(`test386 FAIL: ${lines} lines; line ${line.number} differs\n  expected ${line.expected}\n  got      ${line.got}\n${run.output}`.trimEnd());
    return 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function firstDifference(got: string, expected: string): { number: number; expected: string; got: string } | undefined {
  if (got === expected) return undefined;
  const [a, b] = [got.split('\n'), expected.split('\n')];
  const at = b.findIndex((text, i) => text !== a[i]);
  return { number: at + 1, expected: b[at] ?? '(end)', got: a[at] ?? '(end)' };
}

async function runUntil(name: string, runArguments: readonly string[], success: RegExp, failure: RegExp, options: RunOptions): Promise<number> {
  const run = await vmxRun(runArguments, { ...options, until: (output) => success.test(output) || failure.test(output) });
  const passed = success.test(run.output) && !failure.test(run.output);
  console.log(`${name} ${passed ? 'PASS' : run.status === undefined ? 'TIMEOUT' : 'FAIL'} ${run.seconds.toFixed(1)} s`);
  return passed ? 0 : 1;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { timeout: { type: 'string' }, arch: { type: 'string' }, tier: { type: 'string' }, verbose: { type: 'boolean' }, help: { type: 'boolean' } } });
  const [suite, first, ...rest] = positionals;
  if (values.help || suite === undefined || first === undefined) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  if (!existsSync(first)) throw new RangeError(`${first}: no such file or folder`);
  const tier = tierNames.find((name) => name === (values.tier ?? 'both'));
  if (!tier) throw new RangeError(`--tier ${values.tier}: ${tierNames.join(', ')}`);
  let worst = 0;
  for (const isTranslated of tier === 'both' ? [false, true] : [tier === 'translator']) {
    console.log(`--- ${isTranslated ? 'translator' : 'interpreter'}`);
    worst = Math.max(worst, await run(suite, first, rest, values.arch ?? 'x86_64', { timeoutSeconds: Number(values.timeout ?? (suite === 'kut' ? 60 : 600)), verbose: values.verbose ?? false, isTranslated }));
  }
  return worst;
}

async function run(suite: string, first: string, rest: readonly string[], arch: string, options: RunOptions): Promise<number> {
  switch (suite) {
    case 'kut': return runKut(first, rest, arch, options);
    case 'test386':
      if (!rest[0] || !existsSync(rest[0])) throw new RangeError('test386 needs the ROM and its reference listing');
      return runTest386(first, rest[0], options);
    case 'memtest': return runUntil('memtest', ['--kernel', first, '--append', 'console=ttyS0,115200', '--memory', '32M', '--serial', 'stdio'], /Pass:\s+[1-9]/, /Errors:\s+[1-9]/, options);
    case 'bios': return runUntil('bios', ['--bios', first, '--memory', '64M', '--serial', 'none', '--debugcon', 'stdio'], /No bootable device/, /^$a/, options);
    default: throw new RangeError(`${suite}: not a suite\n${usage}`);
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(`oracles: ${error.message}`);
  process.exitCode = 2;
}
