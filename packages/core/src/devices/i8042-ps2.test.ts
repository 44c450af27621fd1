import { describe, expect, it } from 'vitest';
import { TestBoard, testDevice } from '../testing/device.ts';
import { i8042Ps2 } from './i8042-ps2.ts';
import { PAUSE, PRINT_SCREEN } from './ps2-scan-codes.ts';

function powered() {
  const board = new TestBoard();
  const events: string[] = [];
  let irq1 = 0;
  let irq12 = 0;
  const { inputs } = i8042Ps2.place(board, {
    host: { reset: () => void events.push('reset'), ledsChanged: (leds) => void events.push(`leds ${leds}`) },
    lines: {
      irq1: (level) => void (irq1 += level ? 1 : 0),
      irq12: (level) => void (irq12 += level ? 1 : 0),
      a20: (level) => void events.push(`a20 ${level}`),
    },
  });
  events.length = 0;
  const drain = (): number[] => {
    const bytes: number[] = [];
    while ((board.in8(0x64) & 1) !== 0) bytes.push(board.in8(0x60));
    return bytes;
  };
  const command = (value: number, ...data: number[]): number[] => {
    board.out8(0x64, value);
    for (const byte of data) board.out8(0x60, byte);
    return drain();
  };
  const keyboard = (...data: number[]): number[] => data.flatMap((byte) => (board.out8(0x60, byte), drain()));
  const mouse = (...data: number[]): number[] => data.flatMap((byte) => command(0xd4, byte));
  return { board, inputs, events, drain, command, keyboard, mouse, irq1: () => irq1, irq12: () => irq12 };
}

