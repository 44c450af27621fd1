/**
 * System calls that Node.js has no function for: where a file's holes are (lseek with SEEK_DATA and SEEK_HOLE), punching holes (fallocate), and locks of open files (fcntl).
 * `node:ffi` reaches them where Node.js has it; elsewhere a file counts as data from end to end, and a hole is written as zeros.
 */
import { createRequire } from 'node:module';
import { defineLayout } from '../layout.ts';

export interface SystemCalls {
  /** The first data at or after `at`, undefined when there is none. @throws where the file system cannot tell */
  nextData(descriptor: number, at: number): number | undefined;
  /** The first hole at or after `at`; the end of the file is one. */
  nextHole(descriptor: number, at: number): number | undefined;
  /** @returns whether the file system could */
  punchHole(descriptor: number, at: number, length: number): boolean;
  /** Takes a shared lock on one byte, for as long as the file is open. @returns whether it was given. Linux only. */
  readonly lockShared?: (descriptor: number, at: number) => boolean;
  /** Has someone else a lock on that byte? Linux only. */
  readonly isLocked?: (descriptor: number, at: number) => boolean;
}

// The same on Linux and macOS but for their order.
const SEEK_DATA = process.platform === 'darwin' ? 4 : 3;
const SEEK_HOLE = process.platform === 'darwin' ? 3 : 4;
const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;
/** Linux on 64 bits: struct flock, and the commands for locks that belong to the open file, not to the process. */
const FLOCK = defineLayout('little', { type: [0, 'i32'], start: [8, 'u64'], length: [16, 'u64'], process: [24, 'i32'] });
const FLOCK_BYTES = 32;
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const F_RDLCK = 0, F_WRLCK = 1, F_UNLCK = 2;
const LIBRARY: Readonly<Partial<Record<NodeJS.Platform, string>>> = { linux: 'libc.so.6', darwin: 'libSystem.dylib' };

interface Libc {
  readonly lseek: (descriptor: number, offset: bigint, whence: number) => bigint;
  readonly fallocate?: (descriptor: number, mode: number, offset: bigint, length: bigint) => number;
  readonly fcntl?: (descriptor: number, command: number, argument: Uint8Array) => number;
}

let known: SystemCalls | null | undefined;

/** Undefined where this Node.js or system has no way. */
export function systemCalls(): SystemCalls | undefined {
  if (known === undefined) known = load() ?? null;
  return known ?? undefined;
}

function load(): SystemCalls | undefined {
  const library = LIBRARY[process.platform];
  if (library === undefined || process.env['WORLDSWITCH_NO_FFI'] === '1') return undefined;
  let libc: Libc;
  const { emitWarning } = process;
  try {
    // It is experimental, and says so on the terminal of someone who only converts an image. All that is used has a fallback.
    process.emitWarning = () => undefined;
    // oxlint-disable-next-line typescript/consistent-type-imports
    const ffi = createRequire(import.meta.url)('node:ffi') as { dlopen: (name: string, symbols: object) => { functions: Libc } };
    libc = ffi.dlopen(library, {
      lseek: { arguments: ['int32', 'int64', 'int32'], return: 'int64' },
      ...(process.platform === 'linux'
        ? { fallocate: { arguments: ['int32', 'int32', 'int64', 'int64'], return: 'int32' }, fcntl: { arguments: ['int32', 'int32', 'pointer'], return: 'int32' } }
        : {}),
    }).functions;
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
  const seek = (descriptor: number, at: number, whence: number): number | undefined => {
    const found = libc.lseek(descriptor, BigInt(at), whence);
    return found < 0n ? undefined : Number(found);
  };
  const { fcntl } = libc;
  const lock = (descriptor: number, command: number, type: number, at: number): number | undefined => {
    const request = FLOCK.encode({ type, start: at, length: 1, process: 0 }, FLOCK_BYTES);
    return fcntl!(descriptor, command, request) === 0 ? FLOCK.read(request).type & 0xffff : undefined;
  };
  return {
    ...(fcntl === undefined ? {} : {
      lockShared: (descriptor: number, at: number) => lock(descriptor, F_OFD_SETLK, F_RDLCK, at) !== undefined,
      isLocked: (descriptor: number, at: number) => (lock(descriptor, F_OFD_GETLK, F_WRLCK, at) ?? F_UNLCK) !== F_UNLCK,
    }),
    nextData: (descriptor, at) => seek(descriptor, at, SEEK_DATA),
    nextHole: (descriptor, at) => seek(descriptor, at, SEEK_HOLE),
    punchHole: (descriptor, at, length) => libc.fallocate?.(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, BigInt(at), BigInt(length)) === 0,
  };
}
