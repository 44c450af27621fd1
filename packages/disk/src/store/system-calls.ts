/**
 * Three system calls that Node.js has no function for: where a file's holes are (lseek with SEEK_DATA and SEEK_HOLE), punching holes (fallocate), and cloning ranges.
 * `node:ffi` reaches them where Node.js has it; elsewhere a file counts as data from end to end, and a hole is written as zeros.
 */
import { createRequire } from 'node:module';

export interface SystemCalls {
  /** The first data at or after `at`, undefined when there is none. @throws where the file system cannot tell */
  nextData(descriptor: number, at: number): number | undefined;
  /** The first hole at or after `at`; the end of the file is one. */
  nextHole(descriptor: number, at: number): number | undefined;
  /** @returns whether the file system could */
  punchHole(descriptor: number, at: number, length: number): boolean;
}

// The same on Linux and macOS but for their order.
const SEEK_DATA = process.platform === 'darwin' ? 4 : 3;
const SEEK_HOLE = process.platform === 'darwin' ? 3 : 4;
const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;
const LIBRARY: Readonly<Partial<Record<NodeJS.Platform, string>>> = { linux: 'libc.so.6', darwin: 'libSystem.dylib' };

interface Libc {
  readonly lseek: (descriptor: number, offset: bigint, whence: number) => bigint;
  readonly fallocate?: (descriptor: number, mode: number, offset: bigint, length: bigint) => number;
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
      ...(process.platform === 'linux' ? { fallocate: { arguments: ['int32', 'int32', 'int64', 'int64'], return: 'int32' } } : {}),
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
  return {
    nextData: (descriptor, at) => seek(descriptor, at, SEEK_DATA),
    nextHole: (descriptor, at) => seek(descriptor, at, SEEK_HOLE),
    punchHole: (descriptor, at, length) => libc.fallocate?.(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, BigInt(at), BigInt(length)) === 0,
  };
}
