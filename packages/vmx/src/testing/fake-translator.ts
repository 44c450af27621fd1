/**
 * A translator thread whose jobs are words: a number `n` becomes a module with a function `f` that returns n + target - 64 (n of the first job), `broken` a module that is none,
 * `die` takes more memory than the thread has.
 */
import { serveTranslator } from '../vmm/translator-thread.ts';

serveTranslator((jobs: readonly (number | 'broken' | 'die')[], target: number) => {
  if (jobs.includes('die')) exhaustHeap();
  if (jobs.includes('broken')) return { bytes: Uint8Array.of(1, 2, 3), regions: [] };
  // (module (func (export "f") (result i32) i32.const N)), N of one byte of LEB128
  const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0, 10, 6, 1, 4, 0, 0x41, Number(jobs[0]) + target - 64, 0x0b);
  return { bytes, regions: jobs };
});

function exhaustHeap(): never {
  const hoard: number[][] = [];
  for (;;) hoard.push(new Array<number>(100_000).fill(hoard.length + 0.5));
}
