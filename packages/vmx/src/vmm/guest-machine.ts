/**
 * What the VMM's loop asks of a machine. `packages/core` has the real one (see core-machine.ts); tests have a small one.
 */

import type { CpuStatistics } from '@worldswitch/core';
import type { KernelEntries } from '../symbols.ts';

/** Why a slice of guest execution ended. */
export type SliceEnd = 'budget' | 'halted' | 'ended';

/** How the guest ended by itself. */
export type GuestOutcome =
  | { readonly reason: 'power-off' }
  | { readonly reason: 'reset' }
  | { readonly reason: 'triple-fault' }
  | { readonly reason: 'debug-exit'; readonly value: number };

export interface ExitCount {
  readonly reason: string;
  readonly count: number;
  readonly timeNs: number;
}

/** Where the guest's next instruction is. */
export interface CodePosition {
  readonly linear: bigint;
  /** At privilege level 3. */
  readonly isUser: boolean;
}

export interface GuestMachine {
  /** Runs at most `maxInstructions`; returns early when the guest halts or ends. */
  runSlice(maxInstructions: number): SliceEnd;
  /** How long a halted guest sleeps until its next timer, in nanoseconds; 0 when it can go on, Infinity when no timer is set. */
  idleNs(): number;
  /** To be called when a sleep of idleNs() is over, or was cut short by the host. */
  idled(): void;
  /** Puts bytes on the receive line of a serial port; returns how many its FIFO took. */
  receive(port: number, bytes: Uint8Array): number;
  /** Set once runSlice() has returned `ended`. */
  readonly outcome: GuestOutcome | undefined;
  readonly instructionsRetired: number;
  exits(): readonly ExitCount[];
  /** Nothing where there is no CPU. */
  cpuStatistics(): CpuStatistics | undefined;
  /** Between two slices. */
  position(): CodePosition;
  kernelEntries(): KernelEntries;
}

/** Where the machine's output goes. Called by the thread that runs it, a byte at a time. */
export interface GuestOutput {
  serial(port: number, byte: number): void;
  debug(byte: number): void;
}
