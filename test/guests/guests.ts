/**
 * The test guests: Debian's kernel and a busybox user space for each architecture, obtained through the
 * machine's own package sources and kept in the cache folder.
 *
 * What is cached: guests/ARCH/{PACKAGE_VERSION/FILE, guest.json, initramfs-DIGEST.cpio}. Kernel and busybox
 * are replaced on request only (`refresh`), so that tests do not change their guest from one day to the next.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type AptSource, readAptSources, readProxySettings } from './apt-sources.ts';
import { DebianArchive, type DebianPackage, kernelPackage, newest } from './archive.ts';
import { cacheFolder, guestsFolder, withLock, writeFileAtomically } from './cache.ts';
import { readFileFromDeb } from './deb.ts';
import { Downloader } from './download.ts';
import { buildInitramfs, type GuestFile } from './initramfs.ts';

export const GUEST_ARCHITECTURES = ['amd64', 'i386'] as const;
export type GuestArchitecture = (typeof GUEST_ARCHITECTURES)[number];

/** The Debian release whose kernels the guests have, whatever release the machine itself runs. */
export const DEFAULT_SUITE = 'bookworm';

const KERNEL_METAPACKAGES: Record<GuestArchitecture, string> = {
  amd64: 'linux-image-cloud-amd64',
  i386: 'linux-image-686',
};

export interface Guest {
  readonly arch: GuestArchitecture;
  /** What `uname -r` says. */
  readonly release: string;
  /** Paths of a bzImage and of a newc archive. */
  readonly kernel: string;
  readonly initrd: string;
}

export interface GuestOptions {
  /** Cache folder; `.cache` in the clone when not given. */
  readonly cache?: string;
  /** Base of a Debian archive, used instead of the machine's sources. */
  readonly mirror?: string;
  /** Codename of the Debian release. */
  readonly suite?: string;
  /** Look for newer packages even when the cache has some. */
  readonly refresh?: boolean;
  /** Added to the initramfs. */
  readonly files?: readonly GuestFile[];
  readonly report?: (line: string) => void;
}

/** The guest cannot be had here; the message says why and what to do. */
export class GuestError extends Error {
  override readonly name = 'GuestError';
}

/** What guest.json holds: file names below the architecture's folder. */
interface CachedGuest {
  readonly suite: string;
  readonly kernel: string;
  readonly busybox: string;
}

/** Kernel and initramfs for `arch`, from the cache where it has them. */
export async function obtainGuest(arch: GuestArchitecture, options: GuestOptions = {}): Promise<Guest> {
  const folder = join(guestsFolder(options.cache ?? cacheFolder()), arch);
  const report = options.report ?? (() => {});
  const suite = options.suite ?? DEFAULT_SUITE;
  let cached = options.refresh === true ? undefined : readCached(folder, suite);
  cached ??= await withLock(
    join(folder, 'lock'),
    async () => (options.refresh === true ? undefined : readCached(folder, suite)) ?? (await fill(folder, arch, suite, options, report)),
    (holder) => report(`waiting for process ${holder}, which is obtaining the ${arch} guest`),
  );
  const initramfs = buildInitramfs(readFileSync(join(folder, cached.busybox)), options.files);
  const digest = createHash('sha256').update(initramfs).digest('hex').slice(0, 16);
  const initrd = join(folder, `initramfs-${digest}.cpio`);
  if (!existsSync(initrd)) {
    writeFileAtomically(initrd, initramfs);
  }
  const kernel = join(folder, cached.kernel);
  return { arch, release: basename(kernel).replace(/^vmlinuz-/, ''), kernel, initrd };
}

function readCached(folder: string, suite: string): CachedGuest | undefined {
  try {
    const cached = JSON.parse(readFileSync(join(folder, 'guest.json'), 'utf8')) as CachedGuest;
    return cached.suite === suite && existsSync(join(folder, cached.kernel)) && existsSync(join(folder, cached.busybox)) ? cached : undefined;
  } catch {
    return undefined; // not there, or of another version of this program
  }
}

