/** A VMDK: a descriptor and the extents that it lists. */
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { corrupt, DiskError, unsupported } from '../../errors.ts';
import type { CheckProblem, References } from '../../format.ts';
import type { Details, Image, ParentReference, Run } from '../../image.ts';
import type { Awaitable, Store } from '../../store/store.ts';
import { compact } from './check-sparse.ts';
import { createExtents, SPLIT_BYTES } from './create-extents.ts';
import { cidText, newCid, NO_CID } from './descriptor.ts';
import type { Descriptor, ExtentLine } from './descriptor.ts';
import type { DescriptorPlace } from './descriptor-place.ts';
import type { Extent } from './extent.ts';
import { SECTOR_BYTES } from './layout.ts';
import { SparseExtent } from './sparse-extent.ts';

export interface VmdkParts {
  readonly store: Store;
  readonly isWritable: boolean;
  readonly references: References;
  readonly extents: readonly Extent[];
  /** Absent where the file is an extent without one. */
  readonly descriptor?: Descriptor;
  readonly place?: DescriptorPlace;
  /** It has just been made: its content id is new. */
  readonly isNew?: boolean;
  /** What was wrong when it was opened to be checked. */
  readonly problems?: readonly CheckProblem[];
}

export class VmdkImage implements Image {
  readonly format = 'vmdk';
  readonly store: Store;
  readonly sectorBytes = SECTOR_BYTES;
  readonly blockBytes: number;
  readonly isWritable: boolean;
  readonly problems: readonly CheckProblem[];
  readonly #references: References;
  #extents: readonly Extent[];
  /** Where each begins on the disk, and where the last one ends. */
  #starts: readonly number[] = [];
  #descriptor: Descriptor | undefined;
  readonly #place: DescriptorPlace | undefined;
  #isContentMarked: boolean;
  #parentSize: number | undefined;
  #isClosed = false;

  constructor({ store, isWritable, references, extents, descriptor, place, isNew = false, problems = [] }: VmdkParts) {
    this.store = store;
    this.#references = references;
    this.#extents = extents;
    this.#descriptor = descriptor;
    this.#place = place;
    this.#isContentMarked = isNew;
    this.problems = problems;
    this.#setStarts();
    this.blockBytes = blockBytesOf(extents);
    this.isWritable = isWritable && this.whyReadOnly() === undefined;
  }

