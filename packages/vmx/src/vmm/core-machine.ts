/**
 * The real machine: a PC of packages/core with this host's clocks and randomness.
 */
import { randomFillSync } from 'node:crypto';
import { CoreError, createPc } from '@worldswitch/core';
import type { BiosBoot, CompiledRegions, KernelBoot, MachineConfig, Pc, PcHost, RegionJob, RegionTarget, TranslationEvent } from '@worldswitch/core';
import { contentOf, releaseImage } from '../config/boot-images.ts';
import type { VmxErrorDetails } from '../errors.ts';
import type { GuestMachine, GuestOutput } from './guest-machine.ts';
import { interpreterStore } from './interpreter-store.ts';
import { TranslationLog } from './translation-log.ts';
import type { MachineSpec, VmxServices } from './worker-protocol.ts';
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
    interpreterStore: interpreterStore(),
  };
  made.pc = createPc({
    memoryBytes: spec.memoryBytes,
    boot: bootOf(spec),
    virtualTime: spec.icount ? { nsPerInstruction: ICOUNT_NS_PER_INSTRUCTION } : undefined,
    translation: spec.translate ? translationOf(spec, vmx, () => made.pc!.memory.bytes) : undefined,
    debugExit: spec.debugExit,
    onReset: spec.reboot === 'exit' ? 'end' : 'restart',
  }, host);
  const { kernel, initrd } = spec.images;
  releaseImage(kernel);
  releaseImage(initrd);
  return made.pc;
}

function translationOf({ trace }: MachineSpec, vmx: VmxServices, memory: () => Uint8Array): MachineConfig['translation'] {
  const log = trace.translation || trace.watAt !== undefined ? new TranslationLog(trace, memory, (text) => vmx.say(text)) : undefined;
  let known: RegionTarget | undefined;
  return {
    compiler: (target) => {
      known = target;
      return new WorkerCompiler<RegionJob, CompiledRegions>({
        connect: (link) => vmx.startTranslator({ link, target }),
        onFailure: (message) => vmx.translatorFailed(message),
      });
    },
    ...(log && { onEvent: (event: TranslationEvent) => log.note(event, known) }),
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
