/**
 * How a run ends, and the exit status that `vmx run` makes of it.
 *
 * | status | meaning |
 * |---|---|
 * | 0 | the guest powered off, restarted with --no-reboot, or printed the text of --exit-on; or Ctrl-A X |
 * | (v << 1) \| 1 | the guest wrote v to isa-debug-exit, as QEMU defines it; modulo 256 |
 * | 1 | the guest ended before the text of --exit-on came, or by a triple fault with --no-reboot |
 * | 2 | usage: a wrong option or configuration value |
 * | 124 | --timeout ran out, as timeout(1) |
 * | 125 | vmx itself failed, before or outside the guest |
 * | 128 + n | ended by signal n |
 */
import { constants } from 'node:os';
import type { VmxErrorKind } from './errors.ts';

export type VmExitReason =
  | 'power-off'      // ACPI S5 or the like
  | 'reset'          // the guest restarted and the configuration says to end then
  | 'triple-fault'   // the same, by a triple fault
  | 'debug-exit'     // isa-debug-exit
  | 'exit-on'        // the awaited text came
  | 'timeout'
  | 'quit'           // the user's Ctrl-A X
  | 'stopped'        // stop() of the API
  | 'signal';

export interface VmExit {
  readonly reason: VmExitReason;
  /** The exit status that `vmx run` ends with. */
  readonly status: number;
  /** One line for a human where the reason does not say it all. */
  readonly detail?: string;
}

export const EXIT_STATUS = { ok: 0, failed: 1, usage: 2, timeout: 124, vmxFailed: 125, signalBase: 128 } as const;

/** QEMU's convention for isa-debug-exit: never 0, so that a test cannot pass by accident. */
export function debugExitStatus(value: number): number {
  return ((value << 1) | 1) & 0xff;
}

export function signalStatus(signal: NodeJS.Signals): number {
  return EXIT_STATUS.signalBase + (constants.signals[signal] ?? 0);
}

/** The status for an error that ended the command. */
export function errorStatus(kind: VmxErrorKind): number {
  return kind === 'usage' ? EXIT_STATUS.usage : EXIT_STATUS.vmxFailed;
}

/** What a run that ended for `reason` is to its caller. */
export function toExit(reason: VmExitReason, debugExitValue = 0): VmExit {
  switch (reason) {
    case 'debug-exit':
      return { reason, status: debugExitStatus(debugExitValue) };
    case 'timeout':
      return { reason, status: EXIT_STATUS.timeout };
    case 'triple-fault':
      return { reason, status: EXIT_STATUS.failed, detail: 'the guest ended by a triple fault' };
    default:
      return { reason, status: EXIT_STATUS.ok };
  }
}

/** The same for a run whose awaited text (--exit-on) never came: the guest's own success is no success then. */
export function withoutAwaitedText(exit: VmExit): VmExit {
  const ownEnd = exit.reason === 'power-off' || exit.reason === 'reset' || exit.reason === 'triple-fault';
  return ownEnd ? { reason: exit.reason, status: EXIT_STATUS.failed, detail: 'the guest ended before the text of --exit-on appeared' } : exit;
}
