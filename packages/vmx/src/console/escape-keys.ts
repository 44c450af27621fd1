/**
 * The keys that are for vmx and not for the guest: Ctrl-A and a letter, as in QEMU and GNU Screen.
 *
 * Bytes between the markers of a bracketed paste (ESC [ 200 ~ and ESC [ 201 ~, xterm control sequences, "Bracketed Paste
 * Mode") are text and go to the guest as they are, Ctrl-A included. Terminals send the markers only if the guest asked for them.
 */

export type EscapeCommand = 'quit' | 'help' | 'statistics' | 'resize' | 'unknown';

/** In the order of the keystrokes: bytes for the guest, or a command for vmx. */
export type KeyEvent = { readonly bytes: Uint8Array } | { readonly command: EscapeCommand };

const CTRL_A = 0x01;

const COMMANDS: Readonly<Record<string, EscapeCommand>> = { x: 'quit', h: 'help', '?': 'help', s: 'statistics', r: 'resize' };

export const ESCAPE_HELP = `Ctrl-A X       end the virtual machine
Ctrl-A S       print statistics
Ctrl-A R       type "stty rows R cols C" with this terminal's size at the guest's prompt
Ctrl-A Ctrl-A  send Ctrl-A (also Ctrl-A A)
Ctrl-A H       this help
`;

const PASTE_BEGIN = [0x1b, 0x5b, 0x32, 0x30, 0x30, 0x7e];   // ESC [ 2 0 0 ~
const PASTE_END = [0x1b, 0x5b, 0x32, 0x30, 0x31, 0x7e];     // ESC [ 2 0 1 ~

export class EscapeKeys {
  #afterPrefix = false;
  #pasting = false;
  /** How much of the marker that we look for the last bytes have matched. */
  #markerMatched = 0;

  feed(input: Uint8Array): KeyEvent[] {
    const events: KeyEvent[] = [];
    let from = 0;
    const forward = (to: number): void => {
      if (to > from) events.push({ bytes: input.slice(from, to) });
    };
    for (let at = 0; at < input.length; at++) {
      const byte = input[at] ?? 0;
      if (this.#afterPrefix) {
        this.#afterPrefix = false;
        from = at + 1;
        const letter = String.fromCharCode(byte).toLowerCase();
        if (byte === CTRL_A || letter === 'a') events.push({ bytes: Uint8Array.of(CTRL_A) });
        else events.push({ command: COMMANDS[letter] ?? 'unknown' });
        continue;
      }
      this.#watchPaste(byte);
      if (byte === CTRL_A && !this.#pasting) {
        forward(at);
        from = at + 1;
        this.#afterPrefix = true;
      }
    }
    forward(input.length);
    return events;
  }

  #watchPaste(byte: number): void {
    const marker = this.#pasting ? PASTE_END : PASTE_BEGIN;
    if (byte === marker[this.#markerMatched]) this.#markerMatched++;
    else this.#markerMatched = byte === marker[0] ? 1 : 0;
    if (this.#markerMatched === marker.length) {
      this.#markerMatched = 0;
      this.#pasting = !this.#pasting;
    }
  }
}
