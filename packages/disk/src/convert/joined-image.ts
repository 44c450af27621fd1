/** Several disks, one after the other, as one: what `convert` makes one image of. */
import { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import type { Image, Run } from '../image.ts';
import type { Awaitable, Store } from '../store/store.ts';
import { locateThrough } from './data-runs.ts';

/** The disk is read only; closing it closes the parts. One part is given back as it is. */
export function joinDisks(parts: readonly Disk[]): Disk {
  const [first, ...others] = parts;
  if (first === undefined) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: 'there is no disk to join', context: { op: 'convert' } });
  return others.length === 0 ? first : new Disk({ image: new JoinedImage(parts) });
}

class JoinedImage implements Image {
  readonly format = 'joined';
  readonly store: Store;
  readonly size: number;
  readonly sectorBytes: number;
  readonly blockBytes: number;
  readonly isWritable = false;
  readonly #parts: readonly { readonly disk: Disk; readonly start: number }[];

  constructor(disks: readonly Disk[]) {
    let end = 0;
    this.#parts = disks.map((disk) => {
      const start = end;
      end += disk.size;
      return { disk, start };
    });
    this.size = end;
    this.store = disks[0]!.image.store;
    this.sectorBytes = Math.max(...disks.map(({ image }) => image.sectorBytes));
    this.blockBytes = this.sectorBytes;
  }

  locate(at: number, length: number): Awaitable<Run> {
    const { disk, start } = this.#parts.findLast((part) => part.start <= at && part.disk.size > 0)!;
    return locateThrough(disk, at - start, Math.min(length, start + disk.size - at));
  }

  flush(): void { /* it is only read */ }

  async close(): Promise<void> {
    for (const { disk } of this.#parts) await disk.close();
  }

  details(): Record<string, never> {
    return {};
  }
}
