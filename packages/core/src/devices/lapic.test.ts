import { describe, expect, it } from 'vitest';
import { ApicBus } from '../bus/apic-bus.ts';
import { TestBoard, testDevice } from '../testing/device.ts';
import { lapic } from './lapic.ts';

const BASE = 0xfee0_0000;
const MASKED = 1 << 16;

function powered(options: Parameters<typeof lapic.place>[1] = {}) {
  const board = new TestBoard();
  const events: string[] = [];
  const bus = new ApicBus();
  bus.attachIo((vector) => void events.push(`eoi ${vector}`));
  const part = lapic.place(board, {
    ...options,
    host: {
      send: (...message) => bus.send(...message),
      sendToOthers: (...message) => bus.sendToOthers(agent(), ...message),
      broadcastEndOfInterrupt: (vector) => bus.broadcastEndOfInterrupt(vector),
      acknowledgeExternal: () => 0x33,
      nmi: () => void events.push('nmi'),
      init: () => void events.push('init'),
      startUp: (vector) => void events.push(`sipi ${vector}`),
      ...options.host,
    },
  });
  const agent = () => part.inputs;
  bus.attachLocal(part.inputs);
  const read = (register: number): number => board.mmio.read(BASE + register, 4);
  const write = (register: number, value: number): void => board.mmio.write(BASE + register, 4, value >>> 0);
  const { pending, acknowledge, accept, readMsr, writeMsr } = part.inputs;
  return { board, part, bus, events, read, write, pending, acknowledge, accept, readMsr, writeMsr };
}

function enabled() {
  const apic = powered();
  apic.write(0xf0, 0x1ff);
  return apic;
}

describe('local APIC registers', () => {
  it('has the reset values of SDM 11.4.7', () => {
    const { read } = powered({ options: { id: 3, virtualWire: false } });
    expect(read(0x20)).toBe(0x0300_0000);
    expect(read(0x30)).toBe(0x0005_0014);
    expect([read(0xd0), read(0xe0), read(0xf0)]).toEqual([0, 0xffff_ffff, 0xff]);
    for (let entry = 0x320; entry <= 0x370; entry += 0x10) expect(read(entry)).toBe(MASKED);
  });

  it('forces the mask bits while software-disabled, and keeps read-only bits', () => {
    const { read, write } = enabled();
    write(0x320, 0xffff_ffff);
    expect(read(0x320)).toBe(0x0007_00ff);
    write(0x350, 0x0000_0700);
    expect(read(0x350)).toBe(0x700);
    write(0xf0, 0x0ff);
    expect(read(0x350)).toBe(0x10700);
    write(0x350, 0x700);
    expect(read(0x350)).toBe(0x10700);
  });

  it('collects errors until ESR is written', () => {
    const { read, write, accept, pending, acknowledge } = enabled();
    write(0x370, 0xfe);
    accept(0, 5, false);
    read(0x40);
    expect(read(0x280)).toBe(0);
    write(0x280, 0);
    expect(read(0x280)).toBe(0xc0);
    write(0x300, 0x0004_0003);
    write(0x280, 0);
    expect(read(0x280)).toBe(0x20);
    expect(pending()).toBe(true);
    expect(acknowledge()).toBe(0xfe);
  });

  it('takes an error entry with an illegal vector for one more error', () => {
    const { read, write, pending } = enabled();
    write(0x370, 0x05);
    read(0x10);
    write(0x280, 0);
    expect(read(0x280)).toBe(0xc0);
    expect(pending()).toBe(false);
  });
});

