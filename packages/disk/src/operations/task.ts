/** What operations that take a while have in common: they tell how far they are, and can be ended. */
import { DiskError } from '../errors.ts';

export interface TaskOptions {
  /** Called often. In bytes. */
  readonly onProgress?: (report: { readonly transferred: number; readonly size: number }) => void;
  readonly signal?: AbortSignal;
}

/** @throws DiskError `DISK_ABORTED` */
export function throwIfAborted(signal: AbortSignal | undefined, op: string): void {
  if (signal?.aborted === true) throw new DiskError({ code: 'DISK_ABORTED', kind: 'aborted', message: `${op} was interrupted` });
}
