import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serveDisk } from './nbd/server.ts';
import { createDisk, openDisk, openStore } from './open-disk.ts';
import { MemoryStore } from './store/memory-store.ts';
import { RandomSource } from './testing/random-source.ts';

const contents = new RandomSource(1).bytes(100 * 512);

describe('a disk by its location', () => {
  it('on a web server is read, and not written', async () => {
    const server = createServer((request, response) => {
      const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range!)!;
      const end = Math.min(Number(last) + 1, contents.length);
      response.writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${contents.length}`, 'x-seen': String(request.headers['x-token']) }).end(contents.subarray(Number(start), end));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://me:secret@127.0.0.1:${(server.address() as AddressInfo).port}/disk.raw`;
    const told: string[] = [];
    const disk = await openDisk(url, { format: 'raw', network: { headers: { 'x-token': '1' }, onNotice: (message) => told.push(message) } });
    const bytes = new Uint8Array(disk.size);
    await disk.read(0, bytes);
    expect(Buffer.compare(bytes, contents)).toBe(0);
    expect(told).toHaveLength(1);
    await disk.close();
    const refused: unknown = await openDisk(url, { format: 'raw', readOnly: false }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'DISK_FEATURE_UNSUPPORTED' });
    expect(String(refused)).not.toContain('secret');
    server.close();
  });

  it('on an NBD server is read, written, and made anew', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'worldswitch-remote-'));
    const served = await openStore(new MemoryStore('disk', contents), { format: 'raw', readOnly: false });
    const server = await serveDisk(served, { listen: `unix:${join(folder, 'socket')}` });
    const disk = await openDisk(server.uri, { format: 'raw', readOnly: false });
    await disk.write(3, contents.subarray(512, 600));
    const bytes = new Uint8Array(disk.size);
    await disk.read(0, bytes);
    const model = contents.slice();
    model.set(contents.subarray(512, 600), 3);
    expect(Buffer.compare(bytes, model)).toBe(0);
    await disk.close();
    const made = await createDisk(server.uri, { format: 'raw', size: contents.length });
    await made.read(0, bytes);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    await made.close();
    await expect(createDisk(server.uri, { format: 'raw', size: 512 })).rejects.toMatchObject({ code: 'DISK_OPERATION_UNSUPPORTED' });
    await expect(createDisk(server.uri, { format: 'luks', size: 512 })).rejects.toMatchObject({ code: 'DISK_OPERATION_UNSUPPORTED' });
    await server.close();
    rmSync(folder, { recursive: true });
  });
});
