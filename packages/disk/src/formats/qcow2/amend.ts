/** Options of an image that is there: compat, lazy_refcounts, refcount_bits. */
import { DiskError } from '../../errors.ts';
import { checkImage } from './check.ts';
import { ReferenceCounts } from './reference-counts.ts';
import type { Qcow2Options } from './create.ts';
import { clustersIn } from './geometry.ts';
import { encodeFeatureNames } from './header.ts';
import type { Qcow2Image } from './image.ts';
import { Compatible, Extension, Incompatible, NEW_HEADER_BYTES, VERSION_2_HEADER_BYTES, ZERO_LOW } from './layout.ts';
import { rebuildCounts } from './repair.ts';
import type { State } from './state.ts';

const AMENDABLE: readonly (keyof Qcow2Options)[] = ['compat', 'lazy_refcounts', 'refcount_bits'];

/** @throws DiskError for what cannot be changed, before anything is */
export async function amend(image: Qcow2Image, changes: Partial<Qcow2Options>): Promise<void> {
  const { state } = image;
  const refuse = (message: string): DiskError => new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `qcow2: ${message}`, context: { path: state.store.name, op: 'amend' }, hint: 'convert it to a new image' });
  for (const [name, value] of Object.entries(changes)) {
    if (value !== undefined && !AMENDABLE.includes(name as keyof Qcow2Options)) throw refuse(`${name} of an image that is there cannot be changed`);
  }
  const version = changes.compat === undefined ? state.geometry.version : changes.compat === '0.10' || changes.compat === 'v2' ? 2 : 3;
  const bits = changes.refcount_bits ?? state.geometry.refcountBits;
  if (![1, 2, 4, 8, 16, 32, 64].includes(bits)) throw refuse(`refcount_bits=${bits}: a power of two up to 64 is wanted`);
  if (version === 2) {
    if (bits !== 16) throw refuse('refcount_bits needs compat=1.1');
    if (changes.lazy_refcounts === true) throw refuse('lazy_refcounts needs compat=1.1');
    if ((state.header.fields.incompatible_features & ~Incompatible.dirty) !== 0n) throw refuse('it has features that version 2 has not');
    if (state.header.bitmaps !== undefined) throw refuse('it has bitmaps, which version 2 has not');
  }
  if (bits !== state.geometry.refcountBits) {
    const report = await checkImage(image, undefined);
    if (report.corruptions > 0) throw new DiskError({ code: 'DISK_IMAGE_CORRUPT', kind: 'corrupt', message: 'refcount_bits of a damaged image is not changed', context: { path: state.store.name, op: 'amend' }, hint: 'repair it with check --repair all' });
  }
  await state.alone(async () => {
    await state.mark();
    await state.settle();
    if (version === 3 && state.geometry.version === 2) await toVersion3(state);
    if (bits !== state.geometry.refcountBits) await changeWidth(state, Math.log2(bits), refuse);
    if (changes.lazy_refcounts !== undefined && version === 3) {
      const { fields } = state.header;
      fields.compatible_features = changes.lazy_refcounts ? fields.compatible_features | Compatible.lazyRefcounts : fields.compatible_features & ~Compatible.lazyRefcounts;
      await state.header.writeFields();
      await state.store.flush();
    }
    if (version === 2 && state.geometry.version > 2) await toVersion2(state, refuse);
  });
}

async function changeWidth(state: State, order: number, refuse: (message: string) => DiskError): Promise<void> {
  const { refcounts, geometry, store } = state;
  const counts = new ReferenceCounts(clustersIn(geometry, store.length));
  const most = 2 ** Math.min(52, 2 ** order) - 1;
  for (let cluster = 0; cluster < counts.clusters; cluster++) {
    const count = await refcounts.get(cluster);
    if (count > most) throw refuse(`a cluster has ${count} references, more than refcount_bits=${2 ** order} can hold`);
    if (count > 0) counts.add(cluster, count);
  }
  await rebuildCounts(state, counts, order);
}

/** Header and extensions in one write of the first cluster. */
async function toVersion3(state: State): Promise<void> {
  const { header, store } = state;
  Object.assign(header.fields, { version: 3, header_length: NEW_HEADER_BYTES });
  header.setExtension(Extension.featureNames, encodeFeatureNames());
  header.measureAgain();
  await header.writeAll();
  await store.flush();
}

/** Clusters that are zero by a flag have to be so by other means first. */
async function toVersion2(state: State, refuse: (message: string) => DiskError): Promise<void> {
  const { header, store, l1, map, tables, refcounts, writer, geometry, data } = state;
  if (header.fields.nb_snapshots > 0) throw refuse('it has snapshots, whose zero clusters are not rewritten');
  const hasParent = header.backingFile !== undefined;
  for (let index = 0; index < l1.entries; index++) {
    const table = await map.table(index);
    if (table === undefined) continue;
    for (let i = 0; i < geometry.l2Entries; i++) {
      const run = await map.locate((index * geometry.l2Entries + i) * geometry.clusterBytes, geometry.clusterBytes);
      if (run.kind !== 'zero' || (table.view.getUint32(i * 8 + 4) & ZERO_LOW) === 0) continue;
      const at = (index * geometry.l2Entries + i) * geometry.clusterBytes;
      if (hasParent || run.isAllocated === true) await writer.put(at, new Uint8Array(geometry.clusterBytes));
      else {
        table.view.setUint32(i * 8 + 4, 0);
        tables.changed(table, i * 8, 8);
      }
    }
  }
  await data.flush();
  await state.settle();
  Object.assign(header.fields, { version: 2, header_length: VERSION_2_HEADER_BYTES, incompatible_features: 0n, compatible_features: 0n, autoclear_features: 0n, compression_type: 0 });
  header.setExtension(Extension.featureNames, undefined);
  header.measureAgain();
  await header.writeAll();
  await store.flush();
  await refcounts.write();
}
