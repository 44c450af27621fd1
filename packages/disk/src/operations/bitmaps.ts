/** Dirty bitmaps of an image: added, removed, emptied, switched, merged. */
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import type { Bitmaps } from '../image.ts';

export type BitmapAction =
  | { readonly kind: 'add'; readonly granularityBytes?: number; readonly isEnabled?: boolean }
  | { readonly kind: 'remove' | 'clear' | 'enable' | 'disable' }
  | { readonly kind: 'merge'; readonly from: string; readonly disk?: Disk };

export function bitmapsOf({ image }: Disk): Bitmaps {
  if (image.bitmaps === undefined) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `${image.format} images of this kind hold no bitmaps`, context: { path: image.store.name, op: 'bitmap' } });
  return image.bitmaps;
}

/** In order. @throws DiskError */
export async function changeBitmap(disk: Disk, name: string, actions: readonly BitmapAction[]): Promise<void> {
  const bitmaps = bitmapsOf(disk);
  await disk.change(async () => {
    for (const action of actions) {
      switch (action.kind) {
        case 'add':
          await bitmaps.add(name, { ...(action.granularityBytes === undefined ? {} : { granularityBytes: action.granularityBytes }), ...(action.isEnabled === undefined ? {} : { isEnabled: action.isEnabled }) });
          break;
        case 'remove': case 'clear': await bitmaps[action.kind](name); break;
        case 'enable': case 'disable': await bitmaps.setEnabled(name, action.kind === 'enable'); break;
        case 'merge': await bitmaps.merge(name, { bitmaps: action.disk === undefined ? bitmaps : bitmapsOf(action.disk), name: action.from }); break;
      }
    }
  });
  await disk.flush();
}
