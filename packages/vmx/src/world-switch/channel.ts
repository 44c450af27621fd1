/**
 * The world switch: the shared memory through which the VMX process (main thread) and the VMM (worker) pass control and bytes.
 *
 * Layout: eight Int32 control words, then a pair of rings for each serial port and one ring for the debug port.
 * Each side has a bell: a word that the other increments and notifies.
 * - The VMM sleeps on its bell in Atomics.wait while the guest is halted, so an idle guest costs nothing and a key wakes it in
 *   microseconds. Requests to it are bits in a word.
 * - The VMX hears its bell through Atomics.waitAsync (measured with Node 26.10: event loop awake after 15-20 us, as with postMessage,
 *   and no garbage). Ringing costs the VMM 11 us when the VMX listens, so it rings once a slice, not once a byte.
 * A full ring makes its producer wait, so no byte is ever lost: the VMM stalls until the terminal takes the output, and the VMX stops
 * reading its input until the guest takes it. A producer that finds a ring full says so in a word, looks once more, then waits.
 */
import { ByteRing } from './byte-ring.ts';

const WORD = { vmmBell: 0, vmxBell: 1, requests: 2, inputSpaceWanted: 3, outputSpaceWanted: 4 } as const;
const CONTROL_BYTES = 32;

const OUTPUT_RING_BYTES = 256 * 1024;
const INPUT_RING_BYTES = 16 * 1024;
const DEBUG_RING_BYTES = 64 * 1024;

/** Bits of the request word. */
export const REQUEST = { stop: 1, statistics: 2 } as const;

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
    Atomics.add(this.#words, WORD.vmmBell, 1);
    Atomics.notify(this.#words, WORD.vmmBell);
  }

  /** The count of the VMX's bell: to be read before looking at the rings, and given to heardVmx(). */
  vmxBell(): number {
    return Atomics.load(this.#words, WORD.vmxBell);
  }

  /** Settles when the bell's count differs from `seen`. It does not keep the process alive. */
  async heardVmx(seen: number): Promise<void> {
    const waiting = Atomics.waitAsync(this.#words, WORD.vmxBell, seen);
    if (waiting.async) await waiting.value;
  }

  /** After output was taken: lets a VMM go on that stalled on a full ring. */
  outputTaken(): void {
    if (Atomics.exchange(this.#words, WORD.outputSpaceWanted, 0) !== 0) this.ringVmm();
  }

  /** Asks for the bell when the VMM next takes input. */
  wantInputSpace(): void {
    Atomics.store(this.#words, WORD.inputSpaceWanted, 1);
  }

  // What the VMM does.

  /** The count of the VMM's bell: to be read before looking for work, and given to sleep() when there was none. */
  vmmBell(): number {
    return Atomics.load(this.#words, WORD.vmmBell);
  }

  /** Sleeps until the bell's count differs from `seen` or the time is over; Infinity is allowed. */
  sleep(seen: number, timeoutMs: number): void {
    Atomics.wait(this.#words, WORD.vmmBell, seen, timeoutMs);
  }

  takeRequests(): number {
    return Atomics.load(this.#words, WORD.requests) === 0 ? 0 : Atomics.exchange(this.#words, WORD.requests, 0);
  }

  ringVmx(): void {
    Atomics.add(this.#words, WORD.vmxBell, 1);
    Atomics.notify(this.#words, WORD.vmxBell);
  }

  /** Asks for the bell when the VMX next takes output. */
  wantOutputSpace(): void {
    Atomics.store(this.#words, WORD.outputSpaceWanted, 1);
  }

  /** After input was taken: wakes a VMX that waits for room. */
  inputTaken(): void {
    if (Atomics.exchange(this.#words, WORD.inputSpaceWanted, 0) !== 0) this.ringVmx();
  }
}
