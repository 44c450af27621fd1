import { describe, expect, it } from 'vitest';
import { TestBoard, testDevice } from '../testing/device.ts';
import { ioapic } from './ioapic.ts';

const SELECT = 0xfec0_0000;
const WINDOW = 0xfec0_0010;
const LEVEL = 1 << 15;
const MASKED = 1 << 16;
const REMOTE_IRR = 1 << 14;

function powered() {
  const board = new TestBoard();
  const messages: unknown[][] = [];
  let accepts = true;
  const part = ioapic.place(board, {
    host: {
      send(...message) {
        messages.push(message);
        return accepts;
      },
    },
  });
  const read = (register: number): number => {
    board.mmio.write(SELECT, 4, register);
    return board.mmio.read(WINDOW, 4);
  };
  const write = (register: number, value: number): void => {
    board.mmio.write(SELECT, 4, register);
    board.mmio.write(WINDOW, 4, value >>> 0);
  };
  const setPin = (pin: number, asserted: boolean): void => part.inputs.pin(pin)(asserted);
  return { board, part, messages, read, write, setPin, refuse: () => void (accepts = false) };
}

describe('I/O APIC', () => {
  it('has its identification registers', () => {
    const { read, write } = powered();
    expect(read(1)).toBe(0x0017_0020);
    write(1, 0);
    expect(read(1)).toBe(0x0017_0020);
    write(0, 0xffff_ffff);
    expect([read(0), read(2)]).toEqual([0x0f00_0000, 0x0f00_0000]);
    expect(read(0x10)).toBe(MASKED);
    write(0x10, 0xffff_ffff);
    expect(read(0x10)).toBe(0x0001_afff);
  });

  it('sends one message for each edge and loses a masked one', () => {
    const { messages, write, setPin } = powered();
    setPin(4, true);
    setPin(4, false);
    write(0x10 + 8, 0x34);
    write(0x11 + 8, 0x0300_0000);
    expect(messages).toEqual([]);
    setPin(4, true);
    setPin(4, true);
    setPin(4, false);
    setPin(4, true);
    expect(messages).toEqual([
      [3, false, 0, 0x34, false],
      [3, false, 0, 0x34, false],
    ]);
  });

  it('repeats a level after its end of interrupt, and keeps remote IRR between', () => {
    const { part, messages, read, write, setPin } = powered();
    write(0x11 + 20, 0xff00_0000);
    write(0x10 + 20, LEVEL | 0x0800 | 0x51);
    setPin(10, true);
    setPin(10, true);
    expect(messages).toEqual([[-1, true, 0, 0x51, true]]);
    expect(read(0x10 + 20) & REMOTE_IRR).toBe(REMOTE_IRR);
    part.inputs.endOfInterrupt(0x52);
    expect(messages).toHaveLength(1);
    part.inputs.endOfInterrupt(0x51);
    expect(messages).toHaveLength(2);
    setPin(10, false);
    part.inputs.endOfInterrupt(0x51);
    expect(messages).toHaveLength(2);
    expect(read(0x10 + 20) & REMOTE_IRR).toBe(0);
  });

  it('delivers a masked level when it is unmasked, and clears remote IRR on a change to edge', () => {
    const { board, messages, read, write, setPin } = powered();
    write(0x10, MASKED | LEVEL | 0x60);
    setPin(0, true);
    expect(messages).toEqual([]);
    write(0x10, LEVEL | 0x60);
    expect(messages).toHaveLength(1);
    write(0x10, 0x60 | MASKED);
    write(0x10, LEVEL | 0x60 | MASKED);
    expect(read(0x10) & REMOTE_IRR).toBe(0);
    write(0x10, LEVEL | 0x60);
    board.mmio.write(0xfec0_0040, 4, 0x60);
    expect(messages).toHaveLength(3);
  });

  it('leaves remote IRR clear when nobody accepts', () => {
    const { read, write, setPin, refuse } = powered();
    refuse();
    write(0x10, LEVEL | 0x60);
    setPin(0, true);
    expect(read(0x10) & REMOTE_IRR).toBe(0);
  });
});

testDevice(ioapic, {
  wiring: (log) => ({
    host: {
      send(...message) {
        log(`send ${message.join(' ')}`);
        return message[3] % 3 !== 0;
      },
    },
  }),
  drive: (inputs, random) => (random(3) === 0 ? inputs.endOfInterrupt(random(256)) : inputs.pin(random(24))(random(2) === 0)),
  addresses: [SELECT, WINDOW, WINDOW, 0xfec0_0040],
  prepare(board) {
    for (let pin = 0; pin < 24; pin++) {
      board.mmio.write(SELECT, 4, 0x10 + 2 * pin);
      board.mmio.write(WINDOW, 4, (pin % 2) * LEVEL + pin + 0x20);
    }
  },
});
