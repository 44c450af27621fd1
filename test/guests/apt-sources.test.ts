import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseOneLine, parseProxyConfig, parseSources, readAptSources } from './apt-sources.ts';
import { sourcesForSuite } from './guests.ts';

const plain = (sources: readonly { uri: string; suite: string; components: readonly string[] }[]): string[] =>
  sources.map(({ uri, suite, components }) => `${uri} ${suite} ${components.join(' ')}`);

describe('one-line sources', () => {
  it('reads lines with and without options and leaves out comments and deb-src', () => {
    const text = [
      'deb http://m.example/debian bookworm main contrib # why',
      '# deb http://m.example/debian sid main',
      'deb-src http://m.example/debian bookworm main',
      'deb [arch=amd64 signed-by=/k.gpg] http://m.example/debian/ bookworm-updates main',
      'deb\t[ trusted=yes ]\tfile:/srv/debian  bookworm  main',
      'debug http://m.example bookworm main',
    ].join('\n');
    expect(plain(parseOneLine(text, 'x'))).toEqual([
      'http://m.example/debian bookworm main contrib',
      'http://m.example/debian bookworm-updates main',
      'file:/srv/debian bookworm main',
    ]);
  });
});

describe('deb822 sources', () => {
  it('multiplies URIs by suites', () => {
    const text = 'Types: deb deb-src\nURIs: http://a.example/debian http://b.example/debian/\nSuites: bookworm\n bookworm-updates\n# no\nComponents: main non-free\n';
    expect(plain(parseSources(text, 'x'))).toEqual([
      'http://a.example/debian bookworm main non-free',
      'http://a.example/debian bookworm-updates main non-free',
      'http://b.example/debian bookworm main non-free',
      'http://b.example/debian bookworm-updates main non-free',
    ]);
  });

  it('leaves out disabled and source-only paragraphs', () => {
    const text = 'Enabled: no\nTypes: deb\nURIs: http://a.example\nSuites: s\nComponents: main\n\nTypes: deb-src\nURIs: http://a.example\nSuites: s\nComponents: main\n';
    expect(parseSources(text, 'x')).toEqual([]);
  });
});

describe('the machine\'s files', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'apt-sources-'));
    mkdirSync(join(directory, 'sources.list.d'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('reads both formats, ignores other names, and follows a mirror list', () => {
    const list = join(directory, 'mirrors.list');
    writeFileSync(list, '# mirrors\nhttp://one.example/debian/\tpriority:1\nhttp://two.example/debian\n');
    writeFileSync(join(directory, 'sources.list'), 'deb http://m.example/debian bookworm main\n');
    writeFileSync(join(directory, 'sources.list.d', 'a.sources'), `Types: deb\nURIs: mirror+file://${list}\nSuites: trixie\nComponents: main\n`);
    writeFileSync(join(directory, 'sources.list.d', 'b.list.disabled'), 'deb http://no.example/debian bookworm main\n');
    expect(plain(readAptSources(directory))).toEqual([
      'http://m.example/debian bookworm main',
      'http://one.example/debian trixie main',
      'http://two.example/debian trixie main',
    ]);
  });

  it('has no sources where there are no files', () => {
    expect(readAptSources(join(directory, 'absent'))).toEqual([]);
  });
});

describe('suites of the guests\' release', () => {
  it('replaces the release, keeps updates and security, drops backports and other components', () => {
    const source = (suite: string, components = ['main']): { uri: string; suite: string; components: string[]; origin: string } => ({
      uri: 'u', suite, components, origin: 'x',
    });
    const sources = [source('trixie'), source('trixie-updates'), source('trixie-security'), source('trixie-backports'), source('stable'), source('trixie', ['contrib'])];
    expect(sourcesForSuite(sources, 'bookworm').map(({ suite }) => suite)).toEqual(['bookworm', 'bookworm-updates', 'bookworm-security']);
  });
});

describe('proxy of APT', () => {
  it('reads the settings that apt-config dumps', () => {
    const dump = [
      'Acquire "";',
      'Acquire::http "";',
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::http::Proxy::local.example "DIRECT";',
      'Acquire::http::Pipeline-Depth "0";',
    ].join('\n');
    expect(parseProxyConfig(dump)).toEqual({
      HTTP_PROXY: 'http://proxy.example:3128', HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: 'local.example',
    });
  });

  it('knows DIRECT and nothing', () => {
    expect(parseProxyConfig('Acquire::http::Proxy "DIRECT";\nAcquire::https::Proxy "false";')).toEqual({});
    expect(parseProxyConfig('')).toEqual({});
  });
});
