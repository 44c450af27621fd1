/** `@worldswitch/vmx`: run virtual machines from a Node program. */
export { VM } from './vm.ts';
export type { ExecResult, VmStatistics, WaitOptions } from './vm.ts';
export type { ImageSource, VmConfig } from './config/vm-config.ts';
export type { VmExit, VmExitReason } from './exit-status.ts';
export type { Match } from './transcript.ts';
export { VmxError } from './errors.ts';
export type { VmxErrorCode, VmxErrorKind } from './errors.ts';
