/**
 * Measures what SPECIFICATION.md promises in time and space, and prints one line a figure:
 *
 *   npm run bench [-- boot|run|serial|idle …] [--arch amd64|i386]
 *
 * Figures depend on the machine, so QEMU's TCG runs the same boot beside it where it is installed: the ratio says more.
 * Status 1 when a promise is not kept, 77 when no guest can be had.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { VM, type VmConfig } from '@worldswitch/vmx';
import { RAM_BASE } from '../../packages/core/src/memory/layout.ts';
import { type Guest, guestForTest } from '../guests/guests.ts';

const BOOT_LIMIT_MS = 240_000;
const READY = 'WORLDSWITCH-READY';
const PROMPT = '/root # ';
const MIB = 1024 * 1024;

/** One measured figure and, where one is promised, the bound that it has to keep. */
interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

const kept = ({ value, atLeast, atMost }: Figure): boolean => value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);

function print(figure: Figure): void {
  const { name, value, unit, atLeast, atMost } = figure;
  const promise = atLeast === undefined ? (atMost === undefined ? '' : `at most ${atMost}`) : `at least ${atLeast}`;
  console.log(`${name.padEnd(44)} ${value.toPrecision(4).padStart(10)} ${unit.padEnd(10)} ${promise === '' ? '' : `${promise}: ${kept(figure) ? 'kept' : 'NOT KEPT'}`}`.trimEnd());
}

const configOf = ({ kernel, initrd }: Guest, more: VmConfig = {}): VmConfig => ({ kernel, initrd, append: 'console=ttyS0', memory: '256M', ...more });

