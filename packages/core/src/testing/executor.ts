/**
 * What a conformance suite needs of something that executes instructions: every tier implements it, and so inherits every
 * vector. The suite owns memory contents, page tables and descriptor tables; the executor owns the registers.
 */
import type { CpuState } from '../cpu/state.ts';
import type { PhysicalMemory } from '../memory/physical.ts';

export interface Executor {
  readonly name: string;
  readonly memory: PhysicalMemory;
  /** The registers in force. After a write to anything that a mode, a privilege level or a translation follows from, call `load`. */
  readonly state: CpuState;
  /** Puts a saved register block (`save`) in force: everything derived from it is recomputed, and translations of another CR3 are dropped. */
  load(block: Uint8Array): void;
  /** The register block as it stands, lazy flags settled. */
  save(): Uint8Array;
  /**
   * What carried out the last step: the tier; or not the tier, but the interpreter that it has beside it, from the beginning or because translated code was `left` for
   * it, as it is for a fault. The interpreter alone is always `tier`.
   */
  readonly lastStep: 'tier' | 'left' | 'interpreted';
  /** One instruction or one iteration of a repeated string instruction; a fault is delivered to the guest's handler. A jump to itself has to
   * follow the instruction: a tier that runs blocks comes back there. */
  step(): void;
  /** At most so many instructions, as a machine runs them: in runs, with interrupts; HLT ends it before. */
  run(maxInstructions: number): void;
  /** The vector that the interrupt line offers, until it is acknowledged; undefined for none. */
  offerInterrupt(vector: number | undefined): void;
}
