import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import type { CommandHost } from './commands/command.ts';
import { runCommandLine } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'vmx-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const host = { stderr: process.stderr } as unknown as CommandHost;
const vmx = async (...argv: string[]): Promise<{ status: number; stdout: string; stderr: string }> => await runCommandLine(argv, '1.2.3', host);

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('the command line', () => {
  it('prints help with two examples first, and the version', async () => {
    const help = await vmx('run', '--help');
    expect(help.status).toBe(0);
    expect(help.stdout.split('\n').slice(0, 6)).toEqual([
      'vmx run [CONFIG.vmx] [OPTION …]', '', 'Examples:', '  vmx run --kernel vmlinuz --initrd initrd.img --append console=ttyS0',
      '  vmx run machine.vmx --serial file:boot.log --timeout 60 --exit-on login:', '',
    ]);
    for (const option of ['--kernel', '--serial', '--icount', '--exit-on', 'Ctrl-A X', 'Exit status:']) expect(help.stdout).toContain(option);
    expect((await vmx('--help')).stdout).toContain('vmx run');
    expect((await vmx('--version')).stdout).toBe('1.2.3\n');
  });

  it.each([
    [[], 'a command is missing'],
    [['rnu', '--kernel', 'x'], 'unknown command rnu; did you mean run?'],
    [['run', '--kernal', 'x'], 'unknown option --kernal; did you mean --kernel?'],
    [['run', '--kernal=x'], 'did you mean --kernel?'],
    [['run', '-z'], 'unknown option -z'],
    [['run', 'a.vmx', 'b'], 'unexpected argument b'],
    [['run', '--memory'], '--memory needs a value'],
    [['run'], 'nothing to boot; give --kernel FILE'],
    [['run', '--kernel', 'k', '--bios', 'b'], 'both given'],
    [['run', '--kernel', ''], '--kernel has no value'],
    [['run', '--initrd', 'i', '--bios', 'b'], '--initrd needs a kernel'],
    [['run', '--kernel', 'k', '--memory', '12Q'], '--memory 12Q: not a size; write a size such as 64M'],
    [['run', '--kernel', 'k', '--memory', '4G'], '--memory 4G: the machine takes 1M to 3G'],
    [['run', '--kernel', 'k', '--memory', '0'], 'the machine takes 1M to 3G'],
    [['run', '--kernel', 'k', '--cpus', '2'], '--cpus 2: this version has one virtual CPU; write --cpus 1'],
    [['run', '--kernel', 'k', '--cpus', 'two'], 'not a number of CPUs'],
    [['run', '--kernel', 'k', '--serial', 'tape'], '--serial tape: not a connection; write stdio, file:PATH'],
    [['run', '--kernel', 'k', '--serial', 'stdio', '--serial', 'stdio'], 'two serial ports are connected to stdio'],
    [['run', '--kernel', 'k', '--serial', 'none', '--serial', 'none', '--serial', 'none'], 'given 3 times'],
    [['run', '--kernel', 'k', '--debugcon', 'pty'], '--debugcon pty: not a place to write to'],
    [['run', '--kernel', 'k', '--timeout', 'soon'], '--timeout soon: not a time'],
    [['run', '--kernel', 'k', '--timeout', '0'], 'not a time'],
    [['run', '--kernel', 'k', '--rtc', 'yesterday'], '--rtc yesterday: not a date'],
    [['run', '--kernel', 'k', '--rtc', '1969-12-31'], 'the clock counts from 1970 to 2099'],
    [['run', '--kernel', 'k', '--exit-on', ''], '--exit-on has no value'],
    [['run', '--kernel', 'k', '--debug-exit', '--no-debug-exit'], 'both given'],
    [['run', '--kernel', 'k', '--icount=maybe'], '--icount takes no value: --icount=maybe'],
  ])('%j is wrong usage: one line, status 2', async (argv, message) => {
    const { status, stdout, stderr } = await vmx(...argv);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^vmx: .*; .*\n$/);
    expect([status, stdout]).toEqual([2, '']);
  });

  it('lets options override the file, the last of two options count, and says all with --dump-config', async () => {
    const config = file('a.vmx', 'memsize = "256"\ndisplayName = "d"\nworldswitch.kernel = "k"\nserial0.present = "TRUE"\nserial0.fileType = "file"\nserial0.fileName = "out"\n');
    const { stdout } = await vmx('run', config, '--dump-config', '--memory', '64M', '--memory', '128M', '--rtc', '2026-01-31T12:00', '--timeout', '2m', '--no-translate');
    expect(JSON.parse(stdout)).toEqual({
      displayName: 'd', memoryBytes: 128 * 1024 ** 2, cpus: 1, kernel: join(folder, 'k'), modules: [], icount: false, translate: false, traceTranslation: false, profile: false, reboot: 'restart',
      rtc: '2026-01-31T12:00:00.000Z', serial: [`file:${join(folder, 'out')}`, 'none'], timeoutMs: 120_000,
    });
  });
});

const program = join(import.meta.dirname, '../../../bin/vmx.ts');

describe('bin/vmx.ts with bad input', () => {
  const spawned = (...argv: string[]): { status: number | null; stderr: string } => {
    const { status, stderr } = spawnSync(process.execPath, [program, 'run', ...argv], { encoding: 'utf8', timeout: 20_000, input: '' });
    return { status, stderr };
  };

  it.each([
    ['a kernel that is not there', () => ['--kernel', join(folder, 'none')], 125, 'none: cannot read the kernel: no such file'],
    ['a folder', () => ['--kernel', folder], 125, 'is a directory'],
    ['an endless device', () => ['--kernel', '/dev/zero'], 125, '/dev/zero: cannot read the kernel: not a file'],
    ['an empty kernel', () => ['--kernel', file('empty', '')], 125, 'empty: the kernel is empty'],
    ['a kernel that is none', () => ['--kernel', file('text', 'x'.repeat(4096))], 125, 'text: is not a Linux bzImage'],
    ['a ROM of a wrong size', () => ['--bios', file('rom', new Uint8Array(5000))], 125, 'rom: has 5000 bytes; a BIOS image has'],
    ['an initrd that is not there', () => ['--kernel', file('k', 'x'), '--initrd', join(folder, 'none')], 125, 'none: cannot read the initrd: no such file'],
    ['a configuration that is not there', () => [join(folder, 'none.vmx')], 125, 'none.vmx: cannot read the configuration'],
    ['a wrong value', () => [file('b.vmx', '# x\nmemsize = "lots"\n')], 2, 'b.vmx:2: memsize = "lots": not a number of megabytes'],
    ['a line that is none', () => [file('c.vmx', 'hello\n')], 2, 'c.vmx:1: not a line of a .vmx file'],
    ['a serial file in no folder', () => ['--kernel', file('k', 'x'), '--serial', `file:${folder}/no/x`], 125, 'no/x: cannot write the file: no such file'],
  ])('%s: one line with a remedy, no stack trace', (_, argv, status, message) => {
    const result = spawned(...argv());
    expect(result.stderr).toContain(message);
    expect(result.stderr).toMatch(/^vmx: .*; .*\n$/);
    expect(result.status).toBe(status);
  });
});
