/**
 * The PS/2 mouse behind the 8042: three buttons, and the wheel of the IntelliMouse once it is asked for.
 *
 * Reference: IBM PS/2 Hardware Interface Technical Reference (1988), mouse, "commands"; the wheel by Microsoft's sequence of sample
 * rates 200, 100, 80, after which the mouse identifies as 3.
 *
 * Movement that does not fit into the queue adds up and is sent with the next packet. Missing: the sample rate does not limit packets.
 */
import { bool, ranged, u8 } from '../struct/fields.ts';
import { struct } from '../struct/struct.ts';
import type { StateOf } from '../struct/struct.ts';
import { clear, enqueue, QUEUE, QUEUE_SIZE } from './ps2-queue.ts';

const COMMAND = {
  scaling1: 0xe6, scaling2: 0xe7, setResolution: 0xe8, status: 0xe9, streamMode: 0xea, readData: 0xeb, resetWrap: 0xec, wrapMode: 0xee,
  remoteMode: 0xf0, identify: 0xf2, setSampleRate: 0xf3, enable: 0xf4, disable: 0xf5, setDefaults: 0xf6, resend: 0xfe, reset: 0xff,
} as const;
const ACK = 0xfa;
const NACK = 0xfe;
const SELF_TEST_PASSED = 0xaa;
const WHEEL_ID = 3;
const WHEEL_KNOCK = 200 * 0x1_0000 + 100 * 0x100 + 80;
/** Movement beyond this is dropped: no guest reads that slowly. */
const MAX_PENDING = 4096;

export const MOUSE = {
  queue: struct(QUEUE),
  reporting: bool(false),
  remote: bool(false),
  wrap: bool(false),
  scaling2: bool(false),
  resolution: ranged(2, 0, 3),
  sampleRate: u8(100),
  id: ranged(0, 0, WHEEL_ID),
  /** The last three sample rates, for the wheel's knock. */
  rates: ranged(0, 0, 0xff_ffff),
  command: u8(0),
  lastSent: u8(0),
  buttons: ranged(0, 0, 7),
  dx: ranged(0, -MAX_PENDING, MAX_PENDING),
  dy: ranged(0, -MAX_PENDING, MAX_PENDING),
  wheel: ranged(0, -MAX_PENDING, MAX_PENDING),
  /** Buttons or movement that no packet has told yet. */
  changed: bool(false),
};
export type Mouse = StateOf<typeof MOUSE>;

function setDefaults(mouse: Mouse): void {
  mouse.reporting = false;
  mouse.remote = false;
  mouse.wrap = false;
  mouse.scaling2 = false;
  mouse.resolution = 2;
  mouse.sampleRate = 100;
  mouse.command = 0;
  mouse.dx = 0;
  mouse.dy = 0;
  mouse.wheel = 0;
  mouse.changed = false;
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** Puts one packet into the queue and keeps what did not fit into it. */
function sendPacket(mouse: Mouse): void {
  const dx = clamp(mouse.dx, -255, 255);
  const dy = clamp(mouse.dy, -255, 255);
  const wheel = clamp(mouse.wheel, -8, 7);
  const first = mouse.buttons | 0x08 | (dx < 0 ? 0x10 : 0) | (dy < 0 ? 0x20 : 0);
  if (mouse.id === WHEEL_ID) enqueue(mouse.queue, first, dx & 0xff, dy & 0xff, wheel & 0xff);
  else enqueue(mouse.queue, first, dx & 0xff, dy & 0xff);
  mouse.dx -= dx;
  mouse.dy -= dy;
  mouse.wheel = mouse.id === WHEEL_ID ? mouse.wheel - wheel : 0;
  mouse.changed = mouse.dx !== 0 || mouse.dy !== 0 || mouse.wheel !== 0;
}

/** Sends what has changed, while there is room; called again as the guest reads. */
export function reportMouse(mouse: Mouse): void {
  while (mouse.reporting && !mouse.remote && !mouse.wrap && mouse.changed && mouse.queue.count <= QUEUE_SIZE - 12) sendPacket(mouse);
}

/** Movement of the host's pointer: x to the right, y up, as the packet counts. */
export function moveMouse(mouse: Mouse, dx: number, dy: number, wheel: number, buttons: number): void {
  mouse.dx = clamp(mouse.dx + Math.trunc(dx), -MAX_PENDING, MAX_PENDING);
  mouse.dy = clamp(mouse.dy + Math.trunc(dy), -MAX_PENDING, MAX_PENDING);
  mouse.wheel = clamp(mouse.wheel + Math.trunc(wheel), -MAX_PENDING, MAX_PENDING);
  mouse.changed = true;
  mouse.buttons = buttons & 7;
  reportMouse(mouse);
}

/** A byte from the system. */
export function writeMouse(mouse: Mouse, value: number): void {
  const { queue, command } = mouse;
  if (mouse.wrap && value !== COMMAND.resetWrap && value !== COMMAND.reset) {
    enqueue(queue, value);
    return;
  }
  mouse.command = 0;
  if (command !== 0) {
    writeParameter(mouse, command, value);
    return;
  }
  if (value !== COMMAND.resend) clear(queue);
  switch (value) {
    case COMMAND.setResolution:
    case COMMAND.setSampleRate:
      mouse.command = value;
      break;
    case COMMAND.scaling1:
      mouse.scaling2 = false;
      break;
    case COMMAND.scaling2:
      mouse.scaling2 = true;
      break;
    case COMMAND.streamMode:
      mouse.remote = false;
      break;
    case COMMAND.remoteMode:
      mouse.remote = true;
      break;
    case COMMAND.wrapMode:
      mouse.wrap = true;
      break;
    case COMMAND.resetWrap:
      mouse.wrap = false;
      break;
    case COMMAND.enable:
      mouse.reporting = true;
      break;
    case COMMAND.disable:
      mouse.reporting = false;
      break;
    case COMMAND.setDefaults:
      setDefaults(mouse);
      break;
    case COMMAND.resend:
      enqueue(queue, mouse.lastSent);
      return;
    case COMMAND.status:
      enqueue(queue, ACK, statusByte(mouse), mouse.resolution, mouse.sampleRate);
      return;
    case COMMAND.identify:
      enqueue(queue, ACK, mouse.id);
      return;
    case COMMAND.readData:
      enqueue(queue, ACK);
      sendPacket(mouse);
      return;
    case COMMAND.reset:
      setDefaults(mouse);
      mouse.id = 0;
      mouse.rates = 0;
      enqueue(queue, ACK, SELF_TEST_PASSED, 0);
      return;
    default:
      enqueue(queue, NACK);
      return;
  }
  enqueue(queue, ACK);
}

function writeParameter(mouse: Mouse, command: number, value: number): void {
  if (command === COMMAND.setResolution) {
    if (value > 3) {
      enqueue(mouse.queue, NACK);
      return;
    }
    mouse.resolution = value;
  } else {
    mouse.sampleRate = value;
    mouse.rates = ((mouse.rates << 8) | value) & 0xff_ffff;
    if (mouse.rates === WHEEL_KNOCK) mouse.id = WHEEL_ID;
  }
  enqueue(mouse.queue, ACK);
}

/** First byte of a status report: mode, reporting, scaling, buttons (left is bit 2 there). */
function statusByte(mouse: Mouse): number {
  const buttons = ((mouse.buttons & 1) << 2) | ((mouse.buttons & 4) >> 1) | ((mouse.buttons & 2) >> 1);
  return (mouse.remote ? 0x40 : 0) | (mouse.reporting ? 0x20 : 0) | (mouse.scaling2 ? 0x10 : 0) | buttons;
}
