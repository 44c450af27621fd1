/**
 * The ROM at f_0000 of a machine that boots a kernel directly: what an operating system looks for there, and a reset vector.
 *
 * Reference: ACPI 6.4 §5.2.5.1 (the RSDP is found on a 16-byte boundary in e_0000–f_ffff); DSP0134 §5.2.1 (likewise the SMBIOS entry point).
 * Missing: BIOS services. A guest that calls one finds an empty interrupt vector table.
 */

import { BIOS_START, HIGH_MEMORY_START } from './e820.ts';
import { alignUp } from './guest-memory.ts';
import { smbiosEntryPoint } from './smbios.ts';
import type { Smbios } from './smbios.ts';

const RSDP_AT = 0x00;
const SMBIOS_ENTRY_AT = 0x40;
const SMBIOS_STRUCTURES_AT = 0x80;
const RESET_VECTOR_AT = 0xfff0;

/** A guest that jumps to the reset vector means a reset: mov dx, 0cf9h; mov al, 6; out dx, al; hlt; jmp $-1. */
const RESET_CODE = [0xba, 0xf9, 0x0c, 0xb0, 0x06, 0xee, 0xf4, 0xeb, 0xfd] as const;

export interface SystemRom {
  readonly image: Uint8Array;
  readonly address: number;
  readonly rsdpAddress: number;
}

export function systemRom(rsdp: Uint8Array, tables: Smbios): SystemRom {
  const address = BIOS_START;
  const image = new Uint8Array(HIGH_MEMORY_START - BIOS_START).fill(0xff);
  const end = alignUp(SMBIOS_STRUCTURES_AT + tables.structures.byteLength, 16);
  if (end > RESET_VECTOR_AT) throw new RangeError('the SMBIOS structures do not fit into the system ROM');
  image.set(rsdp, RSDP_AT);
  image.set(smbiosEntryPoint(tables, address + SMBIOS_STRUCTURES_AT), SMBIOS_ENTRY_AT);
  image.set(tables.structures, SMBIOS_STRUCTURES_AT);
  image.set(RESET_CODE, RESET_VECTOR_AT);
  return { image, address, rsdpAddress: address + RSDP_AT };
}
