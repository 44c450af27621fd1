/** Our client, at nbdkit's, qemu-nbd's and our own server, and at servers that misbehave. */
import { spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { DiskError } from '../errors.ts';
import { openStore } from '../open-disk.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { hasQemuImg, mustPassQemuImg } from '../testing/qemu-img.ts';
import { hasProgram, startProgram } from '../testing/program.ts';
import { RandomSource } from '../testing/random-source.ts';
import { parseNbdLocation } from './location.ts';
import { NbdStore } from './nbd-store.ts';
import { serveDisk } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'worldswitch-nbd-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const hasNbdkit = hasProgram('nbdkit');
const hasQemuNbd = hasQemuImg && spawnSync('qemu-nbd', ['--version']).status === 0;
if (!hasNbdkit) console.warn('nbdkit is not here: its server is not tried');
if (!hasQemuNbd) console.warn('qemu-nbd is not here: its server is not tried');
const random = new RandomSource(Number(process.env['DISK_SEED'] ?? 11));

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});
let sockets = 0;
const newSocket = (): string => join(folder, `${++sockets}.sock`);

async function nbdkit(...args: string[]): Promise<string> {
  const socket = newSocket();
  const uri = `nbd+unix:///?socket=${socket}`;
  const isReady = () => NbdStore.open(uri).then((store) => store.close()).then(() => true, () => false);
  children.push(await startProgram(isReady, 'nbdkit', '--foreground', '--unix', socket, ...args));
  return uri;
}

describe('locations', () => {
  it.each([
    ['nbd://example.org', { address: { host: 'example.org', port: 10809 }, exportName: '', isTls: false }], ['nbds://[::1]:99/a%20name', { address: { host: '::1', port: 99 }, exportName: 'a name', isTls: true }],
    ['nbd+unix:///disk?socket=/run/a%20socket', { address: { path: '/run/a socket' }, exportName: 'disk', isTls: false }], ['nbd:unix:/run/x.sock', { address: { path: '/run/x.sock' }, exportName: '', isTls: false }],
    ['nbd:unix:/run/x.sock:exportname=a:b', { address: { path: '/run/x.sock' }, exportName: 'a:b', isTls: false }], ['nbd:localhost:10809:exportname=x', { address: { host: 'localhost', port: 10809 }, exportName: 'x', isTls: false }],
    ['nbd:[::1]:1', { address: { host: '::1', port: 1 }, exportName: '', isTls: false }],
  ])('%s', (text, location) => { expect(parseNbdLocation(text)).toEqual(location); });

  it.each(['nbd:', 'nbd:host', 'nbd:host:99999', 'nbd+unix:///x', 'nbd://host:port/', 'nbd://h/%ff', `nbd://h/${'x'.repeat(5000)}`])('%s is refused', (text) => {
    expect(() => parseNbdLocation(text)).toThrow(DiskError);
  });
});

