/** Exceptions of the guest (SDM vol. 3A, ch. 6). Thrown only inside TypeScript microcode and caught by its dispatcher: they never leave cpu/. */

export const vector = {
  de: 0, db: 1, nmi: 2, bp: 3, of: 4, br: 5, ud: 6, nm: 7, df: 8, ts: 10, np: 11, ss: 12, gp: 13, pf: 14, mf: 16, ac: 17, mc: 18, xm: 19,
} as const;

/** Error-code bits of a page fault (SDM vol. 3A, 4.7). */
export const pageFaultCode = { present: 1, write: 2, user: 4, reserved: 8, fetch: 0x10, protectionKey: 0x20 } as const;

export class GuestFault {
  readonly vector: number;
  /** undefined where the vector pushes none. */
  readonly errorCode: number | undefined;
  /** Linear address for CR2; only with #PF. */
  readonly address: bigint | undefined;

  constructor(faultVector: number, errorCode?: number, address?: bigint) {
    this.vector = faultVector;
    this.errorCode = errorCode;
    this.address = address;
  }
}

const withErrorCode = new Set<number>([vector.df, vector.ts, vector.np, vector.ss, vector.gp, vector.pf, vector.ac]);
export const pushesErrorCode = (v: number): boolean => withErrorCode.has(v);
