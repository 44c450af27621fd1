/** Certificates made by openssl for this test; ours and foreign clients and servers over TLS. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../open-disk.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { hasProgram, mustPassProgram, runProgram, startProgram } from '../testing/program.ts';
import { hasQemuImg } from '../testing/qemu-img.ts';
import { RandomSource } from '../testing/random-source.ts';
import { NbdStore } from './nbd-store.ts';
import { serveDisk } from './server.ts';
import { readTlsFolder } from './tls.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const hasLibnbd = hasProgram('nbdinfo');
const hasNbdkit = hasProgram('nbdkit');
if (!hasOpenssl) console.warn('openssl is not here: TLS is not tried');

const folder = mkdtempSync(join(tmpdir(), 'worldswitch-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const good = join(folder, 'good'), other = join(folder, 'other');

function openssl(...args: string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** An authority, and certificates of a server and a client. */
function makeCertificates(at: string): void {
  mkdirSync(at);
  const file = (name: string): string => join(at, name);
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file('ca-key.pem'), '-out', file('ca-cert.pem'), '-days', '2', '-subj', '/CN=authority of a test');
  for (const side of ['server', 'client']) {
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file(`${side}-key.pem`), '-out', file(`${side}.csr`), '-subj', `/CN=${side === 'server' ? 'localhost' : 'client'}`);
    writeFileSync(file(`${side}.ext`), `subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=${side}Auth\n`);
    openssl('x509', '-req', '-in', file(`${side}.csr`), '-CA', file('ca-cert.pem'), '-CAkey', file('ca-key.pem'), '-CAcreateserial', '-out', file(`${side}-cert.pem`), '-days', '2', '-extfile', file(`${side}.ext`));
  }
}

const contents = new RandomSource(5).bytes(300_000);

describe.skipIf(!hasOpenssl)('NBD over TLS', () => {
  beforeAll(() => {
    makeCertificates(good);
    makeCertificates(other);
  });

  const serve = async (withClientCertificates: boolean) => {
    const { authority, ...tls } = await readTlsFolder(good, 'server');
    const disk = await openStore(new MemoryStore('disk', contents), { format: 'raw', readOnly: false });
    const errors: string[] = [];
    const server = await serveDisk(disk, { listen: '127.0.0.1:0', tls: withClientCertificates && authority !== undefined ? { ...tls, authority } : tls, onClientError: ({ message }) => errors.push(message) });
    return { server, errors, [Symbol.asyncDispose]: () => server.close() };
  };

  it('ours to ours, with and without certificates of clients', async () => {
    for (const withClientCertificates of [false, true]) {
      await using served = await serve(withClientCertificates);
      expect(served.server.uri).toMatch(/^nbds:/);
      const client = await NbdStore.open(served.server.uri, { tls: await readTlsFolder(good, 'client'), isWritable: true });
      const bytes = new Uint8Array(contents.length);
      await client.read(0, bytes);
      expect(Buffer.compare(bytes, contents)).toBe(0);
      await client.write(1000, bytes.subarray(0, 5000));
      await client.flush();
      await client.close();
    }
  });

  it('strangers are refused, on both sides, and nothing is served in the clear', async () => {
    await using served = await serve(true);
    const { uri } = served.server;
    const mine = await readTlsFolder(good, 'client');
    await expect(NbdStore.open(uri, { tls: await readTlsFolder(other, 'client') })).rejects.toThrow(/TLS: .*(self.signed|verify|certificate)/i);
    const stranger = await readTlsFolder(other, 'client');
    await expect(NbdStore.open(uri, { tls: { ...stranger, authority: mine.authority! } }).then((client) => client.read(0, new Uint8Array(1)))).rejects.toMatchObject({ code: 'DISK_IO' });
    await expect(NbdStore.open(uri, { tls: { authority: mine.authority! } }).then((client) => client.read(0, new Uint8Array(1)))).rejects.toMatchObject({ code: 'DISK_IO' });
    await expect(NbdStore.open(uri, { tls: { ...mine, serverName: 'example.org' } })).rejects.toThrow(/example.org/);
    await expect(NbdStore.open(uri.replace('nbds:', 'nbd:'))).rejects.toMatchObject({ message: expect.stringContaining('wants TLS') as string, hint: expect.stringContaining('nbds://') as string });
    expect(served.errors.length).toBeGreaterThanOrEqual(2);
  });

  it('a client that wants TLS does not go on without', async () => {
    const disk = await openStore(new MemoryStore('disk', contents), { format: 'raw' });
    const server = await serveDisk(disk, { listen: '127.0.0.1:0' });
    await expect(NbdStore.open(server.uri.replace('nbd:', 'nbds:'), { tls: await readTlsFolder(good, 'client') })).rejects.toThrow(/no TLS/);
    await server.close();
  });

  it('a server that sends on in the clear after it has agreed is left', async () => {
    const server = createServer((socket) => {
      socket.write(Buffer.from('4e42444d41474943 49484156454f5054 0003'.replaceAll(' ', ''), 'hex'));
      socket.once('data', () => socket.write(Buffer.from('0003e889045565a9 00000005 00000001 00000000 0003e889045565a9'.replaceAll(' ', ''), 'hex')));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await expect(NbdStore.open(`nbds://127.0.0.1:${port}/`)).rejects.toThrow(/in the clear/);
    server.close();
  });

  it.skipIf(!hasLibnbd)('libnbd reads from our server', async () => {
    await using served = await serve(true);
    const uri = `${served.server.uri}?tls-certificates=${good}`;
    expect(await mustPassProgram('nbdinfo', '--size', uri)).toBe(`${contents.length}\n`);
    await mustPassProgram('nbdcopy', uri, join(folder, 'copy'));
    expect((await runProgram('nbdinfo', '--size', `${served.server.uri}?tls-certificates=${other}`)).status).not.toBe(0);
  });

  it.skipIf(!hasQemuImg)('qemu reads from our server', async () => {
    await using served = await serve(true);
    const port = /:(\d+)\//.exec(served.server.uri)![1]!;
    const info = await mustPassProgram('qemu-img', 'info', '--output=json', '--object', `tls-creds-x509,id=tls,endpoint=client,dir=${good}`, '--image-opts', `driver=nbd,host=127.0.0.1,port=${port},tls-creds=tls`);
    expect(JSON.parse(info)).toMatchObject({ 'virtual-size': Math.ceil(contents.length / 512) * 512 });
  });

  it.skipIf(!hasNbdkit)('our client reads from nbdkit', async () => {
    const socket = join(folder, 'nbdkit.sock');
    const uri = `nbds+unix:///?socket=${socket}&tls-certificates=${good}`;
    const isReady = () => NbdStore.open(uri).then((store) => store.close()).then(() => true, () => false);
    const child = await startProgram(isReady, 'nbdkit', '--foreground', '--unix', socket, '--tls=require', `--tls-certificates=${good}`, '--tls-verify-peer', 'pattern', '1M');
    try {
      const store = await NbdStore.open(uri);
      const bytes = Buffer.alloc(16);
      await store.read(0x1000, bytes);
      expect(bytes.readBigUInt64BE()).toBe(0x1000n);
      await store.close();
    } finally {
      child.kill();
    }
  });
});
