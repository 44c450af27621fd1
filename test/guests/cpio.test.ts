import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { FileType, readCpio, writeCpio } from './cpio.ts';
import { buildInitramfs } from './initramfs.ts';

const entries = [
  { name: 'bin', mode: FileType.directory | 0o755 },
  { name: 'bin/a', mode: FileType.file | 0o755, data: 'x'.repeat(5) },
  { name: 'bin/link', mode: FileType.symlink | 0o777, data: 'a' },
  { name: 'empty', mode: FileType.file | 0o644 },
  { name: 'dev-ü', mode: FileType.characterDevice | 0o600, device: [5, 1] as const },
];

const cpio = spawnSync('cpio', ['--version']).status === 0;

describe('cpio', () => {
  it('reads back what it wrote', () => {
    const read = readCpio(writeCpio(entries)).map(({ name, mode, data, device }) => [name, mode, Buffer.from(data ?? '').toString(), device]);
    expect(read).toEqual(entries.map((entry) => [entry.name, entry.mode, entry.data ?? '', entry.device ?? [0, 0]]));
  });

  it('lays a header out as the kernel reads it', () => {
    const bytes = Buffer.from(writeCpio([{ name: 'ab', mode: FileType.file | 0o600, data: 'xyz' }]));
    expect(bytes.toString('latin1', 0, 110)).toBe(
      `070701${['00000001', '00008180', '00000000', '00000000', '00000001', '00000000', '00000003', '00000000', '00000000', '00000000', '00000000', '00000003', '00000000'].join('')}`,
    );
    expect(bytes.toString('latin1', 110, 113)).toBe('ab\0');
    expect(bytes.toString('latin1', 116, 119)).toBe('xyz');
    expect(bytes.toString('latin1', 120, 126)).toBe('070701');
    expect(bytes.length % 4).toBe(0);
  });

  it.skipIf(!cpio)(`is read by cpio${cpio ? '' : ' (skipped: no cpio program here)'}`, () => {
    const listed = spawnSync('cpio', ['-t', '--quiet'], { input: writeCpio(entries.slice(0, 4)), encoding: 'utf8' });
    expect(listed.stdout.trim().split('\n')).toEqual(['bin', 'bin/a', 'bin/link', 'empty']);
  });

  it('refuses a truncated archive', () => {
    const whole = writeCpio(entries);
    expect(() => readCpio(whole.subarray(0, 200))).toThrow(/cpio/);
  });
});

describe('initramfs', () => {
  it('has what the kernel and the shell need, directories before their content', () => {
    const names = readCpio(buildInitramfs(Buffer.from('elf'), [{ name: 'opt/test/prog', data: 'p' }])).map(({ name }) => name);
    for (const name of ['init', 'bin/busybox', 'bin/sh', 'dev/console', 'sbin/poweroff', 'opt/test/prog']) {
      expect(names).toContain(name);
      const parent = name.split('/').slice(0, -1).join('/');
      expect(parent === '' ? -1 : names.indexOf(parent)).toBeLessThan(names.indexOf(name));
    }
  });

  it('is the same for the same input', () => {
    expect(buildInitramfs(Buffer.from('elf'))).toEqual(buildInitramfs(Buffer.from('elf')));
  });
});