  /** Why the image is not written even where its files can be. */
  whyReadOnly(): string | undefined {
    if (this.#descriptor === undefined) return 'it is an extent of a disk and has no descriptor: open the disk';
    const { extents } = this.#descriptor;
    if (extents.some(({ access }) => access !== 'RW')) return 'an extent is not to be written, its descriptor says';
    const reason = this.#extents.find((extent) => !extent.isWritable);
    if (reason !== undefined) return reason.whyReadOnly ?? `${reason.type} extents are only read`;
    if (this.#starts.some((start, i) => i < this.#extents.length && start % (this.#extents[i]!.grainBytes ?? 1) !== 0)) return 'an extent does not begin at a whole grain of the disk';
    return undefined;
  }

  #setStarts(): void {
    const starts = [0];
    for (const { size } of this.#extents) starts.push(starts.at(-1)! + size);
    this.#starts = starts;
  }

  get size(): number {
    return this.#starts.at(-1)!;
  }

  get extents(): readonly Extent[] {
    return this.#extents;
  }

  get descriptor(): Descriptor | undefined {
    return this.#descriptor;
  }

  get parent(): ParentReference | undefined {
    const descriptor = this.#descriptor;
    if (descriptor === undefined || descriptor.parentCid === NO_CID) return undefined;
    const hint = descriptor.get('parentFileNameHint');
    return {
      // What was beside it on another machine, whose folders are not here, is looked for beside it.
      names: hint === undefined ? [] : [...new Set([hint, hint.split(/[/\\]/).at(-1)!])].filter((name) => name !== ''),
      format: 'vmdk',
      where: { path: this.store.name, field: 'parentFileNameHint' },
      verify: (parent) => this.#verifyParent(parent, descriptor.parentCid),
    };
  }

  #verifyParent(parent: Image, wanted: number): void {
    this.#parentSize = parent.size;
    const found = parent instanceof VmdkImage ? parent.#descriptor?.cid : undefined;
    if (found === wanted) return;
    throw new DiskError({
      code: 'DISK_PARENT_MISMATCH', kind: 'corrupt', message: `stands on the content ${cidText(wanted)}, and ${parent.store.name} has ${found === undefined ? 'none' : cidText(found)}`,
      context: { path: this.store.name, field: 'parentCID' }, hint: 'the parent was changed after the child was made, or is another image; rebase --unsafe if you know that it is right',
    });
  }

  #extentAt(at: number): number {
    const starts = this.#starts;
    if (this.#extents.length === 1) return 0;
    let low = 0, high = this.#extents.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  locate(at: number, length: number): Awaitable<Run> {
    const index = this.#extentAt(at);
    const start = this.#starts[index]!;
    return this.#extents[index]!.locate(at - start, Math.min(length, this.#starts[index + 1]! - at));
  }

  beforeWrite(): Awaitable<void> {
    if (!this.#isContentMarked) return this.#markContent();
  }

  /** The contents are about to be others: so are they called, and a child of the former contents finds out. */
  async #markContent(): Promise<void> {
    for (const extent of this.#extents) await extent.beforeWrite?.();
    if (this.#descriptor !== undefined) {
      this.#descriptor.setCid(newCid(randomBytes));
      await this.#place!.save(this.#descriptor);
      await this.store.flush();
    }
    this.#isContentMarked = true;
  }

  put(at: number, bytes: Uint8Array): Awaitable<void> {
    const index = this.#extentAt(at);
    const start = this.#starts[index]!;
    const extent = this.#extents[index]!;
    // A block of the image may be several of an extent with smaller grains, and may go beyond an extent.
    if (at - start + bytes.length <= extent.size && bytes.length <= (extent.grainBytes ?? bytes.length) && extent.put !== undefined) return extent.put(at - start, bytes);
    return this.#putParts(at, bytes);
  }

  async #putParts(at: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const index = this.#extentAt(at + done);
      const extent = this.#extents[index]!;
      const within = at + done - this.#starts[index]!;
      const length = Math.min(bytes.length - done, extent.size - within, extent.grainBytes ?? bytes.length);
      const part = bytes.subarray(done, done + length);
      if (extent.put !== undefined) {
        await extent.put(within, part);
      } else {
        const run = await extent.locate(within, length);
        if (run.kind !== 'data' || run.length !== length) throw unsupported(`${extent.type} extents are only read`, { path: this.store.name, op: 'write' });
        await run.store.write(run.offset, part);
      }
      done += length;
    }
  }

  async putZero(at: number, length: number, keepRoom: boolean): Promise<void> {
    const hidesParent = this.parent !== undefined;
    await this.#eachExtent(at, length, async (extent, within, count) => extent.putZero?.(within, count, keepRoom, hidesParent));
  }

