/**
 * Boots a test guest's kernel under `vmx run`, as a user would, and looks at what it says:
 *
 *   npm run boot-check [-- amd64|i386] [OPTION OF vmx run …]
 *
 * Status 0: the guest reached user space, ran commands with the right results, and powered itself off.
 * Status 1: it did not, and the console's end is shown. Status 77: no guest can be had here; the last line says why.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { GUEST_ARCHITECTURES, guestForTest } from '../guests/guests.ts';

const BOOT_LIMIT_S = 240;
const vmx = join(import.meta.dirname, '../../bin/vmx.ts');

/** What the guest runs, and what its output must contain. */
const COMMAND = 'uname -rm; echo sum $((6*7)); expr 1000000007 % 998244353; dmesg -r | grep ^.[0-4].; true';
const EXIT_LINE = /WORLDSWITCH-EXIT 0/;

/** Warnings (levels 0 to 4 of the kernel's log) that the same kernel also gives under QEMU, or that a busy host causes. */
const KNOWN_WARNINGS = [/fail to add MMCONFIG information/, /hrtimer: interrupt took \d+ ns/, /clocksource: .*(wd-|watchdog|unstable|Override)/, /TSC .*unstable/];

/** Messages of a kernel that runs on a machine which is not quite a PC. */
const TROUBLE = /(Kernel panic|BUG:|Oops|general protection|WARNING: CPU|double fault|invalid opcode|rcu_\w+ self-detected stall|soft lockup).*/;

function run(args: readonly string[]): Promise<{ status: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vmx, 'run', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status: status ?? (signal === null ? 1 : 128), output }));
  });
}

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const arch = GUEST_ARCHITECTURES.find((candidate) => candidate === args[0]);
  if (arch !== undefined) {
    args.shift();
  }
  const found = await guestForTest(arch ?? 'amd64');
  if ('missing' in found) {
    console.log(`skipped: ${found.missing.split('\n')[0]}`);
    return 77;
  }
  const { guest } = found;
  const append = `console=ttyS0 ws.exec="${COMMAND}"`;
  const start = performance.now();
  const { status, output } = await run(['--kernel', guest.kernel, '--initrd', guest.initrd, '--append', append, '--timeout', String(BOOT_LIMIT_S), ...args]);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const problems = [
    ...(status === 0 ? [] : [`vmx run ended with status ${status}`]),
    ...(output.includes(`${guest.release} `) && output.includes('WORLDSWITCH-READY') ? [] : ['the guest did not reach user space']),
    ...(/^sum 42\r?$/m.test(output) && /^1755654\r?$/m.test(output) ? [] : ['the guest computed something wrong']),
    ...(EXIT_LINE.test(output) ? [] : ['the command did not end with status 0']),
    ...[...output.matchAll(/^<[0-4]>.*/gm)].map(([line]) => line).filter((line) => !KNOWN_WARNINGS.some((known) => known.test(line))).map((line) => `a warning that is not known: ${line}`),
    ...[...output.matchAll(new RegExp(TROUBLE, 'g'))].map(([line]) => `the kernel says: ${line}`),
  ];
  if (problems.length > 0) {
    console.log(`${output.slice(-6000)}\nboot of ${guest.release} failed after ${seconds} s:\n  ${problems.join('\n  ')}`);
    return 1;
  }
  console.log(`${guest.arch} ${guest.release}: booted, ran its commands and powered off in ${seconds} s`);
  return 0;
}

process.exitCode = await main();
