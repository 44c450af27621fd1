/**
 * The VMX's end of a serial port (or of the debug port, which has no input) as a Node stream over the rings.
 *
 * Back-pressure goes all the way: while a reader is slow the ring fills and the VMM stalls; while the guest does not read, its FIFO
 * stays full, then the ring, then write()'s callback waits. A port that nobody has begun to read keeps the newest bytes, so a guest
 * never stalls on a cable that is not plugged in.
 */
import { Duplex } from 'node:stream';
import type { ByteRing } from './byte-ring.ts';
import type { WorldSwitch } from './channel.ts';

/** What an unread port keeps: a boot log is about 30 KiB. */
const BACKLOG_BYTES = 1024 * 1024;

export interface PortStreamOptions {
  readonly channel: WorldSwitch;
  readonly toHost: ByteRing;
  readonly toGuest?: ByteRing;
  /** Sees every byte that the guest sends, read or not. The array is the callee's to keep. */
  readonly onOutput?: (bytes: Uint8Array) => void;
}

export class PortStream extends Duplex {
  readonly #channel: WorldSwitch;
  readonly #toHost: ByteRing;
  readonly #toGuest: ByteRing | undefined;
  readonly #onOutput: ((bytes: Uint8Array) => void) | undefined;
  /** A reader has appeared; from then on nothing is dropped. */
  #read = false;
  /** The reader has asked for more since it last said that it is full. */
  #wanted = false;
  #backlog: Uint8Array[] = [];
  #backlogBytes = 0;
  #unsent: { bytes: Uint8Array; done: () => void } | undefined;
  #ended = false;

  constructor(options: PortStreamOptions) {
    super({ allowHalfOpen: true, decodeStrings: true, emitClose: true });
    this.#channel = options.channel;
    this.#toHost = options.toHost;
    this.#toGuest = options.toGuest;
    this.#onOutput = options.onOutput;
  }

  /** To be called when the bell has rung: moves what the rings allow. */
  pump(): void {
    this.#send();
    if (this.#read && !this.#wanted) return;
    this.#receive(this.#toHost.length);
  }

  /** The VMM has ended: delivers what is left, whatever the reader's pace, then the end of the stream. */
  finish(): void {
    if (this.#ended) return;
    this.#receive(this.#toHost.length);
    this.#ended = true;
    const unsent = this.#unsent;
    this.#unsent = undefined;
    unsent?.done();
    if (this.#read) this.push(null);
  }

  override _read(): void {
    this.#wanted = true;
    if (!this.#read) {
      this.#read = true;
      const backlog = this.#backlog;
      this.#backlog = [];
      for (const bytes of backlog) this.#wanted = this.push(bytes);
    }
    if (this.#ended) this.push(null);
    else this.pump();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // Bytes for a machine that is off, or to a port that cannot receive, go where they go on a real cable.
    if (this.#ended || this.#toGuest === undefined) {
      done();
      return;
    }
    this.#unsent = { bytes: chunk, done };
    this.#send();
  }

  #send(): void {
    const unsent = this.#unsent;
    if (unsent === undefined || this.#toGuest === undefined) return;
    let sent = this.#toGuest.write(unsent.bytes);
    if (sent < unsent.bytes.length) {
      this.#channel.wantInputSpace();
      sent += this.#toGuest.write(unsent.bytes.subarray(sent));
    }
    if (sent > 0) this.#channel.ringVmm();
    if (sent < unsent.bytes.length) {
      unsent.bytes = unsent.bytes.subarray(sent);
      return;
    }
    this.#unsent = undefined;
    unsent.done();
  }

  #receive(waiting: number): void {
    if (waiting === 0) return;
    const bytes = new Uint8Array(waiting);
    this.#toHost.read(bytes);
    this.#channel.outputTaken();
    this.#onOutput?.(bytes);
    if (this.#read) {
      // Once a reader is full, the ring is left alone until _read() is called.
      this.#wanted = this.push(bytes);
      return;
    }
    this.#backlog.push(bytes);
    this.#backlogBytes += bytes.length;
    while (this.#backlogBytes > BACKLOG_BYTES && this.#backlog.length > 1) this.#backlogBytes -= this.#backlog.shift()?.length ?? 0;
  }
}
