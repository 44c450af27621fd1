/**
 * Follows what the guest's output does to the user's terminal, to undo it when the machine is gone.
 *
 * Reference: ECMA-48 SGR and xterm's "Control Sequences", DEC private modes. Only modes that would disturb a shell are undone: the
 * alternate screen, mouse reports, bracketed paste, a hidden cursor, application cursor keys and keypad, colours, the scroll region and
 * the line-drawing character set.
 */

const ESC = 0x1b;
/** A longer sequence is nonsense; its rest is text. */
const SEQUENCE_MOST = 32;

/** Private modes that a shell expects to be off, and cursor visibility (25), which it expects to be on. */
const OFF_MODES = new Set([1, 9, 47, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1047, 1049, 2004]);
const CURSOR_VISIBLE = 25;
const AUTO_WRAP = 7;

export class TerminalModes {
  readonly #changed = new Set<number>();
  #coloured = false;
  #keypad = false;
  #lineDrawing = false;
  #scrollRegion = false;
  /** The bytes after ESC of a sequence that is not complete yet. */
  #sequence: string | undefined;

  watch(output: Uint8Array): void {
    // Most output has no escape at all.
    let at = this.#sequence === undefined ? output.indexOf(ESC) : 0;
    if (at === -1) return;
    for (; at < output.length; at++) {
      const byte = output[at] ?? 0;
      if (byte === ESC) this.#sequence = '';
      else if (this.#sequence !== undefined) this.#collect(byte);
      else if ((at = output.indexOf(ESC, at) - 1) < -1) return;
    }
  }

  /** The bytes that put the terminal back, or an empty string. */
  restoring(): string {
    const modes = [...this.#changed].sort((a, b) => a - b).map((mode) => `\x1b[?${mode}${mode === CURSOR_VISIBLE || mode === AUTO_WRAP ? 'h' : 'l'}`).join('');
    return `${this.#scrollRegion ? '\x1b7\x1b[r\x1b8' : ''}${this.#lineDrawing ? '\x1b(B\x0f' : ''}${this.#keypad ? '\x1b>' : ''}${this.#coloured ? '\x1b[0m' : ''}${modes}`;
  }

  #collect(byte: number): void {
    const sequence = (this.#sequence ?? '') + String.fromCharCode(byte);
    const controlSequence = sequence.startsWith('[');
    const complete = controlSequence ? sequence.length > 1 && byte >= 0x40 && byte <= 0x7e : !'()*+#'.includes(sequence);
    this.#sequence = complete || sequence.length > SEQUENCE_MOST ? undefined : sequence;
    if (complete) this.#apply(sequence);
  }

  #apply(sequence: string): void {
    if (sequence === 'c') this.#forget();
    if (sequence === '=' || sequence === '>') this.#keypad = sequence === '=';
    if (sequence === '(0' || sequence === '(B') this.#lineDrawing = sequence === '(0';
    const [, parameters = '', final] = /^\[([0-9;]*)([mr])$/.exec(sequence) ?? [];
    if (final === 'm') this.#coloured = !/^(?:0*;)*0*$/.test(parameters);
    if (final === 'r') this.#scrollRegion = parameters !== '';
    const [, list = '', set] = /^\[\?([0-9;]+)([hl])$/.exec(sequence) ?? [];
    for (const mode of list.split(';').map(Number)) {
      if (OFF_MODES.has(mode)) this.#mark(mode, set === 'h');
      if (mode === CURSOR_VISIBLE || mode === AUTO_WRAP) this.#mark(mode, set === 'l');
    }
  }

  #mark(mode: number, changed: boolean): void {
    if (changed) this.#changed.add(mode);
    else this.#changed.delete(mode);
  }

  /** RIS resets the terminal itself. */
  #forget(): void {
    this.#changed.clear();
    this.#coloured = this.#keypad = this.#lineDrawing = this.#scrollRegion = false;
  }
}