describe.skipIf(!hasNbdkit)('the NBD client, at nbdkit', () => {
  it('reads a pattern, large and small, several at once', async () => {
    const store = await NbdStore.open(await nbdkit('pattern', '64M'));
    expect(store.length).toBe(64 * 1024 * 1024);
    const bytes = Buffer.alloc(20 * 1024 * 1024 + 8);
    await store.read(4096, bytes);
    for (let at = 0; at < bytes.length; at += 8) if (bytes.readBigUInt64BE(at) !== BigInt(4096 + at)) throw new Error(`at ${at}`);
    await Promise.all(Array.from({ length: 200 }, async () => {
      const at = random.below(64 * 1024 * 1024 - 4096) & ~7;
      const piece = Buffer.alloc(8 * (1 + random.below(64)));
      await store.read(at, piece);
      expect(piece.readBigUInt64BE()).toBe(BigInt(at));
    }));
    await expect(store.read(store.length - 1, new Uint8Array(2))).rejects.toMatchObject({ code: 'DISK_IMAGE_TRUNCATED' });
    await expect(NbdStore.open(await nbdkit('-r', 'memory', '1M'), { isWritable: true })).rejects.toMatchObject({ code: 'DISK_READ_ONLY' });
    await store.close();
  });

  it('writes, discards, and gives the map', async () => {
    const store = await NbdStore.open(await nbdkit('memory', '16M'), { isWritable: true });
    const model = new Uint8Array(store.length);
    for (let i = 0; i < 200; i++) {
      const at = random.below(store.length), length = 1 + random.below(Math.min(random.pick([512, 40_000, 3_000_000]), store.length - at));
      if (random.isOnceIn(4)) {
        await store.discard(at, length);
        model.fill(0, at, at + length);
      } else {
        const bytes = random.bytes(length);
        await store.write(at, bytes);
        model.set(bytes, at);
      }
    }
    await store.flush();
    const bytes = new Uint8Array(store.length);
    await store.read(0, bytes);
    expect(Buffer.compare(bytes, model)).toBe(0);
    await store.discard(0, store.length);
    await store.write(8 * 1024 * 1024, random.bytes(32 * 1024));
    expect(await store.extents(0, store.length)).toEqual([
      { start: 0, length: 8 * 1024 * 1024, isData: false }, { start: 8 * 1024 * 1024, length: 32 * 1024, isData: true }, { start: 8 * 1024 * 1024 + 32 * 1024, length: 8 * 1024 * 1024 - 32 * 1024, isData: false },
    ]);
    await expect(store.write(store.length - 1, new Uint8Array(2))).rejects.toMatchObject({ code: 'DISK_NO_SPACE' });
    await store.close();
  });

  it('a server without structured replies, flush, zeroes and trim serves as well', async () => {
    const store = await NbdStore.open(await nbdkit('--no-sr', '--filter=nozero', 'memory', '4M'), { isWritable: true });
    const bytes = random.bytes(2_000_000);
    await store.write(12_345, bytes);
    await store.discard(100_000, 1_000_000);
    bytes.fill(0, 100_000 - 12_345, 1_100_000 - 12_345);
    await store.flush();
    const found = new Uint8Array(bytes.length);
    await store.read(12_345, found);
    expect(Buffer.compare(found, bytes)).toBe(0);
    expect(await store.extents(0, store.length)).toEqual([{ start: 0, length: store.length, isData: true }]);
    await store.close();
  });

  it('keeps the blocks that a server wants', async () => {
    const store = await NbdStore.open(await nbdkit('--filter=blocksize-policy', 'memory', '1M', 'blocksize-minimum=4096', 'blocksize-maximum=65536', 'blocksize-error-policy=error'), { isWritable: true });
    const model = new Uint8Array(store.length);
    await Promise.all(Array.from({ length: 50 }, async (_, i) => {
      const at = i * 20_000 + 7, bytes = new Uint8Array(15_000).fill(i + 1);
      model.set(bytes, at);
      await store.write(at, bytes);
    }));
    await store.discard(5000, 20_000);
    model.fill(0, 5000, 25_000);
    const found = new Uint8Array(store.length - 11);
    await store.read(11, found);
    expect(Buffer.compare(found, model.subarray(11))).toBe(0);
    await store.close();
  });

  it('a server\'s error is one of ours, with its words', async () => {
    const uri = await nbdkit('--filter=error', 'memory', '1M', 'error-pread=EIO', 'error-pread-rate=100%');
    const store = await NbdStore.open(uri);
    await expect(store.read(512, new Uint8Array(512))).rejects.toMatchObject({ code: 'DISK_IO', context: { offset: 512, op: 'read' } });
    await store.close();
    await expect(NbdStore.open('nbd://127.0.0.1:1/')).rejects.toMatchObject({ code: 'DISK_IO' });
    await expect(NbdStore.open(`nbd+unix:///?socket=${folder}/none`)).rejects.toMatchObject({ code: 'DISK_IO' });
  });
});

