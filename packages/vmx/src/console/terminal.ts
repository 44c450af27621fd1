/**
 * The user's terminal as the guest's serial console.
 *
 * On a TTY the terminal is put into raw mode, every key goes to the guest and Ctrl-A begins a command for vmx (escape-keys.ts). Without
 * one standard input and output are pipes: bytes pass untouched, and the end of the input does not end the machine.
 * There is no standard by which a serial line tells a guest the size of the terminal; Ctrl-A R types a `stty` command instead.
 */
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import type { EscapeCommand } from './escape-keys.ts';
import { EscapeKeys } from './escape-keys.ts';
import { TerminalModes } from './terminal-modes.ts';

/** The parts of process.stdin that are used; a pipe has no raw mode. */
export type ConsoleInput = NodeJS.ReadStream | ReadStream;
export type ConsoleOutput = NodeJS.WriteStream | WriteStream;

const LINE_FEED = 0x0a;

export interface TerminalConsoleOptions {
  readonly input: ConsoleInput;
  readonly output: ConsoleOutput;
  readonly serial: Duplex;
  readonly onCommand: (command: Exclude<EscapeCommand, 'resize' | 'unknown'>) => void;
  /** The reader of the output is gone (EPIPE), or it cannot be written. */
  readonly onOutputLost: (error: NodeJS.ErrnoException) => void;
}

export class TerminalConsole {
  readonly #options: TerminalConsoleOptions;
  readonly #keys = new EscapeKeys();
  readonly #modes = new TerminalModes();
  readonly raw: boolean;
  #open = false;
  /** The guest's output ended within a line, where the user's shell is not to go on. */
  #inLine = false;

  constructor(options: TerminalConsoleOptions) {
    this.#options = options;
    this.raw = options.input.isTTY === true;
  }

  open(): void {
    const { input, output, serial } = this.#options;
    this.#open = true;
    if (this.raw) {
      input.setRawMode(true);
      input.on('data', this.#onKeys);
    } else {
      input.pipe(serial, { end: false });
    }
    input.on('error', this.#ignore);
    output.on('error', this.#options.onOutputLost);
    serial.on('data', this.#onOutput);
  }

  /** Puts the terminal back; may be called at any time, more than once, and from an exit handler. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const { input, output, serial } = this.#options;
    input.off('data', this.#onKeys);
    if (this.raw) input.setRawMode(false);
    else input.unpipe(serial);
    input.pause();
    // A TTY is written synchronously, so this arrives even when the process is about to exit.
    if (output.isTTY) {
      const restoring = this.#modes.restoring() + (this.#inLine ? '\r\n' : '');
      if (restoring !== '') output.write(restoring);
    }
  }

  /** Settles when all that the guest sent has been written; the machine has ended by then. Not while the output's reader is stuck. */
  async drained(): Promise<void> {
    const { serial, output } = this.#options;
    if (!serial.readableEnded) await once(serial, 'end');
    // what the stream has taken, its reader may not have
    if (output.writable) await new Promise<void>((resolve) => { output.write('', () => resolve()); });
  }

  /** After a stop by job control the shell has changed the terminal's mode. */
  resume(): void {
    if (!this.#open || !this.raw) return;
    // libuv skips a mode that it believes to be set.
    this.#options.input.setRawMode(false);
    this.#options.input.setRawMode(true);
  }

  readonly #ignore = (): void => undefined;

  readonly #onKeys = (bytes: Buffer): void => {
    const { input, serial } = this.#options;
    for (const event of this.#keys.feed(bytes)) {
      if ('command' in event) this.#command(event.command);
      else if (!serial.write(event.bytes)) {
        // A paste that is larger than the guest takes at once: the rest waits in the terminal's own buffer.
        input.pause();
        serial.once('drain', () => { if (this.#open) input.resume(); });
      }
    }
  };

  readonly #onOutput = (bytes: Buffer): void => {
    const { output, serial } = this.#options;
    if (output.isTTY) this.#modes.watch(bytes);
    this.#inLine = bytes.at(-1) !== LINE_FEED;
    if (!output.write(bytes)) {
      serial.pause();
      output.once('drain', () => serial.resume());
    }
  };

  #command(command: EscapeCommand): void {
    const { output, serial, onCommand } = this.#options;
    if (command === 'unknown') output.write('\x07');
    else if (command !== 'resize') onCommand(command);
    else if (output.isTTY) serial.write(` stty rows ${output.rows} cols ${output.columns}\r`);
  }
}
