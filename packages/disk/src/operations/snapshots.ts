/** Snapshots inside an image: made, gone back to, taken away, with no write under way. */
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import type { Snapshot, Snapshots } from '../image.ts';

export type SnapshotAction = 'create' | 'apply' | 'delete';

function snapshotsOf({ image }: Disk): Snapshots {
  if (image.snapshots === undefined) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `${image.format} images hold no snapshots`, context: { path: image.store.name, op: 'snapshot' } });
  return image.snapshots;
}

/** None where the format has none, as qemu-img has it. */
export async function listSnapshots({ image }: Disk): Promise<readonly Snapshot[]> {
  return (await image.snapshots?.list()) ?? [];
}

/** @param name of a new one; a name or an id otherwise @throws DiskError */
export async function changeSnapshots(disk: Disk, action: SnapshotAction, name: string, nowMs: number): Promise<void> {
  const snapshots = snapshotsOf(disk);
  await disk.change(async () => (action === 'create' ? snapshots.create(name, nowMs) : snapshots[action](name)));
  await disk.flush();
}
