/** A qcow2 image as the disk sees it. */
import { volumeDetails } from '../../encryption/luks/details.ts';
import { unsupported } from '../../errors.ts';
import type { Details, Image, ParentReference, Run } from '../../image.ts';
import { placeIn } from '../../store/store.ts';
import type { Awaitable, Store } from '../../store/store.ts';
import { QcowBitmaps } from './bitmaps.ts';
import { Autoclear, Compatible, Extension, Incompatible } from './layout.ts';
import { resize } from './resize.ts';
import { QcowSnapshots } from './snapshots.ts';
import type { State } from './state.ts';

export class Qcow2Image implements Image {
  readonly format = 'qcow2';
  readonly sectorBytes = 512;
  readonly state: State;
  readonly snapshots: QcowSnapshots;
  readonly bitmaps: QcowBitmaps;

  constructor(state: State) {
    this.state = state;
    this.snapshots = new QcowSnapshots(state);
    this.bitmaps = new QcowBitmaps(state);
  }

  get store(): Store {
    return this.state.store;
  }

  get size(): number {
    return this.state.header.fields.size;
  }

  get isWritable(): boolean {
    return this.state.isWritable;
  }

  get blockBytes(): number {
    return this.state.geometry.subclusterBytes;
  }

  get packing(): NonNullable<Image['packing']> | undefined {
    return this.state.dataFile === undefined && this.state.volume === undefined ? { codec: this.state.map.codec, blockBytes: this.state.geometry.clusterBytes } : undefined;
  }

  get parent(): ParentReference | undefined {
    const { backingFile, backingFormat, fields } = this.state.header;
    if (backingFile === undefined) return undefined;
    return { names: [backingFile], ...(backingFormat === undefined ? {} : { format: backingFormat }), where: placeIn(this.store, fields.backing_file_offset, 'backing_file_offset') };
  }

  locate(at: number, length: number): Awaitable<Run> {
    return this.state.map.locate(at, length);
  }

  beforeWrite(): Awaitable<void> {
    if (!this.state.isMarked) return this.state.alone(() => this.state.mark());
  }

  beforeChange(at: number, length: number): Awaitable<void> {
    return this.bitmaps.mark(at, length);
  }

  put(at: number, bytes: Uint8Array): Promise<void> {
    return this.state.alone(() => this.state.writer.put(at, bytes));
  }

  putPacked(at: number, packed: Uint8Array): Promise<void> {
    if (this.packing === undefined) throw unsupported('an image with a data file, or one that is enciphered, has no compressed clusters', { path: this.store.name, op: 'write compressed' });
    return this.state.alone(() => this.state.writer.putPacked(at, packed));
  }

  putZero(at: number, length: number, keepRoom: boolean): Promise<void> {
    const hasParent = this.state.header.backingFile !== undefined;
    return this.state.alone(async () => {
      const { writer, geometry } = this.state;
      if (!hasParent || geometry.version > 2) return writer.clear(at, at + length, hasParent ? 'zero' : 'absent', keepRoom);
      // Version 2 has nothing but zeros themselves to hide a parent with.
      const zeros = new Uint8Array(geometry.clusterBytes);
      for (let here = at; here < at + length; here += zeros.length) await writer.put(here, zeros.subarray(0, Math.min(zeros.length, at + length - here)));
    });
  }

  remove(at: number, length: number): Promise<void> {
    return this.state.alone(() => this.state.writer.clear(at, at + length, 'absent', false));
  }

  resize(size: number): Promise<void> {
    return this.state.alone(() => this.bitmaps.resized(size, () => resize(this.state, size)));
  }

  setParent(parent: { readonly name: string; readonly format: string } | undefined): Promise<void> {
    return this.state.alone(async () => {
      const { header } = this.state;
      header.backingFile = parent?.name;
      header.setExtension(Extension.backingFormat, parent === undefined ? undefined : new TextEncoder().encode(parent.format));
      await header.writeAll();
      await this.state.store.flush();
    });
  }

  flush(): Promise<void> {
    return this.state.alone(() => this.state.flush());
  }

  async close(): Promise<void> {
    const { state } = this;
    try {
      if (state.isMarked) await state.alone(async () => {
        await this.bitmaps.save();
        await state.finish();
      });
    } finally {
      try {
        if (state.dataFile !== undefined) await state.dataFile.close();
      } finally {
        await state.store.close();
      }
    }
  }

  async details(): Promise<Details> {
    const { header, geometry } = this.state;
    const { fields } = header;
    const bitmaps = header.bitmaps === undefined ? [] : await this.bitmaps.list();
    return {
      compat: fields.version === 2 ? '0.10' : '1.1',
      'compression-type': fields.compression_type === 1 ? 'zstd' : 'zlib',
      'cluster-size': geometry.clusterBytes,
      'refcount-bits': geometry.refcountBits,
      ...(fields.version === 2 ? {} : {
        'lazy-refcounts': (fields.compatible_features & Compatible.lazyRefcounts) !== 0n,
        corrupt: header.has(Incompatible.corrupt),
        'dirty-flag': header.has(Incompatible.dirty),
        'extended-l2': geometry.hasSubclusters,
      }),
      ...(header.dataFile === undefined ? {} : { 'data-file': header.dataFile, 'data-file-raw': header.hasAutoclear(Autoclear.rawDataFile) }),
      ...(fields.crypt_method === 0 ? {} : { encrypt: { format: fields.crypt_method === 2 ? 'luks' : 'aes', ...(this.state.volume === undefined ? {} : volumeDetails(this.state.volume)) } }),
      ...(bitmaps.length === 0 ? {} : {
        bitmaps: bitmaps.map(({ name, granularityBytes, isEnabled, isInconsistent }) => ({ flags: [...(isInconsistent ? ['in-use'] : []), ...(isEnabled ? ['auto'] : [])], name, granularity: granularityBytes })),
      }),
    };
  }
}
