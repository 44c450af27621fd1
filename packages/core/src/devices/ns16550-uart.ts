/**
 * The 16550A serial port of a PC (COM1 … COM4).
 *
 * Reference: National Semiconductor PC16550D datasheet (1995), chapter 8; the PC gates the interrupt with OUT2.
 *
 * Transmitted bytes go to the host at once, whatever the baud rate: THR and the transmit FIFO are always empty again, so
 * THRE is always set and its interrupt is asserted anew after each write. The host asks how much fits before it hands bytes over
 * (`receiveSpace`), so a guest that reads slowly loses nothing. The character time-out interrupt does follow the baud rate.
 *
 * Missing: parity and framing errors do not occur; word length and parity are kept and have no effect. A break is received, not sent.
 */
import { bool, bytes, ranged, time, u16, u8 } from '../struct/fields.ts';
import { defineDevice } from './device.ts';

const FIFO_SIZE = 16;
/** Reads of an empty LSR in a row that nobody makes who does not wait for a character: THRE is always set, so a transmitter reads once. */
const POLLS_OF_A_LISTENER = 16;
const TRIGGER_LEVELS = [1, 4, 8, 14] as const;
const CLOCK_HZ = 1_843_200;

const REG = { data: 0, ier: 1, iir: 2, lcr: 3, mcr: 4, lsr: 5, msr: 6, scr: 7 } as const;

const IER = { received: 0x01, transmitterEmpty: 0x02, lineStatus: 0x04, modemStatus: 0x08 } as const;
const IIR = { modemStatus: 0x00, none: 0x01, transmitterEmpty: 0x02, received: 0x04, lineStatus: 0x06, timeout: 0x0c, fifosEnabled: 0xc0 } as const;
const FCR = { enable: 0x01, resetReceiver: 0x02 } as const;
const LCR_DLAB = 0x80;
const MCR = { dtr: 0x01, rts: 0x02, out1: 0x04, out2: 0x08, loop: 0x10 } as const;
const LSR = { dataReady: 0x01, overrun: 0x02, breakInterrupt: 0x10, errors: 0x1e, transmitterEmpty: 0x60, fifoError: 0x80 } as const;
const MSR = { dcts: 0x01, ddsr: 0x02, teri: 0x04, ddcd: 0x08, cts: 0x10, dsr: 0x20, ri: 0x40, dcd: 0x80 } as const;

/** Lines that the other end drives. */
export interface ModemLines {
  readonly cts: boolean;
  readonly dsr: boolean;
  readonly ri: boolean;
  readonly dcd: boolean;
}

