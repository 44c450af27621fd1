/**
 * The package sources and the proxy that this machine's APT is set up with.
 *
 * Reference: sources.list(5) for both formats, apt-transport-mirror(1) for `mirror+file:`,
 * apt.conf(5) and apt-transport-http(1) for the proxy.
 * Missing: `cdrom:`, `ftp:`, `ssh:`, `tor+` sources and `mirror+http:` lists are left out, as is
 * Acquire::http::Proxy-Auto-Detect; flat repositories (a suite that ends in `/`) hold no Debian suite.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDeb822, words } from './deb822.ts';

/** One archive with one suite. */
export interface AptSource {
  /** Without a slash at the end. */
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** The file that names it, for messages. */
  readonly origin: string;
}

/** The one-line format: `deb [ option=value … ] uri suite component …`. */
export function parseOneLine(text: string, origin: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.replace(/#.*$/, '').trim();
    const match = /^deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*(.*)$/.exec(line);
    if (match === null) {
      continue;
    }
    const [, , uri = '', suite = '', components = ''] = match;
    sources.push({ uri: withoutSlash(uri), suite, components: words(components), origin });
  }
  return sources;
}

/** The deb822 format, where a paragraph stands for every pair of a URI and a suite. */
export function parseSources(text: string, origin: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const paragraph of parseDeb822(text)) {
    if (!words(paragraph.get('types')).includes('deb') || isNo(paragraph.get('enabled'))) {
      continue;
    }
    const components = words(paragraph.get('components'));
    for (const uri of words(paragraph.get('uris'))) {
      for (const suite of words(paragraph.get('suites'))) {
        sources.push({ uri: withoutSlash(uri), suite, components, origin });
      }
    }
  }
  return sources;
}

/** apt_pkg's idea of a boolean that is false (`StringToBool`). */
function isNo(value: string | undefined): boolean {
  return value !== undefined && /^(no|false|without|off|disable|0)$/i.test(value.trim());
}

function withoutSlash(uri: string): string {
  return uri.replace(/\/+$/, '');
}

/** All sources of the machine: sources.list, then sources.list.d in the order of the names, as APT reads them. */
export function readAptSources(directory = '/etc/apt'): AptSource[] {
  const files: string[] = [];
  const single = join(directory, 'sources.list');
  if (existsSync(single)) {
    files.push(single);
  }
  const parts = join(directory, 'sources.list.d');
  if (existsSync(parts)) {
    for (const name of readdirSync(parts).sort()) {
      // apt.conf(5): other names are ignored, so that editors' and packages' left-overs do no harm.
      if (/^[a-zA-Z0-9_.-]+\.(list|sources)$/.test(name)) {
        files.push(join(parts, name));
      }
    }
  }
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const sources = file.endsWith('.sources') ? parseSources(text, file) : parseOneLine(text, file);
    return sources.flatMap(resolveMirrorList);
  });
}

/** Debian's cloud images name their mirrors in a local file: `mirror+file:///etc/apt/mirrors/….list`. */
function resolveMirrorList(source: AptSource): AptSource[] {
  if (!source.uri.startsWith('mirror+file:')) {
    return [source];
  }
  const path = fileURLToPath(source.uri.replace(/^mirror\+/, ''));
  if (!existsSync(path)) {
    return [];
  }
  const lines = readFileSync(path, 'utf8').split('\n').map((line) => line.replace(/#.*$/, '').trim());
  // One URI in each line; metadata (priority, type, …) may follow after a tab.
  return lines.filter((line) => line !== '').map((line) => ({ ...source, uri: withoutSlash(words(line)[0] ?? '') }));
}

/** What APT and the environment say about proxies, in the form of the usual environment variables. */
export interface ProxySettings {
  readonly HTTP_PROXY?: string;
  readonly HTTPS_PROXY?: string;
  readonly NO_PROXY?: string;
}

/** Reads the proxy from the output of `apt-config dump`; hosts with a proxy of their own (`Proxy::HOST`) count when it is DIRECT. */
export function parseProxyConfig(dump: string): ProxySettings {
  const settings: { HTTP_PROXY?: string; HTTPS_PROXY?: string; NO_PROXY?: string } = {};
  const direct: string[] = [];
  for (const line of dump.split('\n')) {
    const match = /^Acquire::(https?)::Proxy(?:::(\S+))?\s+"([^"]*)";/i.exec(line);
    if (match === null) {
      continue;
    }
    const [, scheme = '', host, value = ''] = match;
    const isDirect = /^(direct|false)$/i.test(value);
    if (host !== undefined) {
      if (isDirect) {
        direct.push(host);
      }
    } else if (value !== '' && !isDirect) {
      settings[scheme.toLowerCase() === 'https' ? 'HTTPS_PROXY' : 'HTTP_PROXY'] = value;
    }
  }
  if (settings.HTTP_PROXY !== undefined && settings.HTTPS_PROXY === undefined) {
    settings.HTTPS_PROXY = settings.HTTP_PROXY; // apt-transport-https(1): https falls back to http's setting
  }
  if (direct.length > 0) {
    settings.NO_PROXY = direct.join(',');
  }
  return settings;
}

/** The proxy to use: APT's own setting comes before the environment, as it does for APT. */
export function readProxySettings(env: NodeJS.ProcessEnv = process.env): ProxySettings {
  const dump = spawnSync('apt-config', ['dump'], { encoding: 'utf8' });
  const apt = dump.status === 0 ? parseProxyConfig(dump.stdout) : {};
  const http = apt.HTTP_PROXY ?? env['http_proxy'] ?? env['HTTP_PROXY'];
  const https = apt.HTTPS_PROXY ?? env['https_proxy'] ?? env['HTTPS_PROXY'];
  const none = [apt.NO_PROXY, env['no_proxy'] ?? env['NO_PROXY']].filter((part) => part !== undefined && part !== '').join(',');
  return {
    ...(http === undefined ? {} : { HTTP_PROXY: http }),
    ...(https === undefined ? {} : { HTTPS_PROXY: https }),
    ...(none === '' ? {} : { NO_PROXY: none }),
  };
}
