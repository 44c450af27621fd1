/** The cache folder: whole files or none, and one process at a time that fills it. */
import { mkdirSync, openSync, closeSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** `.cache` in the clone, or where WORLDSWITCH_CACHE points. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(repository, env['WORLDSWITCH_CACHE'] || '.cache');
}

/** Writes a file so that no reader ever sees a part of it. */
export function writeFileAtomically(path: string, data: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, data);
  renameSync(partial, path);
}

/** Runs `work` while holding the lock file; a lock whose process has ended is taken over. */
export async function withLock<T>(lock: string, work: () => Promise<T>, onWait: (holder: number) => void): Promise<T> {
  const RETRY_MS = 200;
  mkdirSync(dirname(lock), { recursive: true });
  let told = false;
  while (!tryLock(lock)) {
    const holder = holderOf(lock);
    if (holder !== undefined && !told) {
      onWait(holder);
      told = true;
    }
    await sleep(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock(lock: string): boolean {
  try {
    const file = openSync(lock, 'wx');
    writeSync(file, `${process.pid}\n`);
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

/** The process that holds the lock; a stale lock is removed. */
function holderOf(lock: string): number | undefined {
  const UNWRITTEN_LIMIT_MS = 10_000;
  let text: string;
  let ageMs: number;
  try {
    text = readFileSync(lock, 'utf8');
    ageMs = Date.now() - statSync(lock).mtimeMs;
  } catch {
    return undefined; // released in between
  }
  const holder = Number.parseInt(text, 10);
  // A lock file is empty for a moment after its creation.
  const stale = Number.isNaN(holder) ? ageMs > UNWRITTEN_LIMIT_MS : !isAlive(holder);
  if (stale) {
    rmSync(lock, { force: true });
    return undefined;
  }
  return Number.isNaN(holder) ? undefined : holder;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Where the guests of `cache` are. */
export function guestsFolder(cache: string): string {
  return join(cache, 'guests');
}
