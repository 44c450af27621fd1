/** Images that qemu-img has made, read and written. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDisk } from '../../open-disk.ts';
import { hasQemuImg, mustPassQemuImg } from '../../testing/qemu-img.ts';
import { RandomSource } from '../../testing/random-source.ts';
import { vmdk } from './format.ts';

const MIB = 1024 * 1024;
let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'worldswitch-disk-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });
const at = (name: string): string => join(folder, name);

function contents(): Uint8Array {
  const random = new RandomSource(11);
  const disk = new Uint8Array(40 * MIB + 1536);
  for (const start of [0, 3 * MIB - 100, 33 * MIB, disk.length - 512]) disk.set(random.bytes(Math.min(70_000, disk.length - start)), start);
  return disk;
}

describe.skipIf(!hasQemuImg)('images made by qemu-img (which is not here)', () => {
  it.each([
    ['subformat=monolithicSparse'], ['subformat=monolithicSparse,zeroed_grain=on,compat6=on'], ['subformat=monolithicFlat'], ['subformat=twoGbMaxExtentSparse'], ['subformat=twoGbMaxExtentFlat,adapter_type=lsilogic'],
    ['subformat=streamOptimized'],
  ])('%s', async (options) => {
    const model = contents();
    writeFileSync(at('raw'), model);
    mustPassQemuImg('convert', '-f', 'raw', '-O', 'vmdk', '-o', options, at('raw'), at('disk.vmdk'));
    {
      await using disk = await openDisk(at('disk.vmdk'));
      const read = new Uint8Array(disk.size);
      await disk.read(0, read);
      expect(Buffer.compare(read, model)).toBe(0);
      expect(await vmdk.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0, problems: [] });
    }
    await using disk = await openDisk(at('disk.vmdk'), { readOnly: false });
    expect(disk.isWritable).toBe(!options.includes('streamOptimized'));
    if (!disk.isWritable) return;
    for (const [start, length] of [[MIB, 100], [33 * MIB + 512, 512], [20 * MIB, MIB]] as const) {
      await disk.write(start, new Uint8Array(length).fill(0xee));
      model.fill(0xee, start, start + length);
    }
    await disk.zero(3 * MIB, MIB);
    model.fill(0, 3 * MIB, 4 * MIB);
    await disk.change(async () => disk.image.resize!(50 * MIB));
    await disk.close();
    const grown = new Uint8Array(50 * MIB);
    grown.set(model);
    writeFileSync(at('raw'), grown);
    mustPassQemuImg('compare', '-f', 'vmdk', '-F', 'raw', at('disk.vmdk'), at('raw'));
    mustPassQemuImg('check', '-f', 'vmdk', at('disk.vmdk'));
    await using checked = await openDisk(at('disk.vmdk'), { isForCheck: true });
    expect(await vmdk.check!(checked.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0, problems: [] });
  });
  it('a child that qemu-img made, and one that it is given', async () => {
    writeFileSync(at('raw'), contents());
    mustPassQemuImg('convert', '-f', 'raw', '-O', 'vmdk', at('raw'), at('base.vmdk'));
    mustPassQemuImg('create', '-q', '-f', 'vmdk', '-b', 'base.vmdk', '-F', 'vmdk', at('child.vmdk'));
    await using child = await openDisk(at('child.vmdk'), { readOnly: false });
    await child.write(MIB + 100, new Uint8Array(100).fill(1));
    await child.close();
    const model = contents();
    model.fill(1, MIB + 100, MIB + 200);
    writeFileSync(at('expected'), model);
    mustPassQemuImg('compare', '-f', 'vmdk', '-F', 'raw', at('child.vmdk'), at('expected'));
    mustPassQemuImg('commit', '-q', '-f', 'vmdk', at('child.vmdk'));
    await using base = await openDisk(at('base.vmdk'));
    const read = new Uint8Array(base.size);
    await base.read(0, read);
    expect(Buffer.compare(read, model)).toBe(0);
  });
});
