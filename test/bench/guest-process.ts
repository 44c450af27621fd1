/** One run of a peer: its process, what the guest's console says, and when. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from './peers.ts';
import { cpuSeconds } from './process-usage.ts';

const BOOT_LIMIT_MS = 240_000;
const PROGRAM_LIMIT_MS = 120_000;
export const READY = 'WORLDSWITCH-READY';
/** The end of the shell's prompt; what comes after it may be a question of the line editor's to the terminal. */
export const PROMPT = '/root # ';

export interface Timing {
  readonly seconds: number;
  /** Of all the process' threads; undefined where there is no /proc. */
  readonly cpuSeconds: number | undefined;
}

export class GuestProcess {
  readonly startedMs = performance.now();
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #console = '';
  #errors = '';
  #ended = false;
  #onText: () => void = () => undefined;

  constructor([program, ...args]: Command) {
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin?.on('error', () => undefined);   // a guest that is gone reads nothing
    this.#child.stdout?.setEncoding('latin1').on('data', (text: string) => {
      this.#console += text;
      this.#onText();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.#closed = once(this.#child, 'close').catch((error: unknown) => error).finally(() => {
      this.#ended = true;
      this.#onText();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Waits for `text` after what an earlier call found; when it came, in ms since the process was started, and what was before it. */
  async waitFor(text: string, limitMs = BOOT_LIMIT_MS): Promise<{ atMs: number; before: string }> {
    const giveUpMs = performance.now() + limitMs;
    for (let searched = 0; ;) {
      const at = this.#console.indexOf(text, searched);
      if (at >= 0) {
        const before = this.#console.slice(0, at);
        this.#console = this.#console.slice(at + text.length);
        return { atMs: performance.now() - this.startedMs, before };
      }
      const leftMs = giveUpMs - performance.now();
      if (this.#ended || leftMs <= 0) {
        throw new Error(`${JSON.stringify(text)} did not come; the console ends with ${JSON.stringify(this.#console.slice(-300))} ${this.#errors.slice(-1000)}`);
      }
      searched = Math.max(0, this.#console.length - text.length + 1);
      await this.#change(leftMs);
    }
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Since the process was started, until now. */
  get timing(): Timing {
    return { seconds: (performance.now() - this.startedMs) / 1000, cpuSeconds: cpuSeconds(this.pid) };
  }

  /** Runs a command in the guest's shell: from its start to its end as the console shows them, and what it printed. */
  async time(command: string): Promise<Timing & { readonly output: string }> {
    // The shell echoes the line: quotes keep the marks apart from it.
    this.write(`echo bench:be''gin; ${command}; echo bench:e''nd\n`);
    const begin = await this.waitFor('bench:begin', PROGRAM_LIMIT_MS);
    const before = cpuSeconds(this.pid);
    const end = await this.waitFor('bench:end', PROGRAM_LIMIT_MS);
    const after = cpuSeconds(this.pid);
    await this.waitFor(PROMPT, PROGRAM_LIMIT_MS);
    return {
      seconds: (end.atMs - begin.atMs) / 1000,
      cpuSeconds: before === undefined || after === undefined ? undefined : after - before,
      output: end.before.trim(),
    };
  }

  /** Waits until the process ends by itself; what it wrote to standard error. */
  async end(): Promise<string> {
    await this.#closed;
    return this.#errors;
  }

  /** By a signal that lets it write its compile cache, which the next run is then measured with. */
  async kill(): Promise<void> {
    const PATIENCE_MS = 5_000;
    this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    await this.#closed;
    clearTimeout(force);
  }

  async #change(limitMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#onText = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#onText = () => undefined;
  }
}
