/** Virtual-8086 mode extensions, and what IOPL governs there (SDM vol. 3A, 20.2–20.3). */
import { cr4, flag, segment } from '../state.ts';
import type { MicrocodeCore } from './core.ts';
import { gp } from './raise.ts';
import { baseOf, ioplOf, limitOf, readCr4 } from './registers.ts';

export const hasVme = (core: MicrocodeCore): boolean => (readCr4(core.state) & cr4.vme) !== 0;

/**
 * Whether INT n goes to the program's own handler in the real-mode table. The redirection bitmap is the 32 bytes below the I/O
 * permission bitmap; a set bit asks for the protected-mode handler. Throws where INT n is the monitor's to emulate.
 */
export const redirectsToProgram = (core: MicrocodeCore, interruptVector: number): boolean => {
  const { state } = core;
  if (hasVme(core)) {
    if (limitOf(state, segment.tr) < 0x67) throw gp();
    const base = baseOf(state, segment.tr);
    const ioMap = core.memory.readSystem(base + 0x66n, 2);
    const bits = core.memory.readSystem(base + ioMap - 32n + BigInt(interruptVector >> 3), 1);
    if (((Number(bits) >> (interruptVector & 7)) & 1) === 0) return true;
  }
  if (ioplOf(state) < 3) throw gp();
  return false;
};

/** FLAGS as PUSHF and INT n of a program without IOPL store them: IF shows VIF, and IOPL shows 3. */
export const virtualFlags = (flags: number): number => (flags & ~flag.if) | flag.iopl | (flags & flag.vif ? flag.if : 0);
