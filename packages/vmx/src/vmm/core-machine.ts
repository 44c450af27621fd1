/**
 * The real machine: a PC of packages/core with this host's clocks and randomness.
 */
import { randomFillSync } from 'node:crypto';
import { CoreError, createPc } from '@worldswitch/core';
import type { BiosBoot, CompiledRegions, KernelBoot, MachineConfig, Pc, PcHost, RegionJob } from '@worldswitch/core';
import { contentOf, releaseImage } from '../config/boot-images.ts';
import type { VmxErrorDetails } from '../errors.ts';
import type { GuestMachine, GuestOutput } from './guest-machine.ts';
import type { MachineSpec } from './worker-protocol.ts';
import type { VmxServices } from './worker-protocol.ts';
import { errorDetails } from './worker-protocol.ts';
import { WorkerCompiler } from './worker-compiler.ts';

/** The deterministic guest is a 1 GHz machine that retires an instruction a cycle. */
const ICOUNT_NS_PER_INSTRUCTION = 1;
const LINUX_COMMAND_LINE = 'console=ttyS0';

/** @throws CoreError when an image cannot be booted */
export function buildPc(spec: MachineSpec, output: GuestOutput, vmx: VmxServices): GuestMachine {
  // The RTC asks before the machine is there: the time is then that of power-on.
  const made: { pc?: Pc } = {};
  const { rtcMs } = spec;
  const host: PcHost = {
    monotonicNs: () => performance.now() * 1e6,
    wallClockMs: () => (rtcMs === 'utc' ? Date.now() : rtcMs + (made.pc?.nowNs ?? 0) / 1e6),
    randomBytes: (into) => void randomFillSync(into),
    serialOutput: (port, byte) => output.serial(port, byte),
    debugOutput: (byte) => output.debug(byte),
  };
  made.pc = createPc({
    memoryBytes: spec.memoryBytes,
    boot: bootOf(spec),
    virtualTime: spec.icount ? { nsPerInstruction: ICOUNT_NS_PER_INSTRUCTION } : undefined,
    translation: spec.translate ? translationOf(vmx) : undefined,
    debugExit: spec.debugExit,
    onReset: spec.reboot === 'exit' ? 'end' : 'restart',
  }, host);
  const { kernel, initrd } = spec.images;
  releaseImage(kernel);
  releaseImage(initrd);
  return made.pc;
}

function translationOf(vmx: VmxServices): MachineConfig['translation'] {
  return {
    compiler: (target) => new WorkerCompiler<RegionJob, CompiledRegions>({
      connect: (link) => vmx.startTranslator({ link, target }),
      onFailure: (message) => vmx.translatorFailed(message),
    }),
  };
}

function bootOf({ images, append }: MachineSpec): KernelBoot | BiosBoot {
  const { kernel, initrd, modules, bios } = images;
  if (kernel !== undefined) {
    return {
      kind: 'kernel',
      get kernel() { return contentOf(kernel); },
      kernelPath: kernel.path,
      get initrd() { return initrd && contentOf(initrd); },
      initrdPath: initrd?.path,
      commandLine: append ?? LINUX_COMMAND_LINE, modules: modules.map(({ bytes, commandLine }) => ({ bytes, text: commandLine })),
    };
  }
  if (bios === undefined) throw new Error('neither a kernel nor a BIOS image');
  return { kind: 'bios', image: bios.bytes, path: bios.path };
}

export function coreErrorDetails(error: unknown): VmxErrorDetails {
  if (!(error instanceof CoreError)) return errorDetails(error);
  const { code, kind, message, context, hint } = error;
  return { code, kind, message, context, ...(hint === undefined ? {} : { hint }) };
}