describe.skipIf(!hasQemuNbd)('the NBD client, at qemu-nbd', () => {
  it('reads a qcow2 as the disk that is in it', async () => {
    const path = join(folder, 'disk.qcow2'), plain = join(folder, 'plain'), socket = newSocket();
    const contents = new Uint8Array(3 * 1024 * 1024);
    contents.set(random.bytes(100_000), 1_000_000);
    writeFileSync(plain, contents);
    mustPassQemuImg('convert', '-f', 'raw', '-O', 'qcow2', plain, path);
    const uri = `nbd+unix:///disk?socket=${socket}`;
    const isReady = () => NbdStore.open(uri).then((store) => store.close()).then(() => true, () => false);
    children.push(await startProgram(isReady, 'qemu-nbd', '--persistent', '--shared=4', '--socket', socket, '--export-name=disk', '--format=qcow2', path));
    const store = await NbdStore.open(uri, { isWritable: true });
    await using disk = await openStore(store, { format: 'raw', readOnly: false });
    const bytes = new Uint8Array(disk.size);
    await disk.read(0, bytes);
    expect(Buffer.compare(bytes, contents)).toBe(0);
    expect((await store.extents(0, store.length)).filter(({ isData }) => isData).reduce((sum, { length }) => sum + length, 0)).toBeLessThan(200_000);
    await disk.write(5, contents.subarray(1_000_000, 1_000_100));
    await disk.zero(1_048_576, 65_536);
    await disk.flush();
    await disk.read(0, bytes);
    contents.copyWithin(5, 1_000_000, 1_000_100).fill(0, 1_048_576, 1_114_112);
    expect(Buffer.compare(bytes, contents)).toBe(0);
    await expect(NbdStore.open(uri.replace('disk', 'another'))).rejects.toMatchObject({ kind: 'denied' });
  });
});

