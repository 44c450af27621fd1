/**
 * The Differentiated System Description Table of the PC: what an operating system cannot find by probing.
 *
 * Reference: ACPI 6.4 §5.2.11.1 (DSDT), §6.1 (identification), §6.2 (_CRS, _PRS, _SRS, _PRT), §7.4.2 (\_Sx); PIIX3 datasheet 290550 §2.2.4 (PIRQRC).
 * Missing: sleep states but S5, hot plug, thermal zones. The guest then sees a machine that can only be on or off.
 */

import * as aml from './aml.ts';
import type { Aml } from './aml.ts';

export interface DsdtHardware {
  readonly cpus: number;
  /** SLP_TYP that means soft-off to the power management block. */
  readonly softOffType: number;
  /** First port and length of the power management block, which no other device may be given. */
  readonly powerManagement: { readonly port: number; readonly lengthBytes: number };
  readonly serialPorts: readonly { readonly port: number; readonly irq: number }[];
  /** Lines that a PCI interrupt may be routed to by the PIIX3. */
  readonly pirqLines: readonly number[];
  /** Where PCI's memory window begins: above all RAM. */
  readonly pciMemoryStart: number;
  readonly hpetAddress: number;
  readonly ioApicAddress: number;
}

const LINKS = ['LNKA', 'LNKB', 'LNKC', 'LNKD'] as const;
const PIRQ_ROUTING_OFFSET = 0x60;
const PIIX3_ADDRESS = 0x0001_0000;
const STATUS_PRESENT = 0x0b;
const STATUS_DISABLED = 0x09;
const PIRQ_DISABLED = 0x80;

export function dsdtTerms(hardware: DsdtHardware): Aml {
  const soft = aml.integer(hardware.softOffType);
  return [
    ...aml.scope(
      '\\_SB',
      ...Array.from({ length: hardware.cpus }, (_, index) => processor(index)),
      aml.device(
        'PCI0',
        aml.name('_HID', aml.eisaId('PNP0A03')),
        aml.name('_UID', aml.integer(0)),
        aml.name('_BBN', aml.integer(0)),
        aml.name('_CRS', pciWindows(hardware)),
        aml.name('_PRT', interruptRouting()),
        isaBridge(hardware),
      ),
      ...LINKS.map((link, index) => linkDevice(link, index, hardware)),
      aml.device('HPET', aml.name('_HID', aml.eisaId('PNP0103')), aml.name('_UID', aml.integer(0)), aml.name('_CRS', aml.resources(aml.memory32(hardware.hpetAddress, 0x400)))),
    ),
    ...aml.name('\\_S5', aml.pack(soft, soft, aml.integer(0), aml.integer(0))),
  ];
}

function processor(index: number): Aml {
  const segment = `C${index.toString(16).toUpperCase().padStart(3, '0')}`;
  return aml.device(segment, aml.name('_HID', aml.string('ACPI0007')), aml.name('_UID', aml.integer(index)));
}

/** All that the host bridge passes on to PCI, less its own configuration ports. */
function pciWindows(hardware: DsdtHardware): Aml {
  return aml.resources(
    aml.busWindow(0, 0xff),
    aml.io(0xcf8, 8),
    aml.ioWindow(0, 0xcf7),
    aml.ioWindow(0xd00, 0xffff),
    aml.memoryWindow(0xa_0000, 0xb_ffff, true),
    // The I/O APIC is the first thing above PCI's window.
    aml.memoryWindow(hardware.pciMemoryStart, hardware.ioApicAddress - 1, false),
  );
}

/** INTx of each device rotates over the four PIRQ lines: device 1 INTA# is PIRQA#, as PIIX boards are wired. */
function pirqOf(device: number, pin: number): number {
  return (device + pin - 1 + 4) & 3;
}

function interruptRouting(): Aml {
  const ANY_FUNCTION = 0xffff;
  const entries: Aml[] = [];
  for (let device = 1; device < 32; device++) {
    for (let pin = 0; pin < 4; pin++) {
      const link = LINKS[pirqOf(device, pin)] ?? 'LNKA';
      entries.push(aml.pack(aml.integer(device * 0x1_0000 + ANY_FUNCTION), aml.integer(pin), aml.reference(link), aml.integer(0)));
    }
  }
  return aml.pack(...entries);
}

