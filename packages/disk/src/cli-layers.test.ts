/** The commands for layers, snapshots and bitmaps, on qcow2 and judged by qemu-img. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from './cli.ts';
import { FORMAT_ENTRIES } from './formats/all-formats.ts';
import { hasQemuImg, mustPassQemuImg, qemuImg } from './testing/qemu-img.ts';

const folder = mkdtempSync(join(tmpdir(), 'vmx-disk-layers-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);
const hasQemuIo = spawnSync('qemu-io', ['--version']).status === 0;
const canRun = hasQemuImg && hasQemuIo && FORMAT_ENTRIES.some(({ name }) => name === 'qcow2');

async function disk(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runCommandLine(argv, '1', { stdin: process.stdin, stdout: process.stdout, stderr: { write: () => true }, signal: new AbortController().signal });
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}
const json = async (...argv: readonly string[]): Promise<Record<string, unknown>> => JSON.parse(await disk(...argv, '--json')) as Record<string, unknown>;
const write = (path: string, ...commands: readonly string[]): void => {
  const { status, stdout, stderr } = spawnSync('qemu-io', ['-f', 'qcow2', ...commands.flatMap((command) => ['-c', command]), path], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
};
const isSame = (path: string, raw: string): void => {
  mustPassQemuImg('compare', '-f', 'qcow2', '-F', 'raw', path, raw);
  mustPassQemuImg('check', '-q', '-f', 'qcow2', path);
};

describe.skipIf(!canRun)('layers (skipped: no qemu-img, qemu-io or qcow2)', () => {
  beforeAll(async () => {
    await disk('create', '-f', 'qcow2', file('base.qcow2'), '16M');
    write(file('base.qcow2'), 'write -P 1 0 8M');
    await disk('create', '-f', 'qcow2', '-b', 'base.qcow2', '-F', 'qcow2', file('middle.qcow2'));
    write(file('middle.qcow2'), 'write -P 2 1M 3M', 'write -z 5M 1M', 'write -P 3 12M 100k');
    await disk('create', '-f', 'qcow2', '-b', 'middle.qcow2', '-F', 'qcow2', file('top.qcow2'), '20M');
    write(file('top.qcow2'), 'write -P 4 2M 64k', 'write -P 5 18M 1k');
    await disk('convert', '-O', 'raw', file('top.qcow2'), file('top.raw'));
    isSame(file('top.qcow2'), file('top.raw'));
    copyFileSync(file('base.qcow2'), file('other.qcow2'));
    write(file('other.qcow2'), 'write -P 9 9M 2M', 'write -P 2 1M 1M');
  });

  /** Copies of the chain, under names of their own. */
  const copies = (prefix: string): { readonly base: string; readonly middle: string; readonly top: string } => {
    for (const name of ['base', 'middle', 'top']) copyFileSync(file(`${name}.qcow2`), file(`${prefix}-${name}.qcow2`));
    mustPassQemuImg('rebase', '-u', '-f', 'qcow2', '-b', `${prefix}-base.qcow2`, '-F', 'qcow2', file(`${prefix}-middle.qcow2`));
    mustPassQemuImg('rebase', '-u', '-f', 'qcow2', '-b', `${prefix}-middle.qcow2`, '-F', 'qcow2', file(`${prefix}-top.qcow2`));
    return { base: file(`${prefix}-base.qcow2`), middle: file(`${prefix}-middle.qcow2`), top: file(`${prefix}-top.qcow2`) };
  };

  it('info tells what qemu-img tells', async () => {
    for (const name of ['base', 'top']) {
      const theirs = JSON.parse(mustPassQemuImg('info', '--output=json', file(`${name}.qcow2`))) as Record<string, unknown>;
      const { 'full-backing-filename': _full, children: _children, ...rest } = theirs;
      expect(await json('info', file(`${name}.qcow2`))).toMatchObject(rest);
    }
    const chain = (await json('info', '--chain', file('top.qcow2'))) as unknown as { 'virtual-size': number; filename: string }[];
    expect(chain.map((layer) => layer['virtual-size'] / 1024 ** 2)).toEqual([20, 16, 16]);
  });

  it('map tells what qemu-img tells', async () => {
    const theirs = JSON.parse(mustPassQemuImg('map', '--output=json', file('top.qcow2'))) as { start: number; length: number; depth: number; present: boolean; zero: boolean; data: boolean; offset?: number }[];
    const ours = (await json('map', file('top.qcow2'))) as unknown as typeof theirs;
    const data = (rows: typeof theirs): unknown[] => rows.filter((row) => row.data).map(({ start, length, depth, offset }) => ({ start, length, depth, offset }));
    expect(data(ours)).toEqual(data(theirs));
  });

  it.each([['other.qcow2'], ['base.qcow2'], ['']])('rebase onto %j keeps the disk', async (parent) => {
    copyFileSync(file('top.qcow2'), file('rebased.qcow2'));
    await disk('rebase', '-b', parent, ...(parent === '' ? [] : ['-F', 'qcow2']), file('rebased.qcow2'));
    isSame(file('rebased.qcow2'), file('top.raw'));
    expect((await json('info', file('rebased.qcow2')))['backing-filename']).toBe(parent === '' ? undefined : parent);
  });

  it('rebase --unsafe only renames, and a loop is refused', async () => {
    copyFileSync(file('top.qcow2'), file('renamed.qcow2'));
    copyFileSync(file('middle.qcow2'), file('moved.qcow2'));
    await disk('rebase', '-u', '-b', 'moved.qcow2', '-F', 'qcow2', file('renamed.qcow2'));
    isSame(file('renamed.qcow2'), file('top.raw'));
    await expect(disk('rebase', '-b', 'renamed.qcow2', '-F', 'qcow2', file('renamed.qcow2'))).rejects.toThrow('it would stand on itself');
  });

  it('commit writes into the parent and empties the layer', async () => {
    const { middle, top } = copies('c1');
    expect(await json('commit', top)).toMatchObject({ emptied: true });
    isSame(middle, file('top.raw'));
    isSame(top, file('top.raw'));
    const rows = JSON.parse(mustPassQemuImg('map', '--output=json', top)) as { depth: number; data: boolean }[];
    expect(rows.some(({ depth, data }) => data && depth === 0)).toBe(false);
  });

  it('commit -b writes further down, through what is between', async () => {
    const { base, top } = copies('c2');
    expect(await json('commit', '-b', base, top)).toMatchObject({ emptied: false });
    isSame(base, file('top.raw'));
    await expect(disk('commit', '-b', file('other.qcow2'), top)).rejects.toThrow('is not below');
  });

  it('convert -B makes a layer of what differs', async () => {
    await disk('convert', '-O', 'qcow2', '-B', 'other.qcow2', '-F', 'qcow2', file('top.qcow2'), file('above.qcow2'));
    isSame(file('above.qcow2'), file('top.raw'));
    const rows = JSON.parse(mustPassQemuImg('map', '--output=json', file('above.qcow2'))) as { start: number; length: number; depth: number; data: boolean }[];
    const own = rows.filter(({ depth, data }) => depth === 0 && data).reduce((sum, { length }) => sum + length, 0);
    expect(own).toBeGreaterThan(0);
    expect(own).toBeLessThan(6 * 1024 ** 2);
  });

  it('an image that another process writes is left alone', async () => {
    const { middle } = copies('locked');
    const { openDisk } = await import('./open-disk.ts');
    await using writer = await openDisk(middle, { readOnly: false });
    await expect(disk('commit', middle)).rejects.toThrow('is being written by another process');
    await expect(disk('info', middle)).rejects.toThrow('--force-share');
    expect(await json('info', '-U', middle)).toMatchObject({ 'virtual-size': writer.size });
  });
});

