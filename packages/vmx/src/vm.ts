/**
 * A virtual machine as a Node program sees it: the VMX process' half, which owns the host's services.
 *
 * The vCPU and the devices run in a worker thread (vmm-worker.ts); this thread stays free for the program. See world-switch/channel.ts
 * for what is between them.
 */
import { randomBytes } from 'node:crypto';
import type { Duplex, Readable } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import type { BootImages } from './config/boot-images.ts';
import { loadBootImages } from './config/boot-images.ts';
import type { CheckedConfig, VmConfig } from './config/vm-config.ts';
import { checkConfig } from './config/vm-config.ts';
import { VmxError } from './errors.ts';
import type { VmExit, VmExitReason } from './exit-status.ts';
import { toExit } from './exit-status.ts';
import type { Match } from './transcript.ts';
import { Transcript } from './transcript.ts';
import type { MonitorEnd, MonitorStatistics } from './vmm/monitor.ts';
import { TranslatorOwner } from './vmm/translator-owner.ts';
import { startVmm } from './vmm/vmm-thread.ts';
import type { WorkerInput, WorkerMessage } from './vmm/worker-protocol.ts';
import { SERIAL_PORTS } from './vmm/worker-protocol.ts';
import { REQUEST, WorldSwitch } from './world-switch/channel.ts';
import { PortStream } from './world-switch/port-stream.ts';

/** A VMM that has not answered a stop request after this is ended by force. */
const STOP_PATIENCE_MS = 3000;
const EXEC_TIMEOUT_MS = 60_000;
/** busybox ash edits lines of at most 1,024 bytes and drops the rest. */
const EXEC_LINE_MOST_BYTES = 1000;

/** Counters of a run; see VM.statistics(). */
export interface VmStatistics extends MonitorStatistics {
  /** Resident memory of the whole process, guest memory that was touched included. */
  readonly residentBytes: number;
}

export interface WaitOptions {
  /** Milliseconds; without it waitFor() waits until the machine ends. */
  readonly timeoutMs?: number;
}

export interface ExecResult {
  /** What the command printed, standard error included, with line feeds only. */
  readonly output: string;
  readonly status: number;
}

/** For tests: other programs for the threads. */
export interface VmParts {
  readonly workerUrl?: URL;
  readonly translatorUrl?: URL;
}

export class VM {
  /** Settles when the machine has ended, however that came about. Rejects with a VmxError where vmx itself failed. */
  readonly exited: Promise<VmExit>;
  /** Told what a user should know while the machine goes on. By default a warning of the process. */
  onWarning: (message: string) => void = (message) => process.emitWarning(message);
  /** Given the lines that VmConfig.traceTranslation and dumpWatAt ask for. */
  onTrace: (text: string) => void = () => undefined;
  readonly #config: CheckedConfig;
  readonly #workerUrl: URL | undefined;
  readonly #channel = WorldSwitch.create(SERIAL_PORTS);
  readonly #transcript = new Transcript();
  readonly #ports: readonly PortStream[];
  readonly #debug: PortStream;
  readonly #translator: TranslatorOwner;
  readonly #exit = Promise.withResolvers<VmExit>();
  readonly #statisticsWaiters: ((statistics: MonitorStatistics) => void)[] = [];
  #worker: Worker | undefined;
  #powered = false;
  #ended = false;
  #stopReason: VmExitReason = 'stopped';
  #lastStatistics: MonitorStatistics | undefined;

