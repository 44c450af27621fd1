/**
 * The PS/2 keyboard behind the 8042: commands and key sequences.
 *
 * Reference: IBM PS/2 Hardware Interface Technical Reference (1988), keyboards (101- and 102-key), "commands from the system".
 *
 * Missing: scan code set 3 and its per-key commands (0xfa..0xfd act on all keys and are acknowledged); the keyboard repeats no keys by itself, since
 * the host's keyboard does; the typematic rate is kept.
 */
import { bool, ranged, u8 } from '../struct/fields.ts';
import { struct } from '../struct/struct.ts';
import type { StateOf } from '../struct/struct.ts';
import { clear, enqueue, QUEUE, QUEUE_SIZE } from './ps2-queue.ts';
import { keySequence } from './ps2-scan-codes.ts';

const COMMAND = {
  setLeds: 0xed, echo: 0xee, scanCodeSet: 0xf0, identify: 0xf2, setTypematic: 0xf3, enable: 0xf4, disable: 0xf5, setDefaults: 0xf6, resend: 0xfe, reset: 0xff,
} as const;
const ACK = 0xfa;
const RESEND = 0xfe;
const SELF_TEST_PASSED = 0xaa;
/** A host that types faster than the guest reads leaves room for the answers to commands. */
const KEY_ROOM = QUEUE_SIZE - 8;

export const KEYBOARD = {
  queue: struct(QUEUE),
  scanning: bool(true),
  set: ranged(2, 1, 2),
  leds: ranged(0, 0, 7),
  typematic: u8(0x2b),
  /** The command whose parameter comes next, 0 for none. */
  command: u8(0),
  lastSent: u8(0),
};
export type Keyboard = StateOf<typeof KEYBOARD>;

function setDefaults(keyboard: Keyboard): void {
  keyboard.set = 2;
  keyboard.typematic = 0x2b;
  keyboard.command = 0;
}

/** A byte from the system. */
export function writeKeyboard(keyboard: Keyboard, value: number): void {
  const { queue, command } = keyboard;
  if (command !== 0 && value < 0x80) {
    keyboard.command = 0;
    writeParameter(keyboard, command, value);
    return;
  }
  keyboard.command = 0;
  switch (value) {
    case COMMAND.setLeds:
    case COMMAND.scanCodeSet:
    case COMMAND.setTypematic:
      keyboard.command = value;
      enqueue(queue, ACK);
      break;
    case COMMAND.echo:
      enqueue(queue, COMMAND.echo);
      break;
    case COMMAND.identify:
      clear(queue);
      enqueue(queue, ACK, 0xab, 0x83);
      break;
    case COMMAND.enable:
      clear(queue);
      keyboard.scanning = true;
      enqueue(queue, ACK);
      break;
    case COMMAND.disable:
    case COMMAND.setDefaults:
      clear(queue);
      setDefaults(keyboard);
      keyboard.scanning = value === COMMAND.setDefaults;
      enqueue(queue, ACK);
      break;
    case COMMAND.resend:
      enqueue(queue, keyboard.lastSent);
      break;
    case COMMAND.reset:
      clear(queue);
      setDefaults(keyboard);
      keyboard.leds = 0;
      keyboard.scanning = true;
      enqueue(queue, ACK, SELF_TEST_PASSED);
      break;
    default:
      enqueue(queue, value >= 0xf7 && value <= 0xfd ? ACK : RESEND);
  }
}

function writeParameter(keyboard: Keyboard, command: number, value: number): void {
  const { queue } = keyboard;
  if (command === COMMAND.setLeds) keyboard.leds = value & 7;
  else if (command === COMMAND.setTypematic) keyboard.typematic = value;
  else if (value === 0) {
    enqueue(queue, ACK, keyboard.set);
    return;
  } else if (value > 2) {
    enqueue(queue, RESEND);
    return;
  } else keyboard.set = value;
  enqueue(queue, ACK);
}

/** A key of the host went down or up; false when it is lost because the queue is full or the keyboard is off. */
export function pressKey(keyboard: Keyboard, key: number, down: boolean): boolean {
  if (!keyboard.scanning) return false;
  const sequence = keySequence(key, down, keyboard.set === 1 ? 1 : 2);
  if (keyboard.queue.count + sequence.length > KEY_ROOM) return false;
  return enqueue(keyboard.queue, ...sequence);
}