describe.skipIf(!canRun)('inside an image (skipped: no qemu-img, qemu-io or qcow2)', () => {
  it('snapshots are made, listed, read, gone back to and deleted', async () => {
    const path = file('snapshots.qcow2');
    writeFileSync(file('first.raw'), Buffer.alloc(4 * 1024 ** 2, 7));
    await disk('convert', '-O', 'qcow2', file('first.raw'), path);
    await disk('snapshot', 'create', path, 'one');
    write(path, 'write -P 8 1M 1M');
    await disk('snapshot', '-c', 'two', path);
    expect(mustPassQemuImg('snapshot', '-l', path)).toMatch(/one[^]*two/);
    expect(((await json('snapshot', 'list', path))['snapshots'] as { name: string }[]).map(({ name }) => name)).toEqual(['one', 'two']);
    await disk('convert', '-l', 'snapshot.name=one', '-O', 'raw', path, file('then.raw'));
    mustPassQemuImg('compare', '-f', 'raw', '-F', 'raw', file('then.raw'), file('first.raw'));
    await disk('snapshot', '-a', 'one', path);
    isSame(path, file('first.raw'));
    await disk('snapshot', 'delete', path, 'two');
    await expect(disk('snapshot', 'delete', path, 'two')).rejects.toThrow('two');
    isSame(path, file('first.raw'));
  });

  it('bitmaps are added, merged, copied and removed', async () => {
    const path = file('bitmaps.qcow2');
    await disk('create', '-f', 'qcow2', path, '4M');
    await disk('bitmap', '--add', '-g', '64K', path, 'b1');
    write(path, 'write -P 8 1M 64k');
    await disk('bitmap', '--add', '--disable', path, 'b2');
    await disk('bitmap', '--merge', 'b1', path, 'b2');
    await disk('convert', '-O', 'qcow2', '--bitmaps', path, file('bitmaps2.qcow2'));
    expect(await json('bitmap', file('bitmaps2.qcow2'))).toMatchObject({ bitmaps: [{ name: 'b1', granularity: 65_536, flags: ['auto'] }, { name: 'b2', granularity: 65_536, flags: [] }] });
    await disk('bitmap', '--remove', path, 'b1');
    expect(mustPassQemuImg('info', path)).not.toContain('name: b1');
    mustPassQemuImg('check', path);
  });

  it('amend changes what can be changed', async () => {
    const path = file('amend.qcow2');
    await disk('create', '-f', 'qcow2', '-o', 'compat=1.1', path, '4M');
    await disk('amend', '-o', 'lazy_refcounts=on', path);
    expect(mustPassQemuImg('info', path)).toContain('lazy refcounts: true');
    expect(await disk('amend', '-o', 'help', path)).toContain('lazy_refcounts=<on|off>');
  });

  it('check has qemu-img\'s statuses, and repairs', async () => {
    const path = file('leak.qcow2');
    await disk('create', '-f', 'qcow2', path, '4M');
    write(path, 'write -P 8 0 1M');
    // The L1 entry is gone: what it led to is leaked.
    const { openSync, writeSync, closeSync, readSync } = await import('node:fs');
    const descriptor = openSync(path, 'r+');
    const header = Buffer.alloc(48);
    readSync(descriptor, header, 0, 48, 0);
    writeSync(descriptor, Buffer.alloc(8), 0, 8, Number(header.readBigUInt64BE(40)));
    closeSync(descriptor);
    const status = async (...argv: string[]): Promise<number> => (await runCommandLine(argv, '1', { stdin: process.stdin, stdout: process.stdout, stderr: { write: () => true }, signal: new AbortController().signal })).status;
    expect(qemuImg('check', path).status).toBe(3);
    expect(await status('check', path)).toBe(3);
    expect(await status('check', '-r', 'leaks', path)).toBe(0);
    expect(await status('check', path)).toBe(0);
    expect(qemuImg('check', path).status).toBe(0);
  });
});
