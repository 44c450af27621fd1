/**
 * Where a disk's data is, through its chain, as runs of a store: what every conversion, comparison and digest goes through. Nothing here reads data.
 *
 * The disk must not be written meanwhile: what a run says may then no longer be so.
 */
import type { Disk } from '../disk.ts';
import type { PackedBlock, Run } from '../image.ts';
import type { Awaitable, Store } from '../store/store.ts';

/** A stretch of the disk whose bytes are in a store, as they are or compressed. What lies between two of them reads as zeros. */
export type DataRun = { readonly start: number; readonly length: number } & (
  | { readonly kind: 'data'; readonly store: Store; readonly offset: number }
  | { readonly kind: 'packed'; readonly block: PackedBlock; readonly skip: number }
);

/** What is at `at`, through the chain: what no layer has is zero. */
export function locateThrough(disk: Disk, at: number, length: number): Awaitable<Exclude<Run, { kind: 'absent' }>> {
  const found = disk.image.locate(at, length);
  return found instanceof Promise ? found.then((run) => seeThrough(disk, at, run)) : seeThrough(disk, at, found);
}

function seeThrough({ parent }: Disk, at: number, run: Run): Awaitable<Exclude<Run, { kind: 'absent' }>> {
  if (run.kind !== 'absent') return run;
  if (parent === undefined || at >= parent.size) return { kind: 'zero', length: run.length };
  return locateThrough(parent, at, Math.min(run.length, parent.size - at));
}

/** A store is asked for its holes by stretches of this, and by larger ones where it has few: the answer is a list, which a file of nothing but small holes would make long. */
const LEAST_WINDOW_BYTES = 256 * 1024 * 1024;
const MOST_WINDOW_BYTES = 2 ** 46;
const FEW_EXTENTS = 64;

/** In ascending order. Zeros that a store knows of are left out. */
export async function* dataRuns(disk: Disk, at = 0, end = disk.size): AsyncGenerator<DataRun> {
  for (let here = at; here < end;) {
    const found = locateThrough(disk, here, end - here);
    const run = found instanceof Promise ? await found : found;
    if (run.kind === 'packed') yield { kind: 'packed', start: here, length: run.length, block: run.block, skip: run.skip };
    else if (run.kind === 'data') yield* writtenParts(here, run);
    here += run.length;
  }
}

async function* writtenParts(start: number, { store, offset, length }: Extract<Run, { kind: 'data' }>): AsyncGenerator<DataRun> {
  let windowBytes = LEAST_WINDOW_BYTES;
  for (let done = 0; done < length;) {
    const window = Math.min(windowBytes, length - done);
    const asked = store.extents(offset + done, window);
    const extents = asked instanceof Promise ? await asked : asked;
    for (const extent of extents) {
      if (extent.isData) yield { kind: 'data', start: start + extent.start - offset, length: extent.length, store, offset: extent.start };
    }
    windowBytes = extents.length > FEW_EXTENTS ? LEAST_WINDOW_BYTES : Math.min(windowBytes * 4, MOST_WINDOW_BYTES);
    done += window;
  }
}
