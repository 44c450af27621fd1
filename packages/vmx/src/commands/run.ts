/**
 * `vmx run`: powers a machine on and connects it with this terminal, files and sockets until it ends.
 */
import { writeFile } from 'node:fs/promises';
import type { Duplex, Readable } from 'node:stream';
import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import { describeSystemError, VmxError } from '../errors.ts';
import { checkConfig } from '../config/vm-config.ts';
import { ESCAPE_HELP } from '../console/escape-keys.ts';
import { TerminalConsole } from '../console/terminal.ts';
import type { VmExit } from '../exit-status.ts';
import { signalStatus, withoutAwaitedText } from '../exit-status.ts';
import { renderProfile } from '../profile.ts';
import type { SerialBackend } from '../serial/backend.ts';
import { openFile, openPty, openUnixSocket } from '../serial/backend.ts';
import type { SerialSpec } from '../serial/serial-spec.ts';
import { formatSerialSpec } from '../serial/serial-spec.ts';
import { renderStatistics } from '../statistics.ts';
import { SymbolTable } from '../symbols.ts';
import type { VmStatistics } from '../vm.ts';
import { VM } from '../vm.ts';
import type { Command, CommandArguments, CommandHost, CommandResult } from './command.ts';
import type { RunSettings } from './run-options.ts';
import { readRunSettings, RUN_OPTIONS } from './run-options.ts';

export const runCommand: Command = {
  name: 'run',
  positional: { name: 'config', placeholder: 'CONFIG.vmx', describe: 'VMware configuration file' },
  summary: 'run a virtual machine in this terminal',
  examples: ['vmx run --kernel vmlinuz --initrd initrd.img --append console=ttyS0', 'vmx run machine.vmx --serial file:boot.log --timeout 60 --exit-on login:'],
  options: RUN_OPTIONS,
  notes: `Keys on a terminal:
${ESCAPE_HELP.replaceAll(/^/gm, '  ').trimEnd()}

Exit status:
  0        the guest powered off, the text of --exit-on appeared, or Ctrl-A X
  (v<<1)|1 the guest wrote v to isa-debug-exit
  1        the guest ended before the text of --exit-on, or with --no-reboot by a triple fault
  2        wrong usage or a wrong value in CONFIG.vmx
  124      --timeout ran out
  125      vmx failed before or outside the guest
  128+n    ended by signal n`,
  run,
};

async function run(args: CommandArguments, host: CommandHost): Promise<CommandResult> {
  const settings = await readRunSettings(args);
  if (settings.dumpConfig) return { status: 0, output: `${JSON.stringify(describeSettings(settings), undefined, 2)}\n` };
  const notice = (line: string): void => void host.stderr.write(`vmx: ${line}\n`);
  if (settings.verbose) for (const line of settings.unused) notice(line);
  return await new Session(settings, host, notice).run();
}

/** What --dump-config prints: sizes in bytes, dates in ISO form, serial ports as --serial spells them. */
function describeSettings(settings: RunSettings): Record<string, unknown> {
  const { rtcMs, dumpWatAt, ...config } = checkConfig(settings.config);
  return {
    displayName: settings.displayName, ...config, rtc: rtcMs === 'utc' ? rtcMs : new Date(rtcMs).toISOString(), dumpWatAt: dumpWatAt?.toString(16), serial: settings.serial.map(formatSerialSpec),
    debugcon: settings.debugcon && formatSerialSpec(settings.debugcon), timeoutMs: settings.timeoutMs, exitOn: settings.exitOn,
  };
}

/** What the output's reader gets to take the rest after a signal. */
const STUCK_READER_MS = 500;

const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One run: the machine, what its ports are connected to, and who may end it. */
class Session {
  readonly #settings: RunSettings;
  readonly #host: CommandHost;
  readonly #notice: (line: string) => void;
  readonly #vm: VM;
  readonly #backends: SerialBackend[] = [];
  readonly #cleanups: (() => void)[] = [];
  #signal: (typeof END_SIGNALS)[number] | 'SIGPIPE' | undefined;
  #terminal: TerminalConsole | undefined;
  #giveUpOutput = (): void => undefined;
  #textSeen = false;
  /** Has something been printed that --trace-translate or --dump-wat asks for? */
  #hasTraced = false;
  #symbols: SymbolTable | undefined;

