/**
 * The I/O APIC: 24 inputs, each with a redirection entry that says which message goes to which local APIC.
 *
 * Reference: Intel 82093AA datasheet 290566-001; the EOI register is that of ICH2 and later (version 0x20).
 *
 * An input carries "asserted", not a voltage, so the polarity bit is kept and has no effect. A masked edge is lost
 * (82093AA, 3.2.4, interrupt mask); a masked level is seen when it is unmasked. Remote IRR is set when a local APIC accepts a level-triggered message and
 * cleared by its EOI, by the EOI register, and by a change to edge triggering.
 */
import { BROADCAST, DELIVERY } from '../bus/apic-bus.ts';
import type { LineInput } from '../bus/line.ts';
import { array, u32, u8 } from '../struct/fields.ts';
import { struct } from '../struct/struct.ts';
import { defineDevice } from './device.ts';

const PIN_COUNT = 24;

const SELECT = 0x00;
const WINDOW = 0x10;
const EOI = 0x40;

const ID = 0x00;
const VERSION = 0x01;
const ARBITRATION = 0x02;
const REDIRECTION_TABLE = 0x10;
const ID_WRITABLE = 0x0f00_0000;

const LOGICAL = 1 << 11;
const REMOTE_IRR = 1 << 14;
const LEVEL = 1 << 15;
const MASKED = 1 << 16;
const LOW_WRITABLE = 0x0001_afff;

export const ioapic = defineDevice({
  name: 'ioapic',
  version: 1,
  reference: 'Intel 82093AA datasheet 290566-001',
  options: { base: 0xfec0_0000, version: 0x20 },
  host: {
    /** Puts a message on the APIC bus; true when accepted. */
    send: (_destination: number, _logical: boolean, _deliveryMode: number, _vector: number, _levelTriggered: boolean): boolean => false,
  },
  mmio: ({ base }) => ({ registers: [base, 0x1000, 4] }),
  state: {
    select: u8(0),
    id: u32(0),
    /** Asserted inputs, one bit each. */
    inputs: u32(0),
    entries: array(PIN_COUNT, struct({ low: u32(MASKED), high: u32(0) })),
  },
  attach({ state, options, host }) {
    const { entries } = state;

    function deliver(pin: number): void {
      const { low, high } = entries[pin];
      const destination = high >>> 24;
      const accepted = host.send(
        destination === 0xff ? BROADCAST : destination,
        (low & LOGICAL) !== 0,
        (low >> 8) & 7,
        low & 0xff,
        (low & LEVEL) !== 0,
      );
      const mode = (low >> 8) & 7;
      if (accepted && (low & LEVEL) !== 0 && (mode === DELIVERY.fixed || mode === DELIVERY.lowestPriority)) entries[pin].low |= REMOTE_IRR;
    }

    /** Sends what a level-triggered input still asks for. */
    function service(pin: number): void {
      const { low } = entries[pin];
      if ((low & (LEVEL | MASKED | REMOTE_IRR)) === LEVEL && (state.inputs & (1 << pin)) !== 0) deliver(pin);
    }

    function setInput(pin: number, asserted: boolean): void {
      const bit = 1 << pin;
      const rising = asserted && (state.inputs & bit) === 0;
      state.inputs = (asserted ? state.inputs | bit : state.inputs & ~bit) >>> 0;
      if (!asserted) return;
      if ((entries[pin].low & LEVEL) !== 0) service(pin);
      else if (rising && (entries[pin].low & MASKED) === 0) deliver(pin);
    }

    function endOfInterrupt(vector: number): void {
      for (let pin = 0; pin < PIN_COUNT; pin++) {
        const entry = entries[pin];
        if ((entry.low & 0xff) !== vector || (entry.low & REMOTE_IRR) === 0) continue;
        entry.low = (entry.low & ~REMOTE_IRR) >>> 0;
        service(pin);
      }
    }

    function readWindow(): number {
      const { select } = state;
      if (select === ID || select === ARBITRATION) return state.id;
      if (select === VERSION) return ((PIN_COUNT - 1) << 16) | options.version;
      const index = select - REDIRECTION_TABLE;
      if (index < 0 || index >= 2 * PIN_COUNT) return 0;
      return (index & 1) === 0 ? entries[index >> 1].low : entries[index >> 1].high;
    }

    function writeWindow(value: number): void {
      const { select } = state;
      if (select === ID) state.id = value & ID_WRITABLE;
      const index = select - REDIRECTION_TABLE;
      if (index < 0 || index >= 2 * PIN_COUNT) return;
      const pin = index >> 1;
      const entry = entries[pin];
      if ((index & 1) !== 0) {
        entry.high = value;
        return;
      }
      const remoteIrr = (value & LEVEL) !== 0 ? entry.low & REMOTE_IRR : 0;
      entry.low = ((value & LOW_WRITABLE) | remoteIrr) >>> 0;
      service(pin);
    }

    return {
      mmio: {
        registers: {
          read(offset) {
            if (offset === SELECT) return state.select;
            return offset === WINDOW ? readWindow() : 0;
          },
          write(offset, value, size) {
            if (offset === SELECT) state.select = value & 0xff;
            else if (offset === WINDOW && size === 4) writeWindow(value);
            else if (offset === EOI && options.version >= 0x20) endOfInterrupt(value & 0xff);
          },
        },
      },
      inputs: {
        /** The receiving end of input 0..23. */
        pin: (pin: number): LineInput => (asserted) => setInput(pin, asserted),
        /** An EOI message from a local APIC. */
        endOfInterrupt,
      },
    };
  },
});