export const ns16550Uart = defineDevice({
  name: 'ns16550',
  version: 1,
  reference: 'National Semiconductor PC16550D datasheet, chapter 8',
  options: { port: 0x3f8 },
  host: {
    transmit: (_byte: number): void => {},
    /** The guest made room: `receiveSpace` has grown. */
    receiveReady: (): void => {},
  },
  lines: ['irq'],
  timers: ['timeout'],
  ports: ({ port }) => ({ registers: [port, 8] }),
  state: {
    ier: u8(0),
    lcr: u8(0),
    mcr: u8(0),
    /** OE only; the other errors travel with their characters. */
    lineErrors: u8(0),
    msr: u8(MSR.cts | MSR.dsr | MSR.dcd),
    /** What the other end drives, kept while MSR shows the loop. */
    modemInputs: u8(MSR.cts | MSR.dsr | MSR.dcd),
    scr: u8(0),
    divisor: u16(12),
    fifosEnabled: bool(false),
    trigger: ranged(1, 1, 14),
    /** A ring of received characters; without FIFOs it holds one. */
    received: bytes(FIFO_SIZE),
    receivedErrors: bytes(FIFO_SIZE),
    first: ranged(0, 0, FIFO_SIZE - 1),
    count: ranged(0, 0, FIFO_SIZE),
    /** The last character that was read: an empty register gives it again. */
    lastRead: u8(0),
    transmitterEmptyPending: bool(false),
    timedOut: bool(false),
    timeoutAtNs: time(),
    /** Reads of LSR without DR since the last transmission, up to POLLS_OF_A_LISTENER. */
    polls: ranged(0, 0, POLLS_OF_A_LISTENER),
  },
  attach({ state, host, clock, lines, timers }) {
    const capacity = (): number => (state.fifosEnabled ? FIFO_SIZE : 1);
    const isLooped = (): boolean => (state.mcr & MCR.loop) !== 0;
    /** Restored state may hold more characters than there is room for. */
    const receiveSpace = (): number => (isLooped() ? 0 : Math.max(0, capacity() - state.count));

    /** The errors that LSR shows: of the character at the top of the FIFO. */
    const topErrors = (): number => (state.count === 0 ? 0 : state.receivedErrors[state.first]);

    /** PC16550D table IV: the pending interrupt of highest priority. */
    function interruptId(): number {
      const { ier } = state;
      if ((ier & IER.lineStatus) !== 0 && (state.lineErrors | topErrors()) !== 0) return IIR.lineStatus;
      if ((ier & IER.received) !== 0) {
        if (state.count >= state.trigger) return IIR.received;
        if (state.timedOut) return IIR.timeout;
      }
      if ((ier & IER.transmitterEmpty) !== 0 && state.transmitterEmptyPending) return IIR.transmitterEmpty;
      if ((ier & IER.modemStatus) !== 0 && (state.msr & 0x0f) !== 0) return IIR.modemStatus;
      return IIR.none;
    }

    function update(): void {
      lines.irq.set((state.mcr & MCR.out2) !== 0 && interruptId() !== IIR.none);
    }

    /** Four character times after the last access to a FIFO that stays below its trigger level. */
    function restartTimeout(): void {
      state.timedOut = false;
      if (!state.fifosEnabled || state.count === 0 || state.count >= state.trigger) {
        timers.timeout.cancel();
        return;
      }
      const bitsPerCharacter = 7 + (state.lcr & 3) + ((state.lcr >> 2) & 1) + ((state.lcr >> 3) & 1);
      const bitNs = (16e9 * Math.max(1, state.divisor)) / CLOCK_HZ;
      state.timeoutAtNs = clock.nowNs() + Math.ceil(4 * bitsPerCharacter * bitNs);
      timers.timeout.scheduleAt(state.timeoutAtNs);
    }

    function receiveCharacter(character: number, errors: number): void {
      if (state.count === capacity()) {
        state.lineErrors |= LSR.overrun;
        // With FIFOs the character that overruns is lost; without, it replaces the one that was not read.
        if (state.fifosEnabled) return;
        state.count = 0;
      }
      const place = (state.first + state.count) % FIFO_SIZE;
      state.received[place] = character;
      state.receivedErrors[place] = errors;
      state.count++;
    }

    function clearReceiver(): void {
      state.count = 0;
      restartTimeout();
    }

    function readReceiver(): number {
      if (state.count > 0) {
        state.lastRead = state.received[state.first];
        state.first = (state.first + 1) % FIFO_SIZE;
        state.count--;
        restartTimeout();
        update();
        if (!isLooped()) host.receiveReady();
      }
      return state.lastRead;
    }

    function transmit(character: number): void {
      // The interrupt goes away with the write and comes back when the character has left.
      state.transmitterEmptyPending = false;
      state.polls = 0;
      update();
      if (isLooped()) {
        receiveCharacter(character, 0);
        restartTimeout();
      } else host.transmit(character);
      state.transmitterEmptyPending = true;
      update();
    }

    function readIir(): number {
      const id = interruptId();
      // Reading the transmitter's interrupt acknowledges it.
      if (id === IIR.transmitterEmpty) state.transmitterEmptyPending = false;
      update();
      return id | (state.fifosEnabled ? IIR.fifosEnabled : 0);
    }

    function readLsr(): number {
      let value = LSR.transmitterEmpty | state.lineErrors | topErrors();
      if (state.count > 0) value |= LSR.dataReady;
      else if (state.polls < POLLS_OF_A_LISTENER) state.polls++;
      if (state.fifosEnabled && hasQueuedError()) value |= LSR.fifoError;
      state.lineErrors = 0;
      if (state.count > 0) state.receivedErrors[state.first] = 0;
      update();
      return value;
    }

    function hasQueuedError(): boolean {
      for (let index = 0; index < state.count; index++) {
        if (state.receivedErrors[(state.first + index) % FIFO_SIZE] !== 0) return true;
      }
      return false;
    }

    function readMsr(): number {
      const value = state.msr;
      state.msr &= 0xf0;
      update();
      return value;
    }

    function writeIer(value: number): void {
      const enabled = value & ~state.ier;
      state.ier = value & 0x0f;
      if ((enabled & IER.transmitterEmpty) !== 0) state.transmitterEmptyPending = true;
    }

    function writeFcr(value: number): void {
      const enabled = (value & FCR.enable) !== 0;
      if (enabled !== state.fifosEnabled) {
        state.fifosEnabled = enabled;
        clearReceiver();
      }
      if (enabled && (value & FCR.resetReceiver) !== 0) clearReceiver();
      state.trigger = enabled ? TRIGGER_LEVELS[value >> 6] : 1;
      restartTimeout();
      if (!isLooped()) host.receiveReady();
    }

    /** New modem inputs, with the delta bits of those that changed; TERI at the trailing edge of RI. */
    function setModemStatus(inputs: number): void {
      const changed = (state.msr ^ inputs) & 0xf0;
      let deltas = state.msr & 0x0f;
      if ((changed & MSR.cts) !== 0) deltas |= MSR.dcts;
      if ((changed & MSR.dsr) !== 0) deltas |= MSR.ddsr;
      if ((changed & MSR.ri) !== 0 && (inputs & MSR.ri) === 0) deltas |= MSR.teri;
      if ((changed & MSR.dcd) !== 0) deltas |= MSR.ddcd;
      state.msr = inputs | deltas;
    }

    function writeMcr(value: number): void {
      const wasLooped = isLooped();
      state.mcr = value & 0x1f;
      if (!isLooped()) {
        setModemStatus(state.modemInputs);
        if (wasLooped) host.receiveReady();
        return;
      }
      let inputs = 0;
      if ((value & MCR.rts) !== 0) inputs |= MSR.cts;
      if ((value & MCR.dtr) !== 0) inputs |= MSR.dsr;
      if ((value & MCR.out1) !== 0) inputs |= MSR.ri;
      if ((value & MCR.out2) !== 0) inputs |= MSR.dcd;
      setModemStatus(inputs);
    }

    function read(offset: number): number {
      const divisorAccess = (state.lcr & LCR_DLAB) !== 0;
      switch (offset) {
        case REG.data: return divisorAccess ? state.divisor & 0xff : readReceiver();
        case REG.ier: return divisorAccess ? state.divisor >> 8 : state.ier;
        case REG.iir: return readIir();
        case REG.lcr: return state.lcr;
        case REG.mcr: return state.mcr;
        case REG.lsr: return readLsr();
        case REG.msr: return readMsr();
        default: return state.scr;
      }
    }

    function write(offset: number, value: number): void {
      const divisorAccess = (state.lcr & LCR_DLAB) !== 0;
      switch (offset) {
        case REG.data:
          if (divisorAccess) state.divisor = (state.divisor & 0xff00) | value;
          else transmit(value);
          break;
        case REG.ier:
          if (divisorAccess) state.divisor = (state.divisor & 0xff) | (value << 8);
          else writeIer(value);
          break;
        case REG.iir:
          writeFcr(value);
          break;
        case REG.lcr:
          state.lcr = value;
          break;
        case REG.mcr:
          writeMcr(value);
          break;
        case REG.scr:
          state.scr = value;
          break;
        default:
          // LSR and MSR are read-only (factory test).
          return;
      }
      update();
    }

    return {
      ports: { registers: { read, write } },
      timers: {
        timeout() {
          state.timedOut = true;
          update();
        },
      },
      inputs: {
        /** How many bytes `receive` takes now. */
        receiveSpace,
        /**
         * Whether the guest wants to be sent characters: what comes earlier is lost when its driver clears the FIFOs. Drivers raise RTS when
         * they are through with that; a guest that does not use it polls LSR, or enables the interrupt with both modem lines low.
         */
        isListening: (): boolean =>
          !isLooped() && ((state.mcr & MCR.rts) !== 0 || state.polls === POLLS_OF_A_LISTENER || ((state.mcr & (MCR.dtr | MCR.out2)) === MCR.out2 && (state.ier & IER.received) !== 0)),
        /** Bytes from the other end; returns how many were taken. */
        receive(from: Uint8Array): number {
          const length = Math.min(from.length, receiveSpace());
          for (let index = 0; index < length; index++) receiveCharacter(from[index], 0);
          if (length > 0) {
            restartTimeout();
            update();
          }
          return length;
        },
        /** A break condition: a zero character with BI. */
        receiveBreak(): void {
          if (isLooped()) return;
          receiveCharacter(0, LSR.breakInterrupt);
          restartTimeout();
          update();
        },
        setModemLines(modem: ModemLines): void {
          state.modemInputs =
            (modem.cts ? MSR.cts : 0) | (modem.dsr ? MSR.dsr : 0) | (modem.ri ? MSR.ri : 0) | (modem.dcd ? MSR.dcd : 0);
          if (!isLooped()) setModemStatus(state.modemInputs);
          update();
        },
      },
      resume() {
        const waits = state.fifosEnabled && state.count > 0 && state.count < state.trigger && !state.timedOut;
        timers.timeout.scheduleAt(waits ? state.timeoutAtNs : Infinity);
        update();
      },
    };
  },
});