/** A server that breaks its connections after so many bytes, in front of ours. */
async function frail(bytesEach: () => number): Promise<{ uri: string; contents: Uint8Array; store: MemoryStore; connections: () => number; close: () => Promise<void> }> {
  const contents = random.bytes(4 * 1024 * 1024);
  const memory = new MemoryStore('disk', contents);
  const disk = await openStore(memory, { format: 'raw', readOnly: false });
  const behind = newSocket(), front = newSocket();
  const server = await serveDisk(disk, { listen: `unix:${behind}` });
  const { connect } = await import('node:net');
  let connections = 0;
  const proxy = createServer((client) => {
    connections++;
    const inner = connect(behind);
    let left = bytesEach();
    inner.on('data', (chunk) => {
      if (left < chunk.length) return void client.destroy();
      left -= chunk.length;
      client.write(chunk);
    });
    client.on('data', (chunk) => inner.write(chunk)).on('error', () => undefined).on('close', () => inner.destroy());
    inner.on('error', () => undefined).on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(front, resolve));
  return { uri: `nbd+unix:///?socket=${front}`, contents, store: memory, connections: () => connections, close: async () => { proxy.close(); await server.close(); } };
}

describe('a connection that breaks', () => {
  it('is made anew, and what was under way is asked again', async () => {
    const server = await frail(() => 1_500_000);
    const store = await NbdStore.open(server.uri, { isWritable: true });
    const bytes = new Uint8Array(store.length);
    for (let at = 0; at < bytes.length; at += 500_000) await store.read(at, bytes.subarray(at, at + 500_000));
    expect(Buffer.compare(bytes, server.contents)).toBe(0);
    expect(server.connections()).toBeGreaterThan(2);
    await store.close();
    await server.close();
  });

  it('that had writes which were not flushed is told of by flush, once', async () => {
    const limits = [10_000, Infinity];
    const server = await frail(() => limits.shift() ?? Infinity);
    const store = await NbdStore.open(server.uri, { isWritable: true });
    await store.write(0, new Uint8Array(512).fill(1));
    await store.read(0, new Uint8Array(20_000));
    await expect(store.flush()).rejects.toThrow(/had not been flushed/);
    await store.write(0, new Uint8Array(512).fill(1));
    await store.flush();
    await store.close();
    await server.close();
  });

  it('for good is an error, after a while', async () => {
    const server = await frail(() => 10_000);
    const store = await NbdStore.open(server.uri, { reconnects: 2 });
    await expect(store.read(0, new Uint8Array(1_000_000))).rejects.toMatchObject({ code: 'DISK_IO' });
    expect(server.connections()).toBeLessThan(20);
    await store.close();
    await server.close();
  });

  it('and a wait are ended by a signal', async () => {
    const server = await silent();
    const abort = new AbortController();
    const opening = NbdStore.open(server.uri, { signal: abort.signal });
    setTimeout(() => abort.abort(), 20);
    await expect(opening).rejects.toMatchObject({ code: 'DISK_ABORTED' });
    server.close();
  });

  it('by silence is noticed', async () => {
    const server = await script((socket) => { socket.write(GREETING); }, [ackStructured, goReply(4096, 1)], () => undefined);
    const store = await NbdStore.open(server.uri, { timeoutMs: 100, reconnects: 0 });
    await expect(store.read(0, new Uint8Array(512))).rejects.toThrow(/has not answered/);
    await store.close();
    server.close();
  });
});

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const GREETING = hex('4e42444d41474943 49484156454f5054 0003');
const optionReply = (option: number, type: number, data: Uint8Array = new Uint8Array(0)): Buffer => {
  const head = Buffer.alloc(20);
  head.writeBigUInt64BE(0x0003_e889_0455_65a9n);
  head.writeUInt32BE(option, 8);
  head.writeUInt32BE(type, 12);
  head.writeUInt32BE(data.length, 16);
  return Buffer.concat([head, data]);
};
const ackStructured = Buffer.concat([optionReply(8, 1), optionReply(10, 4, hex(`00000001${Buffer.from('base:allocation').toString('hex')}`)), optionReply(10, 1)]);
const goReply = (size: number, flags: number): Buffer => {
  const info = Buffer.alloc(12);
  info.writeBigUInt64BE(BigInt(size), 2);
  info.writeUInt16BE(flags, 10);
  return Buffer.concat([optionReply(7, 3, info), optionReply(7, 1)]);
};

const GO = hex('49484156454f5054 00000007');

/** Sends its options' replies whatever was asked, then answers each request by `reply`. */
async function script(greet: (socket: Socket) => void, options: readonly Uint8Array[], reply: (request: Buffer, socket: Socket) => void): Promise<{ uri: string; close: () => void }> {
  const socket = newSocket();
  const server = createServer((client) => {
    let waiting = Buffer.alloc(0), isTransmitting = false, isAnswered = false;
    client.on('error', () => undefined).on('data', (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk]);
      if (!isAnswered) for (const option of options) client.write(option);
      isAnswered = true;
      // Requests may come together with the option before them, whose data are eight bytes.
      const go = isTransmitting ? -1 : waiting.indexOf(GO);
      if (go >= 0) waiting = waiting.subarray(go + 16 + 8);
      isTransmitting ||= go >= 0;
      if (isTransmitting) for (; waiting.length >= 28; waiting = waiting.subarray(28)) reply(waiting.subarray(0, 28), client);
    });
    greet(client);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return { uri: `nbd+unix:///?socket=${socket}`, close: () => server.close() };
}

const silent = () => script(() => undefined, [], () => undefined);

describe('hostile servers', () => {
  it.each([
    ['another greeting', Buffer.from('SSH-2.0-OpenSSH_9.2p1 Debian')], ['an old style', hex('4e42444d41474943 0000420281861253 0000 00000000')], ['no fixed newstyle', hex('4e42444d41474943 49484156454f5054 0000')],
    ['a reply of another magic', Buffer.concat([GREETING, Buffer.alloc(20, 1)])], ['a reply of 4 GiB', Buffer.concat([GREETING, hex('0003e889045565a9 00000008 00000001 ffffffff')])],
    ['replies for ever', Buffer.concat([GREETING, ...Array.from({ length: 200 }, () => optionReply(8, 4))])],
    ['an export beyond 2^53', Buffer.concat([GREETING, ackStructured, optionReply(7, 3, hex('0000 ffffffffffffffff 0001')), optionReply(7, 1)])],
    ['an export without a size', Buffer.concat([GREETING, ackStructured, optionReply(7, 1)])], ['a short description', Buffer.concat([GREETING, ackStructured, optionReply(7, 3, hex('0000 ff')), optionReply(7, 1)])],
    ['blocks of 3 bytes', Buffer.concat([GREETING, ackStructured, optionReply(7, 3, hex('0003 00000003 00000003 00000003')), optionReply(7, 1)])],
    ['blocks of 0 bytes', Buffer.concat([GREETING, ackStructured, optionReply(7, 3, hex('0003 00000000 00000003 00000003')), optionReply(7, 1)])],
  ])('%s', async (_name, bytes) => {
    const server = await script((socket) => { socket.write(bytes); }, [], () => undefined);
    await expect(NbdStore.open(server.uri)).rejects.toBeInstanceOf(DiskError);
    server.close();
  });

  const chunk = (request: Buffer, type: number, data: Buffer, { flags = 1, length = data.length, cookie = request.subarray(8, 16) } = {}): Buffer => {
    const head = Buffer.alloc(20);
    head.writeUInt32BE(0x668e_33ef);
    head.writeUInt16BE(flags, 4);
    head.writeUInt16BE(type, 6);
    cookie.copy(head, 8);
    head.writeUInt32BE(length, 16);
    return Buffer.concat([head, data]);
  };
  it.each([
    ['a simple reply', (request: Buffer) => Buffer.concat([hex('67446698 00000000'), request.subarray(8, 16), Buffer.alloc(512)])],
    ['another cookie', (request: Buffer) => chunk(request, 0, Buffer.alloc(0), { cookie: Buffer.alloc(8, 7) })],
    ['another magic', (_request: Buffer) => Buffer.alloc(32, 9)],
    ['too little', (request: Buffer) => chunk(request, 1, Buffer.alloc(8 + 100))],
    ['nothing', (request: Buffer) => chunk(request, 0, Buffer.alloc(0))],
    ['too much', (request: Buffer) => chunk(request, 1, Buffer.alloc(8 + 513))],
    ['4 GiB', (request: Buffer) => chunk(request, 1, Buffer.alloc(600), { length: 0xffff_ffff })],
    ['bytes elsewhere', (request: Buffer) => chunk(request, 1, Buffer.concat([hex('0000000000000800'), Buffer.alloc(512)]))],
    ['a hole elsewhere', (request: Buffer) => chunk(request, 2, hex('ffffffffffffffff 00000200'))],
    ['a status', (request: Buffer) => chunk(request, 5, hex('00000001 00000200 00000000'))],
    ['an error of 4 GiB', (request: Buffer) => chunk(request, 0x8001, hex('00000005 0000'), { length: 0xffff_ffff })],
    ['an unknown kind', (request: Buffer) => chunk(request, 77, Buffer.alloc(4))],
    ['empty pieces for ever', (request: Buffer) => Buffer.concat(Array.from({ length: 70_000 }, () => chunk(request, 0, Buffer.alloc(0), { flags: 0 })))],
  ])('a read answered with %s', async (_name, reply) => {
    const server = await script((socket) => { socket.write(GREETING); }, [ackStructured, goReply(4096, 1)], (request, socket) => { socket.write(reply(request)); });
    const store = await NbdStore.open(server.uri, { timeoutMs: 1000, reconnects: 0 });
    const error: unknown = await store.read(0, new Uint8Array(512)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'DISK_IO', message: expect.stringContaining('breaks the NBD protocol') as string });
    await store.close();
    server.close();
  });

  it('a status that goes on or goes nowhere', async () => {
    for (const descriptors of ['00000000 00000000', 'ffffffff 00000003', '00000010 00000003']) {
      const server = await script((socket) => { socket.write(GREETING); }, [ackStructured, goReply(4096, 1)], (request, socket) => { socket.write(chunk(request, 5, hex(`00000001 ${descriptors}`))); });
      const store = await NbdStore.open(server.uri, { timeoutMs: 1000, reconnects: 0 });
      const extents = await store.extents(0, 4096);
      expect(extents.reduce((sum, { length }) => sum + length, 0)).toBe(4096);
      await store.close();
      server.close();
    }
  });

  it('replies damaged anywhere', async () => {
    for (let i = 0; i < Number(process.env['DISK_OPERATIONS'] ?? 150); i++) {
      const damage = (bytes: Buffer): Buffer => {
        for (let n = random.below(4); n > 0; n--) bytes[random.below(bytes.length)] = random.below(256);
        return bytes;
      };
      const server = await script((socket) => { socket.write(GREETING); }, [damage(Buffer.concat([ackStructured, goReply(4096, 1)]))], (request, socket) => {
        socket.write(damage(request.readUInt16BE(6) === 7 ? chunk(request, 5, hex('00000001 00000800 00000000 00000800 00000003')) : chunk(request, 1, Buffer.alloc(8 + 512))));
      });
      try {
        const store = await NbdStore.open(server.uri, { timeoutMs: 50, reconnects: 0, signal: AbortSignal.timeout(100) });
        await Promise.allSettled([store.read(0, new Uint8Array(512)), store.extents(0, Math.min(store.length, 4096))]).then((results) => {
          for (const result of results) if (result.status === 'rejected' && !(result.reason instanceof DiskError)) throw result.reason;
        }).finally(() => store.close());
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
      } finally {
        server.close();
      }
    }
  }, 300_000);
});

