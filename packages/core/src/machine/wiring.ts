/** Wires that are no part: shared interrupt lines, and the switch between the 8254 with the RTC and the HPET's legacy routes. */

import { fanOut, WiredOr } from '../bus/line.ts';
import type { LineInput } from '../bus/line.ts';

/** Passes a level on while closed to the other side: an open gate holds its output low. */
export class Gate {
  readonly #output: LineInput;
  #level = false;
  #open = false;

  constructor(output: LineInput) {
    this.#output = output;
  }

  readonly input: LineInput = (level) => {
    this.#level = level;
    if (!this.#open) this.#output(level);
  };

  set(open: boolean): void {
    if (open === this.#open) return;
    this.#open = open;
    this.#output(open ? false : this.#level);
  }
}

const ISA_LINES = 16;
const IOAPIC_PINS = 24;
/** Input 2 of the master 8259A is the cascade: no line of the bus leads there. */
const CASCADE = 2;

export interface InterruptLines {
  /** One more driver on an ISA interrupt line. */
  isa(irq: number): LineInput;
  /** One more driver on an input of the I/O APIC. */
  gsi(pin: number): LineInput;
}

/** Each ISA line leads to both controllers; the timer's to I/O APIC input 2, all others to the input of the same number. */
export function interruptLines(pic: (irq: number) => LineInput, ioApic: (pin: number) => LineInput): InterruptLines {
  const pins = Array.from({ length: IOAPIC_PINS }, (_, pin) => new WiredOr(ioApic(pin)));
  const gsi = (pin: number): LineInput => wire(pins, pin).input();
  const lines = Array.from({ length: ISA_LINES }, (_, irq) => {
    const pin = gsi(irq === 0 ? 2 : irq);
    return new WiredOr(irq === CASCADE ? () => undefined : fanOut(pic(irq), pin));
  });
  return { isa: (irq) => wire(lines, irq).input(), gsi };
}

function wire(wires: readonly WiredOr[], index: number): WiredOr {
  const found = wires[index];
  if (found === undefined) throw new RangeError(`there is no interrupt line ${index}`);
  return found;
}
