/** Our server, used by the clients of qemu and libnbd. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createDisk, openStore } from '../open-disk.ts';
import type { Disk } from '../disk.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { hasQemuImg } from '../testing/qemu-img.ts';
import { hasProgram, mustPassProgram, runProgram } from '../testing/program.ts';
import { RandomSource } from '../testing/random-source.ts';
import { NbdStore } from './nbd-store.ts';
import { serveDisk } from './server.ts';
import type { DiskServer, ServeOptions } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'worldswitch-nbd-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const hasLibnbd = hasProgram('nbdinfo') && hasProgram('nbdcopy');
if (!hasQemuImg) console.warn('qemu-img is not here: its client is not tried');
if (!hasLibnbd) console.warn('nbdinfo and nbdcopy are not here: they are not tried');

const SIZE = 8 * 1024 * 1024 + 512;
const random = new RandomSource(Number(process.env['DISK_SEED'] ?? 3));
/** Data, a hole, data, a hole to the end. */
const contents = new Uint8Array(SIZE);
contents.set(random.bytes(1024 * 1024));
contents.set(random.bytes(128 * 1024), 4 * 1024 * 1024);
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
let sockets = 0;

async function serve(options: Partial<ServeOptions> = {}, isWritable = true): Promise<{ disk: Disk; server: DiskServer; path: string; socket: string }> {
  const path = join(folder, `${++sockets}.raw`);
  const disk = await createDisk(path, { format: 'raw', size: SIZE });
  for (const [start, length] of [[0, 1024 * 1024], [4 * 1024 * 1024, 128 * 1024]] as const) await disk.write(start, contents.subarray(start, start + length));
  const socket = join(folder, `${sockets}.sock`);
  const server = await serveDisk(disk, { listen: `unix:${socket}`, readOnly: !isWritable, ...options });
  open.push(() => server.close().then(() => disk.close()));
  return { disk, server, path, socket };
}

describe.skipIf(!hasQemuImg)('the NBD server, to qemu', () => {
  it('is opened, described and copied', async () => {
    const { socket } = await serve({ name: 'a disk', description: 'for tests' });
    const info = JSON.parse(await mustPassProgram('qemu-img', 'info', '--output=json', `nbd:unix:${socket}:exportname=a disk`)) as Record<string, unknown>;
    expect(info).toMatchObject({ 'virtual-size': SIZE, format: 'raw' });
    const copy = join(folder, 'copy.raw');
    await mustPassProgram('qemu-img', 'convert', '-O', 'raw', `nbd:unix:${socket}`, copy);
    expect(digest(readFileSync(copy))).toBe(digest(contents));
    const refused = await runProgram('qemu-img', 'info', `nbd:unix:${socket}:exportname=another`);
    expect(refused.status).not.toBe(0);
  });

  it('is mapped as it is', async () => {
    const { socket } = await serve();
    const map = JSON.parse(await mustPassProgram('qemu-img', 'map', '--output=json', `nbd:unix:${socket}`)) as { start: number; length: number; data: boolean; zero: boolean }[];
    expect(map.map(({ start, length, data, zero }) => [start, length, data, zero])).toEqual([
      [0, 0x10_0000, true, false], [0x10_0000, 0x30_0000, false, true], [0x40_0000, 0x2_0000, true, false], [0x42_0000, SIZE - 0x42_0000, false, true],
    ]);
  });

  it('is written, zeroed, trimmed and flushed', async () => {
    const { socket, disk } = await serve();
    const commands = ['write -P 0x5a 1M 64k', 'write -f -P 0x5b 3145727 3', 'write -z 4M 64k', 'write -z -u 4160k 4k', 'discard 4164k 4k', 'flush', 'read -P 0x5a 1M 64k', 'read -P 0 4M 72k', 'aio_write -P 7 2M 1M', 'aio_write -P 8 5M 1M', 'aio_flush'];
    const output = await mustPassProgram('qemu-io', '-f', 'raw', ...commands.flatMap((command) => ['-c', command]), `nbd:unix:${socket}`);
    expect(output).not.toMatch(/fail|error/i);
    const model = contents.slice();
    model.fill(0x5a, 0x10_0000, 0x11_0000).fill(0x5b, 3_145_727, 3_145_730).fill(0, 0x40_0000, 0x41_2000).fill(7, 0x20_0000, 0x30_0000).fill(8, 0x50_0000, 0x60_0000);
    const bytes = new Uint8Array(SIZE);
    await disk.read(0, bytes);
    expect(digest(bytes)).toBe(digest(model));
  });

  it('refuses writes when it is for reading only', async () => {
    const { socket, disk } = await serve({}, false);
    const { output } = await runProgram('qemu-io', '-f', 'raw', '-c', 'write 0 512', `nbd:unix:${socket}`);
    expect(output).toMatch(/read.only|Permission denied/i);
    const bytes = new Uint8Array(SIZE);
    await disk.read(0, bytes);
    expect(digest(bytes)).toBe(digest(contents));
  });

  it('serves a qcow2 of qemu\'s inside a disk', async () => {
    const { server } = await serve({ listen: '127.0.0.1:0' });
    expect(server.uri).toMatch(/^nbd:\/\/127\.0\.0\.1:\d+\/$/);
    await mustPassProgram('qemu-img', 'create', '-q', '-f', 'qcow2', server.uri, '64M');
    await mustPassProgram('qemu-io', '-f', 'qcow2', '-c', 'write -P 9 63M 64k', '-c', 'read -P 9 63M 64k', server.uri);
    await mustPassProgram('qemu-img', 'check', '-f', 'qcow2', server.uri);
  });
});

