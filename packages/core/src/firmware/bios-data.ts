/**
 * Low memory as a BIOS leaves it: the interrupt vector table, the BIOS data area and the extended one.
 *
 * Kernels find the end of conventional memory here and put code for starting CPUs below it (Linux, Xen).
 * Reference: IBM AT technical reference, "BIOS data area": 40:00 serial ports, 40:0e EBDA segment, 40:13 KiB of conventional memory.
 * Missing: keyboard, video and disk data.
 */

import { CONVENTIONAL_END, EBDA_START } from './e820.ts';
import type { GuestMemory } from './guest-memory.ts';
import { interruptVectors } from './system-rom.ts';

const BIOS_DATA_AREA = 0x400;
const AREA_BYTES = 0x100;
const SERIAL_PORTS_AT = 0x00;
const EBDA_SEGMENT_AT = 0x0e;
const MEMORY_KIB_AT = 0x13;

export function writeBiosData(memory: GuestMemory, serialPorts: readonly { readonly port: number }[]): void {
  const area = new Uint8Array(AREA_BYTES);
  const view = new DataView(area.buffer);
  serialPorts.forEach(({ port }, index) => view.setUint16(SERIAL_PORTS_AT + index * 2, port, true));
  view.setUint16(EBDA_SEGMENT_AT, EBDA_START >> 4, true);
  view.setUint16(MEMORY_KIB_AT, EBDA_START >> 10, true);
  memory.write(0, interruptVectors());
  memory.write(BIOS_DATA_AREA, area);
  // The first byte of the EBDA is its size in KiB.
  memory.write(EBDA_START, Uint8Array.of((CONVENTIONAL_END - EBDA_START) >> 10));
}
