/** All file systems, in the order in which they are tried. One is loaded when a volume has its signature: a command that only lists a directory has to start quickly. */
import { DiskError } from '../errors.ts';
import type { FileSystem, FileSystemDeclaration } from './file-system.ts';
import { readVolume } from './volume.ts';
import type { Volume } from './volume.ts';

interface FileSystemEntry {
  readonly name: string;
  /** Without these bytes it is not there; with them it may be, and its own probe decides. */
  readonly signature: { readonly at: number; readonly bytes: readonly number[] };
  readonly load: () => Promise<FileSystemDeclaration>;
}

const text = (letters: string): number[] => Array.from(letters, (letter) => letter.charCodeAt(0));
const BOOT_SIGNATURE = { at: 510, bytes: [0x55, 0xaa] };

const FILE_SYSTEMS: readonly FileSystemEntry[] = [
  { name: 'ext', signature: { at: 1024 + 0x38, bytes: [0x53, 0xef] }, load: async () => (await import('./ext/file-system.ts')).ext },
  { name: 'xfs', signature: { at: 0, bytes: text('XFSB') }, load: async () => (await import('./xfs/file-system.ts')).xfs },
  { name: 'iso9660', signature: { at: 0x8001, bytes: text('CD001') }, load: async () => (await import('./iso/file-system.ts')).iso },
  { name: 'ntfs', signature: { at: 3, bytes: text('NTFS    ') }, load: async () => (await import('./ntfs/file-system.ts')).ntfs },
  { name: 'btrfs', signature: { at: 0x1_0040, bytes: text('_BHRfS_M') }, load: async () => (await import('./btrfs/file-system.ts')).btrfs },
  { name: 'exfat', signature: { at: 3, bytes: text('EXFAT   ') }, load: async () => (await import('./exfat/file-system.ts')).exfat },
  { name: 'fat', signature: BOOT_SIGNATURE, load: async () => (await import('./fat/file-system.ts')).fat },
];
export const FILE_SYSTEM_NAMES: readonly string[] = FILE_SYSTEMS.map(({ name }) => name);

/** Undefined where none is known. */
export async function probeFileSystem(volume: Volume): Promise<FileSystemDeclaration | undefined> {
  for (const { signature: { at, bytes }, load } of FILE_SYSTEMS) {
    if (at + bytes.length > volume.size) continue;
    const there = await readVolume(volume, at, bytes.length, 'signature');
    if (!bytes.every((byte, i) => byte === there[i])) continue;
    const declaration = await load();
    if (await declaration.probe(volume)) return declaration;
  }
  return undefined;
}

/** @throws DiskError where there is none that is known */
export async function openFileSystem(volume: Volume, { isWritable = false } = {}): Promise<FileSystem> {
  const declaration = await probeFileSystem(volume);
  if (declaration === undefined) {
    throw new DiskError({
      code: 'DISK_FORMAT_UNKNOWN', kind: 'unsupported', message: 'has no file system that is known', context: { path: volume.name, op: 'open' }, hint: `known are ${FILE_SYSTEM_NAMES.join(', ')}; a partition may have to be named`,
    });
  }
  return declaration.open(volume, { isWritable });
}
