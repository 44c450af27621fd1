import { describe, expect, it } from 'vitest';
import { TerminalModes } from './terminal-modes.ts';

function after(...outputs: string[]): string {
  const modes = new TerminalModes();
  for (const output of outputs) modes.watch(Buffer.from(output));
  return modes.restoring();
}

describe('TerminalModes', () => {
  it('undoes nothing where nothing was done, or the guest undid it itself', () => {
    expect(after('boot\r\n\x1b[32mok\x1b[0m \x1b[1;31mred\x1b[m\r\n')).toBe('');
    expect(after('\x1b[?1049h\x1b[?25l', 'x\x1b[?25h\x1b[?1049l')).toBe('');
  });

  it('leaves the alternate screen, shows the cursor, ends bracketed paste and mouse reports', () => {
    expect(after('\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1000;1006hvim')).toBe('\x1b[?25h\x1b[?1000l\x1b[?1006l\x1b[?1049l\x1b[?2004l');
  });

  it('resets colours, keypad, line drawing and the scroll region', () => {
    expect(after('\x1b[1;44mblue')).toBe('\x1b[0m');
    expect(after('\x1b=\x1b(0\x1b[2;20r')).toBe('\x1b7\x1b[r\x1b8\x1b(B\x0f\x1b>');
    expect(after('\x1b=\x1b>\x1b(0\x1b(B\x1b[2;20r\x1b[r')).toBe('');
  });

  it('follows a sequence that is cut in two, and text between sequences', () => {
    expect(after('abc\x1b', '[?10', '49hdef\x1b[3', '1m', 'x'.repeat(100))).toBe('\x1b[0m\x1b[?1049l');
  });

  it('gives up on endless and on unknown sequences', () => {
    expect(after(`\x1b[${'1;'.repeat(100)}m\x1b[?25l`)).toBe('\x1b[?25h');
    expect(after('\x1bZ\x1b#8\x1b[>c\x1b[?25l')).toBe('\x1b[?25h');
  });

  it('forgets everything after a full reset', () => {
    expect(after('\x1b[?1049h\x1b[31m\x1bc')).toBe('');
  });
});
