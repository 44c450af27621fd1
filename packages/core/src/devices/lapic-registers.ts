/**
 * Registers of the local APIC: offsets, writable bits, and which of them are x2APIC MSRs.
 *
 * Reference: SDM vol. 3A, table 11-1 (xAPIC), figure 11-8 (local vector table), table 11-6 (x2APIC).
 */

/** Register offsets in the page; the x2APIC MSR is 0x800 + offset / 16. */
export const REG = {
  id: 0x20, version: 0x30, tpr: 0x80, apr: 0x90, ppr: 0xa0, eoi: 0xb0, rrd: 0xc0, ldr: 0xd0, dfr: 0xe0, svr: 0xf0,
  isr: 0x100, tmr: 0x180, irr: 0x200, esr: 0x280, icrLow: 0x300, icrHigh: 0x310,
  lvtTimer: 0x320, lvtThermal: 0x330, lvtPerformance: 0x340, lvtLint0: 0x350, lvtLint1: 0x360, lvtError: 0x370,
  initialCount: 0x380, currentCount: 0x390, divide: 0x3e0, selfIpi: 0x3f0,
} as const;

export const LVT_FIRST = REG.lvtTimer;
export const LVT_COUNT = 6;
export const LVT = { timer: 0, thermal: 1, performance: 2, lint0: 3, lint1: 4, error: 5 } as const;
/** SDM figure 11-8: the bits of each entry that software may write. */
export const LVT_WRITABLE = [0x0007_00ff, 0x0001_07ff, 0x0001_07ff, 0x0001_a7ff, 0x0001_a7ff, 0x0001_00ff] as const;
export const LVT_MASKED = 1 << 16;
export const LVT_LEVEL = 1 << 15;
export const LVT_REMOTE_IRR = 1 << 14;

export const VERSION = ((LVT_COUNT - 1) << 16) | 0x14;
export const SVR_ENABLED = 1 << 8;
export const SVR_WRITABLE = 0x3ff;
export const ICR_LOW_WRITABLE = 0x000c_cfff;
export const ICR_LOGICAL = 1 << 11;
export const ICR_ASSERT = 1 << 14;
export const ICR_LEVEL = 1 << 15;

export const ERROR = { sendIllegalVector: 1 << 5, receiveIllegalVector: 1 << 6, illegalRegister: 1 << 7 } as const;

export const BASE_BSP = 1n << 8n;
export const BASE_EXTD = 1n << 10n;
export const BASE_EN = 1n << 11n;
export const IA32_TSC_DEADLINE = 0x6e0;
export const X2APIC_FIRST = 0x800;
export const X2APIC_LAST = 0x8ff;

/** SDM table 11-6: x2APIC registers that RDMSR gives; all but EOI, DFR, ICR high and self IPI. */
export const X2APIC_READABLE: ReadonlySet<number> = new Set([
  REG.id, REG.version, REG.tpr, REG.ppr, REG.ldr, REG.svr, REG.esr, REG.lvtTimer, REG.lvtThermal, REG.lvtPerformance, REG.lvtLint0,
  REG.lvtLint1, REG.lvtError, REG.initialCount, REG.currentCount, REG.divide,
  ...Array.from({ length: 24 }, (_, index) => REG.isr + 0x10 * index),
]);

const allBut = (writable: number): bigint => ~BigInt(writable) & 0xffff_ffff_ffff_ffffn;
/** Bits that must be zero in a WRMSR; registers that are not here cannot be written. */
export const X2APIC_RESERVED: ReadonlyMap<number, bigint> = new Map([
  [REG.tpr, allBut(0xff)],
  [REG.eoi, allBut(0)],
  [REG.svr, allBut(0x13ff)],
  [REG.esr, allBut(0)],
  [REG.lvtTimer, allBut(0x0007_10ff)],
  [REG.lvtThermal, allBut(0x0001_17ff)],
  [REG.lvtPerformance, allBut(0x0001_17ff)],
  [REG.lvtLint0, allBut(0x0001_f7ff)],
  [REG.lvtLint1, allBut(0x0001_f7ff)],
  [REG.lvtError, allBut(0x0001_10ff)],
  [REG.initialCount, allBut(0xffff_ffff)],
  [REG.divide, allBut(0x0b)],
  [REG.selfIpi, allBut(0xff)],
]);
