import { describe, expect, it } from 'vitest';
import { parseDeb822, words } from './deb822.ts';

describe('deb822', () => {
  it('splits paragraphs and joins continuation lines', () => {
    const text = 'Package: a\nDepends: x,\n y\n\n\nPackage: b\n';
    expect([...parseDeb822(text)].map((paragraph) => Object.fromEntries(paragraph))).toEqual([
      { package: 'a', depends: 'x,\ny' },
      { package: 'b' },
    ]);
  });

  it('drops comments, also in the middle of a field, and takes CRLF', () => {
    const text = '# head\r\nSuites: a\r\n# between\r\n b\r\n';
    expect([...parseDeb822(text)].map((paragraph) => words(paragraph.get('suites')))).toEqual([['a', 'b']]);
  });

  it('ignores a line that is no field', () => {
    expect([...parseDeb822('nonsense\n more\nA: 1')].map((paragraph) => [...paragraph])).toEqual([[['a', '1']]]);
  });
});
