import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dependencyOf, parseRelease } from './archive.ts';
import { Downloader } from './download.ts';
import { GuestError, obtainGuest } from './guests.ts';

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

async function tar(files: Record<string, string>): Promise<Buffer> {
  const archive = pack();
  for (const [name, data] of Object.entries(files)) {
    archive.entry({ name }, data);
  }
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

function ar(members: Record<string, Buffer>): Buffer {
  const parts: Uint8Array[] = [Buffer.from('!<arch>\n')];
  for (const [name, data] of Object.entries(members)) {
    parts.push(Buffer.from(`${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(data.length).padEnd(10)}\`\n`));
    parts.push(data, Buffer.alloc(data.length % 2, '\n'));
  }
  return Buffer.concat(parts);
}

const deb = async (files: Record<string, string>): Promise<Buffer> =>
  ar({ 'debian-binary': Buffer.from('2.0\n'), 'control.tar.gz': gzipSync(''), 'data.tar.gz': gzipSync(await tar(files)) });

/** A tiny archive: a metapackage, two versions of its kernel, and busybox. */
async function makeArchive(origin = 'Debian'): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const entries: string[] = [];
  const add = (name: string, version: string, depends: string, data: Buffer): void => {
    const filename = `pool/${name}_${version}.deb`;
    files.set(filename, data);
    entries.push(`Package: ${name}\nVersion: ${version}\nDepends: ${depends}\nFilename: ${filename}\nSize: ${data.length}\nSHA256: ${sha256(data)}\nDescription: x\n more\n`);
  };
  add('linux-image-cloud-amd64', '6.1.10-1', 'linux-image-6.1.0-10-cloud-amd64 (= 6.1.10-1)', await deb({}));
  add('linux-image-cloud-amd64', '6.1.9-1', 'linux-image-6.1.0-9-cloud-amd64 (= 6.1.9-1)', await deb({}));
  add('linux-image-6.1.0-9-cloud-amd64', '6.1.9-1', 'kmod', await deb({ './boot/vmlinuz-old': 'old' }));
  add('linux-image-6.1.0-10-cloud-amd64', '6.1.10-1', 'kmod, linux-base (>= 4)', await deb({ './usr/share/x': 'x', './boot/vmlinuz-6.1.0-10': 'kernel', './boot/z': 'z' }));
  add('busybox-static', '1:1.35-1', 'libc', await deb({ './bin/busybox': 'busybox' }));
  const packages = gzipSync(entries.join('\n'));
  files.set('dists/bookworm/main/binary-amd64/Packages.gz', packages);
  files.set(
    'dists/bookworm/InRelease',
    Buffer.from(
      `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: ${origin}\nCodename: bookworm\nSHA256:\n ${sha256(packages)} ${packages.length} main/binary-amd64/Packages.gz\n-----BEGIN PGP SIGNATURE-----\n\nxx\n-----END PGP SIGNATURE-----\n`,
    ),
  );
  return files;
}

let cache = '';
let server: Server | undefined;
let requests: { path: string; range: string | undefined }[] = [];

async function serve(files: ReadonlyMap<string, Buffer>): Promise<string> {
  requests = [];
  server = createServer((request, response) => {
    const path = request.url!.slice(1);
    const data = files.get(path);
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    requests.push({ path, range: request.headers.range });
    if (data === undefined) {
      response.writeHead(404).end();
    } else if (range === null) {
      response.end(data);
    } else {
      response.writeHead(206).end(data.subarray(Number(range[1])));
    }
  });
  await new Promise<void>((done) => server!.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'guests-'));
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(cache, { recursive: true });
});

