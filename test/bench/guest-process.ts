/**
 * The programs that are measured, each with the same guest on the same command line, as a process with the guest's console on its standard
 * input and output. A further peer is one more entry of PEERS.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Guest } from '../guests/guests.ts';

/** What every peer gets. */
export const MEMORY_MIB = 512;
const BOOT_LIMIT_MS = 240_000;
export const READY = 'WORLDSWITCH-READY';
/** The end of the shell's prompt; what comes after it may be a question of the line editor's to the terminal. */
export const PROMPT = '/root # ';

/** As a user starts it: this becomes the process that is measured. */
const vmxProgram = join(import.meta.dirname, '../../bin/vmx');

export interface Peer {
  readonly name: 'vmx' | 'qemu';
  /** Why it cannot be measured here, or undefined. */
  missing(): string | undefined;
  command(guest: Guest, append: string, more: readonly string[]): readonly [program: string, ...args: string[]];
}

export const PEERS: readonly Peer[] = [
  {
    name: 'vmx',
    missing: () => undefined,
    command: ({ kernel, initrd }, append, more) => [
      vmxProgram, 'run', '--kernel', kernel, '--initrd', initrd, '--memory', `${MEMORY_MIB}M`, '--append', append, ...more,
    ],
  },
  {
    name: 'qemu',
    missing: () => (spawnSync('qemu-system-x86_64', ['--version']).status === 0 ? undefined : 'qemu-system-x86_64 is not installed'),
    // thread=single: one core, as ours; -cpu max: the features that TCG has.
    command: ({ kernel, initrd }, append) => [
      'qemu-system-x86_64', '-accel', 'tcg,thread=single', '-cpu', 'max', '-m', String(MEMORY_MIB), '-nographic', '-no-reboot', '-kernel', kernel, '-initrd', initrd, '-append', append,
    ],
  },
];

export class GuestProcess {
  readonly startedMs = performance.now();
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #console = '';
  #errors = '';
  #ended = false;
  #onText: () => void = () => undefined;

  constructor([program, ...args]: readonly [string, ...string[]]) {
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

  /** Runs a command in the guest's shell; seconds from its start to its end as the console shows them. */
  async time(command: string): Promise<number> {
    // The shell echoes the line: quotes keep the marks apart from it.
    this.write(`echo BEG''IN; ${command}; echo EN''D\n`);
    const begin = await this.waitFor('BEGIN');
    const end = await this.waitFor('END');
    await this.waitFor(PROMPT);
    return (end.atMs - begin.atMs) / 1000;
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
