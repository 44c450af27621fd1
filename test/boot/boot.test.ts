// Whole-machine boots of Debian's kernels through the API, the example and the terminal.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type VmConfig, VM } from '@worldswitch/vmx';
import { describe, expect, it } from 'vitest';
import { type Guest, type GuestArchitecture, guestForTest } from '../guests/guests.ts';

const BOOT_MS = 120_000;
const root = join(import.meta.dirname, '../..');
const PROMPT = '/root # ';

const found = { amd64: await guestForTest('amd64'), i386: await guestForTest('i386') };

/** For the name of a suite whose guest cannot be had. */
function reason(arch: GuestArchitecture): string {
  const result = found[arch];
  return 'missing' in result ? ` (skipped: ${result.missing.split('\n')[0]})` : '';
}

function guestOf(arch: GuestArchitecture): Guest {
  const result = found[arch];
  if ('missing' in result) throw new Error(result.missing);
  return result.guest;
}

function configOf(arch: GuestArchitecture, more: VmConfig = {}): VmConfig {
  const { kernel, initrd } = guestOf(arch);
  return { kernel, initrd, append: 'console=ttyS0', memory: '256M', ...more };
}

describe.skipIf('missing' in found.amd64)(`amd64${reason('amd64')}`, () => {
  it('boots to a shell, runs commands, costs nothing while it waits, and powers off', { timeout: 2 * BOOT_MS }, async () => {
    await using vm = await VM.start(configOf('amd64'));
    await vm.waitFor(PROMPT, { timeoutMs: BOOT_MS });

    const uname = await vm.exec('uname -srm');
    expect(uname).toEqual({ output: `Linux ${guestOf('amd64').release} x86_64\n`, status: 0 });
    expect((await vm.exec('false')).status).toBe(1);
    expect((await vm.exec('dmesg | grep -cE "Oops|BUG:|WARNING: CPU|Call Trace"')).output).toBe('0\n');

    // What 12 KiB of typing leaves in a file is what was typed.
    const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}\n`).join('');
    await vm.write(`cat > paste << 'END'\n${lines}END\n`);
    expect((await vm.exec('cat paste')).output).toBe(lines);

    // The test runner's own share is in this figure.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 5e6).toBeLessThan(0.02);

    await vm.write('poweroff\n');
    expect(await vm.exited).toEqual({ reason: 'power-off', status: 0 });
  });

  it('repeats a run bit for bit with icount', { timeout: 3 * BOOT_MS }, async () => {
    const run = async (): Promise<{ output: string; instructions: number | undefined }> => {
      const vm = await VM.start(configOf('amd64', { icount: true, memory: '128M', append: 'console=ttyS0 ws.exec="uname -a; date; cat /proc/interrupts; cat /proc/uptime"' }));
      let output = '';
      vm.serial.setEncoding('latin1').on('data', (text: string) => { output += text; });
      expect(await vm.exited).toEqual({ reason: 'power-off', status: 0 });
      return { output, instructions: (await vm.statistics())?.instructions };
    };
    const first = await run();
    expect(first.output).toContain('WORLDSWITCH-EXIT 0');
    expect(await run()).toEqual(first);
  });

  it('the example prints what the guest says', { timeout: BOOT_MS }, async () => {
    const { kernel, initrd, release } = guestOf('amd64');
    const child = spawn(process.execPath, [join(root, 'examples/uname.ts'), kernel, initrd, 'uname -r'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { output += text; });
    const [status] = await once(child, 'close') as [number];
    expect({ output, status }).toEqual({ output: `${release}\n`, status: 0 });
  });
});

describe.skipIf('missing' in found.i386)(`i386${reason('i386')}`, () => {
  it('boots to a shell in a terminal and powers off with status 0', { timeout: BOOT_MS }, async () => {
    const { kernel, initrd, release } = guestOf('i386');
    const child = spawn(process.execPath, [join(root, 'bin/vmx.ts'), 'run', '--kernel', kernel, '--initrd', initrd, '--append', 'console=ttyS0', '--memory', '128M', '--timeout', String(BOOT_MS / 1000), '--stats'], { stdio: 'pipe' });
    let output = '';
    let statistics = '';
    // Typed long before anyone listens: the port holds it until the guest does.
    child.stdin.write('uname -r\nexpr 6 \\* 7\npoweroff\n');
    child.stdout.setEncoding('utf8').on('data', (text: string) => { output += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { statistics += text; });
    const [status] = await once(child, 'close') as [number];
    expect(output).toMatch(new RegExp(`^${release.replaceAll('.', '\\.')}\r?$`, 'm'));
    expect(output).toMatch(/^42\r?$/m);
    expect(statistics).toMatch(/^exit reason .*\n(?:.*\n)*instructions/);
    expect(status).toBe(0);
  });
});
