/**
 * The world switch: the shared memory through which the VMX process (main thread) and the VMM (worker) pass control and bytes.
 *
 * Layout: eight Int32 control words, then a pair of rings for each serial port and one ring for the debug port.
 * - To the VMM: requests are bits in a word; the doorbell word is incremented and notified, and the VMM sleeps on it in
 *   Atomics.wait. So an idle VMM costs nothing and wakes for a key in microseconds.
 * - To the VMX: Node's event loop is not woken by Atomics.notify on an Atomics.waitAsync (tried with Node 26.10: the promise is
 *   settled only when something else wakes the loop), so the VMM posts an empty message, but only if none is under way; a
 *   message costs the VMM 17 us and the rings make one a slice enough.
 * A full ring makes its producer wait, so no byte is ever lost: the VMM stalls until the terminal takes the output, and the VMX stops
 * reading its input until the guest takes it.
 */
import { ByteRing } from './byte-ring.ts';

const WORD = { doorbell: 0, requests: 1, outputAnnounced: 2, inputSpaceWanted: 3, outputSpaceWanted: 4 } as const;
const CONTROL_BYTES = 32;

const OUTPUT_RING_BYTES = 256 * 1024;
const INPUT_RING_BYTES = 16 * 1024;
const DEBUG_RING_BYTES = 64 * 1024;

/** Bits of the request word. */
export const REQUEST = { stop: 1, statistics: 2 } as const;

/** What wakes the other thread, apart from memory: messages are objects so that they can grow. */
export type VmmNotice = { readonly type: 'output' } | { readonly type: 'input-space' };

export interface SerialRings {
  readonly toHost: ByteRing;
  readonly toGuest: ByteRing;
}

export class WorldSwitch {
  readonly shared: SharedArrayBuffer;
  readonly serial: readonly SerialRings[];
  readonly debug: ByteRing;
  readonly #words: Int32Array;

  constructor(shared: SharedArrayBuffer, serialPorts: number) {
    this.shared = shared;
    this.#words = new Int32Array(shared, 0, CONTROL_BYTES / 4);
    let offset = CONTROL_BYTES;
    const ring = (capacityBytes: number): ByteRing => {
      const made = new ByteRing(shared, offset, capacityBytes);
      offset += ByteRing.sharedBytes(capacityBytes);
      return made;
    };
    this.serial = Array.from({ length: serialPorts }, () => ({ toHost: ring(OUTPUT_RING_BYTES), toGuest: ring(INPUT_RING_BYTES) }));
    this.debug = ring(DEBUG_RING_BYTES);
  }

  static create(serialPorts: number): WorldSwitch {
    const bytes = CONTROL_BYTES + ByteRing.sharedBytes(DEBUG_RING_BYTES)
      + serialPorts * (ByteRing.sharedBytes(OUTPUT_RING_BYTES) + ByteRing.sharedBytes(INPUT_RING_BYTES));
    return new WorldSwitch(new SharedArrayBuffer(bytes), serialPorts);
  }

  // What the VMX does.

  /** Sets a request bit and wakes the VMM, which sees it at its next slice. */
  request(bit: number): void {
    Atomics.or(this.#words, WORD.requests, bit);
    this.ringVmm();
  }

  ringVmm(): void {
    Atomics.add(this.#words, WORD.doorbell, 1);
    Atomics.notify(this.#words, WORD.doorbell);
  }

  /** To be called before the output rings are drained: what is put after it gives a new message. */
  acknowledgeOutput(): void {
    Atomics.store(this.#words, WORD.outputAnnounced, 0);
  }

  /** After output was taken: lets a VMM go on that stalled on a full ring. */
  outputTaken(): void {
    if (Atomics.exchange(this.#words, WORD.outputSpaceWanted, 0) !== 0) this.ringVmm();
  }

  /** Asks for one `input-space` message when the VMM next takes input. Look at the ring once more after this. */
  wantInputSpace(): void {
    Atomics.store(this.#words, WORD.inputSpaceWanted, 1);
  }

  // What the VMM does.

  /** The doorbell's count: to be read before looking for work, and given to sleep() when there was none. */
  doorbell(): number {
    return Atomics.load(this.#words, WORD.doorbell);
  }

  /** Sleeps until the doorbell's count differs from `seen` or the time is over. */
  sleep(seen: number, timeoutMs: number): void {
    Atomics.wait(this.#words, WORD.doorbell, seen, timeoutMs);
  }

  takeRequests(): number {
    return Atomics.load(this.#words, WORD.requests) === 0 ? 0 : Atomics.exchange(this.#words, WORD.requests, 0);
  }

  stopRequested(): boolean {
    return (Atomics.load(this.#words, WORD.requests) & REQUEST.stop) !== 0;
  }

  /** True when a message is due: output has been put since the VMX last looked and no message is under way. */
  announceOutput(): boolean {
    return Atomics.exchange(this.#words, WORD.outputAnnounced, 1) === 0;
  }

  /** Marks that the VMM stalls on a full output ring. Look at the ring once more after this. */
  wantOutputSpace(): void {
    Atomics.store(this.#words, WORD.outputSpaceWanted, 1);
  }

  /** True when the VMX waits for room in an input ring and is to be sent a message. */
  inputTaken(): boolean {
    return Atomics.load(this.#words, WORD.inputSpaceWanted) !== 0 && Atomics.exchange(this.#words, WORD.inputSpaceWanted, 0) !== 0;
  }
}
