/** A connection as bytes that are asked for by their number. What the peer sends ahead of that is bounded, and left in the host's buffers beyond it. */
import type { Duplex } from 'node:stream';
import { viewOf } from '../layout.ts';
import type { Fields, Layout, LayoutValue } from '../layout.ts';

/** The connection is gone; asking again on a new one may help. */
export class ConnectionLost extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ConnectionLost';
  }
}

/** Bytes that are taken from the host before they are asked for. */
const MOST_AHEAD_BYTES = 256 * 1024;

interface Waiter {
  readonly into: Uint8Array;
  done: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class ByteStream {
  readonly #stream: Duplex;
  /** Not yet asked for, in order. */
  #ahead: Uint8Array[] = [];
  #aheadBytes = 0;
  #waiter: Waiter | undefined;
  #failure: ConnectionLost | undefined;
  #drained: Promise<void> | undefined;
  readonly #listeners: Readonly<Record<string, (argument: never) => void>>;

  constructor(stream: Duplex) {
    this.#stream = stream;
    this.#listeners = {
      data: (chunk: Uint8Array) => this.#take(chunk),
      end: () => this.#fail(new ConnectionLost('the other side has closed the connection')),
      close: () => this.#fail(new ConnectionLost('the connection is closed')),
      error: (error: Error) => this.#fail(new ConnectionLost(error.message, error)),
    };
    for (const [event, listener] of Object.entries(this.#listeners)) stream.on(event, listener as (...parameters: unknown[]) => void);
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  async read(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const into = new Uint8Array(length);
    await this.readInto(into);
    return into;
  }

  async readLayout<F extends Fields>(layout: Layout<F>): Promise<LayoutValue<F>> {
    return layout.read(await this.read(layout.byteLength));
  }

  /** One at a time. @throws ConnectionLost when the connection ends before */
  readInto(into: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { into, done: 0, resolve, reject };
      while (waiter.done < into.length && this.#ahead.length > 0) {
        const chunk = this.#ahead[0]!;
        const count = fill(waiter, chunk);
        this.#aheadBytes -= count;
        if (count === chunk.length) this.#ahead.shift();
        else this.#ahead[0] = chunk.subarray(count);
      }
      if (waiter.done === into.length) return resolve();
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#waiter = waiter;
      this.#stream.resume();
    });
  }

  /** Reads `length` bytes and forgets them. */
  async skip(length: number): Promise<void> {
    const scratch = new Uint8Array(Math.min(length, MOST_AHEAD_BYTES));
    for (let done = 0; done < length; done += scratch.length) await this.readInto(scratch.subarray(0, Math.min(scratch.length, length - done)));
  }

  #take(chunk: Uint8Array): void {
    let rest = chunk;
    const waiter = this.#waiter;
    if (waiter !== undefined) {
      rest = chunk.subarray(fill(waiter, chunk));
      if (waiter.done === waiter.into.length) {
        this.#waiter = undefined;
        waiter.resolve();
      }
    }
    if (rest.length === 0) return;
    this.#ahead.push(rest);
    this.#aheadBytes += rest.length;
    if (this.#aheadBytes > MOST_AHEAD_BYTES) this.#stream.pause();
  }

  #fail(error: ConnectionLost): void {
    this.#failure ??= error;
    this.#waiter?.reject(this.#failure);
    this.#waiter = undefined;
  }

  /** Sends the pieces together. Done when the host has taken them, or so many that more should wait. */
  async write(...pieces: readonly Uint8Array[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#stream.cork();
    let isTaken = true;
    for (const piece of pieces) if (piece.length > 0) isTaken = this.#stream.write(piece);
    this.#stream.uncork();
    if (isTaken) return;
    this.#drained ??= new Promise<void>((resolve) => {
      const done = (): void => {
        this.#stream.off('drain', done);
        this.#stream.off('close', done);
        this.#drained = undefined;
        resolve();
      };
      this.#stream.on('drain', done);
      this.#stream.on('close', done);
    });
    await this.#drained;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /**
   * Gives the connection up to another protocol on top of it.
   * @throws ConnectionLost when there are bytes already that would belong to it: they were sent in the clear
   */
  release(): Duplex {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#aheadBytes > 0) throw new ConnectionLost('the other side sends on in the clear after it has agreed to TLS');
    this.#stream.pause();
    for (const [event, listener] of Object.entries(this.#listeners)) this.#stream.off(event, listener as (...parameters: unknown[]) => void);
    // An error of the connection is told of by what is on top of it.
    this.#stream.on('error', () => undefined);
    this.#failure = new ConnectionLost('the connection was given up');
    return this.#stream;
  }

  /** What was written is still sent; nothing more is read. */
  end(): void {
    this.#fail(new ConnectionLost('the connection was ended here'));
    this.#stream.end();
  }

  destroy(reason?: ConnectionLost): void {
    if (reason !== undefined) this.#fail(reason);
    this.#stream.destroy();
  }
}

function fill(waiter: Waiter, chunk: Uint8Array): number {
  const count = Math.min(chunk.length, waiter.into.length - waiter.done);
  waiter.into.set(count === chunk.length ? chunk : chunk.subarray(0, count), waiter.done);
  waiter.done += count;
  return count;
}

const TEXT = new TextDecoder('utf-8');

/** A length and a text, which are at `at`. Undefined where the bytes end before. */
export function readText(bytes: Uint8Array, at: number): { readonly text: string; readonly end: number } | undefined {
  if (at + 4 > bytes.length) return undefined;
  const length = viewOf(bytes).getUint32(at);
  const end = at + 4 + length;
  return end > bytes.length ? undefined : { text: TEXT.decode(bytes.subarray(at + 4, end)), end };
}

export const textOf = (bytes: Uint8Array): string => TEXT.decode(bytes);
