/** Rebase: a layer gets another parent. The safe way keeps the disk what it is: where the parents differ, the old one's contents are taken into the layer first. */
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { writeDifferences } from './differences.ts';
import type { TaskOptions } from './task.ts';

export interface NewParent {
  /** As the image is to have it. */
  readonly name: string;
  readonly format: string;
  readonly disk: Disk;
}

export interface RebaseReport {
  /** Bytes that were taken into the layer. */
  readonly copied: number;
}

/**
 * @param disk open for writing, with its present parent
 * @param parent undefined: it is to stand on nothing
 * @throws DiskError
 */
export async function rebaseDisk(disk: Disk, parent: NewParent | undefined, { onProgress, signal }: TaskOptions = {}): Promise<RebaseReport> {
  mustHaveParents(disk);
  let copied = 0;
  for await (const extent of disk.extents()) {
    onProgress?.({ transferred: extent.start, size: disk.size });
    if (extent.depth === 0 && extent.kind !== 'absent') continue;
    copied += await writeDifferences(disk, disk, extent, parent?.disk, signal);
  }
  await disk.flush();
  await setParent(disk, parent);
  onProgress?.({ transferred: disk.size, size: disk.size });
  return { copied };
}

/** Only the name of the parent changes: the user says that the contents are the same. @param disk open for writing, without its parent */
export async function renameParent(disk: Disk, parent: NewParent | undefined): Promise<void> {
  mustHaveParents(disk);
  await setParent(disk, parent);
}

async function setParent(disk: Disk, parent: NewParent | undefined): Promise<void> {
  const { image } = disk;
  await disk.change(async () => image.setParent!(parent === undefined ? undefined : { name: parent.name, format: parent.format, image: parent.disk.image }));
  await disk.flush();
}

function mustHaveParents({ image }: Disk): void {
  if (image.setParent === undefined) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `${image.format} images of this kind stand on no others`, context: { path: image.store.name, op: 'rebase' } });
}