  async remove(at: number, length: number): Promise<void> {
    await this.#eachExtent(at, length, async (extent, within, count) => {
      if (extent.remove === undefined) throw unsupported(`what is in ${extent.type} extents cannot be taken out`, { path: this.store.name });
      await extent.remove(within, count);
    });
  }

  async #eachExtent(at: number, length: number, action: (extent: Extent, within: number, count: number) => Promise<void>): Promise<void> {
    for (let done = 0; done < length;) {
      const index = this.#extentAt(at + done);
      const within = at + done - this.#starts[index]!;
      const count = Math.min(length - done, this.#extents[index]!.size - within);
      await action(this.#extents[index]!, within, count);
      done += count;
    }
  }

  /** Grows only: no product of VMware's shrinks a disk, and what is cut off would have to be looked for in every table. */
  async resize(size: number): Promise<void> {
    const before = this.size;
    if (size === before) return;
    const where = { path: this.store.name, op: 'resize' };
    if (size < before) throw unsupported(`a VMDK does not become smaller: it has ${before} bytes`, where, 'convert the part that is wanted into a new image');
    if (size % SECTOR_BYTES !== 0) throw corrupt(`${size} is not a multiple of ${SECTOR_BYTES}`, where);
    if ((this.#parentSize ?? 0) > before && before % this.blockBytes !== 0) throw unsupported('its parent is larger and would show through in the last grain', where, 'commit or convert it first');
    const descriptor = this.#descriptor!;
    const last = this.#extents.at(-1);
    const most = /^twoGbMaxExtent/i.test(descriptor.createType ?? '') ? SPLIT_BYTES : Number.POSITIVE_INFINITY;
    let lines: ExtentLine[] = [...descriptor.extents];
    let remaining = size - before;
    if (last !== undefined && last.size < most) {
      if (last.grow === undefined) throw unsupported(`${last.type} extents do not grow`, where);
      const grown = Math.min(most, last.size + remaining);
      remaining -= grown - last.size;
      await last.grow(grown);
      lines = [...lines.slice(0, -1), { ...lines.at(-1)!, size: grown }];
    }
    if (remaining > 0) {
      const added = await createExtents(this.#references, {
        createType: descriptor.createType!, size: remaining, base: basename(this.store.name).replace(/\.vmdk$/i, ''), firstNumber: this.#extents.length + 1, zeroedGrains: this.#extents.some((extent) => extent instanceof SparseExtent && extent.hasZeroedGrains),
      });
      this.#extents = [...this.#extents, ...added.extents];
      lines.push(...added.lines);
    }
    // The files are there before the descriptor counts on them.
    for (const extent of this.#extents) await extent.flush();
    this.#setStarts();
    this.#descriptor = descriptor.withExtents(lines);
    this.#descriptor.setGeometry(size);
    await this.#place!.save(this.#descriptor);
    await this.store.flush();
    const shown = Math.min(size, this.#parentSize ?? 0);
    const firstBlock = Math.ceil(before / this.blockBytes) * this.blockBytes;
    if (shown > firstBlock) await this.putZero(firstBlock, Math.ceil((shown - firstBlock) / this.blockBytes) * this.blockBytes, false);
  }

  async setParent(parent: { readonly name: string; readonly format: string; readonly image: Image } | undefined): Promise<void> {
    const descriptor = this.#descriptor!;
    if (parent === undefined) {
      descriptor.set('parentCID', cidText(NO_CID), ['CID']);
      descriptor.delete('parentFileNameHint');
      this.#parentSize = undefined;
    } else {
      const cid = parentCid(parent.image, this.store.name);
      if (this.#extents.some((extent) => !(extent instanceof SparseExtent))) throw unsupported('only sparse extents can stand on another image', { path: this.store.name });
      descriptor.set('parentCID', cidText(cid), ['CID']);
      descriptor.set('parentFileNameHint', parent.name, ['createType', 'parentCID']);
      this.#parentSize = parent.image.size;
    }
    await this.#place!.save(descriptor);
    await this.store.flush();
  }

  /** Changes entries of the descriptor; the contents stay what they are called. */
  async amend(changes: Readonly<Record<string, string>>): Promise<void> {
    const descriptor = this.#descriptor!;
    for (const [name, value] of Object.entries(changes)) descriptor.set(name, value);
    descriptor.setGeometry(this.size);
    await this.#place!.save(descriptor);
  }

  async flush(): Promise<void> {
    for (const extent of this.#extents) await extent.flush();
    if (this.#extents.every(({ store }) => store !== this.store)) await this.store.flush();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    let problem: unknown;
    for (const extent of this.#extents) {
      try {
        if (extent instanceof SparseExtent && extent.hasFreeGrains) await compact(extent);
        await extent.close();
      } catch (error) {
        problem ??= error;
      }
    }
    if (this.#extents.every(({ store }) => store !== this.store)) await this.store.close();
    if (problem !== undefined) throw problem;
  }

  details(): Details {
    const descriptor = this.#descriptor;
    return {
      cid: descriptor?.cid, 'parent-cid': descriptor?.parentCid, 'create-type': descriptor?.createType,
      'adapter-type': descriptor?.get('ddb.adapterType'), 'hw-version': descriptor?.get('ddb.virtualHWVersion'), 'tools-version': descriptor?.get('ddb.toolsVersion'),
      extents: this.#extents.map((extent) => ({
        filename: extent.store?.name, format: extent.type, 'virtual-size': extent.size,
        ...(extent.grainBytes === undefined ? {} : { 'cluster-size': extent.grainBytes }), ...(extent.isCompressed ? { compressed: true } : {}),
      })),
    };
  }
}

/** The content id that a child of `image` names. @throws DiskError where it has none */
export function parentCid(image: Image, childName: string): number {
  const cid = image instanceof VmdkImage ? image.descriptor?.cid : undefined;
  if (cid === undefined) throw unsupported('a VMDK can only stand on a VMDK that has a descriptor', { path: childName, field: 'parentFileNameHint' }, 'convert the parent to vmdk, or use qcow2 for the child');
  return cid;
}

/** The largest grain: then the smaller ones fit in. */
function blockBytesOf(extents: readonly Extent[]): number {
  return Math.max(SECTOR_BYTES, ...new Set(extents.map(({ grainBytes = SECTOR_BYTES }) => grainBytes)));
}