  constructor(settings: RunSettings, host: CommandHost, notice: (line: string) => void) {
    this.#settings = settings;
    this.#host = host;
    this.#notice = notice;
    this.#vm = new VM(settings.config, host.vmParts);
    this.#vm.onWarning = notice;
    this.#vm.onTrace = (lines) => {
      this.#hasTraced = true;
      host.stderr.write(lines);
    };
  }

  async run(): Promise<CommandResult> {
    try {
      this.#watchSignals();
      await this.#prepareProfile();
      await this.#connect();
      await this.#vm.start();
      this.#watchEnd();
      const exit = await this.#vm.exited;
      await this.#deliver(exit);
      const { stats, profile } = this.#settings;
      const statistics = stats || profile !== undefined ? await this.#vm.statistics() : undefined;
      const report = stats && statistics !== undefined ? renderStatistics(statistics) : undefined;
      return { ...this.#result(exit, report), ...await this.#deliverProfile(statistics) };
    } finally {
      for (const cleanup of this.#cleanups.toReversed()) cleanup();
      await this.#vm.stop().catch(() => undefined);   // after a failure above; it was reported there
      await Promise.all(this.#backends.map(async (backend) => backend.close()));
    }
  }

  /** Whatever is wrong with the files is said before the guest runs. */
  async #prepareProfile(): Promise<void> {
    const { profile, systemMap } = this.#settings;
    if (systemMap !== undefined) this.#symbols = await SymbolTable.read(systemMap);
    if (profile !== undefined && profile !== '-') await writeProfile(profile, '');
  }

  async #deliverProfile(statistics: VmStatistics | undefined): Promise<Pick<CommandResult, 'output'>> {
    const { profile } = this.#settings;
    if (profile === undefined || statistics?.profile === undefined) return {};
    const text = renderProfile(statistics.profile, this.#symbols);
    if (profile === '-') return { output: text };
    await writeProfile(profile, text);
    return {};
  }

  /** Waits for a slow reader of the output; not for one that is stuck or gone, when it was not the guest that ended the run. */
  async #deliver(exit: VmExit): Promise<void> {
    if (this.#terminal === undefined || this.#signal === 'SIGPIPE') return;
    const guestsOwn = this.#signal === undefined && exit.reason !== 'timeout' && exit.reason !== 'quit';
    const lost = new Promise<void>((resolve) => { this.#giveUpOutput = resolve; });
    const drained = this.#terminal.drained();
    await Promise.race(guestsOwn ? [drained, lost] : [drained, lost, setTimeoutPromise(STUCK_READER_MS, undefined, { ref: false })]);
  }

  #result(ended: VmExit, report: string | undefined): CommandResult {
    const { exitOn, verbose } = this.#settings;
    const exit = exitOn === undefined || this.#textSeen ? ended : withoutAwaitedText(ended);
    const notices = exit.detail === undefined ? [] : [exit.detail];
    const { dumpWatAt, traceTranslation } = this.#settings.config;
    if (dumpWatAt !== undefined && traceTranslation !== true && !this.#hasTraced) notices.push(`no region was made that holds ${dumpWatAt.toString(16)}: see which are with --trace-translate`);
    if (verbose) notices.push(`ended: ${this.#signal ?? exit.reason}`);
    return { status: this.#signal === undefined ? exit.status : signalStatus(this.#signal), notices, ...(report === undefined ? {} : { report }) };
  }

  async #connect(): Promise<void> {
    const { serial, debugcon } = this.#settings;
    for (const [index, spec] of serial.entries()) await this.#connectSerial(index as 0 | 1, spec);
    if (debugcon?.kind === 'file') this.#backends.push(await openFile(debugcon.path, this.#vm.debugOutput, this.#notice));
    if (debugcon?.kind === 'stdio') this.#connectDebugOutput(this.#vm.debugOutput);
  }

  async #connectSerial(index: 0 | 1, spec: SerialSpec): Promise<void> {
    const port = this.#vm.serialPort(index);
    const backend = await this.#open(port, spec);
    if (backend === undefined) return;
    this.#backends.push(backend);
    if (backend.announcement !== undefined) this.#notice(`COM${index + 1} is ${backend.announcement}`);
  }

  async #open(port: Duplex, spec: SerialSpec): Promise<SerialBackend | undefined> {
    switch (spec.kind) {
      case 'none':
        return undefined;
      case 'stdio':
        this.#connectTerminal(port);
        return undefined;
      case 'file':
        return await openFile(spec.path, port, this.#notice);
      case 'unix':
        return await openUnixSocket(spec.path, port);
      case 'pty':
        return await openPty(port);
    }
  }

  #connectTerminal(serial: Duplex): void {
    const { stdin, stdout, stderr } = this.#host;
    const terminal = this.#terminal = new TerminalConsole({
      input: stdin, output: stdout, serial,
      onOutputLost: (error) => this.#outputLost(error),
      onCommand: (command) => {
        if (command === 'quit') void this.#vm.stop('quit');
        else if (command === 'help') stderr.write(`\r\n${ESCAPE_HELP}`);
        else void this.#vm.statistics().then((statistics) => statistics === undefined || stderr.write(`\r\n${renderStatistics(statistics)}`));
      },
    });
    // However the process ends, this is the last that it does.
    const close = (): void => terminal.close();
    const resume = (): void => terminal.resume();
    this.#host.on('exit', close);
    this.#host.on('SIGCONT', resume);
    this.#cleanups.push(() => {
      close();
      this.#host.off('exit', close);
      this.#host.off('SIGCONT', resume);
    });
    terminal.open();
    if (terminal.raw && stderr.isTTY) this.#notice('Ctrl-A X ends the machine, Ctrl-A H lists the keys');
  }

  #connectDebugOutput(debug: Readable): void {
    const { stdout } = this.#host;
    stdout.on('error', (error: NodeJS.ErrnoException) => this.#outputLost(error));
    debug.on('data', (bytes: Buffer) => {
      if (stdout.write(bytes)) return;
      debug.pause();
      stdout.once('drain', () => debug.resume());
    });
  }

  /** `vmx run … | head`: nobody reads any more, which is how a pipeline ends. */
  #outputLost(error: NodeJS.ErrnoException): void {
    this.#giveUpOutput();
    if (this.#signal !== undefined) return;
    this.#signal = 'SIGPIPE';
    if (error.code !== 'EPIPE') this.#notice(`cannot write standard output: ${error.message}`);
    void this.#vm.stop('signal').catch(() => undefined);
  }

  #watchSignals(): void {
    for (const signal of END_SIGNALS) {
      const listener = (): void => {
        // The second time the user means now.
        if (this.#signal !== undefined) {
          this.#host.exitNow(signalStatus(signal));
          return;
        }
        this.#signal = signal;
        if (signal === 'SIGINT') this.#notice('stopping; Ctrl-C again ends at once');
        void this.#vm.stop('signal').catch(() => undefined);
      };
      this.#host.on(signal, listener);
      this.#cleanups.push(() => this.#host.off(signal, listener));
    }
  }

  #watchEnd(): void {
    const { timeoutMs, exitOn } = this.#settings;
    if (timeoutMs !== undefined) {
      const timer = setTimeout(() => {
        this.#notice(`ended after ${timeoutMs / 1000} s (--timeout)`);
        void this.#vm.stop('timeout').catch(() => undefined);
      }, timeoutMs);
      this.#cleanups.push(() => clearTimeout(timer));
    }
    if (exitOn === undefined) return;
    this.#vm.waitFor(exitOn).then(() => {
      this.#textSeen = true;
      return this.#vm.stop('exit-on');
    }).catch(() => undefined);   // the machine ended first; the result says so
  }
}

async function writeProfile(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw new VmxError({
      code: 'VMX_PROFILE_UNWRITABLE', kind: 'io', cause, message: `${path}: cannot write the profile: ${describeSystemError(cause)}`, context: { path }, hint: 'name a file in a folder that can be written',
    });
  }
}
