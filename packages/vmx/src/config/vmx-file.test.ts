import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VmxFile } from './vmx-file.ts';

const parse = (text: string): VmxFile => VmxFile.parse(new TextEncoder().encode(text), 'a.vmx');

describe('VmxFile', () => {
  it('reads quoted, unquoted and empty values, comments and blank lines', () => {
    const file = parse('#!/usr/bin/vmware\n.encoding = "UTF-8"\n\n# note = "no"\nmemsize = "512"\n  numvcpus=2\nreplay.filename = ""\nscsi0:0.virtualSSD = 1 # fast\nempty =\n');
    expect(file.entries().map(({ key, value, line }) => [key, value, line])).toEqual([
      ['.encoding', 'UTF-8', 2], ['memsize', '512', 5], ['numvcpus', '2', 6], ['replay.filename', '', 7], ['scsi0:0.virtualSSD', '1', 8], ['empty', '', 9],
    ]);
  });

  it('compares keys without case and keeps them as written', () => {
    const file = parse('MemSize = "256"\n');
    expect(file.get('memsize')?.value).toBe('256');
    file.set('MEMSIZE', '1024');
    expect(file.toString()).toBe('MemSize = "1024"\n');
  });

  it('reads and writes |xx escapes', () => {
    const file = parse('annotation = "say |22hi|22|0Aand |7C"\n');
    expect(file.get('annotation')?.value).toBe('say "hi"\nand |');
    file.set('displayName', 'a "b" | c\n');
    expect(file.toString().split('\n')[1]).toBe('displayName = "a |22b|22 |7C c|0A"');
    expect(parse(file.toString()).get('displayname')?.value).toBe('a "b" | c\n');
  });

  it('lets the last of two lines with one key count', () => {
    const file = parse('memsize = "1"\nMEMSIZE = "2"\n');
    expect(file.get('memsize')?.value).toBe('2');
    expect(file.entries()).toHaveLength(1);
  });

  it('writes untouched lines back as they were, CRLF included', () => {
    const text = '  a="1"\r\n# c\r\n\r\nb = 2\r\n';
    expect(parse(text).toString()).toBe(text);
  });

  it('decodes by .encoding and writes UTF-8', () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('.encoding = "windows-1252"\ndisplayName = "B'), 0xe4, ...new TextEncoder().encode('r"\n')]);
    const file = VmxFile.parse(bytes, 'a.vmx');
    expect(file.get('displayName')?.value).toBe('Bär');
    expect(new TextDecoder().decode(file.toBytes())).toBe('.encoding = "UTF-8"\ndisplayName = "Bär"\n');
  });

  it('takes a file without .encoding as UTF-8, or as windows-1252 where it is not', () => {
    expect(parse('displayName = "Bär"').get('displayName')?.value).toBe('Bär');
    expect(VmxFile.parse(Uint8Array.of(0x61, 0x3d, 0xe4), 'a.vmx').get('a')?.value).toBe('ä');
  });

  it.each([
    ['memsize "512"', 'a.vmx:2: not a line of a .vmx file'],
    ['= "x"', 'a.vmx:2: not a line'],
    ['a = "unterminated', 'a.vmx:2: not a line'],
    ['a = "b" c', 'a.vmx:2: not a line'],
  ])('refuses %j and names the line', (line, message) => {
    expect(() => parse(`# first\n${line}\n`)).toThrow(message);
  });

  it('refuses binary content, an unknown and a wrong character set', () => {
    expect(() => parse('a\0b')).toThrow('binary content');
    expect(() => parse('.encoding = "klingon"\n')).toThrow('not a character set');
    expect(() => VmxFile.parse(new Uint8Array([...new TextEncoder().encode('.encoding = "UTF-8"\na = "'), 0xff, 0x22]), 'a.vmx')).toThrow('does not fit');
  });

  it.each([
    ['blank lines', '\n'.repeat(300_000), 0],
    ['a value, spaces and a quote', `memsize = 5${' '.repeat(200_000)}"`, 'memsize'],
    ['spaces and a quote', `memsize = ${' '.repeat(200_000)}x"`, 'memsize'],
  ])('reads or refuses a long file at once: %s', (_what, text, expected) => {
    const began = process.cpuUsage();
    if (typeof expected === 'string') expect(() => parse(text)).toThrow(expected);
    else expect(parse(text).entries()).toHaveLength(expected);
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(2000);
  });

  const samples = join(import.meta.dirname, '../../../../../shared/ovf');
  const names = listSamples(samples);
  it.skipIf(names.length === 0)('reads and rewrites the samples of other producers unchanged (skipped: no ../shared/ovf beside the repository)', () => {
    for (const name of names) {
      const bytes = readFileSync(join(samples, name));
      const file = VmxFile.parse(bytes, name);
      expect(file.entries().length).toBeGreaterThan(10);
      expect(Buffer.compare(Buffer.from(file.toBytes()), bytes)).toBe(0);
    }
  });
});

function listSamples(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.vmx'));
  } catch {
    return [];
  }
}
