/** Fixed facts of the PC's board that more than one party has to agree on: parts, firmware tables, boot loaders. */

import type { AcpiHardware } from '../firmware/acpi-tables.ts';
import { MMIO_HOLE_START } from '../firmware/e820.ts';
import { ACPI_DISABLE, ACPI_ENABLE } from '../devices/acpi-pm.ts';

export const SERIAL_PORTS = [
  { port: 0x3f8, irq: 4 },
  { port: 0x2f8, irq: 3 },
] as const;

export const IRQ = { timer: 0, keyboard: 1, rtc: 8, sci: 9, mouse: 12 } as const;

/** Lines that PCI interrupts may be routed to. */
export const PIRQ_LINES = [5, 10, 11] as const;

export const IOAPIC_BASE = 0xfec0_0000;
export const HPET_BASE = 0xfed0_0000;
export const LOCAL_APIC_BASE = 0xfee0_0000;

export const POWER_MANAGEMENT_BASE = 0x600;
export const PM_TIMER_BITS = 24;
/** SLP_TYP of S5 in the PIIX4. */
export const SOFT_OFF = 0;

export const PORT_A = 0x92;
export const PORT_A_A20 = 0x02;
export const DEBUG_EXIT_PORT = 0xf4;
/** 0xe9 is the debug console of Bochs, 0x402 the one that SeaBIOS writes to. */
export const DEBUG_CONSOLE_PORTS = [0xe9, 0x402] as const;

/** SeaBIOS places PCI memory from 2 GiB up where RAM ends below. */
const PCI_MEMORY_START = 0x8000_0000;

const APM_CONTROL_PORT = 0xb2;
const HARD_RESET = 0x06;
const CENTURY_INDEX = 0x32;

/** The board as the ACPI tables describe it. */
export function acpiHardware(cpus: number, ramBytes: number, hpetCapabilities: number): AcpiHardware {
  return {
    cpus,
    softOffType: SOFT_OFF,
    powerManagement: { port: POWER_MANAGEMENT_BASE, lengthBytes: 0x40 },
    serialPorts: SERIAL_PORTS,
    pirqLines: PIRQ_LINES,
    pciMemoryStart: ramBytes <= PCI_MEMORY_START ? PCI_MEMORY_START : MMIO_HOLE_START,
    hpetAddress: HPET_BASE,
    ioApicAddress: IOAPIC_BASE,
    sciLine: IRQ.sci,
    smiCommand: { port: APM_CONTROL_PORT, acpiEnable: ACPI_ENABLE, acpiDisable: ACPI_DISABLE },
    pm1EventPort: POWER_MANAGEMENT_BASE,
    pm1ControlPort: POWER_MANAGEMENT_BASE + 0x04,
    pmTimerPort: POWER_MANAGEMENT_BASE + 0x08,
    pmTimerIs32Bit: false,
    gpe0: { port: POWER_MANAGEMENT_BASE + 0x0c, lengthBytes: 4 },
    resetPort: 0xcf9,
    resetValue: HARD_RESET,
    localApicAddress: LOCAL_APIC_BASE,
    ioApicId: 0,
    hpetCapabilities,
    centuryIndex: CENTURY_INDEX,
  };
}
