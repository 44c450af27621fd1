/**
 * The ROM at f_0000 of a machine that boots a kernel directly: what an operating system looks for there, and a reset vector.
 *
 * Reference: ACPI 6.4 §5.2.5.1 (the RSDP is found on a 16-byte boundary in e_0000–f_ffff); DSP0134 §5.2.1 (likewise the SMBIOS entry point).
 * Missing: BIOS services. Software interrupts return at once; hardware interrupts are acknowledged, and the timer's counts at 40:6c.
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

/** Handlers, one after the other from here: the reset code's segment is f000 too. */
const HANDLERS_AT = 0xff00;
const HANDLERS = {
  /** iret */
  ignore: [0xcf],
  /** push ax; push ds; mov ax, 40h; mov ds, ax; inc dword [6ch]; pop ds; mov al, 20h; out 20h, al; pop ax; iret */
  timer: [0x50, 0x1e, 0xb8, 0x40, 0x00, 0x8e, 0xd8, 0x66, 0xff, 0x06, 0x6c, 0x00, 0x1f, 0xb0, 0x20, 0xe6, 0x20, 0x58, 0xcf],
  /** push ax; mov al, 20h; out 20h, al; pop ax; iret */
  master: [0x50, 0xb0, 0x20, 0xe6, 0x20, 0x58, 0xcf],
  /** The same, after out 0a0h, al. */
  slave: [0x50, 0xb0, 0x20, 0xe6, 0xa0, 0xe6, 0x20, 0x58, 0xcf],
} as const;
type HandlerName = keyof typeof HANDLERS;

/** Where BIOSes put the vectors of the two 8259As. */
export const PIC_VECTORS = { master: 0x08, slave: 0x70 } as const;

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
  for (const [name, at] of handlerAddresses()) image.set(HANDLERS[name], at);
  image.set(RESET_CODE, RESET_VECTOR_AT);
  return { image, address, rsdpAddress: address + RSDP_AT };
}

function handlerAddresses(): Map<HandlerName, number> {
  const addresses = new Map<HandlerName, number>();
  let at = HANDLERS_AT;
  for (const [name, code] of Object.entries(HANDLERS) as [HandlerName, readonly number[]][]) {
    addresses.set(name, at);
    at += code.length;
  }
  return addresses;
}

/** The interrupt vector table at address 0. */
export function interruptVectors(): Uint8Array {
  const VECTORS = 256;
  const bytes = new Uint8Array(VECTORS * 4);
  const view = new DataView(bytes.buffer);
  const addresses = handlerAddresses();
  const handlerOf = (vector: number): HandlerName => {
    if (vector === PIC_VECTORS.master) return 'timer';
    if (vector >> 3 === PIC_VECTORS.master >> 3) return 'master';
    return vector >> 3 === PIC_VECTORS.slave >> 3 ? 'slave' : 'ignore';
  };
  for (let vector = 0; vector < VECTORS; vector++) {
    view.setUint16(vector * 4, addresses.get(handlerOf(vector)) ?? 0, true);
    view.setUint16(vector * 4 + 2, BIOS_START >> 4, true);
  }
  return bytes;
}
