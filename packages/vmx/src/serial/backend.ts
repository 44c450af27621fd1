/**
 * Connects a serial port of the machine to a file, a socket, a pseudo-terminal or nothing. (The terminal itself is console/.)
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { lstat, unlink } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { createConnection, createServer } from 'node:net';
import { dirname } from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { describeSystemError, VmxError } from '../errors.ts';

export interface SerialBackend {
  /** For the user: where the other end is; undefined when there is nothing to say. */
  readonly announcement: string | undefined;
  /** To be called when the machine has ended. Settles when everything the guest sent is written and the host's side is released. */
  close(): Promise<void>;
}

/** Called when a file can no longer be written, with a line for the user. The machine goes on. */
export type OnTrouble = (message: string) => void;

/** What a client that reads slowly may owe; more is dropped, as on a real line without flow control. */
const CLIENT_PENDING_BYTES = 1024 * 1024;

/** @throws VmxError VMX_SERIAL_UNAVAILABLE naming the file */
export async function openFile(path: string, port: Readable, onTrouble: OnTrouble): Promise<SerialBackend> {
  const file = createWriteStream(path);
  try {
    await once(file, 'open');
  } catch (cause) {
    throw unavailable(`${path}: cannot write the file: ${describeSystemError(cause)}`, 'name a file in a folder that exists and can be written', cause, path);
  }
  file.on('error', (error) => {
    onTrouble(`${path}: ${describeSystemError(error)}; the output of the guest is lost from here on`);
    port.resume();
  });
  port.pipe(file);
  return {
    announcement: undefined,
    // The end of the port's output ends the file.
    close: async () => await finished(file).catch(() => undefined),   // an error was reported above
  };
}

/**
 * A listening socket; one client at a time has the port, and what the guest sends while there is none is dropped.
 * @throws VmxError VMX_SERIAL_UNAVAILABLE
 */
export async function openUnixSocket(path: string, port: Duplex): Promise<SerialBackend> {
  let client: Socket | undefined;
  port.on('data', (bytes: Buffer) => {
    if (client !== undefined && client.writableLength < CLIENT_PENDING_BYTES) client.write(bytes);
  });
  const server = createServer((socket) => {
    if (client !== undefined) {
      socket.end('vmx: the serial port has a client already\r\n');
      return;
    }
    client = socket;
    socket.on('error', () => undefined);   // a close follows
    socket.on('close', () => { client = undefined; });
    socket.pipe(port, { end: false });
  });
  await listen(server, path);
  return {
    announcement: `${path} (connect with: socat -,raw,echo=0 UNIX-CONNECT:${path})`,
    close: async () => {
      await outputEnd(port);
      client?.end();
      const closed = new Promise((resolve) => server.close(resolve));
      setTimeout(() => client?.destroy(), 500).unref();
      await closed;
    },
  };
}

/** sizeof(sun_path) - 1 where it is smallest (macOS). */
const MOST_SOCKET_PATH_BYTES = 103;

/** Takes over a socket file that nobody listens on any more. */
async function listen(server: Server, path: string): Promise<void> {
  const attempt = async (): Promise<void> => {
    server.listen(path);
    await once(server, 'listening');
  };
  const hint = 'name another path, in a folder that can be written';
  if (Buffer.byteLength(path) > MOST_SOCKET_PATH_BYTES) throw unavailable(`${path}: cannot listen on the socket: the path has more than ${MOST_SOCKET_PATH_BYTES} bytes`, 'name a shorter path', undefined, path);
  try {
    await attempt();
  } catch (cause) {
    // libuv says "permission denied" for a folder that is missing
    if (!existsSync(dirname(path))) throw unavailable(`${path}: cannot listen on the socket: there is no folder ${dirname(path)}`, hint, cause, path);
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw unavailable(`${path}: cannot listen on the socket: ${describeSystemError(cause)}`, hint, cause, path);
    // A file that is no socket is not ours to remove.
    if (!(await lstat(path)).isSocket()) throw unavailable(`${path}: cannot listen on the socket: a file of that name exists`, hint, cause, path);
    if (await answers(path)) throw unavailable(`${path}: another program listens on the socket`, 'end that program or name another path', cause, path);
    try {
      await unlink(path);
      await attempt();
    } catch (again) {
      throw unavailable(`${path}: cannot listen on the socket: ${describeSystemError(again)}`, hint, again, path);
    }
  }
}

async function answers(path: string): Promise<boolean> {
  const probe = createConnection(path);
  try {
    await once(probe, 'connect');
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED');   // ECONNREFUSED: a file without a listener
  } finally {
    probe.destroy();
  }
}

/**
 * A pseudo-terminal. Node cannot make one, so script(1) of util-linux does: it holds the master, and a sleeping shell the slave.
 * What the guest sends while nobody reads the terminal is kept by the kernel, up to its buffer, and then dropped.
 * @throws VmxError VMX_SERIAL_UNAVAILABLE where there is no such script(1)
 */
export async function openPty(port: Duplex): Promise<SerialBackend> {
  // The shell looks for this process, so that nothing is left behind when it is killed.
  const program = `stty raw -echo && tty && while kill -0 ${process.pid} 2>/dev/null; do sleep 2; done`;
  const child = spawn('script', ['--quiet', '--flush', '--command', program, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'], detached: true, env: { ...process.env, SHELL: '/bin/sh' } });
  const hint = 'install util-linux, or use --serial unix:PATH';
  const name = await ptyName(child).catch((cause: unknown) => {
    throw unavailable('--serial pty: cannot make a pseudo-terminal with script(1)', hint, cause, 'script');
  });
  child.stdin.on('error', () => undefined);   // it has been ended by someone: the port is unplugged
  port.on('data', (bytes: Buffer) => {
    if (child.stdin.writableLength < CLIENT_PENDING_BYTES) child.stdin.write(bytes);
  });
  (child.stdout as Readable).pipe(port as Writable, { end: false });
  // With its master gone the terminal hangs up, which ends the shell as well; on SIGTERM script would wait for it.
  const kill = (): void => { child.kill('SIGKILL'); };
  process.once('exit', kill);
  return {
    announcement: `${name} (connect with: screen ${name})`,
    close: async () => {
      await outputEnd(port);
      process.off('exit', kill);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      kill();
      await exit;
    },
  };
}

/** Settles when all that the guest sent has been handed on; the machine has ended by then. */
async function outputEnd(port: Readable): Promise<void> {
  if (!port.readableEnded) await once(port, 'end');
}

async function ptyName(child: ChildProcess): Promise<string> {
  return await new Promise((resolve, reject) => {
    let text = '';
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`script ended: ${text}`)));
    const read = (bytes: Buffer): void => {
      text += bytes.toString();
      const name = /^\s*(\/dev\/\S+)\r?\n/.exec(text)?.[1];
      if (name === undefined) return;
      child.stdout?.off('data', read);
      resolve(name);
    };
    child.stdout?.on('data', read);
  });
}

function unavailable(message: string, hint: string, cause: unknown, path: string): VmxError {
  return new VmxError({ code: 'VMX_SERIAL_UNAVAILABLE', kind: 'io', message, hint, cause, context: { path } });
}