/** Seconds that QEMU's TCG takes to the same line, or undefined where there is no QEMU. */
async function qemuBootSeconds({ kernel, initrd }: Guest): Promise<number | undefined> {
  if (spawnSync('qemu-system-x86_64', ['--version']).status !== 0) {
    return undefined;
  }
  const start = performance.now();
  const qemu = spawn('qemu-system-x86_64', ['-accel', 'tcg', '-m', '256', '-nographic', '-no-reboot', '-kernel', kernel, '-initrd', initrd, '-append', 'console=ttyS0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  for await (const part of qemu.stdout.setEncoding('utf8')) {
    text += part as string;
    if (text.includes(READY)) {
      break;
    }
  }
  const seconds = (performance.now() - start) / 1000;
  qemu.kill('SIGKILL');
  await once(qemu, 'close');
  return text.includes(READY) ? seconds : undefined;
}

async function* boot(guest: Guest): AsyncGenerator<Figure> {
  const start = performance.now();
  await using vm = await VM.start(configOf(guest));
  const poweredOn = performance.now();
  await vm.waitFor(READY, { timeoutMs: BOOT_LIMIT_MS });
  const seconds = (performance.now() - start) / 1000;
  const statistics = await vm.statistics();
  const qemu = await qemuBootSeconds(guest);
  yield { name: 'start to the first instruction', value: (poweredOn - start) / 1000, unit: 's' };
  // The promise is 12 s where QEMU takes 2 s.
  yield { name: 'boot to init', value: seconds, unit: 's', ...(qemu === undefined ? {} : { atMost: Number((6 * qemu).toPrecision(3)) }) };
  if (qemu !== undefined) {
    yield { name: 'boot to init, QEMU TCG', value: qemu, unit: 's' };
  }
  if (statistics !== undefined) {
    yield { name: 'instructions to init', value: statistics.instructions / 1e6, unit: 'M' };
    yield { name: 'speed over the boot', value: statistics.instructions / statistics.guestMs / 1e3, unit: 'M/s', atLeast: 100 };
  }
}

/** Commands of busybox whose time is the CPU's. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'count to 50,000 in the shell': 'i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done',
  'sha256 of 16 MiB': 'head -c 16777216 /dev/zero | sha256sum',
  'gzip of 8 MiB': 'head -c 4000000 /bin/busybox | cat - /bin/busybox /bin/busybox | gzip -c | wc -c',
  '300 processes': 'i=0; while [ $i -lt 300 ]; do /bin/busybox true; i=$((i+1)); done',
};

async function* run(guest: Guest): AsyncGenerator<Figure> {
  await using vm = await VM.start(configOf(guest));
  await vm.waitFor(PROMPT, { timeoutMs: BOOT_LIMIT_MS });
  for (const [name, command] of Object.entries(PROGRAMS)) {
    const before = await vm.statistics();
    const start = performance.now();
    await vm.exec(command, { timeoutMs: BOOT_LIMIT_MS });
    const seconds = (performance.now() - start) / 1000;
    const after = await vm.statistics();
    yield { name, value: seconds, unit: 's' };
    if (before !== undefined && after !== undefined) {
      yield { name: `${name}: speed`, value: (after.instructions - before.instructions) / (after.guestMs - before.guestMs) / 1e3, unit: 'M/s' };
    }
  }
}

async function* serial(guest: Guest): AsyncGenerator<Figure> {
  const BYTES = 400_000;
  await using vm = await VM.start(configOf(guest));
  await vm.waitFor(PROMPT, { timeoutMs: BOOT_LIMIT_MS });
  const before = await vm.statistics();
  const start = performance.now();
  const { output } = await vm.exec(`head -c ${BYTES} /dev/zero | tr '\\0' x`, { timeoutMs: BOOT_LIMIT_MS });
  const milliseconds = performance.now() - start;
  const after = await vm.statistics();
  yield { name: 'serial output', value: output.length / milliseconds, unit: 'bytes/ms' };
  if (before !== undefined && after !== undefined) {
    yield { name: 'serial output: stalls for the host', value: after.outputStalls - before.outputStalls, unit: '', atMost: 0 };
  }
}

async function* idle(guest: Guest): AsyncGenerator<Figure> {
  const SETTLE_MS = 5_000;
  const MEASURE_MS = 10_000;
  const pause = async (ms: number): Promise<void> => await new Promise((resolve) => setTimeout(resolve, ms));
  await using vm = await VM.start(configOf(guest));
  await vm.waitFor(PROMPT, { timeoutMs: BOOT_LIMIT_MS });
  await pause(SETTLE_MS);
  const before = process.cpuUsage();
  await pause(MEASURE_MS);
  const { user, system } = process.cpuUsage(before);
  yield { name: 'idle at a prompt', value: ((user + system) / 1e3 / MEASURE_MS) * 100, unit: '% of a core', atMost: 1 };
  const memory = residentMemory();
  if (memory !== undefined) {
    yield { name: 'resident memory: touched by the guest', value: memory.guestBytes / MIB, unit: 'MiB' };
    yield { name: 'resident memory: all the rest', value: (memory.allBytes - memory.guestBytes) / MIB, unit: 'MiB', atMost: 150 };
  }
}

/**
 * Resident memory of this process, and the part of it that is guest RAM: the pages present in the largest mapping, the machine's WebAssembly
 * memory, from RAM_BASE on. Linux only: proc(5), smaps and pagemap.
 */
function residentMemory(): { allBytes: number; guestBytes: number } | undefined {
  if (process.platform !== 'linux') {
    return undefined;
  }
  const PAGE_BYTES = 4096;
  const ENTRY_BYTES = 8;
  const mappings = readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .flatMap((line) => {
      const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      return start === undefined || end === undefined ? [] : [{ start: Number.parseInt(start, 16), end: Number.parseInt(end, 16) }];
    })
    .toSorted((a, b) => b.end - b.start - (a.end - a.start));
  const [largest] = mappings;
  if (largest === undefined) {
    return undefined;
  }
  const entries = Buffer.alloc(((largest.end - largest.start - RAM_BASE) / PAGE_BYTES) * ENTRY_BYTES);
  const pagemap = openSync('/proc/self/pagemap', 'r');
  const length = readSync(pagemap, entries, 0, entries.length, ((largest.start + RAM_BASE) / PAGE_BYTES) * ENTRY_BYTES);
  closeSync(pagemap);
  let pages = 0;
  for (let at = 7; at < length; at += ENTRY_BYTES) {
    pages += entries[at]! >> 7; // bit 63: present
  }
  return { allBytes: process.memoryUsage.rss(), guestBytes: pages * PAGE_BYTES };
}

const BENCHES: Readonly<Record<string, (guest: Guest) => AsyncGenerator<Figure>>> = { boot, run, serial, idle };

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { arch: { type: 'string', default: 'amd64' } } });
  const names = positionals.length === 0 ? Object.keys(BENCHES) : positionals;
  const unknown = names.find((name) => !(name in BENCHES));
  if (unknown !== undefined || (values.arch !== 'amd64' && values.arch !== 'i386')) {
    console.error(`usage: npm run bench [-- ${Object.keys(BENCHES).join('|')} …] [--arch amd64|i386]`);
    return 2;
  }
  const found = await guestForTest(values.arch);
  if ('missing' in found) {
    console.log(`skipped: ${found.missing.split('\n')[0]}`);
    return 77;
  }
  let broken = 0;
  for (const name of names) {
    for await (const figure of BENCHES[name]!(found.guest)) {
      print(figure);
      broken += kept(figure) ? 0 : 1;
    }
  }
  return broken === 0 ? 0 : 1;
}

process.exitCode = await main();