describe('local APIC interrupts', () => {
  it('delivers the highest class above the task and processor priority', () => {
    const { read, write, accept, pending, acknowledge } = enabled();
    accept(0, 0x41, false);
    accept(0, 0x52, false);
    expect(acknowledge()).toBe(0x52);
    expect(read(0xa0)).toBe(0x50);
    expect(pending()).toBe(false);
    accept(0, 0x5f, false);
    expect(pending()).toBe(false);
    write(0xb0, 0);
    expect(acknowledge()).toBe(0x5f);
    write(0xb0, 0);
    write(0x80, 0x4a);
    expect(read(0xa0)).toBe(0x4a);
    expect(pending()).toBe(false);
    write(0x80, 0x3f);
    expect(acknowledge()).toBe(0x41);
    expect(read(0x120)).toBe(2);
  });

  it('broadcasts the end of a level-triggered interrupt only', () => {
    const { events, read, write, accept, acknowledge } = enabled();
    accept(0, 0x61, true);
    expect(read(0x1b0)).toBe(2);
    acknowledge();
    write(0xb0, 0);
    accept(0, 0x61, false);
    expect(read(0x1b0)).toBe(0);
    acknowledge();
    write(0xb0, 0);
    expect(events).toEqual(['eoi 97']);
  });

  it('refuses fixed interrupts while disabled, gives the spurious vector when nothing is left', () => {
    const { write, accept, acknowledge } = powered();
    expect(accept(0, 0x40, false)).toBe(false);
    write(0xf0, 0x1ef);
    expect(accept(0, 0x40, false)).toBe(true);
    write(0x80, 0xff);
    expect(acknowledge()).toBe(0xef);
  });

  it('takes the 8259A through LINT0, or directly while the APIC is off', () => {
    const { part, write, pending, acknowledge } = powered();
    part.inputs.lint0(true);
    expect(pending()).toBe(true);
    expect(acknowledge()).toBe(0x33);
    write(0xf0, 0x1ff);
    write(0x350, 0x10700);
    expect(pending()).toBe(false);
    part.inputs.writeBaseMsr(0xfee0_0100n);
    expect(pending()).toBe(true);
    part.inputs.lint0(false);
    expect(pending()).toBe(false);
  });

  it('routes LINT pins: NMI by edge, level with remote IRR', () => {
    const { part, events, read, write, acknowledge, pending } = enabled();
    part.inputs.lint1(true);
    part.inputs.lint1(true);
    expect(events).toEqual(['nmi']);
    write(0x350, 0x8045);
    part.inputs.lint0(true);
    expect(read(0x350) & 0x4000).toBe(0x4000);
    expect(acknowledge()).toBe(0x45);
    write(0xb0, 0);
    expect(pending()).toBe(true);
    acknowledge();
    part.inputs.lint0(false);
    write(0xb0, 0);
    expect([pending(), read(0x350) & 0x4000]).toEqual([false, 0]);
  });

  it('tells the CPU when the answer of pending changes', () => {
    let changes = 0;
    const { write, accept, acknowledge } = powered({ host: { pendingChanged: () => void changes++ } });
    write(0xf0, 0x1ff);
    accept(0, 0x40, false);
    accept(0, 0x41, false);
    expect(changes).toBe(1);
    acknowledge();
    expect(changes).toBe(2);
  });
});

describe('local APIC interprocessor interrupts', () => {
  const two = () => {
    const first = enabled();
    const events: string[] = [];
    const second = lapic.place(new TestBoard(), {
      options: { id: 1, bootstrap: false },
      host: { init: () => void events.push('init'), startUp: (vector) => void events.push(`sipi ${vector}`), nmi: () => void events.push('nmi') },
    });
    first.bus.attachLocal(second.inputs);
    return { first, second, events };
  };

  it('self, all, others and physical destinations', () => {
    const { first, second, events } = two();
    first.write(0x300, 0x0004_00f1);
    expect(first.acknowledge()).toBe(0xf1);
    first.write(0xb0, 0);
    first.write(0x300, 0x0008_0400);
    expect([first.events, events]).toEqual([['nmi'], ['nmi']]);
    first.write(0x300, 0x000c_0500);
    first.write(0x310, 0x0100_0000);
    first.write(0x300, 0x0000_069a);
    // INIT level de-assert does nothing.
    first.write(0x300, 0x000c_8500);
    expect(events).toEqual(['nmi', 'init', 'sipi 154']);
    expect(second.inputs.pending()).toBe(false);
    first.write(0x310, 0xff00_0000);
    first.write(0x300, 0x400);
    expect([first.events.length, events.length]).toEqual([2, 4]);
  });

  it('logical destinations in the flat, cluster and x2APIC models', () => {
    const { part, write } = enabled();
    const { isAddressed } = part.inputs;
    write(0xd0, 0x0200_0000);
    expect([isAddressed(2, true), isAddressed(3, true), isAddressed(4, true)]).toEqual([true, true, false]);
    write(0xe0, 0x0fff_ffff);
    write(0xd0, 0x3200_0000);
    expect([isAddressed(0x32, true), isAddressed(0x3f, true), isAddressed(0x42, true), isAddressed(0xf2, true)]).toEqual([true, true, false, true]);
    const x2 = powered({ options: { id: 0x25 } }).part.inputs;
    x2.writeBaseMsr(0xfee0_0d00n);
    expect([x2.isAddressed(0x0002_0020, true), x2.isAddressed(0x0001_0020, true), x2.isAddressed(0x25, false)]).toEqual([true, false, true]);
  });

  it('gives a lowest-priority message to the less busy APIC', () => {
    const { first, second } = two();
    second.inputs.writeBaseMsr(0xfee0_0c00n);
    second.inputs.writeMsr(0x80f, 0x1ffn);
    first.write(0x80, 0x50);
    expect(first.bus.send(-1, false, 1, 0x70, false)).toBe(true);
    expect([first.pending(), second.inputs.pending()]).toEqual([false, true]);
  });
});