async function fill(folder: string, arch: GuestArchitecture, suite: string, options: GuestOptions, report: (line: string) => void): Promise<CachedGuest> {
  const scratch = join(folder, 'partial');
  const downloader = new Downloader(readProxySettings());
  try {
    const sources = debianSources(suite, options.mirror);
    const archive = new DebianArchive(downloader, sources, scratch);
    report(`reading the package lists of Debian ${suite} for ${arch}`);
    const packages = await archive.packages(arch, /^(linux-image-.*|busybox-static)$/);
    const kernel = kernelPackage(packages, KERNEL_METAPACKAGES[arch]);
    const busybox = newest(packages, 'busybox-static');
    if (kernel === undefined || busybox === undefined) {
      const what = kernel === undefined ? KERNEL_METAPACKAGES[arch] : 'busybox-static';
      const summary = packages.length === 0 && archive.problems.length > 0
        ? `cannot read the package lists of Debian ${suite}; check the network, or name another Debian mirror with --mirror URL`
        : `no package ${what} for ${arch} in the package sources; name a Debian mirror with --mirror URL`;
      throw new GuestError([summary, ...archive.problems].join('\n  '));
    }
    const unpack = async (entry: DebianPackage, pattern: RegExp): Promise<string> => {
      report(`fetching ${entry.name} ${entry.version} (${(entry.sizeBytes / 1e6).toFixed(1)} MB)`);
      const deb = await downloader.fetch({ ...entry, path: join(scratch, `${entry.sha256}.partial`) });
      const file = await readFileFromDeb(deb, pattern);
      if (file === undefined) {
        throw new GuestError(`${entry.uri} has no file that matches ${pattern.source}`);
      }
      const path = join(`${entry.name}_${entry.version.replace(/[^\w.+~-]/g, '_')}`, basename(file.path));
      writeFileAtomically(join(folder, path), file.data);
      return path;
    };
    const cached: CachedGuest = {
      suite,
      busybox: await unpack(busybox, /^(usr\/)?bin\/busybox$/),
      kernel: await unpack(kernel, /^boot\/vmlinuz-/),
    };
    writeFileAtomically(join(folder, 'guest.json'), `${JSON.stringify(cached, null, 2)}\n`);
    return cached;
  } finally {
    downloader.close();
    // What broke off stays there to be continued.
    if (existsSync(scratch) && readdirSync(scratch).length === 0) {
      rmdirSync(scratch);
    }
  }
}

/** The suites to look in: `suite` with its updates on `mirror`, or at each place where the machine's sources have Debian's main. */
export function debianSources(suite: string, mirror: string | undefined): AptSource[] {
  if (mirror !== undefined) {
    if (!/^(https?|file):/.test(mirror)) {
      throw new GuestError(`--mirror ${mirror}: not an http, https or file URL`);
    }
    const uri = mirror.replace(/\/+$/, '');
    return [suite, `${suite}-updates`].map((name) => ({ uri, suite: name, components: ['main'], origin: '--mirror' }));
  }
  const sources = sourcesForSuite(readAptSources(), suite);
  if (sources.length === 0) {
    throw new GuestError(
      "this machine has no Debian package sources (looked in /etc/apt/sources.list and /etc/apt/sources.list.d), which the test guest's kernel and busybox come from; name a Debian mirror with --mirror URL",
    );
  }
  return sources;
}

/**
 * The same archives with `suite` in place of the machine's own release, so that a machine with another
 * release gets the same guests; `-updates` and `-security` are kept, other suites (backports) left out.
 */
export function sourcesForSuite(sources: readonly AptSource[], suite: string): AptSource[] {
  const found = new Map<string, AptSource>();
  for (const source of sources) {
    const match = /^([a-z]+)(-updates|-security|\/updates)?$/.exec(source.suite);
    if (match === null || !source.components.includes('main')) {
      continue;
    }
    const name = `${suite}${match[2] === '/updates' ? '-security' : (match[2] ?? '')}`;
    found.set(`${source.uri} ${name}`, { ...source, suite: name });
  }
  return [...found.values()];
}

/** For tests: the guest, or the reason to skip the test with. */
export async function guestForTest(arch: GuestArchitecture, files: readonly GuestFile[] = []): Promise<{ guest: Guest } | { missing: string }> {
  try {
    return { guest: await obtainGuest(arch, { files }) };
  } catch (error) {
    if (error instanceof GuestError) {
      return { missing: error.message };
    }
    throw error;
  }
}
