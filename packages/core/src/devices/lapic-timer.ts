/** Encodings of the local APIC timer: SDM vol. 3A, figures 11-8 and 11-10. */

/** Bits 18..17 of the timer's vector table entry. */
export const TIMER_MODE = { oneShot: 0, periodic: 1, tscDeadline: 2 } as const;

/** Bits 3, 1 and 0 of the divide configuration register: 2, 4, 8 … 128, 1. */
export function divisorOf(divide: number): number {
  const code = ((divide >> 1) & 4) | (divide & 3);
  return code === 7 ? 1 : 2 << code;
}
