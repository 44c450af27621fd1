/**
 * Advisory locks on open files, so that two writers, or a reader and a writer, do not work on one image: open-file-description locks of Linux on the bytes that qemu uses
 * (block/file-posix.c), so that qemu and we keep each other out.
 *
 * For each thing that is done with the file, a byte from 100 on is locked by whoever does it, and a byte from 200 on by whoever does not let others do it. All locks are shared ones,
 * so taking them never fails; whether someone else has one that is in the way is asked with F_OFD_GETLK. A lock ends when its file is closed.
 *
 * Missing: macOS, whose fcntl cannot be called through node:ffi on arm64 (arguments are passed otherwise to functions of any number of them); there, and where this Node.js has no
 * node:ffi, files are not locked, and `canLock` says so.
 */
import { DiskError } from '../errors.ts';
import { systemCalls } from './system-calls.ts';

const DOING = 100;
const NOT_LETTING = 200;
/** qemu's permissions, by number. */
const READ = 0, WRITE = 1, RESIZE = 3;

export interface LockRequest {
  readonly path: string;
  readonly isWritable: boolean;
  /** Whatever others do: for reading only. */
  readonly forceShare: boolean;
}

/** Has something been opened to be written that should have been locked? */
let isMissed = false;

/** One line for the user, once. */
export function takeLockNotice(): string | undefined {
  if (!isMissed) return undefined;
  isMissed = false;
  return 'images are not locked on this system or Node.js: nothing keeps another writer out';
}

export const canLock = (): boolean => systemCalls()?.lockShared !== undefined;

/** Locks the open file until it is closed. @throws DiskError `DISK_LOCKED` */
export function lockFile(descriptor: number, { path, isWritable, forceShare }: LockRequest): void {
  const calls = systemCalls();
  if (calls?.lockShared === undefined || calls.isLocked === undefined) {
    isMissed ||= isWritable;
    return;
  }
  const does = isWritable ? [READ, WRITE, RESIZE] : [READ];
  const doesNotLet = forceShare && !isWritable ? [] : [WRITE, RESIZE];
  // First take, then look: of two who come at once at least one sees the other.
  for (const byte of [...does.map((what) => DOING + what), ...doesNotLet.map((what) => NOT_LETTING + what)]) {
    // A file system without locks: nobody can be kept out there.
    if (!calls.lockShared(descriptor, byte)) return;
  }
  const isNotLet = does.some((what) => calls.isLocked!(descriptor, NOT_LETTING + what));
  const isDone = doesNotLet.some((what) => calls.isLocked!(descriptor, DOING + what));
  if (!isNotLet && !isDone) return;
  throw new DiskError({
    code: 'DISK_LOCKED', kind: 'locked', message: isDone ? 'is being written by another process' : 'is in use by another process', context: { path, op: 'open' },
    hint: isWritable ? 'end that process, or wait for it' : 'give --force-share to read it nevertheless; what is read may be torn',
  });
}
