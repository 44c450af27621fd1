import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createDisk, openDisk } from '../open-disk.ts';
import { hasQemuImg, qemuImg } from '../testing/qemu-img.ts';
import { canLock } from './file-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'worldswitch-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));
const hasQemuIo = spawnSync('qemu-io', ['--version']).status === 0;

let count = 0;
function image(): string {
  const path = join(folder, `disk${++count}.img`);
  writeFileSync(path, new Uint8Array(65536).fill(1));
  return path;
}
const openWritable = (path: string): ReturnType<typeof openDisk> => openDisk(path, { format: 'raw', readOnly: false });

// Locks belong to the open file, so two opens of one process keep each other out as two processes do.
describe.skipIf(!canLock())('locks (skipped: this Node.js or system cannot lock)', () => {
  it('keep a second writer out until the first has closed', async () => {
    const path = image();
    const first = await openWritable(path);
    await expect(openWritable(path)).rejects.toMatchObject({ code: 'DISK_LOCKED', kind: 'locked' });
    await first.close();
    await (await openWritable(path)).close();
  });

  it('let readers in together, and no writer beside them', async () => {
    const path = image();
    await using one = await openDisk(path);
    await using two = await openDisk(path);
    expect(one.size).toBe(two.size);
    await expect(openWritable(path)).rejects.toMatchObject({ code: 'DISK_LOCKED' });
  });

  it('let a reader in beside a writer only when it is forced', async () => {
    const path = image();
    await using writer = await openWritable(path);
    await expect(openDisk(path)).rejects.toMatchObject({ code: 'DISK_LOCKED', hint: expect.stringContaining('--force-share') as string });
    await using reader = await openDisk(path, { forceShare: true });
    expect(reader.size).toBe(writer.size);
    await expect(openDisk(path, { format: 'raw', readOnly: false, forceShare: true })).rejects.toMatchObject({ code: 'DISK_LOCKED' });
  });

  it('let a writer in beside a reader that was forced', async () => {
    const path = image();
    await using reader = await openDisk(path, { forceShare: true });
    await using writer = await openWritable(path);
    expect(reader.size).toBe(writer.size);
  });

  it('keep an image that is open from being replaced', async () => {
    const path = image();
    await using reader = await openDisk(path);
    await expect(createDisk(path, { format: 'raw', size: 4096, replace: true })).rejects.toMatchObject({ code: 'DISK_LOCKED' });
    expect(readFileSync(path)).toHaveLength(reader.size);
  });

  it.skipIf(!hasQemuImg)('keep qemu out (skipped: no qemu-img)', async () => {
    const path = image();
    const disk = await openWritable(path);
    // As for qemu's own writers: a conversion wants the image to stay as it is, and a change wants it alone.
    const refused = qemuImg('convert', '-f', 'raw', path, '-O', 'raw', `${path}.copy`);
    expect(refused.status).toBe(1);
    expect(refused.output).toContain('Failed to get shared "write" lock');
    expect(qemuImg('convert', '-U', '-f', 'raw', path, '-O', 'raw', `${path}.copy`).status).toBe(0);
    expect(qemuImg('resize', '-f', 'raw', path, '1M').output).toContain('lock');
    await disk.close();
    await using reader = await openDisk(path);
    expect(qemuImg('resize', '-f', 'raw', path, '1M').output).toContain('lock');
    expect(qemuImg('convert', '-f', 'raw', path, '-O', 'raw', `${path}.copy`).status).toBe(0);
    expect(reader.size).toBe(65536);
  });

  it.skipIf(!hasQemuIo)('are kept out by qemu (skipped: no qemu-io)', async () => {
    const path = image();
    const qemu = spawn('qemu-io', ['-f', 'raw', path], { stdio: ['pipe', 'pipe', 'inherit'] });
    qemu.stdin.write('length\n');
    await once(qemu.stdout, 'data');
    await expect(openWritable(path)).rejects.toMatchObject({ code: 'DISK_LOCKED' });
    await expect(openDisk(path)).rejects.toMatchObject({ code: 'DISK_LOCKED' });
    await (await openDisk(path, { forceShare: true })).close();
    qemu.stdin.end('quit\n');
    await once(qemu, 'close');
    await (await openWritable(path)).close();
  });
});