/** A PIRQ line: its routing register in the PIIX3 holds the ISA line in bits 3–0, and bit 7 disconnects it. */
function linkDevice(link: string, index: number, hardware: DsdtHardware): Aml {
  const register = aml.reference(`\\_SB.PCI0.ISA.PRQ${'ABCD'.charAt(index)}`);
  const isDisabled = aml.and(register, aml.integer(PIRQ_DISABLED));
  const current = aml.resources(aml.levelInterrupts(0));
  // Byte 5 of the resource template is the interrupt number (§6.4.3.6).
  const INTERRUPT_NUMBER_AT = 5;
  return aml.device(
    link,
    aml.name('_HID', aml.eisaId('PNP0C0F')),
    aml.name('_UID', aml.integer(index + 1)),
    aml.name('_PRS', aml.resources(aml.levelInterrupts(...hardware.pirqLines))),
    aml.method('_STA', 0, aml.when(isDisabled, aml.give(aml.integer(STATUS_DISABLED))), aml.give(aml.integer(STATUS_PRESENT))),
    aml.method('_DIS', 0, aml.store(aml.or(register, aml.integer(PIRQ_DISABLED)), register)),
    aml.serializedMethod(
      '_CRS',
      0,
      aml.name('RBUF', current),
      aml.createDwordField(aml.reference('RBUF'), INTERRUPT_NUMBER_AT, 'IRQN'),
      aml.store(register, aml.LOCAL0),
      aml.when(isDisabled, aml.store(aml.integer(0), aml.LOCAL0)),
      aml.store(aml.LOCAL0, aml.reference('IRQN')),
      aml.give(aml.reference('RBUF')),
    ),
    aml.serializedMethod('_SRS', 1, aml.createDwordField(aml.ARG0, INTERRUPT_NUMBER_AT, 'IRQN'), aml.store(aml.reference('IRQN'), register)),
  );
}

function isaBridge(hardware: DsdtHardware): Aml {
  return aml.device(
    'ISA',
    aml.name('_ADR', aml.integer(PIIX3_ADDRESS)),
    aml.pciConfigRegion('PIRQ', PIRQ_ROUTING_OFFSET, 4),
    aml.byteFields('PIRQ', 'PRQA', 'PRQB', 'PRQC', 'PRQD'),
    isaDevice('PIC', 'PNP0000', aml.io(0x20, 2), aml.io(0xa0, 2), aml.irq(2)),
    isaDevice('TMR', 'PNP0100', aml.io(0x40, 4), aml.irq(0)),
    isaDevice('RTC', 'PNP0B00', aml.io(0x70, 8), aml.irq(8)),
    isaDevice('KBD', 'PNP0303', aml.io(0x60, 1), aml.io(0x64, 1), aml.irq(1)),
    isaDevice('MOU', 'PNP0F13', aml.irq(12)),
    ...hardware.serialPorts.map(({ port, irq }, index) =>
      isaDevice(`COM${index + 1}`, 'PNP0501', aml.io(port, 8), aml.irq(irq)),
    ),
    // Motherboard resources: ports that belong to the chipset itself (PNP0C02).
    isaDevice('MBRD', 'PNP0C02', aml.io(0x61, 1), aml.io(0x92, 1), aml.io(hardware.powerManagement.port, hardware.powerManagement.lengthBytes)),
  );
}

function isaDevice(segment: string, id: string, ...descriptors: readonly Aml[]): Aml {
  const instance = /\d$/.exec(segment)?.[0];
  const unique = instance === undefined ? [] : aml.name('_UID', aml.integer(Number(instance)));
  return aml.device(segment, aml.name('_HID', aml.eisaId(id)), unique, aml.name('_STA', aml.integer(0x0f)), aml.name('_CRS', aml.resources(...descriptors)));
}
