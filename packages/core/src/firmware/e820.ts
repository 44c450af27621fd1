/**
 * The one declaration of the PC's physical memory map. Linux's zero page, the multiboot map, fw_cfg's `etc/e820` and the sizes in CMOS
 * are all derived from it, so they cannot disagree.
 *
 * Reference: ACPI 6.4 §15 (address range types, the 20-byte entry of INT 15h E820h); CMOS sizes as in the AT technical reference
 * (15h–18h, 30h–31h) and the conventions of PC firmware for memory above 16 MiB (34h–35h).
 * Missing: RAM above 4 GiB; guest RAM ends at 3 GiB.
 */

import { RAM_LIMIT_BYTES } from '../memory/layout.ts';

export const E820_TYPE = { ram: 1, reserved: 2, acpi: 3, nvs: 4 } as const;
type E820Type = (typeof E820_TYPE)[keyof typeof E820_TYPE];

export interface MemoryRange {
  readonly start: number;
  readonly lengthBytes: number;
  readonly type: E820Type;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** Start of the extended BIOS data area: conventional memory ends here. */
export const EBDA_START = 0x9_fc00;
export const CONVENTIONAL_END = 0xa_0000;
export const BIOS_START = 0xf_0000;
export const HIGH_MEMORY_START = 0x10_0000;
/** Guest RAM never reaches the hole that PCI, the APICs and the reset ROM live in. */
export const MMIO_HOLE_START = RAM_LIMIT_BYTES;
export const MAX_RAM_BYTES = MMIO_HOLE_START;

/** IOAPIC, HPET and LAPIC (fec0_0000 … fee0_0fff) need no entry: ACPI describes them. The reset ROM is reserved as PC firmware does. */
const RESET_ROM: MemoryRange = { start: 0xfffc_0000, lengthBytes: 0x4_0000, type: E820_TYPE.reserved };

/** Space at the top of RAM for tables the firmware leaves behind: `acpiBytes` reclaimable, below it `nvsBytes` that must survive. */
export interface FirmwareReservation {
  readonly acpiBytes: number;
  readonly nvsBytes: number;
}

/**
 * The map an operating system is given. The reserved parts are carved out of the top of RAM.
 */
export function memoryMap(ramBytes: number, reservation: FirmwareReservation = { acpiBytes: 0, nvsBytes: 0 }): MemoryRange[] {
  const usableEnd = ramBytes - reservation.acpiBytes - reservation.nvsBytes;
  const ranges: MemoryRange[] = [
    { start: 0, lengthBytes: EBDA_START, type: E820_TYPE.ram },
    { start: EBDA_START, lengthBytes: CONVENTIONAL_END - EBDA_START, type: E820_TYPE.reserved },
    { start: BIOS_START, lengthBytes: HIGH_MEMORY_START - BIOS_START, type: E820_TYPE.reserved },
    { start: HIGH_MEMORY_START, lengthBytes: usableEnd - HIGH_MEMORY_START, type: E820_TYPE.ram },
    { start: usableEnd, lengthBytes: reservation.nvsBytes, type: E820_TYPE.nvs },
    { start: usableEnd + reservation.nvsBytes, lengthBytes: reservation.acpiBytes, type: E820_TYPE.acpi },
    RESET_ROM,
  ];
  return ranges.filter((range) => range.lengthBytes > 0);
}

const E820_ENTRY_BYTES = 20;

/** Entries as INT 15h E820h returns them: base (u64), length (u64), type (u32). */
export function encodeE820(ranges: readonly MemoryRange[]): Uint8Array {
  const bytes = new Uint8Array(ranges.length * E820_ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  ranges.forEach((range, index) => {
    const at = index * E820_ENTRY_BYTES;
    view.setBigUint64(at, BigInt(range.start), true);
    view.setBigUint64(at + 8, BigInt(range.lengthBytes), true);
    view.setUint32(at + 16, range.type, true);
  });
  return bytes;
}

/** What fw_cfg's `etc/e820` holds: RAM as the hardware has it, and nothing that the firmware reserves by itself. */
export function hardwareE820(ramBytes: number): Uint8Array {
  return encodeE820([{ start: 0, lengthBytes: ramBytes, type: E820_TYPE.ram }]);
}

/** End of the usable range that holds `phys`, or 0 where that is not RAM. */
export function usableEndAt(ranges: readonly MemoryRange[], phys: number): number {
  const range = ranges.find((r) => r.type === E820_TYPE.ram && r.start <= phys && phys < r.start + r.lengthBytes);
  return range === undefined ? 0 : range.start + range.lengthBytes;
}

/** Memory sizes in CMOS, as index/value pairs. */
export function cmosMemorySizes(ramBytes: number): ReadonlyMap<number, number> {
  const extendedKib = Math.min(Math.max(0, (ramBytes - MIB) / KIB), 0xffff);
  const above16MibIn64Kib = Math.min(Math.max(0, Math.floor((ramBytes - 16 * MIB) / (64 * KIB))), 0xffff);
  const cells = new Map<number, number>();
  const put16 = (index: number, value: number): void => {
    cells.set(index, value & 0xff);
    cells.set(index + 1, (value >> 8) & 0xff);
  };
  put16(0x15, CONVENTIONAL_END / KIB);
  put16(0x17, extendedKib);
  put16(0x30, extendedKib);
  put16(0x34, above16MibIn64Kib);
  return cells;
}
