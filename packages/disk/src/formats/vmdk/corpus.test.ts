/** Images of other vendors' software, and hostile ones. */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskError } from '../../errors.ts';
import { openDisk } from '../../open-disk.ts';
import { isZero } from '../../store/store.ts';
import { vmdk } from './format.ts';

const IMAGES = resolve('../shared/images');
const hasImages = existsSync(join(IMAGES, 'manifest.tsv'));
let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'worldswitch-disk-')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** The digest of the manifest: of the blocks of 64 KiB that are not zero, each with its number. */
async function digest(path: string): Promise<{ digest: string; blocks: number }> {
  await using disk = await openDisk(path);
  const hash = createHash('sha256');
  let blocks = 0;
  const block = new Uint8Array(64 * 1024);
  let next = 0;
  for await (const extent of disk.extents()) {
    if (extent.kind !== 'data') continue;
    // An extent may begin within a block that the one before it had a part of.
    for (let at = Math.max(next, extent.start - (extent.start % block.length)); at < extent.start + extent.length; at += block.length) {
      block.fill(0);
      await disk.read(at, block.subarray(0, Math.min(block.length, disk.size - at)));
      next = at + block.length;
      if (isZero(block)) continue;
      const number = Buffer.alloc(8);
      number.writeBigUInt64LE(BigInt(at / block.length));
      hash.update(number).update(block);
      blocks++;
    }
  }
  return { digest: hash.digest('hex'), blocks };
}

describe.skipIf(!hasImages)('images of others (they are not here: ../shared/images)', () => {
  it.each([['dfvfs/ext2.vmdk'], ['cot/input.vmdk'], ['dissect/vmdk__sesparse.vmdk.gz']])('%s', async (name) => {
    const row = readFileSync(join(IMAGES, 'manifest.tsv'), 'utf8').split('\n').map((line) => line.split('\t')).find(([file]) => file === name)!;
    let path = join(IMAGES, name);
    if (name.endsWith('.gz')) writeFileSync((path = join(folder, 'unpacked.vmdk')), gunzipSync(readFileSync(join(IMAGES, name))));
    expect(await digest(path)).toEqual({ digest: row[7], blocks: Number(row[8]) });
    await using disk = await openDisk(path, { isForCheck: true });
    expect(await vmdk.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0, problems: [] });
  });
  it('seSparse with its descriptor', async () => {
    writeFileSync(join(folder, 'delta-sesparse.vmdk'), gunzipSync(readFileSync(join(IMAGES, 'dissect/vmdk__sesparse.vmdk.gz'))));
    writeFileSync(join(folder, 'delta.vmdk'), '# Disk DescriptorFile\nversion=1\nCID=0000000a\nparentCID=ffffffff\ncreateType="seSparse"\nRW 1048576 SESPARSE "delta-sesparse.vmdk"\n');
    const whole = await digest(join(folder, 'delta-sesparse.vmdk'));
    expect(await digest(join(folder, 'delta.vmdk'))).toEqual(whole);
    await using disk = await openDisk(join(folder, 'delta.vmdk'), { readOnly: false });
    await expect(disk.write(0, new Uint8Array(512))).rejects.toMatchObject({ code: 'DISK_READ_ONLY' });
  });
  it('a copy that was cut is refused', async () => {
    await expect(openDisk(join(IMAGES, 'govmomi/ttylinux-pc_i486-16.1-disk1.vmdk'))).rejects.toMatchObject({ code: 'DISK_IMAGE_TRUNCATED' });
  });
});

/** What each is refused for, when it is opened or read; undefined for what is read, and which check tells. */
const HOSTILE: Readonly<Record<string, RegExp | undefined>> = {
  'v-flat-etc-passwd.vmdk': /outside its folder/, 'v-flat-traversal.vmdk': /outside its folder/, 'v-self.vmdk': /is no sparse extent/, 'v-vmfs-rdm.vmdk': /not of files/, 'v-fulldevice.vmdk': /not of files/,
  'v-huge-sectors.vmdk': /sectors/, 'v-many-extents.vmdk': /a descriptor of 2000252 bytes/, 'v-no-ddb-extents.vmdk': /no extents/, 'v-grain-0.vmdk': /grains of 0/, 'v-grain-huge.vmdk': /grains of/,
  'v-gtes-0.vmdk': /tables of 0/, 'v-gtes-huge.vmdk': /tables of 2147483647/, 'v-cap-huge.vmdk': /capacity/, 'v-gd-past-eof.vmdk': /grain directory/, 'v-gt-self.vmdk': /within the grain directory/,
  'v-gte-past-eof.vmdk': /would end at/, 'v-gte-header.vmdk': /own structures/, 'v-unclean.vmdk': undefined, 'v-desc-huge.vmdk': /descriptor of/, 'v-newline-mangled.vmdk': /end-of-line/,
};

describe.skipIf(!hasImages)('hostile images (they are not here: ../shared/images)', () => {
  beforeAll(() => { execFileSync('tar', ['-I', 'zstd', '-xf', join(IMAGES, 'hostile/hostile.tar.zst'), '-C', folder]); });
  it('are all here', () => {
    const listed = readFileSync(join(IMAGES, 'hostile/manifest.tsv'), 'utf8').split('\n').map((line) => line.split('\t')[0]!).filter((name) => name.endsWith('.vmdk'));
    expect(listed.sort()).toEqual(Object.keys(HOSTILE).sort());
  });
  it.each(Object.entries(HOSTILE))('%s', async (name, reason) => {
    const path = join(folder, 'hostile', name);
    const startMs = performance.now();
    const attempt = async (): Promise<void> => {
      await using disk = await openDisk(path);
      await disk.read(0, new Uint8Array(Math.min(disk.size, 1024 * 1024)));
    };
    if (reason === undefined) {
      await attempt();
    } else {
      const error = await attempt().catch((found: unknown) => found);
      expect(error).toBeInstanceOf(DiskError);
      expect((error as DiskError).message).toMatch(reason);
      expect((error as DiskError).context.path).toBeDefined();
    }
    try {
      await using disk = await openDisk(path, { isForCheck: true });
      const report = await vmdk.check!(disk.image, undefined);
      expect(report.problems.length, 'problems').toBeGreaterThan(0);
      expect(report.corruptions > 0 || reason === undefined).toBe(true);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
    }
    expect(performance.now() - startMs).toBeLessThan(1000);
  });
});
