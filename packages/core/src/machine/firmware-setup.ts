/**
 * What firmware leaves behind in the hardware, done here where a kernel is booted without any.
 *
 * Reference: PIIX3 datasheet 290550-002 §2.2.4 (PIRQRC), §2.5.5.11 (ELCR); SDM vol. 3A 12.11.2 (MTRRs);
 * 8259A datasheet 231468-003, "Programming the 8259A"; IBM AT technical reference (the timer ticks 18.2 times a second).
 * Missing: what operating systems set up themselves anyway: serial ports, keyboard, the RTC's format.
 */

import type { PortSpace } from '../bus/port-bus.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { physicalAddressBits } from '../cpu/features.ts';
import { MMIO_HOLE_START } from '../firmware/e820.ts';
import { PIC_VECTORS } from '../firmware/system-rom.ts';
import { IRQ, PIRQ_LINES, PORT_A, PORT_A_A20 } from './board.ts';

const CONFIG_ADDRESS = 0xcf8;
const CONFIG_DATA = 0xcfc;
/** Enable, bus 0, device 1 (PIIX3), register 0x60: the four PIRQ routing registers. */
const PIRQ_ROUTING = 0x8000_0860;
const ELCR = 0x4d0;
const PIC_MASTER = 0x20;
const PIC_SLAVE = 0xa0;
const CASCADE = 2;
const PIT_COUNTER_0 = 0x40;
const PIT_CONTROL = 0x43;
/** Counter 0, both bytes, mode 2. */
const PIT_RATE_GENERATOR = 0x34;

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
  startTimer(ports);
  setMemoryTypes(cpu);
}

/** The controllers as a BIOS leaves them, with the timer's interrupt enabled: real-mode code that halts wakes up. */
function startTimer(ports: PortSpace): void {
  const initialize = (port: number, vector: number, cascade: number, mask: number): void => {
    const ICW1_WITH_ICW4 = 0x11;
    const ICW4_8086 = 0x01;
    ports.write(port, 1, ICW1_WITH_ICW4);
    for (const value of [vector, cascade, ICW4_8086, mask]) ports.write(port + 1, 1, value);
  };
  // The timer first: OUT rises with its mode, and the initialization of the controllers forgets that edge.
  ports.write(PIT_CONTROL, 1, PIT_RATE_GENERATOR);
  ports.write(PIT_COUNTER_0, 1, 0);
  ports.write(PIT_COUNTER_0, 1, 0);
  initialize(PIC_MASTER, PIC_VECTORS.master, 1 << CASCADE, 0xff & ~(1 << IRQ.timer) & ~(1 << CASCADE));
  initialize(PIC_SLAVE, PIC_VECTORS.slave, CASCADE, 0xff);
}

/** RAM write-back, VGA and the PCI hole uncacheable, ROM write-protected. */
function setMemoryTypes({ state }: Cpu): void {
  const eight = (type: bigint): bigint => type * 0x0101_0101_0101_0101n;
  for (let range = 0; range < FIXED_RANGES; range++) {
    const type = range >= FIRST_ROM_RANGE ? MEMORY_TYPE.writeProtected : range === FIRST_VGA_RANGE ? MEMORY_TYPE.uncacheable : MEMORY_TYPE.writeBack;
    state.set64('mtrrFixed', eight(type), range);
  }
  const holeMask = (1n << BigInt(physicalAddressBits)) - (0x1_0000_0000n - BigInt(MMIO_HOLE_START));
  state.set64('mtrrVariable', BigInt(MMIO_HOLE_START) | MEMORY_TYPE.uncacheable, 0);
  state.set64('mtrrVariable', holeMask | MTRR_VALID, 1);
  state.set64('mtrrDefault', MTRR_ENABLED | MEMORY_TYPE.writeBack);
}
