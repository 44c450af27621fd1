/** How fast is an image? Reads or writes of one size, several at once, as qemu-img's bench does them. */
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { throwIfAborted } from './task.ts';
import type { TaskOptions } from './task.ts';

export interface BenchOptions extends TaskOptions {
  readonly requests: number;
  /** Under way at once. */
  readonly depth: number;
  readonly bufferBytes: number;
  readonly stepBytes: number;
  readonly offset: number;
  readonly isWrite: boolean;
  /** What is written: this byte. */
  readonly pattern: number;
  /** Flush after so many writes; 0: never. */
  readonly flushInterval: number;
  /** At places in no order, whatever the step. */
  readonly isRandom: boolean;
}

export interface BenchReport {
  readonly requests: number;
  readonly bytes: number;
  readonly elapsedMs: number;
}

/** Wraps around at the disk's end. @throws DiskError */
export async function benchDisk(disk: Disk, options: BenchOptions): Promise<BenchReport> {
  const { requests, depth, bufferBytes, stepBytes, isWrite, pattern, flushInterval, isRandom, signal, onProgress } = options;
  const places = Math.floor(disk.size / bufferBytes);
  if (places === 0) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `requests of ${bufferBytes} bytes do not fit a disk of ${disk.size}`, context: { path: disk.image.store.name, op: 'bench' } });
  let started = 0, done = 0, at = options.offset;
  // The same sequence each time, so that two runs can be compared.
  let random = 1;
  const nextPlace = (): number => {
    if (isRandom) {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      return Math.floor(random / 2 ** 32 * places) * bufferBytes;
    }
    if (at + bufferBytes > disk.size) at = 0;
    const place = at;
    at += stepBytes;
    return place;
  };
  const worker = async (): Promise<void> => {
    const buffer = new Uint8Array(bufferBytes).fill(pattern);
    while (started < requests) {
      throwIfAborted(signal, 'bench');
      const number = ++started;
      await (isWrite ? disk.write(nextPlace(), buffer) : disk.read(nextPlace(), buffer));
      if (isWrite && flushInterval > 0 && number % flushInterval === 0) await disk.flush();
      if (++done % 256 === 0) onProgress?.({ transferred: done * bufferBytes, size: requests * bufferBytes });
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: Math.min(depth, requests) }, worker));
  return { requests, bytes: requests * bufferBytes, elapsedMs: performance.now() - startMs };
}
