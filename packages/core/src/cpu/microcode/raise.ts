/** The faults that microcode raises, by the manual's names: `throw gp(selector)`. */
import { GuestFault, vector } from '../fault.ts';

export const ud = (): GuestFault => new GuestFault(vector.ud);
export const nm = (): GuestFault => new GuestFault(vector.nm);
export const mf = (): GuestFault => new GuestFault(vector.mf);
export const ts = (errorCode: number): GuestFault => new GuestFault(vector.ts, errorCode);
export const np = (errorCode: number): GuestFault => new GuestFault(vector.np, errorCode);
export const ss = (errorCode = 0): GuestFault => new GuestFault(vector.ss, errorCode);
export const gp = (errorCode = 0): GuestFault => new GuestFault(vector.gp, errorCode);

/** A selector as error code: index and table indicator; RPL's place is taken by EXT and IDT (SDM vol. 3A, 6.13). */
export const selectorCode = (selector: number): number => selector & 0xfffc;
/** An IDT entry as error code. */
export const gateCode = (interruptVector: number): number => interruptVector * 8 + 2;
