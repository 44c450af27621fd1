/** libvhdi as a second judge of VHD and VHDX: what vhdimount shows of an image and the images below it. It needs FUSE. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasVhdimount = spawnSync('vhdimount', ['-V']).status === 0 && existsSync('/dev/fuse') && spawnSync('fusermount', ['-V']).status === 0;

/** The contents of the disks of a chain: the lowest first, `path`'s own last. */
export function contentsByVhdimount(path: string): Buffer[] {
  const folder = mkdtempSync(join(tmpdir(), 'worldswitch-vhdimount-'));
  try {
    const { status, stdout, stderr } = spawnSync('vhdimount', [path, folder], { encoding: 'utf8', timeout: 30_000 });
    if (status !== 0) throw new Error(`vhdimount ${path} ended with ${status}: ${stdout}${stderr}`);
    try {
      return readdirSync(folder).sort().map((name) => readFileSync(join(folder, name)));
    } finally {
      spawnSync('fusermount', ['-u', folder]);
    }
  } finally {
    rmdirSync(folder);
  }
}
