import { describe, expect, it } from 'vitest';
import { EscapeKeys } from './escape-keys.ts';

/** Events as text: bytes in latin1, commands in angle brackets. */
function feed(keys: EscapeKeys, text: string): string[] {
  return keys.feed(Buffer.from(text, 'latin1')).map((event) => ('command' in event ? `<${event.command}>` : Buffer.from(event.bytes).toString('latin1')));
}

describe('EscapeKeys', () => {
  it('forwards ordinary bytes untouched, Ctrl-C and high bytes included', () => {
    expect(feed(new EscapeKeys(), 'ls\r\x03\xff')).toEqual(['ls\r\x03\xff']);
  });

  it.each([['x', 'quit'], ['X', 'quit'], ['h', 'help'], ['?', 'help'], ['s', 'statistics'], ['r', 'resize'], ['q', 'unknown'], ['\x18', 'unknown']])('Ctrl-A %j is %s', (key, command) => {
    expect(feed(new EscapeKeys(), `\x01${key}`)).toEqual([`<${command}>`]);
  });

  it('sends Ctrl-A for Ctrl-A Ctrl-A and Ctrl-A A', () => {
    expect(feed(new EscapeKeys(), '\x01\x01\x01a')).toEqual(['\x01', '\x01']);
  });

  it('keeps order around a command', () => {
    expect(feed(new EscapeKeys(), 'ab\x01hcd\x01xe')).toEqual(['ab', '<help>', 'cd', '<quit>', 'e']);
  });

  it('remembers the prefix between two reads', () => {
    const keys = new EscapeKeys();
    expect(feed(keys, 'a\x01')).toEqual(['a']);
    expect(feed(keys, 'xb')).toEqual(['<quit>', 'b']);
  });

  it('leaves a bracketed paste alone, however it is cut', () => {
    const text = '\x1b[200~one\x01xtwo\x1b[201~';
    for (let cut = 0; cut <= text.length; cut++) {
      const keys = new EscapeKeys();
      expect([...feed(keys, text.slice(0, cut)), ...feed(keys, text.slice(cut))].join('')).toBe(text);
      expect(feed(keys, '\x01x')).toEqual(['<quit>']);
    }
  });

  it('does not take a lone ESC [ 200 for a paste', () => {
    expect(feed(new EscapeKeys(), '\x1b[200\x01h')).toEqual(['\x1b[200', '<help>']);
  });
});
