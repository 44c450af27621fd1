/** What images of formats that are only read have in common. */
import { DiskError } from '../errors.ts';
import type { Awaitable, Store } from '../store/store.ts';
import type { Details, Image, Run } from '../image.ts';

export abstract class ReadOnlyImage implements Image {
  abstract readonly format: string;
  abstract readonly size: number;
  abstract readonly blockBytes: number;
  readonly store: Store;
  readonly sectorBytes = 512;
  readonly isWritable = false;

  constructor(store: Store) {
    this.store = store;
  }

  abstract locate(at: number, length: number): Awaitable<Run>;
  abstract details(): Details;

  flush(): void { /* it is only read */ }

  async close(): Promise<void> {
    await this.store.close();
  }
}

export function refuseWritable(format: string, store: Store, isWritable: boolean): void {
  if (isWritable) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `${format} images are only read`, context: { path: store.name, op: 'open' }, hint: 'convert it first' });
}
