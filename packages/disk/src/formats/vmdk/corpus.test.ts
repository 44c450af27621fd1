/** Images of other vendors' software, and hostile ones. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskError } from '../../errors.ts';
import type { Format } from '../../format.ts';
import { openDisk } from '../../open-disk.ts';
import { corpusFile, corpusRows, hasCorpus, hostileFile, NO_CORPUS, nz64 } from '../../testing/corpus.ts';
import { expectSurvivesDamage } from '../../testing/test-damage.ts';
import { vmdk } from './format.ts';

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'worldswitch-disk-')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

function unpacked(file: string): string {
  const path = join(folder, file.replaceAll('/', '-').replace(/\.(?:gz|bz2)$/, ''));
  writeFileSync(path, corpusFile(file));
  return path;
}

async function digest(path: string): Promise<string> {
  await using disk = await openDisk(path);
  return await nz64(disk);
}

describe.skipIf(!hasCorpus)(`images of others (${NO_CORPUS})`, () => {
  it.each(corpusRows('').filter(({ file, nz64: wanted }) => file.includes('.vmdk') && wanted !== '-'))('$file', async ({ file, nz64: wanted }) => {
    const path = unpacked(file);
    expect(await digest(path)).toBe(wanted);
    await using disk = await openDisk(path, { isForCheck: true });
    expect(await vmdk.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0, problems: [] });
  });
  it('seSparse with its descriptor', async () => {
    const path = unpacked('dissect/vmdk__sesparse.vmdk.gz');
    writeFileSync(join(folder, 'delta.vmdk'), '# Disk DescriptorFile\nversion=1\nCID=0000000a\nparentCID=ffffffff\ncreateType="seSparse"\nRW 1048576 SESPARSE "dissect-vmdk__sesparse.vmdk"\n');
    expect(await digest(join(folder, 'delta.vmdk'))).toBe(await digest(path));
    await using disk = await openDisk(join(folder, 'delta.vmdk'), { readOnly: false });
    await expect(disk.write(0, new Uint8Array(512))).rejects.toMatchObject({ code: 'DISK_READ_ONLY' });
  });
  it.each([['govmomi/ttylinux-pc_i486-16.1-disk1.vmdk', 'DISK_IMAGE_TRUNCATED'], ['qemu/afl9.vmdk.bz2', 'DISK_IMAGE_LIMIT']])('%s is refused: %s', async (file, code) => {
    await expect(openDisk(unpacked(file))).rejects.toMatchObject({ code });
  });
  it.each([['dissect/vmdk__sesparse.vmdk.gz', 4 * 1024 * 1024], ['cot/input.vmdk', undefined]])('%s, damaged', async (file, most) => {
    const contents = corpusFile(file).slice(0, most);
    await expectSurvivesDamage(vmdk as unknown as Format, contents, [[0, 256], [0, 4096], [contents.length - 4096, contents.length]]);
  });
});

/** What each is refused for, when it is opened or read; undefined for what is read, and which check tells. */
const HOSTILE: Readonly<Record<string, RegExp | undefined>> = {
  'v-flat-etc-passwd.vmdk': /outside its folder/, 'v-flat-traversal.vmdk': /outside its folder/, 'v-self.vmdk': /is no sparse extent/, 'v-vmfs-rdm.vmdk': /not of files/, 'v-fulldevice.vmdk': /not of files/,
  'v-huge-sectors.vmdk': /sectors/, 'v-many-extents.vmdk': /a descriptor of 2000252 bytes/, 'v-no-ddb-extents.vmdk': /no extents/, 'v-grain-0.vmdk': /grains of 0/, 'v-grain-huge.vmdk': /grains of/,
  'v-gtes-0.vmdk': /tables of 0/, 'v-gtes-huge.vmdk': /tables of 2147483647/, 'v-cap-huge.vmdk': /capacity/, 'v-gd-past-eof.vmdk': /grain directory/, 'v-gt-self.vmdk': /within the grain directory/,
  'v-gte-past-eof.vmdk': /would end at/, 'v-gte-header.vmdk': /own structures/, 'v-unclean.vmdk': undefined, 'v-desc-huge.vmdk': /descriptor of/, 'v-newline-mangled.vmdk': /end-of-line/,
};

describe.skipIf(!hasCorpus)(`hostile images (${NO_CORPUS})`, () => {
  it.each(Object.entries(HOSTILE))('%s', async (name, reason) => {
    const path = join(folder, name);
    writeFileSync(path, hostileFile(name));
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
