/** Where a conversion's data goes. */
import type { LoadedChunk } from './loaded-chunks.ts';
import type { PackStep } from './block-job.ts';

export interface Target {
  /** What is to be written, in chunks of whole units. */
  readonly unitBytes: number;
  readonly pack: PackStep | undefined;
  /** Also zeros are wanted. */
  readonly isComplete: boolean;
  /** Chunks in ascending order. @returns how many bytes were not zero */
  write(chunk: LoadedChunk): Promise<number>;
  finish(isFlushed: boolean): Promise<void>;
}

export interface TargetOptions {
  /** Zeros of this length, in bytes, are not written; 0: everything is. */
  readonly sparse: number;
  readonly compress: { readonly level?: number } | undefined;
  readonly targetIsZero: boolean | undefined;
}