describe('local APIC timer', () => {
  it('one shot, with every divisor', () => {
    const { board, read, write, pending, acknowledge } = enabled();
    write(0x320, 0x40);
    for (const [code, divisor] of [[0xb, 1], [0x0, 2], [0x1, 4], [0x2, 8], [0x3, 16], [0x8, 32], [0x9, 64], [0xa, 128]] as const) {
      write(0x3e0, code);
      write(0x380, 1000);
      board.advance(400 * divisor);
      expect(read(0x390), `divide by ${divisor}`).toBe(600);
      board.advance(599 * divisor);
      expect(pending()).toBe(false);
      board.advance(divisor);
      expect(acknowledge()).toBe(0x40);
      write(0xb0, 0);
      expect(read(0x390)).toBe(0);
    }
  });

  it('keeps counting over a change of mode; an expired count stays at zero', () => {
    const { board, read, write } = enabled();
    write(0x3e0, 0xb);
    write(0x320, 0x10040);
    write(0x380, 1_000_000);
    board.advance(600_000);
    write(0x320, 0x30040);
    expect(read(0x390)).toBe(400_000);
    board.advance(600_000);
    expect(read(0x390)).toBe(800_000);
    board.advance(5_000_000);
    expect(read(0x390)).toBe(800_000);
    write(0x320, 0x10040);
    expect(read(0x390)).toBe(800_000);
    board.advance(800_000);
    expect(read(0x390)).toBe(0);
    write(0x320, 0x30040);
    expect(read(0x390)).toBe(0);
  });

  it('periodic: one interrupt a period without drift', () => {
    const { board, write, acknowledge, pending } = enabled();
    write(0x3e0, 0xb);
    write(0x320, 0x20040);
    write(0x380, 100_000);
    let count = 0;
    for (let step = 0; step < 1000; step++) {
      board.advance(7_000);
      if (!pending()) continue;
      expect(acknowledge()).toBe(0x40);
      write(0xb0, 0);
      count++;
    }
    expect(count).toBe(70);
  });

  it('TSC deadline: fires once, reads zero afterwards, disarms on a change of mode', () => {
    const { board, write, acknowledge, pending, readMsr, writeMsr } = enabled();
    writeMsr(0x6e0, 5000n);
    expect(readMsr(0x6e0)).toBe(0n);
    write(0x320, 0x40041);
    writeMsr(0x6e0, 5000n);
    expect(readMsr(0x6e0)).toBe(5000n);
    board.advance(4999);
    expect(pending()).toBe(false);
    board.advance(1);
    expect(acknowledge()).toBe(0x41);
    expect(readMsr(0x6e0)).toBe(0n);
    write(0xb0, 0);
    writeMsr(0x6e0, 1n);
    board.timers.runDue();
    expect(pending()).toBe(true);
    writeMsr(0x6e0, 0xffff_ffff_ffff_ffffn);
    write(0x320, 0x00041);
    expect(board.timers.nextDeadlineNs()).toBe(Infinity);
  });

  it('delivers what is due before a write changes it, though timers run late', () => {
    const { board, read, write, pending } = enabled();
    write(0x3e0, 0xb);
    write(0x320, 0x40);
    write(0x380, 1000);
    board.clock.ns += 5000;
    expect([read(0x390), pending()]).toEqual([0, false]);
    write(0x320, 0x20040);
    expect([read(0x390), pending()]).toEqual([0, true]);
  });

  it('does not hold the host up with a period of one', () => {
    const { board, write } = enabled();
    write(0x3e0, 0xb);
    write(0x320, 0x20040);
    write(0x380, 1);
    board.clock.ns += 1e9;
    board.timers.runDue();
    expect(board.timers.nextDeadlineNs()).toBeGreaterThan(board.clock.ns);
  });
});