  /**
   * Checks the configuration; nothing is read or started yet.
   * @throws VmxError of kind `usage`
   */
  constructor(config: VmConfig, parts: VmParts = {}) {
    this.#config = checkConfig(config);
    this.#workerUrl = parts.workerUrl;
    this.#translator = new TranslatorOwner(parts.translatorUrl ?? new URL('./translator-worker.ts', import.meta.url), (message) => this.onWarning(message));
    this.#ports = this.#channel.serial.map((rings, index) => new PortStream({
      channel: this.#channel, ...rings, ...(index === 0 ? { onOutput: (bytes: Uint8Array) => this.#transcript.append(bytes) } : {}),
    }));
    this.#debug = new PortStream({ channel: this.#channel, toHost: this.#channel.debug });
    this.exited = this.#exit.promise;
    // A failure is reported by start() as well; without this a program that only awaits that would die of an unhandled rejection.
    this.exited.catch(() => undefined);
  }

  /** Makes a machine and powers it on. */
  static async start(config: VmConfig, parts: VmParts = {}): Promise<VM> {
    const vm = new VM(config, parts);
    await vm.start();
    return vm;
  }

  /** COM1. Bytes in both directions, with back-pressure; see port-stream.ts for a port that nobody reads. */
  get serial(): Duplex {
    return this.serialPort(0);
  }

  /** COM1 is 0, COM2 is 1. */
  serialPort(index: 0 | 1): Duplex {
    const port = this.#ports[index];
    if (port === undefined) throw new RangeError(`no serial port ${index}`);
    return port;
  }

  /** What the guest writes to the debug port 0xe9. */
  get debugOutput(): Readable {
    return this.#debug;
  }

  /**
   * Powers the machine on; settles when its first instruction is about to run, or when it was stopped before that.
   * @throws VmxError for a file that cannot be read or booted, or too little memory
   */
  async start(): Promise<void> {
    if (this.#powered || this.#ended) throw new Error('the machine was started before');
    this.#powered = true;
    const { memoryBytes, append, debugExit, icount, translate, traceTranslation, dumpWatAt, profile, rtcMs, reboot } = this.#config;
    const images = await loadBootImages(this.#config);
    if (this.#ended) return;
    const input: WorkerInput = { shared: this.#channel.shared, spec: { memoryBytes, append, debugExit, icount, translate, trace: { translation: traceTranslation, watAt: dumpWatAt }, profile, rtcMs, reboot, images } };
    const started = Promise.withResolvers<void>();
    const worker = startVmm(this.#workerUrl);
    this.#worker = worker;
    if (translate) this.#translator.prepare();
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'started') started.resolve();
      else if (message.type === 'translator-wanted') this.#translator.start(message.input);
      else if (message.type === 'trace') this.onTrace(message.text);
      else if (message.type === 'translator-failed') this.#translator.failed(message.message);
      else this.#onMessage(message, started.reject);
    });
    worker.on('error', (cause) => {
      const error = new VmxError({ code: 'VMX_MACHINE_FAILED', kind: 'internal', cause, message: `the virtual machine monitor failed: ${cause instanceof Error ? cause.message : String(cause)}`, hint: 'this is a defect of vmx and not of the guest; please report it with the command line' });
      started.reject(error);
      this.#fail(error);
    });
    worker.on('exit', () => {
      started.resolve();
      this.#finish(toExit(this.#stopReason));
    });
    worker.postMessage(input, ownBuffers(images));
    void this.#listen();
    await started.promise;
  }

  /**
   * Waits until the guest has printed `pattern` on COM1, after what an earlier waitFor() found.
   * @throws VmxError VMX_WAIT_TIMEOUT or VMX_WAIT_ENDED
   */
  async waitFor(pattern: string | RegExp, options: WaitOptions = {}): Promise<Match> {
    return await this.#transcript.waitFor(pattern, options.timeoutMs);
  }

  /** Types `text` (UTF-8) on COM1. Settles when the machine has taken it. */
  async write(text: string | Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => this.serial.write(text, () => resolve()));
  }

  /**
   * Runs a command in the shell that waits at its prompt on COM1 (sh, busybox ash, bash).
   * @throws VmxError VMX_OPTION_INVALID for a command too long for one line, VMX_WAIT_TIMEOUT (default 60 s), VMX_WAIT_ENDED
   */
  async exec(command: string, options: WaitOptions = {}): Promise<ExecResult> {
    const { timeoutMs = EXEC_TIMEOUT_MS } = options;
    const id = randomBytes(4).toString('hex');
    // The shell echoes the line, so the markers are spelt with an escape there and only printf makes them.
    const quoted = `'${command.replaceAll("'", "'\\''")}'`;
    const line = `printf '\\036%s\\036' ${id}; eval ${quoted}; printf '\\036%s:%s\\036' ${id} $?\n`;
    if (Buffer.byteLength(line) > EXEC_LINE_MOST_BYTES) {
      throw new VmxError({
        code: 'VMX_OPTION_INVALID', kind: 'usage', message: `exec: the command has ${Buffer.byteLength(command)} bytes; a shell takes a line of at most ${EXEC_LINE_MOST_BYTES}`,
        hint: 'put a script into the guest and run that',
      });
    }
    await this.write(line);
    await this.waitFor(`\u001e${id}\u001e`, { timeoutMs });
    const { before, groups } = await this.waitFor(new RegExp(`\u001e${id}:(\\d+)\u001e`), { timeoutMs });
    return { output: before.replaceAll('\r\n', '\n'), status: Number(groups[0]) };
  }

  /** Ends the machine at once, as pulling its plug does, and settles when it has. Output that was under way is delivered. */
  async stop(reason: VmExitReason = 'stopped'): Promise<VmExit> {
    if (!this.#ended) {
      this.#stopReason = reason;
      const worker = this.#worker;
      if (worker === undefined) {
        this.#finish(toExit(reason));
      } else {
        this.#channel.request(REQUEST.stop);
        const patience = setTimeout(() => void worker.terminate(), STOP_PATIENCE_MS);
        patience.unref();
        this.exited.finally(() => clearTimeout(patience)).catch(() => undefined);
      }
    }
    return await this.exited;
  }

  /** Counters since power-on; after the end, those of the whole run. */
  async statistics(): Promise<VmStatistics | undefined> {
    if (!this.#ended && this.#worker !== undefined) {
      const next = Promise.withResolvers<MonitorStatistics>();
      this.#statisticsWaiters.push(next.resolve);
      this.#channel.request(REQUEST.statistics);
      await Promise.race([next.promise, this.exited.catch(() => undefined)]);
    }
    return this.#lastStatistics === undefined ? undefined : { ...this.#lastStatistics, residentBytes: process.memoryUsage.rss() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => undefined);
  }

  #onMessage(message: Extract<WorkerMessage, { type: 'failed' | 'statistics' | 'ended' }>, notStarted: (error: VmxError) => void): void {
    if (message.type === 'failed') {
      const error = new VmxError(message.error);
      notStarted(error);
      this.#fail(error);
      return;
    }
    this.#lastStatistics = message.statistics;
    for (const resolve of this.#statisticsWaiters.splice(0)) resolve(message.statistics);
    if (message.type === 'ended') this.#finish(this.#toExit(message.end));
  }

  #toExit(end: MonitorEnd): VmExit {
    if (end.reason === 'stopped') return toExit(this.#stopReason);
    if (end.reason === 'debug-exit') return toExit('debug-exit', end.value);
    return toExit(end.reason);
  }

  async #listen(): Promise<void> {
    while (!this.#ended) {
      const seen = this.#channel.vmxBell();
      for (const port of this.#ports) port.pump();
      this.#debug.pump();
      await this.#channel.heardVmx(seen);
    }
  }

  #finish(exit: VmExit): void {
    if (this.#ended) return;
    this.#close(exit.reason);
    this.#exit.resolve(exit);
  }

  #fail(error: VmxError): void {
    if (this.#ended) return;
    this.#close('failure');
    this.#exit.reject(error);
  }

  #close(reason: string): void {
    this.#ended = true;
    this.#translator.end();
    for (const port of [...this.#ports, this.#debug]) port.finish();
    this.#transcript.end(reason);
    this.#channel.ringVmx();
  }
}

/** The memory of images that were read from files: it moves to the worker. Content that the program gave stays the program's. */
function ownBuffers({ kernel, initrd, modules, bios }: BootImages): ArrayBuffer[] {
  return [kernel, initrd, ...modules, bios].flatMap((image) => {
    const buffer = image?.bytes.buffer;
    return image?.fromFile === true && buffer instanceof ArrayBuffer && buffer.byteLength === image.bytes.byteLength ? [buffer] : [];
  });
}
