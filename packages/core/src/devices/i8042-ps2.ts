/**
 * The 8042 keyboard controller of the PS/2 with its keyboard and mouse, the A20 gate and the reset line.
 *
 * Reference: IBM PS/2 Hardware Interface Technical Reference (1988), keyboard and auxiliary device controller; Intel UPI-42.
 *
 * Ports: 0x60 data, 0x64 status and commands. One byte waits in the output buffer at a time; answers of the controller go before the
 * keyboard's bytes and those before the mouse's. A byte takes no time on the wire: the next one appears, and interrupts, as soon as the last is read.
 * The first interrupt line drops in between, so that an edge-triggered input sees each byte.
 *
 * Missing: the password commands, the internal RAM beyond 32 bytes, the keyboard lock (never locked), parity and time-out errors (do not occur).
 */
import { bool, bytes, ranged, u8 } from '../struct/fields.ts';
import { struct } from '../struct/struct.ts';
import { defineDevice } from './device.ts';
import { KEYBOARD, pressKey, writeKeyboard } from './ps2-keyboard.ts';
import { MOUSE, moveMouse, reportMouse, writeMouse } from './ps2-mouse.ts';
import { dequeue } from './ps2-queue.ts';
import { translate } from './ps2-scan-codes.ts';

const STATUS = { outputFull: 0x01, systemFlag: 0x04, command: 0x08, unlocked: 0x10, auxiliary: 0x20 } as const;

/** Bits of the command byte (internal RAM 0). */
const CONFIG = { keyboardInterrupt: 0x01, auxiliaryInterrupt: 0x02, systemFlag: 0x04, keyboardDisabled: 0x10, auxiliaryDisabled: 0x20, translate: 0x40 } as const;

/** The bits without a name drive the clock and data lines of the two devices. */
const OUTPUT_PORT = { notReset: 0x01, a20: 0x02, keyboardFull: 0x10, auxiliaryFull: 0x20, reset: 0xcf } as const;

const COMMAND = {
  readRam: 0x20, writeRam: 0x60, disableAuxiliary: 0xa7, enableAuxiliary: 0xa8, testAuxiliary: 0xa9, selfTest: 0xaa, testKeyboard: 0xab,
  disableKeyboard: 0xad, enableKeyboard: 0xae, readInputPort: 0xc0, readOutputPort: 0xd0, writeOutputPort: 0xd1,
  writeKeyboardOutput: 0xd2, writeAuxiliaryOutput: 0xd3, writeAuxiliary: 0xd4, disableA20: 0xdd, enableA20: 0xdf, readTestInputs: 0xe0, pulseOutput: 0xf0,
} as const;

const SOURCE = { none: 0, controller: 1, keyboard: 2, auxiliary: 3 } as const;
const BREAK = 0xf0;