describe('obtaining a guest', () => {
  it('follows the metapackage to the newest kernel and caches it', async () => {
    const mirror = await serve(await makeArchive());
    const guest = await obtainGuest('amd64', { cache, mirror });
    expect(guest.release).toBe('6.1.0-10');
    expect(readFileSync(guest.kernel, 'utf8')).toBe('kernel');
    expect(readFileSync(guest.initrd, 'latin1')).toContain('busybox');
    const before = requests.length;
    expect(await obtainGuest('amd64', { cache, mirror })).toEqual(guest);
    expect(requests.length).toBe(before);
  });

  it('puts extra files into an initramfs of its own', async () => {
    const mirror = await serve(await makeArchive());
    const plain = await obtainGuest('amd64', { cache, mirror });
    const extended = await obtainGuest('amd64', { cache, mirror, files: [{ name: 'bin/extra', data: 'EXTRA-DATA' }] });
    expect(extended.kernel).toBe(plain.kernel);
    expect(readFileSync(extended.initrd, 'latin1')).toContain('EXTRA-DATA');
    expect(readFileSync(plain.initrd, 'latin1')).not.toContain('EXTRA-DATA');
  });

  it('fetches once when several ask at the same time', async () => {
    const mirror = await serve(await makeArchive());
    const guests = await Promise.all([1, 2, 3].map(() => obtainGuest('amd64', { cache, mirror })));
    expect(new Set(guests.map(({ initrd }) => initrd)).size).toBe(1);
    expect(requests.filter(({ path }) => path.startsWith('pool/linux-image-6.1.0-10')).length).toBe(1);
  });

  it('refuses a package whose digest is wrong', async () => {
    const files = await makeArchive();
    const name = 'pool/busybox-static_1:1.35-1.deb';
    const bad = Buffer.from(files.get(name)!);
    bad[bad.length - 1]! ^= 1;
    files.set(name, bad);
    const mirror = await serve(files);
    await expect(obtainGuest('amd64', { cache, mirror })).rejects.toThrow(/SHA-256/);
  });

  it('refuses an index whose digest is wrong, and says so', async () => {
    const files = await makeArchive();
    files.set('dists/bookworm/main/binary-amd64/Packages.gz', gzipSync('Package: evil\n'));
    const mirror = await serve(files);
    await expect(obtainGuest('amd64', { cache, mirror })).rejects.toThrow(GuestError);
    await expect(obtainGuest('amd64', { cache, mirror })).rejects.toThrow(/longer than|SHA-256/);
  });

  it('takes nothing from an archive that is not Debian\'s', async () => {
    const mirror = await serve(await makeArchive('Other'));
    await expect(obtainGuest('amd64', { cache, mirror })).rejects.toThrow(/Origin: Other/);
  });

  it('names the remedy when a mirror has nothing', async () => {
    const mirror = await serve(new Map());
    await expect(obtainGuest('amd64', { cache, mirror })).rejects.toThrow(/--mirror URL[^]*404/);
  });

  it('works from a file: archive', async () => {
    const folder = join(cache, 'mirror');
    for (const [path, data] of await makeArchive()) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), data);
    }
    const guest = await obtainGuest('amd64', { cache, mirror: `file://${folder}` });
    expect(readFileSync(guest.kernel, 'utf8')).toBe('kernel');
  });
});

describe('download', () => {
  it('continues a partial file', async () => {
    const data = Buffer.from('0123456789');
    const mirror = await serve(new Map([['f', data]]));
    const path = join(cache, 'f.partial');
    writeFileSync(path, data.subarray(0, 4));
    const downloader = new Downloader({});
    const bytes = await downloader.fetch({ uri: `${mirror}/f`, path, sha256: sha256(data), sizeBytes: 10 });
    downloader.close();
    expect(Buffer.from(bytes).toString()).toBe('0123456789');
    expect(requests.map(({ range }) => range)).toEqual(['bytes=4-']);
  });

  it('starts again when the partial file is wrong', async () => {
    const data = Buffer.from('0123456789');
    const mirror = await serve(new Map([['f', data]]));
    const path = join(cache, 'f.partial');
    writeFileSync(path, 'wxyz');
    const downloader = new Downloader({});
    const bytes = await downloader.fetch({ uri: `${mirror}/f`, path, sha256: sha256(data), sizeBytes: 10 });
    downloader.close();
    expect(Buffer.from(bytes).toString()).toBe('0123456789');
  });

  it('goes through the proxy', async () => {
    const proxy = await serve(new Map([['ttp://archive.invalid/f', Buffer.from('by proxy')]]));
    const downloader = new Downloader({ HTTP_PROXY: proxy });
    const bytes = await downloader.fetch({ uri: 'http://archive.invalid/f', path: join(cache, 'p'), sizeBytes: 100 });
    downloader.close();
    expect(Buffer.from(bytes).toString()).toBe('by proxy');
  });
});

describe('fields', () => {
  it('finds the dependency of a metapackage', () => {
    expect(dependencyOf('linux-image-6.1.0-9-686 (= 6.1.27-1)', 'linux-image-')).toEqual({ name: 'linux-image-6.1.0-9-686', version: '6.1.27-1' });
    expect(dependencyOf('kmod, linux-base (>= 4.3~)', 'linux-image-')).toBeUndefined();
    expect(dependencyOf('', 'linux-image-')).toBeUndefined();
  });

  it('takes the signature off a Release file', () => {
    expect(parseRelease('-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- Origin: D\nSHA256:\n aa 1 f\n-----BEGIN PGP SIGNATURE-----\nSHA256: no\n')?.get('origin')).toBe('D');
    expect(parseRelease('Origin: D\n')).toBeUndefined();
  });
});
