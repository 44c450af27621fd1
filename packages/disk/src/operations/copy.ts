/** Copies a stretch of one disk into another, zeros as zeros. */
import type { Disk } from '../disk.ts';
import { isZero } from '../store/store.ts';
import { throwIfAborted } from './task.ts';

const PIECE_BYTES = 1024 * 1024;

export interface Stretch {
  /** In the source. */
  readonly start: number;
  readonly length: number;
  /** In the target. */
  readonly to: number;
  /** What the source says of it; `data` may turn out to be zeros. */
  readonly isData: boolean;
}

/** @param isNew the target reads as zeros there already, so zeros need not be written */
export async function copyStretch(source: Disk, target: Disk, { start, length, to, isData }: Stretch, { isNew = false, signal, onCopied }: { isNew?: boolean; signal?: AbortSignal | undefined; onCopied?: (bytes: number) => void } = {}): Promise<void> {
  if (!isData) {
    if (!isNew) await target.zero(to, length);
    onCopied?.(length);
    return;
  }
  // Whole blocks of the target at a time, so that none is written twice.
  const unit = Math.max(PIECE_BYTES, target.image.blockBytes);
  for (let done = 0; done < length;) {
    throwIfAborted(signal, 'copying');
    const count = Math.min(length - done, unit - ((to + done) % unit));
    const piece = new Uint8Array(count);
    await source.read(start + done, piece);
    if (!isZero(piece)) await target.write(to + done, piece);
    else if (!isNew) await target.zero(to + done, count);
    done += count;
    onCopied?.(count);
  }
}
