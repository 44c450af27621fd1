import { describe, expect, it } from 'vitest';
import { TestBoard, testDevice } from '../testing/device.ts';
import { ns16550Uart } from './ns16550-uart.ts';

function powered() {
  const board = new TestBoard();
  const sent: number[] = [];
  let irq = false;
  let edges = 0;
  let ready = 0;
  const { inputs } = ns16550Uart.place(board, {
    host: { transmit: (byte) => void sent.push(byte), receiveReady: () => void ready++ },
    lines: {
      irq(level) {
        irq = level;
        if (level) edges++;
      },
    },
  });
  const read = (register: number): number => board.in8(0x3f8 + register);
  const write = (register: number, value: number): void => board.out8(0x3f8 + register, value);
  return { board, inputs, sent, read, write, irq: () => irq, edges: () => edges, ready: () => ready };
}

const text = (string: string): Uint8Array => new TextEncoder().encode(string);

describe('16550A', () => {
  it('sends at once and is always empty', () => {
    const { sent, read, write } = powered();
    for (const byte of text('boot')) write(0, byte);
    expect(String.fromCharCode(...sent)).toBe('boot');
    expect(read(5)).toBe(0x60);
  });

  it('listens once RTS is up, LSR is polled, or the interrupt is on without modem lines; not in the loop', () => {
    const { inputs, read, write } = powered();
    expect(inputs.isListening()).toBe(false);
    write(4, 0x02);
    expect(inputs.isListening()).toBe(true);
    write(4, 0x12);
    expect(inputs.isListening()).toBe(false);

    write(4, 0x08);
    write(1, 0x01);
    expect(inputs.isListening()).toBe(true);
    write(4, 0x09); // a console: DTR alone
    expect(inputs.isListening()).toBe(false);

    for (let poll = 0; poll < 15; poll++) read(5);
    write(0, 0x41);
    for (let poll = 0; poll < 15; poll++) read(5);
    expect(inputs.isListening()).toBe(false);
    read(5);
    expect(inputs.isListening()).toBe(true);
  });

  it('shares addresses with the divisor latch, and keeps the scratch register', () => {
    const { sent, read, write } = powered();
    write(3, 0x83);
    write(0, 0x01);
    write(1, 0x02);
    expect([read(0), read(1), read(3)]).toEqual([1, 2, 0x83]);
    write(3, 0x03);
    write(7, 0x5a);
    expect([read(1), read(7), sent.length]).toEqual([0, 0x5a, 0]);
  });

  it('THRE: asserted when enabled, acknowledged by IIR, anew after each write', () => {
    const { read, write, irq, edges } = powered();
    write(4, 0x08);
    write(1, 0x02);
    expect(irq()).toBe(true);
    expect(read(2)).toBe(0x02);
    expect([irq(), read(2)]).toEqual([false, 0x01]);
    write(0, 0x41);
    expect([irq(), edges()]).toEqual([true, 2]);
    write(0, 0x42);
    expect(edges()).toBe(3);
    write(1, 0);
    expect(irq()).toBe(false);
    write(1, 0x02);
    expect(read(2)).toBe(0x02);
  });

  it('OUT2 gates the interrupt', () => {
    const { write, irq } = powered();
    write(1, 0x02);
    expect(irq()).toBe(false);
    write(4, 0x08);
    expect(irq()).toBe(true);
  });

  it('takes one character without FIFOs and sixteen with', () => {
    const { inputs, read, write, ready } = powered();
    expect(inputs.receiveSpace()).toBe(1);
    expect(inputs.receive(text('ab'))).toBe(1);
    expect(read(5) & 1).toBe(1);
    expect(read(0)).toBe(0x61);
    expect(ready()).toBe(1);
    expect(read(5) & 1).toBe(0);
    write(2, 0x01);
    expect(read(2)).toBe(0xc1);
    expect(inputs.receive(text('0123456789abcdefgh'))).toBe(16);
    expect(inputs.receiveSpace()).toBe(0);
    expect(Array.from({ length: 16 }, () => String.fromCharCode(read(0))).join('')).toBe('0123456789abcdef');
  });

  it('interrupts at the trigger level, and after four character times below it', () => {
    const { board, inputs, read, write, irq } = powered();
    write(3, 0x83);
    write(0, 1);
    write(1, 0);
    write(3, 0x03);
    write(2, 0x81);
    write(4, 0x08);
    write(1, 0x01);
    inputs.receive(text('1234567'));
    expect(irq()).toBe(false);
    board.advance(340_000);
    expect(irq()).toBe(false);
    board.advance(10_000);
    expect(read(2)).toBe(0xcc);
    read(0);
    expect(read(2)).toBe(0xc1);
    inputs.receive(text('89'));
    expect(read(2)).toBe(0xc4);
    read(0);
    expect(read(2)).toBe(0xc1);
    board.advance(400_000);
    expect(read(2)).toBe(0xcc);
    write(2, 0x83);
    expect([read(2), read(5)]).toEqual([0xc1, 0x60]);
  });

  it('ranks line status over data over transmitter over modem status', () => {
    const { inputs, read, write } = powered();
    write(4, 0x08);
    write(1, 0x0f);
    inputs.setModemLines({ cts: false, dsr: true, ri: false, dcd: true });
    inputs.receiveBreak();
    expect(read(2)).toBe(0x06);
    expect(read(5)).toBe(0x71);
    expect(read(2)).toBe(0x04);
    read(0);
    expect(read(2)).toBe(0x02);
    expect(read(2)).toBe(0x00);
    expect(read(6)).toBe(0xa1);
    expect(read(2)).toBe(0x01);
    expect(read(6)).toBe(0xa0);
  });

  it('loops back data and modem lines, and overruns', () => {
    const { inputs, sent, read, write } = powered();
    write(4, 0x10);
    read(6);
    expect(inputs.receiveSpace()).toBe(0);
    for (const [mcr, msr] of [[0x12, 0x10], [0x11, 0x20], [0x14, 0x40], [0x18, 0x80], [0x1f, 0xf0]] as const) {
      write(4, mcr);
      expect(read(6) & 0xf0).toBe(msr);
    }
    write(4, 0x10);
    expect(read(6)).toBe(0x0f);
    write(0, 0x55);
    write(0, 0xaa);
    expect(read(5)).toBe(0x63);
    expect([read(0), sent.length]).toEqual([0xaa, 0]);
    write(2, 0x01);
    for (let value = 0; value < 17; value++) write(0, value);
    expect(read(5)).toBe(0x63);
    expect([read(0), read(0)]).toEqual([0, 1]);
    write(4, 0x00);
    expect(read(6) & 0xf0).toBe(0xb0);
  });

  it('takes nothing while restored state holds more than fits without FIFOs', () => {
    const board = new TestBoard();
    const part = ns16550Uart.place(board);
    const saved = part.save();
    part.restore({ ...saved, state: { ...saved.state, count: 16 } });
    part.resume();
    expect([part.inputs.receiveSpace(), part.inputs.receive(Uint8Array.of(1))]).toEqual([0, 0]);
  });
});

testDevice(ns16550Uart, {
  wiring: (log) => ({ host: { transmit: (byte) => log(`transmit ${byte}`), receiveReady: () => log('ready') } }),
  drive(inputs, random, log) {
    if (random(8) === 0) inputs.receiveBreak();
    else if (random(4) === 0) inputs.setModemLines({ cts: random(2) === 0, dsr: true, ri: random(2) === 0, dcd: random(2) === 0 });
    else log(`took ${inputs.receive(new Uint8Array(random(20)).fill(random(256)))}`);
  },
});
