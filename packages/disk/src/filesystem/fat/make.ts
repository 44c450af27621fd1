/** A new, empty FAT file system. Reference: Microsoft, FAT 1.03, "FAT Volume Initialization". */
import { randomBytes } from 'node:crypto';
import { refused } from '../file-system.ts';
import { mustBeWritable } from '../volume.ts';
import type { Volume } from '../volume.ts';
import * as layout from './layout.ts';
import type { FatBits } from './table.ts';
import { dosTime } from './time.ts';

export interface MakeFatOptions {
  readonly bits?: FatBits;
  readonly label?: string;
  readonly serial?: number;
  readonly clusterBytes?: number;
  readonly nowMs?: number;
  /** Sectors before the volume on its disk: boot code looks there. */
  readonly hiddenSectors?: number;
}

const MiB = 1024 * 1024;
/** Of floppy disks: what their size says of their tracks. */
const FLOPPIES: Readonly<Record<number, { media: number; sectorsPerTrack: number; sectorsPerCluster: number; rootEntries: number }>> = {
  [360 * 1024]: { media: 0xfd, sectorsPerTrack: 9, sectorsPerCluster: 2, rootEntries: 112 },
  [720 * 1024]: { media: 0xf9, sectorsPerTrack: 9, sectorsPerCluster: 2, rootEntries: 112 },
  [1200 * 1024]: { media: 0xf9, sectorsPerTrack: 15, sectorsPerCluster: 1, rootEntries: 224 },
  [1440 * 1024]: { media: 0xf0, sectorsPerTrack: 18, sectorsPerCluster: 1, rootEntries: 224 },
  [2880 * 1024]: { media: 0xf0, sectorsPerTrack: 36, sectorsPerCluster: 2, rootEntries: 240 },
};

