/**
 * A Debian archive as its indices describe it: suites, packages and the digests that tie them together.
 *
 * Reference: Debian wiki "DebianRepository/Format"; Debian Policy 5 for the fields of a package.
 * A package is trusted as far as its digest is in Packages, that one's in Release. Missing: the OpenPGP
 * signature of Release is not checked; what comes from here runs inside the virtual machine only.
 */
import { join } from 'node:path';
import type { AptSource } from './apt-sources.ts';
import { COMPRESSIONS, decompress } from './decompress.ts';
import { type Paragraph, parseDeb822, words } from './deb822.ts';
import { type Downloader, NotFoundError } from './download.ts';
import { compareVersions } from './version-order.ts';

const RELEASE_LIMIT_BYTES = 16 * 1024 * 1024;

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly depends: string;
  readonly uri: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What `Release` says of one suite. */
interface Suite {
  readonly base: string;
  readonly name: string;
  readonly byHash: boolean;
  /** Path below the suite's folder → size and digest. */
  readonly files: ReadonlyMap<string, { readonly sizeBytes: number; readonly sha256: string }>;
}

/** Takes the signature off a clear-signed `InRelease` (RFC 9580 7) and returns the paragraph that lists the files. */
export function parseRelease(text: string): Paragraph | undefined {
  const [signed = ''] = text.split('-----BEGIN PGP SIGNATURE-----');
  for (const paragraph of parseDeb822(signed.replace(/^- /gm, ''))) {
    if (paragraph.has('sha256')) {
      return paragraph;
    }
  }
  return undefined;
}

function parseFileList(value: string): Map<string, { sizeBytes: number; sha256: string }> {
  const files = new Map<string, { sizeBytes: number; sha256: string }>();
  for (const line of value.split('\n')) {
    const [sha256, size, path] = words(line);
    if (path !== undefined && /^[0-9a-f]{64}$/.test(sha256 ?? '') && /^[0-9]+$/.test(size ?? '')) {
      files.set(path, { sizeBytes: Number(size), sha256: sha256! });
    }
  }
  return files;
}

function parsePackage(paragraph: Paragraph, base: string): DebianPackage | undefined {
  const field = (name: string): string => paragraph.get(name) ?? '';
  const name = field('package');
  const filename = field('filename');
  const sha256 = field('sha256');
  // A path that climbs out of the archive is none of Debian's.
  if (name === '' || filename === '' || filename.split('/').includes('..') || !/^[0-9a-f]{64}$/.test(sha256) || !/^[0-9]+$/.test(field('size'))) {
    return undefined;
  }
  return { name, version: field('version'), depends: field('depends'), uri: `${base}/${filename}`, sizeBytes: Number(field('size')), sha256 };
}

/** The name and version of the first dependency that starts with `prefix`, as in `linux-image-6.1.0-9-686 (= 6.1.27-1)`. */
export function dependencyOf(depends: string, prefix: string): { name: string; version?: string } | undefined {
  for (const clause of depends.split(',')) {
    const match = /^\s*([a-z0-9][a-z0-9+.-]*)(?::\w+)?\s*(?:\(\s*=\s*([^)\s]+)\s*\))?/.exec(clause);
    if (match?.[1]?.startsWith(prefix) === true) {
      return match[2] === undefined ? { name: match[1] } : { name: match[1], version: match[2] };
    }
  }
  return undefined;
}

export class DebianArchive {
  readonly #downloader: Downloader;
  readonly #scratch: string;
  readonly #sources: readonly AptSource[];
  /** What did not work, for the message when nothing did. */
  readonly problems: string[] = [];

  constructor(downloader: Downloader, sources: readonly AptSource[], scratch: string) {
    this.#downloader = downloader;
    this.#sources = sources;
    this.#scratch = scratch;
  }

