/**
 * Interrupt and other one-bit lines.
 *
 * A device owns the driving end of a line (`Line`); the machine gives each line the receiving end (`LineInput`), usually an
 * input of an interrupt controller. Only changes of level travel. `WiredOr` joins several drivers on one receiver: PCI
 * INTx and level-triggered ISA interrupts are open drain, so the receiver sees the line asserted while any driver asserts it.
 */

/** The receiving end: called with the new level. Receivers accept the same level twice. */
export type LineInput = (level: boolean) => void;

/** The driving end, as a device sees it. */
export interface LineDriver {
  readonly level: boolean;
  raise(): void;
  lower(): void;
  set(level: boolean): void;
}

export class Line implements LineDriver {
  level = false;
  readonly #input: LineInput;

  constructor(input: LineInput) {
    this.#input = input;
  }

  raise(): void {
    this.set(true);
  }

  lower(): void {
    this.set(false);
  }

  set(level: boolean): void {
    if (level === this.level) return;
    this.level = level;
    this.#input(level);
  }
}

/** Drives several receivers: an ISA interrupt reaches both the 8259A and the I/O APIC. */
export function fanOut(...inputs: readonly LineInput[]): LineInput {
  return (level) => {
    for (const input of inputs) input(level);
  };
}

export class WiredOr {
  readonly #output: LineInput;
  #asserted = 0;

  constructor(output: LineInput) {
    this.#output = output;
  }

  /** One more driver on the wire. */
  input(): LineInput {
    let mine = false;
    return (level) => {
      if (level === mine) return;
      mine = level;
      this.#asserted += level ? 1 : -1;
      if (this.#asserted === (level ? 1 : 0)) this.#output(level);
    };
  }
}
