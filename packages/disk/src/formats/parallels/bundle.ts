/** A bundle (.hdd or .pvm's disk): storages one after the other, each a chain of images, one a snapshot. Read only. */
import { corrupt, DiskError } from '../../errors.ts';
import type { References } from '../../format.ts';
import type { Details, Image, Run, Snapshots } from '../../image.ts';
import { readPadded } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { chainOf } from './descriptor.ts';
import type { DescribedImage, DiskDescriptor } from './descriptor.ts';
import { ParallelsImage } from './image.ts';
import { checkHeader, header, HEADER_BYTES, SECTOR_BYTES } from './layout.ts';

/** Undefined stands for a plain one: the bytes themselves. */
interface Layer {
  readonly guid: string;
  readonly store: Store;
  readonly expanding: ParallelsImage | undefined;
}

interface Storage {
  /** In bytes of the disk. */
  readonly start: number;
  readonly end: number;
  readonly layers: readonly Layer[];
}

const MOST_FILES = 4096;

export class BundleImage implements Image {
  readonly format = 'parallels';
  readonly store: Store;
  readonly sectorBytes: number;
  readonly isWritable = false;
  readonly size: number;
  readonly blockBytes: number;
  readonly snapshots: Snapshots;
  readonly #descriptor: DiskDescriptor;
  readonly #storages: readonly Storage[];
  readonly #top: string;
  readonly #ownsStores: boolean;

  private constructor(store: Store, descriptor: DiskDescriptor, storages: readonly Storage[], top: string, ownsStores: boolean) {
    this.store = store;
    this.#descriptor = descriptor;
    this.#top = top;
    this.#ownsStores = ownsStores;
    this.size = descriptor.sectors * SECTOR_BYTES;
    this.sectorBytes = descriptor.sectorBytes;
    const chain = chainOf(descriptor, top, { path: store.name });
    this.#storages = storages.map(({ start, end, layers }) => ({ start, end, layers: chain.flatMap((guid) => layers.filter((layer) => layer.guid === guid)) }));
    this.blockBytes = storages.flatMap(({ layers }) => layers).find(({ expanding }) => expanding !== undefined)?.expanding?.blockBytes ?? SECTOR_BYTES;
    this.snapshots = {
      list: () => descriptor.shots.map(({ guid }) => ({ id: guid, name: guid, createdMs: 0, size: this.size, vmStateBytes: 0, vmClockNs: 0 })),
      open: (which) => {
        if (!descriptor.shots.some(({ guid }) => guid === which.toLowerCase())) throw new DiskError({ code: 'DISK_NOT_FOUND', kind: 'not-found', message: `there is no snapshot ${which}`, context: { path: store.name } });
        return new BundleImage(store, descriptor, storages, which.toLowerCase(), false);
      },
      create: refuse, apply: refuse, delete: refuse,
    };
  }

  static async open(store: Store, descriptor: DiskDescriptor, references: References): Promise<BundleImage> {
    const storages: { start: number; end: number; layers: Layer[] }[] = [];
    const opened: Store[] = [];
    try {
      for (const { start, end, images } of descriptor.storages) {
        const layers: Layer[] = [];
        storages.push({ start: start * SECTOR_BYTES, end: end * SECTOR_BYTES, layers });
        for (const image of images) {
          if (opened.length >= MOST_FILES) throw corrupt(`it names more than ${MOST_FILES} files`, { path: store.name, field: 'File' });
          const file = await references.open(image.file, 'storage');
          opened.push(file);
          layers.push(await openLayer(image, file, (end - start) * SECTOR_BYTES));
        }
      }
      return new BundleImage(store, descriptor, storages, descriptor.topGuid, true);
    } catch (error) {
      for (const file of opened) await file.close();
      throw error;
    }
  }

  *images(): Generator<Image> {
    for (const { layers } of this.#storages) for (const { expanding } of layers) if (expanding !== undefined) yield expanding;
  }

  async locate(at: number, length: number): Promise<Run> {
    let low = 0;
    for (let high = this.#storages.length - 1; low < high;) {
      const middle = (low + high) >> 1;
      if (this.#storages[middle]!.end > at) high = middle;
      else low = middle + 1;
    }
    const { start, end, layers } = this.#storages[low]!;
    let most = Math.min(length, end - at);
    for (const { store, expanding } of layers) {
      if (expanding === undefined) return { kind: 'data', length: most, store, offset: at - start };
      const run = await expanding.locate(at - start, most);
      if (run.kind !== 'absent') return run;
      most = run.length;
    }
    return { kind: 'absent', length: most };
  }

  flush(): void { /* it is only read */ }

  async close(): Promise<void> {
    if (!this.#ownsStores) return;
    for (const { layers } of this.#storages) for (const { store } of layers) await store.close();
    await this.store.close();
  }

  details(): Details {
    return {
      variant: 'bundle', 'top-guid': this.#top, snapshots: this.#descriptor.shots.length,
      storages: this.#descriptor.storages.map(({ start, end, images }) => ({ start: start * SECTOR_BYTES, end: end * SECTOR_BYTES, images: images.map(({ type, file }) => `${type} ${file}`) })),
    };
  }
}

function refuse(): never {
  throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: 'bundles are only read', hint: 'convert it' });
}

async function openLayer({ guid, type }: DescribedImage, store: Store, bytes: number): Promise<Layer> {
  if (type === 'Plain') {
    if (store.length < bytes) throw corrupt(`it has ${store.length} bytes, and its storage ${bytes}`, { path: store.name });
    return { guid, store, expanding: undefined };
  }
  const values = header.read(await readPadded(store, 0, HEADER_BYTES), 0, { path: store.name });
  checkHeader(values, store);
  const expanding = await ParallelsImage.open(store, values, false);
  if (expanding.size < bytes) throw corrupt(`it has ${expanding.size} bytes, and its storage ${bytes}`, { path: store.name, field: 'nb_sectors' });
  return { guid, store, expanding };
}
