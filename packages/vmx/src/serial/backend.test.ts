import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, existsSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { openFile, openPty, openUnixSocket } from './backend.ts';
import { checkOneStdio, formatSerialSpec, parseSerialSpec } from './serial-spec.ts';

const folder = mkdtempSync(join(tmpdir(), 'vmx-serial-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A port: `fromGuest` is written by the test, `toGuest` collects what the host sends. */
function makePort(): { port: Duplex; fromGuest: PassThrough; toGuest: PassThrough } {
  const fromGuest = new PassThrough();
  const toGuest = new PassThrough();
  // The declaration of Duplex.from() lacks this documented form.
  return { port: Duplex.from({ readable: fromGuest, writable: toGuest } as unknown as AsyncIterable<Buffer>), fromGuest, toGuest };
}

describe('serial specifications', () => {
  it.each(['stdio', 'none', 'pty', 'file:a b.txt', 'unix:/run/x.sock'])('%s is read and written', (text) => {
    const spec = parseSerialSpec(text);
    expect(spec && formatSerialSpec(spec)).toBe(text);
  });
  it.each(['', 'tty', 'file:', 'unix', 'tcp:1', 'STDIO'])('refuses %j', (text) => {
    expect(parseSerialSpec(text)).toBeUndefined();
  });
  it('allows the terminal to one port', () => {
    expect(() => checkOneStdio([{ kind: 'stdio' }, { kind: 'none' }])).not.toThrow();
    expect(() => checkOneStdio([{ kind: 'stdio' }, { kind: 'stdio' }])).toThrow('two serial ports');
  });
});

describe('openFile', () => {
  it('writes all that the guest sends', async () => {
    const { port, fromGuest } = makePort();
    const path = join(folder, 'out.txt');
    const backend = await openFile(path, port, expect.fail);
    fromGuest.write('hello ');
    fromGuest.end('world');
    await backend.close();
    expect(readFileSync(path, 'utf8')).toBe('hello world');
  });

  it('names a file that cannot be written', async () => {
    await expect(openFile(join(folder, 'no/such/out.txt'), makePort().port, expect.fail)).rejects.toMatchObject({ code: 'VMX_SERIAL_UNAVAILABLE', message: expect.stringContaining('no/such/out.txt') });
  });
});

describe('openUnixSocket', () => {
  it.each([['no/such/com.sock', 'there is no folder'], ['x'.repeat(200), 'more than 103 bytes']])('says what is wrong with %s', async (name, message) => {
    await expect(openUnixSocket(join(folder, name), makePort().port)).rejects.toMatchObject({ code: 'VMX_SERIAL_UNAVAILABLE', message: expect.stringContaining(message) });
  });

  it('serves one client after the other and removes the socket', async () => {
    const { port, fromGuest, toGuest } = makePort();
    const path = join(folder, 'com.sock');
    const backend = await openUnixSocket(path, port);
    fromGuest.write('lost');
    for (const word of ['one', 'two']) {
      const client = createConnection(path);
      await once(client, 'connect');
      client.write(word);
      expect(String((await once(toGuest, 'data'))[0])).toBe(word);
      fromGuest.write(word);
      expect(String((await once(client, 'data'))[0])).toBe(word);
      const second = createConnection(path);
      expect(String((await once(second, 'data'))[0])).toContain('has a client already');
      client.destroy();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    fromGuest.end();
    await backend.close();
    expect(existsSync(path)).toBe(false);
  });

  it('takes over a dead socket, but neither a live one nor another file', async () => {
    const path = join(folder, 'dead.sock');
    spawnSync(process.execPath, ['-e', `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`]);
    expect(statSync(path).isSocket()).toBe(true);
    const { port, fromGuest } = makePort();
    const backend = await openUnixSocket(path, port);
    await expect(openUnixSocket(path, makePort().port)).rejects.toThrow('another program listens');
    fromGuest.end();
    await backend.close();
    const file = join(folder, 'precious.txt');
    writeFileSync(file, 'x');
    await expect(openUnixSocket(file, makePort().port)).rejects.toThrow('a file of that name exists');
    expect(readFileSync(file, 'utf8')).toBe('x');
  });
});

const hasScript = spawnSync('script', ['--version']).stdout?.toString().includes('util-linux') === true;

describe('openPty', () => {
  it.skipIf(!hasScript)('gives a raw terminal in both directions (skipped: no script(1) of util-linux)', async () => {
    const { port, fromGuest, toGuest } = makePort();
    const backend = await openPty(port);
    const device = /^(\/dev\/\S+) /.exec(backend.announcement ?? '')?.[1] ?? '';
    execFileSync('/bin/sh', ['-c', `printf 'typed\\003' > ${device}`]);
    expect(String((await once(toGuest, 'data'))[0])).toBe('typed\x03');
    fromGuest.write('line\n');
    expect((await promisify(execFile)('head', ['-n', '1', device], { timeout: 5000 })).stdout).toBe('line\n');
    fromGuest.end();
    await backend.close();
    expect(existsSync(device)).toBe(false);
  });
});
