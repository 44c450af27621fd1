import { describe, expect, it } from 'vitest';
import { TestBoard, testDevice } from '../testing/device.ts';
import { ACPI_DISABLE, ACPI_ENABLE, acpiPm } from './acpi-pm.ts';

function powered(options: { pmBase?: number; timerBits?: 24 | 32 } = {}) {
  const board = new TestBoard();
  const events: string[] = [];
  const device = acpiPm.place(board, {
    at: { device: 1, function: 3 },
    options,
    host: { sleep: (type) => void events.push(`sleep ${type}`), smi: (command) => void events.push(`smi ${command}`) },
    lines: { sci: (level) => void events.push(`sci ${level}`) },
  });
  const read16 = (offset: number): number => board.ports.read(0x600 + offset, 2);
  const write16 = (offset: number, value: number): void => board.ports.write(0x600 + offset, 2, value);
  return { board, device, events, read16, write16 };
}

describe('PIIX4 power management', () => {
  it('is found through PMBA and PMREGMISC', () => {
    const { board } = powered({ pmBase: 0 });
    const config = (offset: number, size: 1 | 2 | 4, value: number): void => board.pci.write((1 << 3) | 3, offset, size, value);
    expect(board.pci.read((1 << 3) | 3, 0, 4)).toBe(0x7113_8086);
    expect(board.ports.read(0x608, 4)).toBe(0xffff_ffff);
    config(0x40, 4, 0xb001);
    config(0x80, 1, 1);
    board.advance(1e6);
    expect(board.ports.read(0xb008, 4)).toBe(3579);
    config(0x40, 4, 0xffff_ffff);
    expect(board.pci.read((1 << 3) | 3, 0x40, 4)).toBe(0xffc1);
    config(0x80, 1, 0);
    expect(board.ports.read(0xb008, 4)).toBe(0xffff_ffff);
  });

  it('counts at 3.579545 MHz in 24 or 32 bits and can be read in any width', () => {
    const { board } = powered();
    board.advance(1e9);
    expect(board.ports.read(0x608, 4)).toBe(3_579_545);
    expect(board.ports.read(0x609, 1)).toBe((3_579_545 >> 8) & 0xff);
    board.advance(4e9);
    expect(board.ports.read(0x608, 4)).toBe(17_897_727 - 0x100_0000);
    const wide = powered({ timerBits: 32 });
    wide.board.advance(5e9);
    expect(wide.board.ports.read(0x608, 4)).toBe(17_897_727);
  });

  it('interrupts at every change of the top bit of the timer', () => {
    const { board, events, read16, write16 } = powered();
    board.out8(0xb2, ACPI_ENABLE);
    events.length = 0;
    write16(0x02, 0x0001);
    board.advance(2.3e9);
    expect(events).toEqual([]);
    board.advance(0.1e9);
    expect(events).toEqual(['sci true']);
    expect(read16(0)).toBe(1);
    write16(0, 1);
    expect(events).toEqual(['sci true', 'sci false']);
    board.advance(2.4e9);
    expect(events).toHaveLength(3);
  });

  it('raises SCI for the power button and general-purpose events only in ACPI mode', () => {
    const { board, device, events, read16, write16 } = powered();
    write16(0x02, 0x0120);
    device.inputs.pressPowerButton();
    expect(events).toEqual([]);
    board.out8(0xb2, ACPI_ENABLE);
    expect(events).toEqual(['smi 241', 'sci true']);
    expect(read16(4)).toBe(1);
    write16(0, 0x0100);
    write16(0x0e, 0x0004);
    device.inputs.raiseEvent(2);
    write16(0x0c, 0x0004);
    expect(events.slice(2)).toEqual(['sci false', 'sci true', 'sci false']);
    board.out8(0xb2, ACPI_DISABLE);
    expect(read16(4)).toBe(0);
  });

  it('goes to sleep by SLP_EN with the type, in one word or in bytes', () => {
    const { board, events, read16, write16 } = powered();
    write16(4, 0x2001);
    write16(4, 0x0401);
    board.out8(0x605, 0x24);
    expect(events).toEqual(['sleep 0', 'sleep 1']);
    expect(read16(4)).toBe(0x0401);
  });

  it('clears status by writing ones and keeps the rest', () => {
    const { device, read16, write16 } = powered();
    device.inputs.pressPowerButton();
    write16(0, 0xfeff);
    expect(read16(0)).toBe(0x0100);
    write16(0, 0xffff);
    expect(read16(0)).toBe(0);
    write16(2, 0xffff);
    expect(read16(2)).toBe(0x0521);
  });
});

testDevice(acpiPm, {
  wiring: (log) => ({ at: { device: 1, function: 0 }, host: { sleep: (type) => log(`sleep ${type}`), smi: (command) => log(`smi ${command}`) } }),
  drive: (inputs, random) => (random(2) === 0 ? inputs.pressPowerButton() : inputs.raiseEvent(random(16))),
});
