/**
 * The parts of the PC and how they are connected: a list, no logic. Order matters only where a part is named by a later one.
 */

import { ApicBus } from '../bus/apic-bus.ts';
import { PciBus } from '../bus/pci-bus.ts';
import { i440fx } from '../chipset/i440fx.ts';
import { piix3 } from '../chipset/piix3.ts';
import { physicalAddressBits } from '../cpu/features.ts';
import { acpiPm } from '../devices/acpi-pm.ts';
import { debugcon } from '../devices/debugcon.ts';
import type { Board } from '../devices/device.ts';
import { dmaPage } from '../devices/dma-page.ts';
import { fwCfg } from '../devices/fw-cfg.ts';
import { hpet } from '../devices/hpet.ts';
import { i8042Ps2 } from '../devices/i8042-ps2.ts';
import { i8254Pit } from '../devices/i8254-pit.ts';
import { i8259Pic } from '../devices/i8259-pic.ts';
import { ioapic } from '../devices/ioapic.ts';
import { isaDebugExit } from '../devices/isa-debug-exit.ts';
import { lapic } from '../devices/lapic.ts';
import { mc146818Rtc } from '../devices/mc146818-rtc.ts';
import { ns16550Uart } from '../devices/ns16550-uart.ts';
import { pcTestdev } from '../devices/pc-testdev.ts';
import { port92 } from '../devices/port92.ts';
import { portCf9 } from '../devices/port-cf9.ts';
import { DEBUG_CONSOLE_PORTS, DEBUG_EXIT_PORT, HPET_BASE, IOAPIC_BASE, IRQ, PM_TIMER_BITS, POWER_MANAGEMENT_BASE, SERIAL_PORTS } from './board.ts';
import { Gate, interruptLines } from './wiring.ts';

/** What the parts tell the machine that holds them. */
export interface PcSignals {
  reset(): void;
  sleep(type: number): void;
  debugExit(value: number): void;
  a20(enabled: boolean): void;
  interruptPendingChanged(): void;
  nmi(): void;
  init(): void;
  mapShadow(start: number, lengthBytes: number, read: 'ram' | 'rom', write: boolean): void;
  mapSmram(open: boolean): void;
  serialOutput(port: number, byte: number): void;
  debugOutput(byte: number): void;
  postCode(code: number): void;
  wallClockSeconds(): number;
  tscToNs(tsc: bigint): number;
}

export interface PcOptions {
  readonly debugExit: boolean;
  /** Presets what firmware would set up in the power management function. */
  readonly withoutFirmware: boolean;
}

export type PcParts = ReturnType<typeof placeParts>;

