/** What regions tell the interpreter, which has called them. */

/** What a region returns, if not the address of a record | `atRecord`. */
export const regionResult = {
  /** Continue at state.rip. */
  lookup: 0,
  /** Leave the run loop; state.rip is the next instruction. */
  exit: 1,
  /** Continue at state.rip, which is no look at time. */
  straight: 2,
} as const;
/** Results from here on are records. */
export const LEAST_RECORD = 4;
/** Why a region has come back: the order in the state's counters. */
export const regionReturns = ['lookup', 'exit', 'fault', 'interpret'] as const;
export type RegionReturn = (typeof regionReturns)[number];
export const atRecord = {
  /** A fault is in the state; it is this instruction's. */
  fault: 1,
  /** Go on interpreting here. */
  interpret: 2,
} as const;
