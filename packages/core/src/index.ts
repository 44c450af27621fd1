/** What other packages may use of the core. Nothing else is public. */
export { CoreError } from './errors.ts';
export type { CoreErrorCode, CoreErrorKind } from './errors.ts';
export type { CpuStatistics } from './cpu/cpu.ts';
export type { InterpreterStore } from './cpu/interpreter/instantiate.ts';
export type { CompiledRegions, RegionJob, RegionTarget } from './cpu/translator/region-job.ts';
export { guestText, regionHolds, regionText } from './cpu/translator/region-text.ts';
export type { TranslationEvent } from './cpu/translator/translator.ts';
export type { BiosBoot, KernelBoot, MachineConfig } from './machine/config.ts';
export { createPc, preparePc } from './machine/machine.ts';
export type { Pc, PcHost, PcOutcome } from './machine/machine.ts';
