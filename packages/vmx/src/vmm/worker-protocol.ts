/**
 * What the two threads tell each other beside the shared memory: the machine to build, and how it went.
 */
import type { MessagePort } from 'node:worker_threads';
import { parentPort } from 'node:worker_threads';
import type { BootImages } from '../config/boot-images.ts';
import type { VmxErrorDetails } from '../errors.ts';
import { VmxError } from '../errors.ts';
import { WorldSwitch } from '../world-switch/channel.ts';
import type { GuestMachine, GuestOutput } from './guest-machine.ts';
import type { MonitorEnd, MonitorStatistics } from './monitor.ts';
import { Monitor } from './monitor.ts';
import type { TraceSpec } from './translation-log.ts';
import type { TranslatorInput } from './translator-link.ts';

export const SERIAL_PORTS = 2;

/** Everything a machine is made of; structured-clonable. */
export interface MachineSpec {
  readonly memoryBytes: number;
  readonly append: string | undefined;
  readonly debugExit: boolean | undefined;
  readonly icount: boolean;
  /** Hot code becomes WebAssembly. */
  readonly translate: boolean;
  readonly trace: TraceSpec;
  /** Statistics have a profile. */
  readonly profile: boolean;
  /** The guest's clock at power-on in ms since 1970, or the host's. */
  readonly rtcMs: number | 'utc';
  readonly reboot: 'restart' | 'exit';
  readonly images: BootImages;
}

export interface WorkerInput {
  readonly shared: SharedArrayBuffer;
  readonly spec: MachineSpec;
}

export type WorkerMessage =
  | { readonly type: 'started' }
  | { readonly type: 'translator-wanted'; readonly input: TranslatorInput }
  | { readonly type: 'translator-failed'; readonly message: string }
  | { readonly type: 'trace'; readonly text: string }
  | { readonly type: 'statistics'; readonly statistics: MonitorStatistics }
  | { readonly type: 'ended'; readonly end: MonitorEnd; readonly statistics: MonitorStatistics }
  | { readonly type: 'failed'; readonly error: VmxErrorDetails };

/** What a machine asks of the thread that owns the host's services. */
export interface VmxServices {
  startTranslator(input: TranslatorInput): void;
  translatorFailed(message: string): void;
  /** Prints lines of a trace. */
  say(text: string): void;
}

type BuildMachine = (spec: MachineSpec, output: GuestOutput, vmx: VmxServices) => GuestMachine;

/** Slices of a run that must not depend on the host's speed. */
const ICOUNT_SLICE_INSTRUCTIONS = 100_000;

/** The body of a worker: waits for its input, builds the machine, runs it to its end and reports. `build` throws what toErrorDetails() understands; `prepare` does what needs no input. */
export function serveWorker(build: BuildMachine, toErrorDetails: (error: unknown) => VmxErrorDetails, prepare?: () => void): void {
  const port = parentPort;
  if (port === null) throw new Error('not a worker thread');
  port.once('message', (input: WorkerInput) => serve(port, input, build, toErrorDetails));
  prepare?.();
}

function serve(port: MessagePort, { shared, spec }: WorkerInput, build: BuildMachine, toErrorDetails: (error: unknown) => VmxErrorDetails): void {
  const post = (message: WorkerMessage): void => port.postMessage(message);
  const vmx: VmxServices = {
    startTranslator: (input) => port.postMessage({ type: 'translator-wanted', input } satisfies WorkerMessage, [input.link.port]),
    translatorFailed: (message) => post({ type: 'translator-failed', message }),
    say: (text) => post({ type: 'trace', text }),
  };
  try {
    const monitor = new Monitor({
      channel: new WorldSwitch(shared, SERIAL_PORTS),
      machine: (output) => build(spec, output, vmx),
      ...(spec.icount ? { sliceInstructions: ICOUNT_SLICE_INSTRUCTIONS } : {}),
      profile: spec.profile,
      nowMs: () => performance.now(),
      onStatistics: (statistics) => post({ type: 'statistics', statistics }),
    });
    post({ type: 'started' });
    const end = monitor.run();
    post({ type: 'ended', end, statistics: monitor.statistics() });
  } catch (error) {
    post({ type: 'failed', error: toErrorDetails(error) });
  }
}

/** An error of ours, or one that was not foreseen: the message then says where it came from. */
export function errorDetails(error: unknown): VmxErrorDetails {
  if (error instanceof VmxError) {
    const { code, kind, message, context, hint } = error;
    return { code, kind, message, context, ...(hint === undefined ? {} : { hint }) };
  }
  const at = error instanceof Error ? error.stack?.split('\n')[1]?.trim() ?? '' : '';
  return {
    code: 'VMX_MACHINE_FAILED', kind: 'internal', message: `the virtual machine monitor failed: ${error instanceof Error ? error.message : String(error)} ${at}`.trimEnd(),
    hint: 'this is a defect of vmx and not of the guest; please report it with the command line',
  };
}