describe('8042', () => {
  it('passes its tests and keeps the command byte', () => {
    const { board, command } = powered();
    expect([command(0xaa), command(0xab), command(0xa9)]).toEqual([[0x55], [0], [0]]);
    expect(command(0x20)).toEqual([0x47]);
    command(0x60, 0x74);
    expect(command(0x20)).toEqual([0x74]);
    command(0xae);
    command(0xa8);
    expect(command(0x20)).toEqual([0x44]);
    command(0x65, 0x12);
    expect(command(0x25)).toEqual([0x12]);
    expect(board.in8(0x64) & 0x14).toBe(0x14);
  });

  it('interrupts once for each byte of the source that is enabled', () => {
    const { inputs, irq1, irq12, command, drain, mouse } = powered();
    inputs.key(0x1e, true);
    inputs.key(0x1e, false);
    expect(irq1()).toBe(1);
    expect(drain()).toEqual([0x1e, 0x9e]);
    expect(irq1()).toBe(2);
    command(0x60, 0x46);
    inputs.key(0x1e, true);
    drain();
    expect(irq1()).toBe(2);
    mouse(0xf4);
    expect(irq12()).toBe(1);
  });

  it('translates set 2 to set 1, or does not', () => {
    const { inputs, command, drain } = powered();
    inputs.key(0xe048, true);
    inputs.key(0xe048, false);
    inputs.key(0x41, true);
    inputs.key(0x41, false);
    expect(drain()).toEqual([0xe0, 0x48, 0xe0, 0xc8, 0x41, 0xc1]);
    inputs.key(PRINT_SCREEN, true);
    inputs.key(PRINT_SCREEN, false);
    expect(drain()).toEqual([0xe0, 0x2a, 0xe0, 0x37, 0xe0, 0xb7, 0xe0, 0xaa]);
    inputs.key(PAUSE, true);
    inputs.key(PAUSE, false);
    expect(drain()).toEqual([0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5]);
    command(0x60, 0x07);
    inputs.key(0x1e, true);
    inputs.key(0x1e, false);
    inputs.key(0x41, true);
    expect(drain()).toEqual([0x1c, 0xf0, 0x1c, 0x83]);
    inputs.key(PAUSE, true);
    expect(drain()).toEqual([0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77]);
  });

  it('translates every key of set 1 back to itself', () => {
    const { inputs, drain } = powered();
    for (let key = 1; key < 0x80; key++) {
      inputs.key(key, true);
      inputs.key(key, false);
      expect(drain(), key.toString(16)).toEqual([key, key | 0x80]);
    }
  });

  it('answers keyboard commands', () => {
    const { command, keyboard, events } = powered();
    command(0x60, 0x07);
    expect(keyboard(0xff)).toEqual([0xfa, 0xaa]);
    expect(keyboard(0xf2)).toEqual([0xfa, 0xab, 0x83]);
    expect(keyboard(0xee)).toEqual([0xee]);
    expect(keyboard(0xfe)).toEqual([0xee]);
    expect(keyboard(0xed, 0x02)).toEqual([0xfa, 0xfa]);
    expect(events).toEqual(['leds 2']);
    expect(keyboard(0xf3, 0x00)).toEqual([0xfa, 0xfa]);
    expect(keyboard(0xf0, 0x00)).toEqual([0xfa, 0xfa, 0x02]);
    expect(keyboard(0xf0, 0x01, 0xf0, 0x00)).toEqual([0xfa, 0xfa, 0xfa, 0xfa, 0x01]);
    expect(keyboard(0xf0, 0x03)).toEqual([0xfa, 0xfe]);
    expect(keyboard(0x12)).toEqual([0xfe]);
    command(0x60, 0x47);
    expect(keyboard(0xf2)).toEqual([0xfa, 0xab, 0x41]);
  });

  it('sends set 1 by itself when told, and nothing while scanning is off', () => {
    const { inputs, command, keyboard, drain } = powered();
    command(0x60, 0x07);
    keyboard(0xf0, 0x01);
    inputs.key(0xe01d, true);
    inputs.key(0xe01d, false);
    expect(drain()).toEqual([0xe0, 0x1d, 0xe0, 0x9d]);
    keyboard(0xf5);
    expect(inputs.key(0x1e, true)).toBe(false);
    expect(drain()).toEqual([]);
    keyboard(0xf4);
    expect(inputs.key(0x1e, true)).toBe(true);
    expect(drain()).toEqual([0x1c]);
  });

  it('holds bytes back while an interface is disabled, and a command enables it', () => {
    const { inputs, board, command, drain, keyboard } = powered();
    command(0xad);
    inputs.key(0x1e, true);
    expect(drain()).toEqual([]);
    expect(command(0xae)).toEqual([0x1e]);
    command(0xad);
    expect(keyboard(0xf4)).toEqual([0xfa]);
    expect(board.in8(0x64) & 0x08).toBe(0);
  });

  it('loses keys when the guest does not read, and never answers', () => {
    const { inputs, drain, keyboard } = powered();
    const taken = Array.from({ length: 100 }, () => inputs.key(0x1e, true)).filter(Boolean).length;
    expect(taken).toBeGreaterThan(15);
    expect(taken).toBeLessThan(40);
    expect(drain()).toHaveLength(taken);
    expect(keyboard(0xff)).toEqual([0xfa, 0xaa]);
  });

  it('gates A20 and resets by output port, by command and by pulse', () => {
    const { events, command } = powered();
    command(0xd1, 0xdd);
    command(0xdf);
    command(0xdd);
    // Bit 4 is the output buffer, empty when the command arrives.
    expect(command(0xd0)).toEqual([0xcd]);
    command(0xd1, 0xdf);
    command(0xfe);
    command(0xff);
    command(0xd1, 0xde);
    expect(events).toEqual(['a20 false', 'a20 true', 'a20 false', 'a20 true', 'reset', 'reset']);
  });

  it('lets software fill the output buffer as either device', () => {
    const { board, command } = powered();
    expect(command(0xd2, 0x5a)).toEqual([0x5a]);
    board.out8(0x64, 0xd3);
    board.out8(0x60, 0xa5);
    expect(board.in8(0x64) & 0x21).toBe(0x21);
    expect(board.in8(0x60)).toBe(0xa5);
  });

  it('mouse: reset, identify, status, stream of packets', () => {
    const { inputs, mouse, drain } = powered();
    expect(mouse(0xff)).toEqual([0xfa, 0xaa, 0x00]);
    expect(mouse(0xf2)).toEqual([0xfa, 0x00]);
    inputs.mouse(5, 5, 0, 0);
    expect(drain()).toEqual([]);
    mouse(0xff);
    expect(mouse(0xe8, 0x03, 0xf3, 40, 0xf4)).toEqual([0xfa, 0xfa, 0xfa, 0xfa, 0xfa]);
    expect(mouse(0xe9)).toEqual([0xfa, 0x20, 0x03, 40]);
    inputs.mouse(3, -2, 0, 1);
    expect(drain()).toEqual([0x29, 3, 0xfe]);
    inputs.mouse(300, 0, 0, 0);
    expect(drain()).toEqual([0x08, 255, 0, 0x08, 45, 0]);
    expect(mouse(0xe8, 9)).toEqual([0xfa, 0xfe]);
  });

  it('mouse: the wheel appears after its knock; remote and wrap modes', () => {
    const { inputs, mouse, drain } = powered();
    mouse(0xf3, 200, 0xf3, 100, 0xf3, 80);
    expect(mouse(0xf2)).toEqual([0xfa, 0x03]);
    mouse(0xf4);
    inputs.mouse(0, 0, -1, 4);
    expect(drain()).toEqual([0x0c, 0, 0, 0xff]);
    mouse(0xf0);
    inputs.mouse(7, 0, 0, 0);
    expect(drain()).toEqual([]);
    expect(mouse(0xeb)).toEqual([0xfa, 0x08, 7, 0, 0]);
    mouse(0xee);
    expect(mouse(0x55)).toEqual([0x55]);
    expect(mouse(0xec)).toEqual([0xfa]);
  });
});

testDevice(i8042Ps2, {
  wiring: (log) => ({ host: { reset: () => log('reset'), ledsChanged: (leds) => log(`leds ${leds}`) } }),
  drive(inputs, random, log) {
    if (random(2) === 0) log(`key ${inputs.key(random(0x80) + (random(2) === 0 ? 0xe000 : 0), random(2) === 0)}`);
    else inputs.mouse(random(600) - 300, random(600) - 300, random(20) - 10, random(8));
  },
});