export const i8042Ps2 = defineDevice({
  name: 'i8042',
  version: 1,
  reference: 'IBM PS/2 Hardware Interface Technical Reference (1988)',
  host: {
    reset: (): void => {},
    /** Bit 0 scroll lock, 1 number lock, 2 capitals lock. */
    ledsChanged: (_leds: number): void => {},
  },
  lines: ['irq1', 'irq12', 'a20'],
  ports: { data: [0x60, 1], command: [0x64, 1] },
  state: {
    /** Internal RAM; byte 0 is the command byte. As firmware leaves it: both interrupts on, translated. */
    ram: bytes(32, Uint8Array.of(CONFIG.keyboardInterrupt | CONFIG.auxiliaryInterrupt | CONFIG.systemFlag | CONFIG.translate)),
    /** The command whose data byte comes next, 0 for none. */
    pending: u8(0),
    lastWasCommand: bool(true),
    output: u8(0),
    source: ranged(SOURCE.none, 0, 3),
    outputPort: u8(OUTPUT_PORT.reset),
    /** An answer of the controller that waits for the output buffer. */
    answer: u8(0),
    answerSource: ranged(SOURCE.none, 0, 3),
    /** The translation has swallowed a break prefix. */
    breakSeen: bool(false),
    keyboard: struct(KEYBOARD),
    mouse: struct(MOUSE),
  },
  attach({ state, host, lines }) {
    const { keyboard, mouse, ram } = state;
    const isSet = (bit: number): boolean => (ram[0] & bit) !== 0;

    /** The next byte of the keyboard after translation, or -1 when only a prefix went by. */
    function takeFromKeyboard(): number {
      const code = dequeue(keyboard.queue);
      keyboard.lastSent = code;
      if (!isSet(CONFIG.translate)) return code;
      if (code === BREAK) {
        state.breakSeen = true;
        return -1;
      }
      const translated = translate(code, state.breakSeen);
      state.breakSeen = false;
      return translated;
    }

    function setOutput(value: number, source: number): void {
      state.output = value;
      state.source = source;
    }

    /** Fills the output buffer if it is empty, and drives the lines. */
    function update(): void {
      if (state.source === SOURCE.none && state.answerSource !== SOURCE.none) {
        setOutput(state.answer, state.answerSource);
        state.answerSource = SOURCE.none;
      }
      while (state.source === SOURCE.none && keyboard.queue.count > 0 && !isSet(CONFIG.keyboardDisabled)) {
        const value = takeFromKeyboard();
        if (value >= 0) setOutput(value, SOURCE.keyboard);
      }
      if (state.source === SOURCE.none && !isSet(CONFIG.auxiliaryDisabled)) {
        reportMouse(mouse);
        if (mouse.queue.count > 0) {
          mouse.lastSent = dequeue(mouse.queue);
          setOutput(mouse.lastSent, SOURCE.auxiliary);
        }
      }
      lines.irq1.set(isSet(CONFIG.keyboardInterrupt) && (state.source === SOURCE.keyboard || state.source === SOURCE.controller));
      lines.irq12.set(isSet(CONFIG.auxiliaryInterrupt) && state.source === SOURCE.auxiliary);
    }

    function readData(): number {
      const value = state.output;
      if (state.source !== SOURCE.none) {
        state.source = SOURCE.none;
        lines.irq1.lower();
        lines.irq12.lower();
        update();
      }
      return value;
    }

    function readStatus(): number {
      return (
        STATUS.unlocked |
        (state.source !== SOURCE.none ? STATUS.outputFull : 0) |
        (isSet(CONFIG.systemFlag) ? STATUS.systemFlag : 0) |
        (state.lastWasCommand ? STATUS.command : 0) |
        (state.source === SOURCE.auxiliary ? STATUS.auxiliary : 0)
      );
    }

    function answer(value: number, source: number = SOURCE.controller): void {
      state.answer = value;
      state.answerSource = source;
    }

    function outputPort(): number {
      const full = state.source === SOURCE.none ? 0 : state.source === SOURCE.auxiliary ? OUTPUT_PORT.auxiliaryFull : OUTPUT_PORT.keyboardFull;
      return (state.outputPort & ~(OUTPUT_PORT.keyboardFull | OUTPUT_PORT.auxiliaryFull)) | full;
    }

    function setOutputPort(value: number): void {
      state.outputPort = value;
      lines.a20.set((value & OUTPUT_PORT.a20) !== 0);
      if ((value & OUTPUT_PORT.notReset) === 0) {
        state.outputPort |= OUTPUT_PORT.notReset;
        host.reset();
      }
    }

    function writeCommand(command: number): void {
      state.lastWasCommand = true;
      state.pending = 0;
      if (command >= COMMAND.readRam && command < COMMAND.readRam + 32) answer(ram[command & 31]);
      else if ((command >= COMMAND.writeRam && command < COMMAND.writeRam + 32) || (command >= COMMAND.writeOutputPort && command <= COMMAND.writeAuxiliary)) {
        state.pending = command;
      } else if (command >= COMMAND.pulseOutput) {
        // A clear bit pulses its line low; only the reset line has an effect.
        if ((command & OUTPUT_PORT.notReset) === 0) host.reset();
      } else executeCommand(command);
    }

    function executeCommand(command: number): void {
      switch (command) {
        case COMMAND.disableAuxiliary:
          ram[0] |= CONFIG.auxiliaryDisabled;
          break;
        case COMMAND.enableAuxiliary:
          ram[0] &= ~CONFIG.auxiliaryDisabled;
          break;
        case COMMAND.testAuxiliary:
        case COMMAND.testKeyboard:
          answer(0x00);
          break;
        case COMMAND.selfTest:
          ram[0] |= CONFIG.systemFlag;
          answer(0x55);
          break;
        case COMMAND.disableKeyboard:
          ram[0] |= CONFIG.keyboardDisabled;
          break;
        case COMMAND.enableKeyboard:
          ram[0] &= ~CONFIG.keyboardDisabled;
          break;
        case COMMAND.readInputPort:
          answer(0x80);
          break;
        case COMMAND.readOutputPort:
          answer(outputPort());
          break;
        case COMMAND.disableA20:
          setOutputPort(state.outputPort & ~OUTPUT_PORT.a20);
          break;
        case COMMAND.enableA20:
          setOutputPort(state.outputPort | OUTPUT_PORT.a20);
          break;
        case COMMAND.readTestInputs:
          answer(0x00);
          break;
        default:
          // What the PS/2 does not know either: nothing happens.
          break;
      }
    }

    /** The data byte of a command, or a byte for the keyboard. */
    function writeData(value: number): void {
      const { pending } = state;
      state.lastWasCommand = false;
      state.pending = 0;
      if (pending >= COMMAND.writeRam && pending < COMMAND.writeRam + 32) {
        ram[pending & 31] = value;
        return;
      }
      switch (pending) {
        case COMMAND.writeOutputPort:
          setOutputPort(value);
          break;
        case COMMAND.writeKeyboardOutput:
          answer(value, SOURCE.keyboard);
          break;
        case COMMAND.writeAuxiliaryOutput:
          answer(value, SOURCE.auxiliary);
          break;
        case COMMAND.writeAuxiliary:
          // A byte for a device switches its interface on.
          ram[0] &= ~CONFIG.auxiliaryDisabled;
          writeMouse(mouse, value);
          break;
        default: {
          const { leds } = keyboard;
          ram[0] &= ~CONFIG.keyboardDisabled;
          writeKeyboard(keyboard, value);
          if (keyboard.leds !== leds) host.ledsChanged(keyboard.leds);
        }
      }
    }

    return {
      ports: {
        data: {
          read: readData,
          write(_offset, value) {
            writeData(value);
            update();
          },
        },
        command: {
          read: readStatus,
          write(_offset, value) {
            writeCommand(value);
            update();
          },
        },
      },
      inputs: {
        /** A key by its set 1 code (0xe0 prefix as 0xe0xx); false when it is lost. */
        key(key: number, down: boolean): boolean {
          const taken = pressKey(keyboard, key, down);
          update();
          return taken;
        },
        /** Pointer movement (y up), wheel steps and buttons (1 left, 2 right, 4 middle). */
        mouse(dx: number, dy: number, wheel: number, buttons: number): void {
          moveMouse(mouse, dx, dy, wheel, buttons);
          update();
        },
      },
      resume() {
        lines.a20.set((state.outputPort & OUTPUT_PORT.a20) !== 0);
        update();
      },
    };
  },
});