describe.skipIf(!hasLibnbd)('the NBD server, to libnbd', () => {
  it('says what it can', async () => {
    const { server } = await serve({ name: 'disk', description: 'for tests' });
    const { exports } = JSON.parse(await mustPassProgram('nbdinfo', '--json', server.uri)) as { exports: Record<string, unknown>[] };
    expect(exports).toMatchObject([{
      'export-name': 'disk', 'export-size': SIZE, 'is_read_only': false, can_cache: true, can_df: true, can_flush: true, can_fua: true, can_multi_conn: true, can_trim: true, can_zero: true, contexts: ['base:allocation'],
    }]);
    const list = JSON.parse(await mustPassProgram('nbdinfo', '--list', '--json', server.uri.replace('/disk?', '/?'))) as { exports: Record<string, unknown>[] };
    expect(list.exports).toMatchObject([{ 'export-name': 'disk', description: 'for tests' }]);
  });

  it('gives its map', async () => {
    const { server } = await serve();
    const map = JSON.parse(await mustPassProgram('nbdinfo', '--map', '--json', server.uri)) as { offset: number; length: number; type: number }[];
    expect(map.map(({ offset, length, type }) => [offset, length, type])).toEqual([[0, 0x10_0000, 0], [0x10_0000, 0x30_0000, 3], [0x40_0000, 0x2_0000, 0], [0x42_0000, SIZE - 0x42_0000, 3]]);
  });

  it('is copied from and to, over several connections', async () => {
    const { server, disk } = await serve();
    const copy = join(folder, 'copy.raw');
    await mustPassProgram('nbdcopy', '--connections=4', '--requests=32', server.uri, copy);
    expect(digest(readFileSync(copy))).toBe(digest(contents));
    const other = random.bytes(SIZE);
    writeFileSync(copy, other);
    await mustPassProgram('nbdcopy', '--flush', copy, server.uri);
    const bytes = new Uint8Array(SIZE);
    await disk.read(0, bytes);
    expect(digest(bytes)).toBe(digest(other));
  });
});