describe('IA32_APIC_BASE and x2APIC', () => {
  it('allows the changes of mode of SDM figure 11-27 only', () => {
    const { part } = powered();
    const { readBaseMsr, writeBaseMsr } = part.inputs;
    expect(readBaseMsr()).toBe(0xfee0_0900n);
    expect(writeBaseMsr(0xfee0_0500n)).toBe(false);
    expect(writeBaseMsr(0xfee0_0d00n)).toBe(true);
    expect(writeBaseMsr(0xfee0_0900n)).toBe(false);
    expect(writeBaseMsr(0xfee0_0100n)).toBe(true);
    expect(writeBaseMsr(0xfee0_0d00n)).toBe(false);
    expect(writeBaseMsr(0xfee0_0900n)).toBe(true);
    expect(writeBaseMsr(0xfee0_0901n)).toBe(false);
    expect(writeBaseMsr(0xfee0_0900n | (1n << 40n))).toBe(false);
  });

  it('hides the page while off and in x2APIC mode, and moves it', () => {
    const { board, part, read } = powered();
    part.inputs.writeBaseMsr(0xfed4_0900n);
    expect(read(0x30)).toBe(0xffff_ffff);
    expect(board.mmio.read(0xfed4_0030, 4)).toBe(0x0005_0014);
    part.inputs.writeBaseMsr(0xfee0_0100n);
    part.inputs.writeTpr(9);
    expect([read(0x80), part.inputs.readTpr()]).toEqual([0xffff_ffff, 9]);
    part.inputs.writeBaseMsr(0xfee0_0900n);
    expect(read(0x80)).toBe(0x90);
  });

  it('gives the registers as MSRs and refuses what is reserved', () => {
    const { part, readMsr, writeMsr, acknowledge } = powered({ options: { id: 0x12 } });
    expect(readMsr(0x802)).toBeUndefined();
    part.inputs.writeBaseMsr(0xfee0_0d00n);
    expect(readMsr(0x802)).toBe(0x12n);
    expect(readMsr(0x80d)).toBe(0x1_0004n);
    expect(writeMsr(0x80f, 0x1ffn)).toBe(true);
    expect(writeMsr(0x808, 0x30n)).toBe(true);
    expect(readMsr(0x808)).toBe(0x30n);
    for (const [index, value] of [[0x802, 0n], [0x808, 0x100n], [0x80b, 1n], [0x80e, 0n], [0x828, 1n], [0x831, 0n], [0x839, 0n], [0x83f, 0x100n], [0x8ff, 0n]] as const) {
      expect(writeMsr(index, value), index.toString(16)).toBe(false);
    }
    for (const index of [0x80b, 0x80e, 0x831, 0x83f, 0x800, 0x840]) expect(readMsr(index), index.toString(16)).toBeUndefined();
    expect(writeMsr(0x83f, 0x77n)).toBe(true);
    expect(acknowledge()).toBe(0x77);
    expect(writeMsr(0x80b, 0n)).toBe(true);
    expect(writeMsr(0x830, 0x0000_0012_0000_0078n)).toBe(true);
    expect(readMsr(0x830)).toBe(0x0000_0012_0000_0078n);
    expect(acknowledge()).toBe(0x78);
  });
});

testDevice(lapic, {
  wiring: (log) => ({
    host: {
      send: (...message) => {
        log(`send ${message.join(' ')}`);
        return true;
      },
      sendToOthers: (...message) => log(`others ${message.join(' ')}`),
      broadcastEndOfInterrupt: (vector) => log(`eoi ${vector}`),
      acknowledgeExternal: () => 0x20,
      nmi: () => log('nmi'),
      init: () => log('init'),
      startUp: (vector) => log(`sipi ${vector}`),
    },
  }),
  addresses: Array.from({ length: 0x40 }, (_, register) => BASE + 0x10 * register),
  prepare: (board) => board.mmio.write(BASE + 0xf0, 4, 0x1ff),
  drive(inputs, random, log) {
    const choice = random(8);
    if (choice === 0) inputs.lint0(random(2) === 0);
    else if (choice === 1) inputs.lint1(random(2) === 0);
    else if (choice === 2) inputs.accept(random(8), random(256), random(2) === 0);
    else if (choice === 3) log(`base ${inputs.writeBaseMsr(0xfee0_0000n + BigInt(random(16) << 8))}`);
    else if (choice === 4) log(`msr ${inputs.readMsr(0x800 + random(0x40))}`);
    else if (choice === 5) inputs.writeMsr(random(4) === 0 ? 0x6e0 : 0x800 + random(0x40), BigInt(random(0x1_0000)));
    else if (choice === 6) inputs.writeTpr(random(16));
    else if (inputs.pending()) log(`vector ${inputs.acknowledge()}`);
  },
});