  /** All versions of the packages of main for `arch` whose names match `pattern`, from every suite that can be read. */
  async packages(arch: string, pattern: RegExp): Promise<DebianPackage[]> {
    const found: DebianPackage[] = [];
    for (const { uri, suite } of this.#sources) {
      try {
        const release = await this.#suite(uri, suite);
        if (release !== undefined) {
          found.push(...(await this.#index(release, arch, pattern)));
        }
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        this.problems.push(message.includes(uri) ? message : `${uri} ${suite}: ${message}`);
      }
    }
    return found;
  }

  async #suite(base: string, name: string): Promise<Suite | undefined> {
    const folder = `${base}/dists/${name}`;
    const fetchText = async (file: string): Promise<string> =>
      Buffer.from(
        await this.#downloader.fetch({ uri: `${folder}/${file}`, path: join(this.#scratch, `release.${process.pid}`), sizeBytes: RELEASE_LIMIT_BYTES }),
      ).toString('utf8');
    let text: string;
    try {
      text = await fetchText('InRelease');
    } catch (error) {
      if (!(error instanceof NotFoundError)) {
        throw error;
      }
      text = await fetchText('Release'); // the form before InRelease, still made by some tools
    }
    const release = parseRelease(text);
    if (release === undefined) {
      throw new Error(`${folder}: its Release file has no SHA256 list`);
    }
    if (release.get('origin') !== 'Debian' || release.get('notautomatic') === 'yes') {
      this.problems.push(`${folder} is not a suite of Debian that packages are taken from (Origin: ${release.get('origin') ?? 'none'})`);
      return undefined;
    }
    return { base, name, byHash: release.get('acquire-by-hash') === 'yes', files: parseFileList(release.get('sha256') ?? '') };
  }

  async #index(suite: Suite, arch: string, pattern: RegExp): Promise<DebianPackage[]> {
    const folder = `main/binary-${arch}`;
    const ending = COMPRESSIONS.find((candidate) => suite.files.has(`${folder}/Packages${candidate}`));
    if (ending === undefined) {
      throw new Error(`${suite.base}/dists/${suite.name}: no Packages file for ${arch}`);
    }
    const name = `${folder}/Packages${ending}`;
    const { sizeBytes, sha256 } = suite.files.get(name)!;
    const get = (path: string): Promise<Uint8Array> =>
      this.#downloader.fetch({ uri: `${suite.base}/dists/${suite.name}/${path}`, path: join(this.#scratch, `${sha256}.partial`), sha256, sizeBytes });
    let bytes: Uint8Array;
    try {
      // By digest, the file is the one that Release means even while the mirror is being updated.
      bytes = await get(suite.byHash ? `${folder}/by-hash/SHA256/${sha256}` : name);
    } catch (error) {
      if (!suite.byHash) {
        throw error;
      }
      bytes = await get(name);
    }
    return readPackages(decompress(name, bytes), suite.base, pattern);
  }
}

/** Reads a `Packages` stream paragraph by paragraph; only those whose name matches are parsed. */
async function readPackages(stream: AsyncIterable<Uint8Array>, base: string, pattern: RegExp): Promise<DebianPackage[]> {
  const found: DebianPackage[] = [];
  const decoder = new TextDecoder();
  const take = (text: string): void => {
    const name = /^Package: (\S+)$/m.exec(text)?.[1];
    if (name !== undefined && pattern.test(name)) {
      for (const paragraph of parseDeb822(text)) {
        const entry = parsePackage(paragraph, base);
        if (entry !== undefined) {
          found.push(entry);
        }
      }
    }
  };
  let rest = '';
  for await (const part of stream) {
    const paragraphs = (rest + decoder.decode(part, { stream: true })).split('\n\n');
    rest = paragraphs.pop() ?? '';
    paragraphs.forEach(take);
  }
  take(rest + decoder.decode());
  return found;
}

/** The newest of `packages` that is called `name` and, where one is asked for, has exactly `version`. */
export function newest(packages: readonly DebianPackage[], name: string, version?: string): DebianPackage | undefined {
  return packages
    .filter((entry) => entry.name === name && (version === undefined || entry.version === version))
    .reduce<DebianPackage | undefined>((best, entry) => (best === undefined || compareVersions(entry.version, best.version) > 0 ? entry : best), undefined);
}

/** Follows a metapackage (`linux-image-686`) to the package that holds the kernel (`linux-image-6.1.0-9-686`). */
export function kernelPackage(packages: readonly DebianPackage[], metapackage: string): DebianPackage | undefined {
  const DEPTH_LIMIT = 4;
  let entry = newest(packages, metapackage);
  for (let depth = 0; entry !== undefined && depth < DEPTH_LIMIT; depth++) {
    const next = dependencyOf(entry.depends, 'linux-image-');
    if (next === undefined) {
      return entry;
    }
    entry = newest(packages, next.name, next.version);
  }
  return undefined;
}
