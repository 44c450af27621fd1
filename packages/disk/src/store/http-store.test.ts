/** A web server that does as a test wants, and seldom well. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DiskError } from '../errors.ts';
import { createIn, openStore } from '../open-disk.ts';
import { RandomSource } from '../testing/random-source.ts';
import { HttpStore } from './http-store.ts';
import type { HttpOptions } from './http-store.ts';
import { MemoryStore } from './memory-store.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.warn('openssl is not here: HTTPS is not tried');
const random = new RandomSource(Number(process.env['DISK_SEED'] ?? 21));
const contents = random.bytes(5 * 1024 * 1024 + 123);
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

type Handler = (request: IncomingMessage, response: ServerResponse, range: { start: number; last: number } | undefined, count: number) => void;

interface TestServer {
  readonly url: string;
  /** What was asked for, in order. */
  readonly ranges: string[];
  readonly requests: IncomingMessage[];
}

async function serve(handler: Handler): Promise<TestServer> {
  const ranges: string[] = [], requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    ranges.push(`${start}-${last}`);
    requests.push(request);
    handler(request, response, start === undefined ? undefined : { start: Number(start), last: Number(last) }, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => { server.closeAllConnections(); server.close(); });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/disk.img`, ranges, requests };
}

/** As it should be. */
const sendPart = (response: ServerResponse, range: { start: number; last: number } | undefined, { bytes = contents, headers = {} as Record<string, string> } = {}): void => {
  const { start, last } = range!;
  if (start >= bytes.length) return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}`, ...headers }).end();
  const end = Math.min(last + 1, bytes.length);
  response.writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}`, 'content-length': end - start, etag: '"1"', 'last-modified': 'Wed, 01 Jan 2025 00:00:00 GMT', ...headers }).end(bytes.subarray(start, end));
};
const good: Handler = (_request, response, range) => sendPart(response, range);
const QUICK: HttpOptions = { attempts: 3, timeoutMs: 300 };

async function readAll(store: HttpStore): Promise<Uint8Array> {
  const bytes = new Uint8Array(store.length);
  await store.read(0, bytes);
  return bytes;
}

describe('a server that keeps the rules', () => {
  it('is read as a whole and in parts, and each part once', async () => {
    const server = await serve(good);
    const store = await HttpStore.open(server.url);
    expect(store.length).toBe(contents.length);
    expect(store.notices).toEqual([]);
    expect(digest(await readAll(store))).toBe(digest(contents));
    const requests = server.requests.length;
    expect(requests).toBeLessThan(5);
    for (let i = 0; i < 500; i++) {
      const at = random.below(contents.length), length = random.below(Math.min(300_000, contents.length - at));
      const piece = new Uint8Array(length);
      await store.read(at, piece);
      expect(Buffer.compare(piece, contents.subarray(at, at + length))).toBe(0);
    }
    expect(server.requests.length).toBe(requests);
    expect(() => store.read(store.length - 1, new Uint8Array(2))).toThrow(DiskError);
    expect(() => store.write()).toThrow(DiskError);
    await store.close();
  });

  it('is read ahead of by who reads on, and not of by who jumps', async () => {
    const server = await serve(good);
    const store = await HttpStore.open(server.url);
    const piece = new Uint8Array(64 * 1024);
    for (let at = 0; at + piece.length <= contents.length; at += piece.length) {
      await store.read(at, piece);
      expect(Buffer.compare(piece, contents.subarray(at, at + piece.length))).toBe(0);
    }
    expect(server.requests.length).toBeLessThan(10);
    await store.close();
    const other = await HttpStore.open(server.url);
    server.ranges.splice(0);
    for (const block of [9, 3, 15, 6]) await other.read(block * 262_144 + 5, new Uint8Array(10));
    expect(server.ranges).toEqual([9, 3, 15, 6].map((block) => `${block * 262_144}-${(block + 1) * 262_144 - 1}`));
    await other.close();
  });

  it('is asked once for what several want at the same time, and never keeps more than it may', async () => {
    const server = await serve(good);
    const store = await HttpStore.open(server.url, { cacheBytes: 512 * 1024 });
    server.ranges.splice(0);
    await Promise.all(Array.from({ length: 20 }, () => store.read(1_000_000, new Uint8Array(100))));
    expect(server.ranges).toHaveLength(1);
    for (const at of [2_000_000, 3_000_000, 4_000_000, 1_000_000]) await store.read(at, new Uint8Array(100));
    expect(server.ranges).toHaveLength(5);
    await store.close();
  });

  it('with an empty file is one of no bytes', async () => {
    const server = await serve((_request, response, range) => sendPart(response, range, { bytes: new Uint8Array(0) }));
    const store = await HttpStore.open(server.url);
    expect(store.length).toBe(0);
    await store.close();
  });

  it('has an image in it', async () => {
    const memory = new MemoryStore('disk');
    const made = await createIn(memory, { format: 'luks', size: 1024 * 1024, passphrase: 'p', options: { 'iter-time': 1 } });
    await made.write(512, contents.subarray(0, 5000));
    await made.close();
    const bytes = new Uint8Array(memory.length);
    memory.read(0, bytes);
    const server = await serve((_request, response, range) => sendPart(response, range, { bytes }));
    await using disk = await openStore(await HttpStore.open(server.url), { passphrase: 'p' });
    const found = new Uint8Array(5000);
    await disk.read(512, found);
    expect(Buffer.compare(found, contents.subarray(0, 5000))).toBe(0);
  });
});

describe('a server that fails now and then', () => {
  it.each([
    ['503', (_request, response, range, count) => (count % 2 === 0 ? sendPart(response, range) : void response.writeHead(503, { 'retry-after': '0' }).end('busy'))],
    ['429', (_request, response, range, count) => (count % 2 === 0 ? sendPart(response, range) : void response.writeHead(429).end())],
    ['a closed connection', (request, response, range, count) => (count % 2 === 0 ? sendPart(response, range) : void request.socket.destroy())],
    ['half an answer', (request, response, range, count) => {
      if (count % 2 === 0) return sendPart(response, range);
      const { start, last } = range!;
      response.writeHead(206, { 'content-range': `bytes ${start}-${last}/${contents.length}`, 'content-length': last + 1 - start, etag: '"1"' });
      response.write(contents.subarray(start, start + ((last - start) >> 1)), () => setTimeout(() => request.socket.destroy(), 5));
    }],
    ['shorter parts than were asked for', (_request, response, range) => sendPart(response, { start: range!.start, last: Math.min(range!.last, range!.start + 300_000) })],
    ['silence', (_request, response, range, count) => { if (count % 2 === 0) sendPart(response, range); }],
  ] as [string, Handler][])('%s', async (_name, handler) => {
    const server = await serve(handler);
    const store = await HttpStore.open(server.url, { attempts: 12, timeoutMs: 100 });
    expect(digest(await readAll(store))).toBe(digest(contents));
    await store.close();
  });

  it('fails for good after so many attempts, and says with what', async () => {
    const server = await serve((_request, response, range, count) => (count === 1 ? sendPart(response, range) : void response.writeHead(502).end()));
    const store = await HttpStore.open(server.url, QUICK);
    await expect(store.read(1_000_000, new Uint8Array(1))).rejects.toThrow(/502.*3 attempts/);
    expect(server.requests).toHaveLength(4);
    await store.close();
    await expect(HttpStore.open('http://127.0.0.1:1/x', QUICK)).rejects.toMatchObject({ code: 'DISK_IO' });
  });

  it('is not waited for once it is interrupted', async () => {
    const abort = new AbortController();
    const server = await serve((_request, response, range, count) => { if (count === 1) sendPart(response, range); });
    const store = await HttpStore.open(server.url, { signal: abort.signal });
    setTimeout(() => abort.abort(), 30);
    await expect(store.read(1_000_000, new Uint8Array(1))).rejects.toMatchObject({ code: 'DISK_ABORTED' });
    await store.close();
  });
});

describe('a server that is wrong', () => {
  const after = (handler: Handler): Handler => (request, response, range, count) => (count === 1 ? sendPart(response, range) : handler(request, response, range, count));
  const part = (response: ServerResponse, contentRange: string, bytes: Uint8Array, headers: Record<string, string> = {}): void => void response.writeHead(206, { 'content-range': contentRange, ...headers }).end(bytes);
  it.each([
    ['another ETag', (_request, response, range) => sendPart(response, range, { headers: { etag: '"2"' } }), /not what it was.*ETag/],
    ['another date', (_request, response, range) => sendPart(response, range, { headers: { 'last-modified': 'Thu, 02 Jan 2025 00:00:00 GMT' } }), /not what it was.*modified/],
    ['another length', (_request, response, range) => sendPart(response, range, { bytes: contents.subarray(0, 4_000_000) }), /not what it was.*4000000/],
    ['a file that has become short', (_request, response) => void response.writeHead(416).end(), /shorter/],
    ['the whole file', (_request, response) => void response.writeHead(200).end(contents), /whole file/],
    ['another part', (_request, response, range) => sendPart(response, { start: 0, last: range!.last - range!.start }), /from 0 on/],
    ['more than was asked for', (_request, response, range) => sendPart(response, { start: range!.start, last: range!.last + 1000 }), /more than/],
    ['no Content-Range', (_request, response) => void response.writeHead(206).end('x'), /which/],
    ['a Content-Range that is none', (_request, response) => part(response, 'bytes 5-4/3', new Uint8Array(1)), /which/],
    ['several parts', (_request, response) => void response.writeHead(206, { 'content-type': 'multipart/byteranges; boundary=x' }).end('--x'), /which/],
    ['gzip', (_request, response, range) => sendPart(response, range, { headers: { 'content-encoding': 'gzip' } }), /encodes/],
    ['404', (_request, response) => void response.writeHead(404).end(), /404/],
    ['403', (_request, response) => void response.writeHead(403, 'Not \u00e9 yours').end(), /403/],
    ['a redirect to nowhere', (_request, response) => void response.writeHead(302).end(), /where to/],
    ['a redirect to a file', (_request, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(), /file:, which is not followed/],
    ['a redirect to NBD', (_request, response) => void response.writeHead(302, { location: 'nbd://localhost/' }).end(), /nbd:, which is not followed/],
    ['redirects for ever', (request, response) => void response.writeHead(302, { location: request.url! }).end(), /more than 10/],
    ['no HTTP', (request) => void request.socket.end('SSH-2.0-OpenSSH\r\n'), /Parse Error|Expected/],
    ['a byte a time', (_request, response, range) => sendPart(response, { start: range!.start, last: range!.start }), /more than 64 parts/],
  ] as [string, Handler, RegExp][])('%s', async (_name, handler, message) => {
    const server = await serve(after(handler));
    const store = await HttpStore.open(server.url, { ...QUICK, attempts: 2 });
    const error: unknown = await (async () => store.read(1_000_000, new Uint8Array(10)))().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DiskError);
    expect((error as DiskError).message).toMatch(message);
    await store.close();
  }, 20_000);

  it('from the beginning is refused', async () => {
    for (const handler of [
      (_request, response) => void response.writeHead(416).end(), (_request, response) => part(response, 'bytes 0-0/99999999999999999999', new Uint8Array(1)), (_request, response) => part(response, 'bytes 0-10/5', new Uint8Array(11)),
      (_request, response) => void response.writeHead(404).end(), (_request, response) => void response.writeHead(204).end(), (_request, response) => part(response, 'bytes 0-0/*', new Uint8Array(1)),
    ] as Handler[]) {
      const server = await serve(handler);
      await expect(HttpStore.open(server.url, { ...QUICK, attempts: 2 })).rejects.toBeInstanceOf(DiskError);
    }
    for (const url of ['ftp://example.org/x', 'file:///etc/passwd', 'x', 'nbd://localhost']) await expect(HttpStore.open(url)).rejects.toMatchObject({ code: 'DISK_OPTION_INVALID' });
    await expect(HttpStore.open('http://127.0.0.1:1/', { headers: { 'a b': 'c\r\nd' } })).rejects.toMatchObject({ kind: 'usage' });
  });

  it('says anything', async () => {
    for (let i = 0; i < Number(process.env['DISK_OPERATIONS'] ?? 200); i++) {
      const server = await serve((request, response, range, count) => {
        if (count === 1 && random.isOnceIn(2)) return sendPart(response, range);
        const pick = <T>(...from: T[]): T => random.pick(from);
        if (random.isOnceIn(8)) return void request.socket.end(random.bytes(random.below(200)));
        response.writeHead(pick(200, 206, 206, 206, 416, 302, 500, 299), {
          ...(random.isOnceIn(2) ? { 'content-range': pick('bytes 0-9/10', `bytes ${range?.start}-${range?.last}/${contents.length}`, 'bytes */*', 'bytes -1-5/9', 'bytes 0-1/2/3', 'bytes 9007199254740993-9007199254740994/9007199254740995', '') } : {}),
          ...(random.isOnceIn(3) ? { location: pick('/x', 'http://', '//', 'http://127.0.0.1:1/', 'gopher://x') } : {}), ...(random.isOnceIn(3) ? { etag: pick('"1"', 'W/"1"', '') } : {}),
        });
        response.end(random.bytes(random.below(2000)));
      });
      try {
        const store = await HttpStore.open(server.url, { attempts: 1, timeoutMs: 200, signal: AbortSignal.timeout(400) });
        await Promise.resolve(store.read(0, new Uint8Array(Math.min(store.length, 600_000)))).finally(() => store.close());
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
      }
      closing.splice(0).forEach((close) => close());
    }
  }, 300_000);
});

describe('a server without parts', () => {
  const temporaryFolders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('worldswitch-http-'));

  it.each([
    ['200', ((_request, response) => void response.writeHead(200, { 'content-length': contents.length }).end(contents)) as Handler],
    ['200 without a length', ((_request, response) => void response.writeHead(200).end(contents)) as Handler],
    ['200 that breaks off at first', ((request, response, _range, count) => {
      response.writeHead(200, { 'content-length': contents.length });
      if (count > 1) response.end(contents);
      else response.write(contents.subarray(0, 1_000_000), () => setTimeout(() => request.socket.destroy(), 5));
    }) as Handler],
    ['parts of a whole that it does not know', ((_request, response, range) => (range!.last > contents.length ? void response.writeHead(200).end(contents) : void response.writeHead(206, { 'content-range': `bytes 0-${range!.last}/*` }).end(contents.subarray(0, range!.last + 1)))) as Handler],
  ])('%s: all of it is copied, which is told', async (_name, handler) => {
    const before = temporaryFolders();
    const server = await serve(handler);
    const told: string[] = [];
    const store = await HttpStore.open(server.url, { ...QUICK, onNotice: (message) => told.push(message) });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/no parts of files.*temporary file/);
    expect(temporaryFolders()).toEqual(before);
    expect(digest(await readAll(store))).toBe(digest(contents));
    await store.close();
  });

  it('is left when the file is longer than it may be', async () => {
    const before = temporaryFolders();
    for (const headers of [{ 'content-length': contents.length }, {}]) {
      const server = await serve((_request, response) => void response.writeHead(200, headers).end(contents));
      await expect(HttpStore.open(server.url, { mostTemporaryBytes: 1_000_000 })).rejects.toMatchObject({ code: 'DISK_IMAGE_LIMIT' });
    }
    expect(temporaryFolders()).toEqual(before);
  });
});

describe('credentials and redirects', () => {
  it('are sent, and not to others; and are not told', async () => {
    const other = await serve(good);
    const server = await serve((request, response, range) => {
      if (request.headers.authorization !== `Basic ${Buffer.from('me:p@ss').toString('base64')}`) return void response.writeHead(401).end();
      if (request.url === '/other') return void response.writeHead(302, { location: other.url.replace('//', '//stolen:x@') }).end();
      sendPart(response, range);
    });
    const withCredentials = server.url.replace('//', '//me:p%40ss@');
    const store = await HttpStore.open(withCredentials);
    expect(digest(await readAll(store))).toBe(digest(contents));
    expect(store.name).toBe(server.url);
    await store.close();
    await expect(HttpStore.open(server.url)).rejects.toMatchObject({ kind: 'denied', message: expect.stringContaining('401') as string });
    await (await HttpStore.open(server.url, { headers: { authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`, 'x-token': 'secret' } })).close();
    expect(server.requests.at(-1)!.headers['x-token']).toBe('secret');
    const redirected = await HttpStore.open(withCredentials.replace('/disk.img', '/other'), { headers: { 'x-token': 'secret' } });
    expect(digest(await readAll(redirected))).toBe(digest(contents));
    for (const { headers } of other.requests) expect([headers.authorization, headers['x-token']]).toEqual([undefined, undefined]);
    expect(server.requests.filter(({ url }) => url === '/other')).toHaveLength(1);
    await redirected.close();
    const signed = await HttpStore.open(`${server.url.replace('//', '//me:p%40ss@')}?signature=secret`);
    expect(signed.name).not.toContain('secret');
    await signed.close();
  });

  it('are found anew when the way there expires, and another mirror may have another ETag', async () => {
    const mirrors = [await serve(good), await serve((_request, response, range) => sendPart(response, range, { headers: { etag: '"mirror"' } }))];
    let isExpired = false;
    const first = await serve((_request, response, range) => (isExpired ? void response.writeHead(403).end() : sendPart(response, range)));
    const server = await serve((_request, response) => void response.writeHead(307, { location: isExpired ? mirrors[1]!.url : first.url }).end());
    const store = await HttpStore.open(server.url, QUICK);
    await store.read(1_000_000, new Uint8Array(10));
    isExpired = true;
    expect(digest(await readAll(store))).toBe(digest(contents));
    expect(mirrors[0]!.requests).toHaveLength(0);
    await store.close();
  });

  it.skipIf(!hasOpenssl)('over HTTPS are those of a server with a good certificate, and do not lead out of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'worldswitch-https-'));
    const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')];
    const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']);
    expect(made.status).toBe(0);
    const plain = await serve(good);
    const material = { key: readFileSync(key), cert: readFileSync(certificate) };
    rmSync(folder, { recursive: true });
    const server = createSecureServer(material, (request, response) => {
      if (request.url === '/out') return void response.writeHead(302, { location: plain.url }).end();
      const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range!)!;
      sendPart(response, { start: Number(start), last: Number(last) });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => { server.closeAllConnections(); server.close(); });
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(HttpStore.open(`${url}/x`, QUICK)).rejects.toThrow(/self.signed/);
    const store = await HttpStore.open(`${url}/x`, { authority: material.cert });
    expect(digest(await readAll(store))).toBe(digest(contents));
    await store.close();
    await expect(HttpStore.open(`${url}/out`, { authority: material.cert })).rejects.toThrow(/https: to http:/);
    expect(plain.requests).toHaveLength(0);
  });

  it('what cannot be noticed is told', async () => {
    const server = await serve((_request, response, range) => void response.writeHead(206, { 'content-range': `bytes ${range!.start}-${Math.min(range!.last, 99)}/100` }).end(contents.subarray(range!.start, 100)));
    const store = await HttpStore.open(server.url);
    expect(store.notices[0]).toMatch(/neither ETag nor Last-Modified/);
    expect(digest(await readAll(store))).toBe(digest(contents.subarray(0, 100)));
    await store.close();
  });
});