/** @throws DiskError where the size does not fit the type */
export async function makeFat(volume: Volume, options: MakeFatOptions = {}): Promise<void> {
  mustBeWritable(volume, 'mkfs');
  const sectorBytes = Math.max(512, volume.sectorBytes);
  const total = Math.floor(volume.size / sectorBytes);
  const floppy = FLOPPIES[volume.size];
  const bits = options.bits ?? (volume.size <= 4 * MiB ? 12 : volume.size < 512 * MiB ? 16 : 32);
  if (total > 0xffff_ffff) throw refused('DISK_OPTION_INVALID', 'FAT has at most 2^32 sectors', volume, 'mkfs');
  const label = (options.label ?? '').toUpperCase();
  if (!/^[A-Z0-9 !#$%&'()@^_`{}~-]{0,11}$/.test(label)) throw refused('DISK_OPTION_INVALID', `a label has at most eleven letters, not ${JSON.stringify(options.label)}`, volume, 'mkfs');
  const plan = planFor(volume, total, sectorBytes, bits, options.clusterBytes, floppy);
  const { sectorsPerCluster, reservedSectors, fatSectors, rootEntries } = plan;
  const serial = options.serial ?? randomBytes(4).readUInt32LE();
  const labelText = label === '' ? 'NO NAME    ' : label.padEnd(11);
  const boot = layout.BOOT_SECTOR.encode({
    jump: Uint8Array.of(0xeb, bits === 32 ? 0x58 : 0x3c, 0x90), oemName: 'WORLDSW ', bytesPerSector: sectorBytes, sectorsPerCluster, reservedSectors, fats: 2, rootEntries,
    totalSectors16: total < 0x1_0000 && bits !== 32 ? total : 0, media: floppy?.media ?? 0xf8, fatSectors16: bits === 32 ? 0 : fatSectors, sectorsPerTrack: floppy?.sectorsPerTrack ?? 63,
    heads: floppy === undefined ? 255 : 2, hiddenSectors: options.hiddenSectors ?? 0, totalSectors32: total < 0x1_0000 && bits !== 32 ? 0 : total, signature: layout.BOOT_SIGNATURE,
  }, sectorBytes);
  const names = { drive: floppy === undefined ? 0x80 : 0, extendedSignature: layout.EXTENDED_SIGNATURE, serial, label: labelText, type: `FAT${bits}   ` };
  if (bits === 32) layout.BOOT_SECTOR_32.write(boot, { ...names, fatSectors32: fatSectors, rootCluster: 2, infoSector: 1, backupSector: 6 });
  else layout.BOOT_SECTOR_16.write(boot, names);

  const dataSector = reservedSectors + 2 * fatSectors + Math.ceil((rootEntries * layout.ENTRY_BYTES) / sectorBytes);
  const clusterBytes = sectorsPerCluster * sectorBytes;
  await volume.discard(0, Math.min(volume.size, dataSector * sectorBytes + clusterBytes));
  const table = new Uint8Array(16);
  const media = floppy?.media ?? 0xf8;
  if (bits === 12) table.set([media, 0xff, 0xff]);
  else if (bits === 16) table.set([media, 0xff, 0xff, 0xff]);
  else table.set([media, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0x0f]);
  const first = new Uint8Array(sectorBytes);
  first.set(table);
  for (const copy of [0, 1]) await volume.write((reservedSectors + copy * fatSectors) * sectorBytes, first);
  if (label !== '') {
    const { date, time } = dosTime(options.nowMs ?? Date.now());
    const entry = layout.ENTRY.encode({ name: Uint8Array.from(labelText, (letter) => letter.charCodeAt(0)), attributes: layout.VOLUME_LABEL, writeDate: date, writeTime: time }, sectorBytes);
    await volume.write((bits === 32 ? dataSector : reservedSectors + 2 * fatSectors) * sectorBytes, entry);
  }
  if (bits === 32) {
    const clusters = Math.floor((total - dataSector) / sectorsPerCluster);
    const info = layout.INFO_SECTOR.encode({ leadSignature: layout.INFO_LEAD, structureSignature: layout.INFO_STRUCTURE, freeCount: clusters - 1, nextFree: 3, trailSignature: layout.INFO_TRAIL }, sectorBytes);
    for (const copy of [0, 6]) {
      await volume.write((copy + 1) * sectorBytes, info);
      if (copy !== 0) await volume.write(copy * sectorBytes, boot);
    }
  }
  // What makes it a file system comes last.
  await volume.flush();
  await volume.write(0, boot);
  await volume.flush();
}

interface Plan {
  readonly sectorsPerCluster: number;
  readonly reservedSectors: number;
  readonly fatSectors: number;
  readonly rootEntries: number;
}

/** The smallest clusters (from the customary size on) with which the number of clusters is right for the type. */
function planFor(volume: Volume, total: number, sectorBytes: number, bits: FatBits, clusterBytes: number | undefined, floppy: typeof FLOPPIES[number] | undefined): Plan {
  const reservedSectors = bits === 32 ? 32 : 1;
  const rootEntries = bits === 32 ? 0 : floppy?.rootEntries ?? 512;
  const rootSectors = Math.ceil((rootEntries * layout.ENTRY_BYTES) / sectorBytes);
  const customary = bits !== 32 ? 512 : volume.size <= 260 * MiB ? 512 : volume.size <= 8192 * MiB ? 4096 : volume.size <= 16_384 * MiB ? 8192 : volume.size <= 32_768 * MiB ? 16_384 : 32_768;
  const from = clusterBytes === undefined ? floppy?.sectorsPerCluster ?? Math.max(1, customary / sectorBytes) : clusterBytes / sectorBytes;
  const [least, limit] = bits === 12 ? [1, layout.LEAST_CLUSTERS_16] : bits === 16 ? [layout.LEAST_CLUSTERS_16, layout.LEAST_CLUSTERS_32] : [layout.LEAST_CLUSTERS_32, layout.MOST_CLUSTERS_32];
  for (let sectorsPerCluster = from; sectorsPerCluster <= 128 && sectorsPerCluster * sectorBytes <= 65_536; sectorsPerCluster *= 2) {
    let fatSectors = 1;
    for (;;) {
      const clusters = Math.floor((total - reservedSectors - rootSectors - 2 * fatSectors) / sectorsPerCluster);
      const needed = Math.ceil(((clusters + 2) * bits) / 8 / sectorBytes);
      if (needed > fatSectors) {
        fatSectors = needed;
        continue;
      }
      if (Number.isInteger(sectorsPerCluster) && clusters >= least && clusters < limit) return { sectorsPerCluster, reservedSectors, fatSectors, rootEntries };
      break;
    }
    if (clusterBytes !== undefined) break;
  }
  throw refused('DISK_OPTION_INVALID', `${volume.size} bytes cannot be a FAT${bits}${clusterBytes === undefined ? '' : ` with clusters of ${clusterBytes}`}`, volume, 'mkfs');
}
