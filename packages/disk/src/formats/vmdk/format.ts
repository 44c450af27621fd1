/**
 * VMDK: VMware's disks, in a file or several, from Workstation, ESXi and their exports.
 *
 * Only read: ESXi's sparse extents (VMFSSPARSE, SESPARSE), streams, version 3 with its changes tracked elsewhere, extents without their descriptor.
 * Missing: shrinking; writing where two flat extents are of one file (its lock is taken twice); replaying the journal of SESPARSE; reading a cut stream by its markers; repair of an extent whose grain directory itself is lost; change tracking files.
 */
import { unsupported } from '../../errors.ts';
import { defineFormat } from '../../format.ts';
import type { Measure, OptionValues } from '../../format.ts';
import { checkVmdk } from './check.ts';
import { createVmdk } from './create.ts';
import { VmdkImage } from './image.ts';
import { DESCRIPTOR_SECTORS, GRAIN_SECTORS, SECTOR_BYTES } from './layout.ts';
import { kindOf, openVmdk } from './open.ts';
import { OPTIONS } from './options.ts';
import type { VmdkOptions } from './options.ts';
import { planSparse } from './sparse-layout.ts';
import { streamVmdk } from './stream.ts';

export const vmdk = defineFormat({
  name: 'vmdk',
  aliases: [],
  extensions: ['.vmdk'],
  reference: 'VMware, Virtual Disk Format 5.0 (technical note, 2011)',
  options: OPTIONS,
  probe: (head) => kindOf(head) !== undefined,
  open: openVmdk,
  create: createVmdk,
  stream: streamVmdk,
  check: checkVmdk,
  measure,
  amend: async (image, changes) => {
    if (!(image instanceof VmdkImage)) throw unsupported('is no VMDK', { path: image.store.name, op: 'amend' });
    const names = { adapter_type: 'ddb.adapterType', hwversion: 'ddb.virtualHWVersion', toolsversion: 'ddb.toolsVersion' } as const;
    const other = Object.entries(changes).find(([name, value]) => value !== undefined && !Object.hasOwn(names, name));
    if (other !== undefined) throw unsupported(`${other[0]} of a disk that is there cannot be changed`, { path: image.store.name, op: 'amend' }, `only ${Object.keys(names).join(', ')} can; convert it for the others`);
    await image.amend(Object.fromEntries(Object.entries(names).flatMap(([option, entry]) => {
      const value = changes[option as keyof typeof names];
      return value === undefined ? [] : [[entry, String(value)]];
    })));
  },
});

/** Compressed grains are counted as large as they can be, with their markers. */
function measure(size: number, data: number, { subformat }: OptionValues<VmdkOptions>): Measure {
  const descriptor = DESCRIPTOR_SECTORS * SECTOR_BYTES;
  const whole = Math.ceil(size / (GRAIN_SECTORS * SECTOR_BYTES)) * GRAIN_SECTORS * SECTOR_BYTES;
  if (subformat === 'monolithicFlat' || subformat === 'twoGbMaxExtentFlat') return { required: size + descriptor, fullyAllocated: size + descriptor };
  const overhead = planSparse({ size, hasDescriptor: true, zeroedGrains: false }).header.overHead * SECTOR_BYTES;
  if (subformat !== 'streamOptimized') return { required: overhead + data, fullyAllocated: overhead + whole };
  // What does not compress becomes a little longer, and each grain has a marker: two sectors at most.
  const packed = (bytes: number): number => bytes + Math.ceil(bytes / (GRAIN_SECTORS * SECTOR_BYTES)) * 2 * SECTOR_BYTES;
  return { required: overhead + packed(data), fullyAllocated: overhead + packed(whole) };
}