export function placeParts(space: Omit<Board, 'pci'>, signals: PcSignals, options: PcOptions) {
  const pci = new PciBus();
  const board = { ...space, pci };
  const apicBus = new ApicBus();

  const localApic = lapic.place(board, {
    options: { physicalAddressBits },
    host: {
      send: (destination, logical, mode, vector, level) => apicBus.send(destination, logical, mode, vector, level),
      sendToOthers: (mode, vector, level) => apicBus.sendToOthers(localApic.inputs, mode, vector, level),
      broadcastEndOfInterrupt: (vector) => apicBus.broadcastEndOfInterrupt(vector),
      pendingChanged: () => signals.interruptPendingChanged(),
      acknowledgeExternal: () => pic.inputs.acknowledge(),
      nmi: () => signals.nmi(),
      init: () => signals.init(),
      tscToNs: (tsc) => signals.tscToNs(tsc),
    },
  });
  const ioApic = ioapic.place(board, {
    options: { base: IOAPIC_BASE },
    host: { send: (destination, logical, mode, vector, level) => apicBus.send(destination, logical, mode, vector, level) },
  });
  apicBus.attachLocal(localApic.inputs);
  apicBus.attachIo((vector) => ioApic.inputs.endOfInterrupt(vector));
  const pic = i8259Pic.place(board, { lines: { intr: (level) => localApic.inputs.lint0(level) } });

  const lines = interruptLines((irq) => pic.inputs.irq(irq), (pin) => ioApic.inputs.pin(pin));
  const legacyTimer = new Gate(lines.isa(IRQ.timer));
  const legacyRtc = new Gate(lines.isa(IRQ.rtc));

  const hostBridge = i440fx.place(board, {
    at: { device: 0, function: 0 },
    host: {
      readConfig: (target, offset, size) => pci.read(target, offset, size),
      writeConfig: (target, offset, size, value) => pci.write(target, offset, size, value),
      mapShadow: (start, length, read, write) => signals.mapShadow(start, length, read, write),
      mapSmram: (open) => signals.mapSmram(open),
    },
  });
  const isaBridge = piix3.place(board, {
    at: { device: 1, function: 0 },
    lines: {
      irq3: lines.isa(3), irq4: lines.isa(4), irq5: lines.isa(5), irq6: lines.isa(6), irq7: lines.isa(7), irq9: lines.isa(9),
      irq10: lines.isa(10), irq11: lines.isa(11), irq12: lines.isa(12), irq14: lines.isa(14), irq15: lines.isa(15),
    },
  });
  const powerManagement = acpiPm.place(board, {
    at: { device: 1, function: 3 },
    options: { pmBase: options.withoutFirmware ? POWER_MANAGEMENT_BASE : 0, timerBits: PM_TIMER_BITS },
    host: { sleep: (type) => signals.sleep(type) },
    lines: { sci: lines.isa(IRQ.sci) },
  });

  const pit = i8254Pit.place(board, { lines: { out0: legacyTimer.input } });
  const rtc = mc146818Rtc.place(board, { host: { wallClockSeconds: () => signals.wallClockSeconds() }, lines: { irq: legacyRtc.input } });
  const timerBlock = hpet.place(board, {
    options: { base: HPET_BASE },
    host: {
      legacyReplacement: (active) => {
        legacyTimer.set(active);
        legacyRtc.set(active);
      },
    },
    lines: {
      irq0: lines.isa(IRQ.timer), irq8: lines.isa(IRQ.rtc), gsi2: lines.gsi(2), gsi8: lines.gsi(8),
      gsi16: lines.gsi(16), gsi17: lines.gsi(17), gsi18: lines.gsi(18), gsi19: lines.gsi(19),
      gsi20: lines.gsi(20), gsi21: lines.gsi(21), gsi22: lines.gsi(22), gsi23: lines.gsi(23),
    },
  });

  // Both gates lead to the CPU's A20M#; as in QEMU the one that changed last decides.
  const keyboardController = i8042Ps2.place(board, {
    host: { reset: () => signals.reset() },
    lines: { irq1: lines.isa(IRQ.keyboard), irq12: lines.isa(IRQ.mouse), a20: (level) => signals.a20(level) },
  });
  const systemPortA = port92.place(board, { host: { reset: () => signals.reset() }, lines: { a20: (level) => signals.a20(level) } });
  const resetControl = portCf9.place(board, { host: { reset: () => signals.reset() } });
  const pages = dmaPage.place(board, { host: { postCode: (code) => signals.postCode(code) } });
  const serial = SERIAL_PORTS.map(({ port, irq }, index) =>
    ns16550Uart.place(board, {
      instance: `com${index + 1}`,
      options: { port },
      host: { transmit: (byte) => signals.serialOutput(index, byte) },
      lines: { irq: lines.isa(irq) },
    }),
  );
  const consoles = DEBUG_CONSOLE_PORTS.map((port) =>
    debugcon.place(board, { instance: `debugcon-${port.toString(16)}`, options: { port }, host: { transmit: (byte) => signals.debugOutput(byte) } }),
  );
  const firmwareConfiguration = fwCfg.place(board);
  const debugExit = options.debugExit ? [isaDebugExit.place(board, { options: { port: DEBUG_EXIT_PORT }, host: { exit: (value) => signals.debugExit(value) } })] : [];

  // What kvm-unit-tests expect to find beside the exit port.
  const testDevices = options.debugExit
    ? [pcTestdev.place(board, { lines: Object.fromEntries(Array.from({ length: 24 }, (_, line) => [`irq${line}`, line < 16 ? lines.isa(line) : lines.gsi(line)])) })]
    : [];

  return {
    localApic,
    rtc,
    serial,
    firmwareConfiguration,
    powerManagement,
    /** In the order in which they are reset, saved and restored. */
    all: [localApic, ioApic, pic, hostBridge, isaBridge, powerManagement, pit, rtc, timerBlock, keyboardController, systemPortA, resetControl, pages, ...serial, ...consoles, firmwareConfiguration, ...debugExit, ...testDevices],
  };
}
