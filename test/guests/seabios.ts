/**
 * SeaBIOS for peers of the bench that cannot start a kernel without a BIOS: from Debian's package `seabios`, kept in the cache folder.
 *
 * What is cached: guests/seabios/VERSION/{bios.bin, vgabios-stdvga.bin}.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readProxySettings } from './apt-sources.ts';
import { DebianArchive, newest } from './archive.ts';
import { cacheFolder, guestsFolder, writeFileAtomically } from './cache.ts';
import { readFileFromDeb } from './deb.ts';
import { Downloader } from './download.ts';
import { DEFAULT_SUITE, debianSources, GuestError } from './guests.ts';

const FILES = { bios: 'bios.bin', vgaBios: 'vgabios-stdvga.bin' } as const;

export type SeaBios = Readonly<Record<keyof typeof FILES, string>>;

/** Paths of the ROMs, or why they cannot be had here. */
export async function obtainSeaBios(cache = cacheFolder()): Promise<SeaBios | { readonly missing: string }> {
  const folder = join(guestsFolder(cache), 'seabios');
  const versions = existsSync(folder) ? readdirSync(folder) : [];
  const cached = versions.map((version) => join(folder, version)).find((version) => Object.values(FILES).every((file) => existsSync(join(version, file))));
  try {
    return paths(cached ?? (await fill(folder)));
  } catch (error) {
    if (error instanceof GuestError) {
      return { missing: error.message };
    }
    throw error;
  }
}

const paths = (folder: string): SeaBios => ({ bios: join(folder, FILES.bios), vgaBios: join(folder, FILES.vgaBios) });

async function fill(folder: string): Promise<string> {
  const downloader = new Downloader(readProxySettings());
  try {
    const archive = new DebianArchive(downloader, debianSources(DEFAULT_SUITE, undefined), join(folder, 'partial'));
    const found = newest(await archive.packages('amd64', /^seabios$/), 'seabios');
    if (found === undefined) {
      throw new GuestError(['no package seabios in the package sources', ...archive.problems].join('\n  '));
    }
    const deb = await downloader.fetch({ ...found, path: join(folder, 'partial', `${found.sha256}.partial`) });
    const target = join(folder, found.version.replace(/[^\w.+~-]/g, '_'));
    for (const name of Object.values(FILES)) {
      const file = await readFileFromDeb(deb, new RegExp(`^usr/share/seabios/${name.replace('.', '\\.')}$`));
      if (file === undefined) {
        throw new GuestError(`${found.uri} has no ${name}`);
      }
      writeFileAtomically(join(target, name), file.data);
    }
    return target;
  } finally {
    downloader.close();
  }
}
