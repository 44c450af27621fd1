/** New extents in files of their own, beside the descriptor. */
import type { References } from '../../format.ts';
import type { Store } from '../../store/store.ts';
import type { ExtentLine } from './descriptor.ts';
import { FlatExtent } from './extent.ts';
import type { Extent } from './extent.ts';
import { SparseExtent } from './sparse-extent.ts';
import { planSparse, writeSparse } from './sparse-layout.ts';

/** What VMware's products put into one part: 2047 MiB, so that the part with its tables has less than 2 GiB. */
export const SPLIT_BYTES = 2047 * 1024 * 1024;

export interface NewExtents {
  readonly createType: string;
  /** Of all together, in bytes. */
  readonly size: number;
  /** Of their names. */
  readonly base: string;
  /** Of the first one, from 1. */
  readonly firstNumber: number;
  readonly zeroedGrains: boolean;
  /** Write every byte of flat ones. */
  readonly isPreallocated?: boolean;
}

export async function createExtents(references: References, options: NewExtents): Promise<{ readonly extents: Extent[]; readonly lines: ExtentLine[] }> {
  const { createType, size, base, firstNumber } = options;
  const isSparse = createType === 'twoGbMaxExtentSparse';
  const isSplit = createType !== 'monolithicFlat';
  const extents: Extent[] = [];
  const lines: ExtentLine[] = [];
  try {
    let number = firstNumber;
    let done = 0;
    // A disk of no size has a file as well.
    do {
      const part = isSplit ? Math.min(SPLIT_BYTES, size - done) : size;
      const name = isSplit ? `${base}-${isSparse ? 's' : 'f'}${String(number).padStart(3, '0')}.vmdk` : `${base}-flat.vmdk`;
      const store = await references.create(name);
      extents.push(isSparse ? new SparseExtent(await writeSparse(store, planSparse({ size: part, hasDescriptor: false, zeroedGrains: options.zeroedGrains }))) : await createFlat(store, part, options.isPreallocated === true));
      lines.push({ access: 'RW', size: part, type: isSparse ? 'SPARSE' : 'FLAT', name, offset: 0 });
      done += part;
      number++;
    } while (done < size);
  } catch (error) {
    for (const extent of extents) await extent.close();
    throw error;
  }
  return { extents, lines };
}

async function createFlat(store: Store, size: number, isPreallocated: boolean): Promise<FlatExtent> {
  await store.resize(size);
  if (isPreallocated) {
    const zeros = new Uint8Array(1024 * 1024);
    for (let at = 0; at < size; at += zeros.length) await store.write(at, zeros.subarray(0, Math.min(zeros.length, size - at)));
  }
  return new FlatExtent('FLAT', store, 0, size);
}
