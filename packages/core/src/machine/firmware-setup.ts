/**
 * What firmware leaves behind in the hardware, done here where a kernel is booted without any.
 *
 * Reference: PIIX3 datasheet 290550-002 §2.2.4 (PIRQRC), §2.5.5.11 (ELCR); SDM vol. 3A 12.11.2 (MTRRs).
 * Missing: what operating systems set up themselves anyway: interrupt controllers, timers, serial ports.
 */

import type { PortSpace } from '../bus/port-bus.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { MMIO_HOLE_START } from '../firmware/e820.ts';
import { PHYSICAL_ADDRESS_BITS } from '../memory/mmu.ts';
import { PIRQ_LINES, PORT_A, PORT_A_A20 } from './board.ts';

const CONFIG_ADDRESS = 0xcf8;
const CONFIG_DATA = 0xcfc;
/** Enable, bus 0, device 1 (PIIX3), register 0x60: the four PIRQ routing registers. */
const PIRQ_ROUTING = 0x8000_0860;
const ELCR = 0x4d0;

const MEMORY_TYPE = { uncacheable: 0n, writeProtected: 5n, writeBack: 6n } as const;
const MTRR_ENABLED = 0xc00n;
const MTRR_VALID = 0x800n;
const FIRST_VGA_RANGE = 2;
const FIRST_ROM_RANGE = 3;
const FIXED_RANGES = 11;

export function setUpLikeFirmware(ports: PortSpace, cpu: Cpu): void {
  ports.write(PORT_A, 1, PORT_A_A20);
  // PIRQA# and PIRQB# share the first line after the one that 8-bit cards use, the others the next.
  const [, early, late] = PIRQ_LINES;
  ports.write(CONFIG_ADDRESS, 4, PIRQ_ROUTING);
  ports.write(CONFIG_DATA, 4, early | (early << 8) | (late << 16) | (late << 24));
  ports.write(ELCR, 2, (1 << early) | (1 << late));
  setMemoryTypes(cpu);
}

/** RAM write-back, VGA and the PCI hole uncacheable, ROM write-protected. */
function setMemoryTypes({ state }: Cpu): void {
  const eight = (type: bigint): bigint => type * 0x0101_0101_0101_0101n;
  for (let range = 0; range < FIXED_RANGES; range++) {
    const type = range >= FIRST_ROM_RANGE ? MEMORY_TYPE.writeProtected : range === FIRST_VGA_RANGE ? MEMORY_TYPE.uncacheable : MEMORY_TYPE.writeBack;
    state.set64('mtrrFixed', eight(type), range);
  }
  const holeMask = (1n << BigInt(PHYSICAL_ADDRESS_BITS)) - (0x1_0000_0000n - BigInt(MMIO_HOLE_START));
  state.set64('mtrrVariable', BigInt(MMIO_HOLE_START) | MEMORY_TYPE.uncacheable, 0);
  state.set64('mtrrVariable', holeMask | MTRR_VALID, 1);
  state.set64('mtrrDefault', MTRR_ENABLED | MEMORY_TYPE.writeBack);
}