describe('the NBD server', () => {
  it('listens on the machine only, unless told otherwise', async () => {
    const disk = await openStore(new MemoryStore('m', new Uint8Array(512)), { format: 'raw' });
    for (const listen of ['0.0.0.0:0', '[::]:0', '10.1.2.3:10809', 'example.org:1']) await expect(serveDisk(disk, { listen }), listen).rejects.toMatchObject({ code: 'DISK_OPTION_INVALID' });
    const server = await serveDisk(disk, { listen: '0.0.0.0:0', allowRemote: true });
    await server.close();
    await expect(serveDisk(disk, { listen: '127.0.0.1:0', tls: {} })).rejects.toMatchObject({ code: 'DISK_OPTION_INVALID' });
  });

  it('has one place, and as many clients as it may', async () => {
    const { socket, disk, server } = await serve({ maxConnections: 2 });
    await expect(serveDisk(disk, { listen: `unix:${socket}` })).rejects.toMatchObject({ code: 'DISK_EXISTS' });
    const clients = [await NbdStore.open(server.uri), await NbdStore.open(server.uri)];
    expect(server.connections).toBe(2);
    await expect(NbdStore.open(server.uri)).rejects.toMatchObject({ code: 'DISK_IO' });
    const bytes = new Uint8Array(4096);
    await clients[1]!.read(0, bytes);
    for (const client of clients) await client.close();
    await expect.poll(() => server.connections).toBe(0);
    await (await NbdStore.open(server.uri)).close();
  });

  it('ends by its signal, with what is under way done', async () => {
    const abort = new AbortController();
    const { server, disk } = await serve({ signal: abort.signal });
    const client = await NbdStore.open(server.uri, { isWritable: true, reconnects: 0 });
    const written = client.write(0, random.bytes(4 * 1024 * 1024)).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort();
    await server.ended;
    await written;
    await client.close();
    await disk.read(0, new Uint8Array(512));
    await expect(NbdStore.open(server.uri)).rejects.toMatchObject({ code: 'DISK_IO' });
  });

  it('hostile: clients that send anything are left, and the others are served', async () => {
    const left: string[] = [];
    const { socket, server } = await serve({ onClientError: ({ message }) => left.push(message) }, false);
    const good = await NbdStore.open(server.uri);
    const hello = Buffer.from([0, 0, 0, 3]);
    const option = (number: number, length: number, data: Uint8Array = new Uint8Array(0)): Buffer => {
      const head = Buffer.alloc(16);
      head.write('IHAVEOPT', 'latin1');
      head.writeUInt32BE(number, 8);
      head.writeUInt32BE(length, 12);
      return Buffer.concat([head, data]);
    };
    const go = option(7, 6, Buffer.alloc(6));
    const request = (command: number, offset: bigint, length: number, flags = 0): Buffer => {
      const bytes = Buffer.alloc(28);
      bytes.writeUInt32BE(0x2560_9513);
      bytes.writeUInt16BE(flags, 4);
      bytes.writeUInt16BE(command, 6);
      bytes.writeBigUInt64BE(offset, 16);
      bytes.writeUInt32BE(length, 24);
      return bytes;
    };
    const attacks: Uint8Array[] = [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.concat([hello, option(7, 0xffff_ffff)]), Buffer.concat([hello, option(10, 65_536, Buffer.alloc(65_536, 0xff))]), Buffer.concat([hello, ...Array.from({ length: 1000 }, () => option(99, 0))]),
      Buffer.concat([hello, go, request(1, 0n, 0xffff_ffff)]), Buffer.concat([hello, go, request(0, 0xffff_ffff_ffff_fff0n, 0x20)]), Buffer.concat([hello, go, request(0, 0n, 0xffff_ffff)]), Buffer.concat([hello, go, request(77, 0n, 1)]),
      Buffer.concat([hello, go, request(7, 0n, 512)]), Buffer.concat([hello, go, request(6, 0n, 0xffff_ffff)]), Buffer.concat([hello, go, request(1, BigInt(SIZE), 4096), Buffer.alloc(4096, 1), Buffer.alloc(28)]),
      ...Array.from({ length: Number(process.env['DISK_OPERATIONS'] ?? 60) }, () => {
        const bytes = Buffer.concat([hello, option(3, 0), option(8, 0), go, request(0, 0n, 512), request(7, 0n, 512), request(3, 0n, 0)]);
        for (let n = 1 + random.below(6); n > 0; n--) bytes[4 + random.below(bytes.length - 4)] = random.below(256);
        return bytes;
      }),
    ];
    for (const attack of attacks) {
      await new Promise<void>((resolve) => {
        // It stays until its requests have been looked at.
        const client = connect(socket, () => client.write(attack, () => setTimeout(() => client.end(), 5)));
        client.on('data', () => undefined).on('error', () => undefined).on('close', () => resolve());
      });
    }
    const bytes = new Uint8Array(SIZE);
    await good.read(0, bytes);
    expect(digest(bytes)).toBe(digest(contents));
    for (const reason of [/an option of the client is none/, /an option of 4294967295 bytes/, /too many options/, /a write of 4294967295 bytes/, /a request of the client is none/]) expect(left.join('\n')).toMatch(reason);
    await good.close();
    await expect.poll(() => server.connections).toBe(0);
  }, 300_000);

  it('hostile: a client that asks and never reads its answers takes bounded memory', async () => {
    const { socket, server } = await serve();
    const client = connect(socket);
    client.pause();
    const hello = Buffer.from('00000003 49484156454f5054 00000007 00000006 000000000000'.replaceAll(' ', ''), 'hex');
    client.write(hello);
    const read = Buffer.from('25609513 0000 0000 0000000000000001 0000000000000000 00800000'.replaceAll(' ', ''), 'hex');
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 200; i++) client.write(read);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 1024 * 1024);
    client.destroy();
    await expect.poll(() => server.connections).toBe(0);
  });
});
