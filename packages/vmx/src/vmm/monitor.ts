/**
 * The VMM's loop: runs the guest a slice at a time and, between slices, moves serial input to it, sees requests and sleeps while it is halted.
 *
 * A slice is as many instructions as take about half a millisecond, so a request or a key waits no longer than that; V8 also wants
 * to be called back regularly. With `sliceInstructions` fixed a run does not depend on the host's speed.
 */
import type { WorldSwitch } from '../world-switch/channel.ts';
import { REQUEST } from '../world-switch/channel.ts';
import type { CpuStatistics } from '@worldswitch/core';
import type { GuestProfile } from '../profile.ts';
import { ProfileRecorder } from '../profile.ts';
import type { ExitCount, GuestMachine, GuestOutcome, GuestOutput } from './guest-machine.ts';

const SLICE_TARGET_MS = 0.5;
const SLICE_MIN = 2_000;
const SLICE_MAX = 2_000_000;
const FIRST_SLICE = 50_000;
/** Bytes offered to a serial port at once; more than its 16-byte FIFO is never taken. */
const OFFER_BYTES = 64;

export interface MonitorStatistics {
  readonly exits: readonly ExitCount[];
  readonly instructions: number;
  /** Since the first slice. */
  readonly wallMs: number;
  /** Of that, inside the guest; the rest is sleep and the work between slices. */
  readonly guestMs: number;
  readonly sleepMs: number;
  readonly slices: number;
  readonly sleeps: number;
  readonly serialOutBytes: number;
  readonly serialInBytes: number;
  /** How often the guest stalled because the host did not take its output. */
  readonly outputStalls: number;
  readonly cpu?: Omit<CpuStatistics, 'translation'>;
  readonly translation?: NonNullable<CpuStatistics['translation']>;
  readonly profile?: GuestProfile;
}

export type MonitorEnd = GuestOutcome | { readonly reason: 'stopped' };

export interface MonitorOptions {
  readonly channel: WorldSwitch;
  /** Makes the machine, given where its output goes. */
  readonly machine: (output: GuestOutput) => GuestMachine;
  /** Fixed length of a slice, for runs that can be repeated. */
  readonly sliceInstructions?: number;
  /** Samples where the guest is. */
  readonly profile?: boolean;
  readonly nowMs: () => number;
  readonly onStatistics: (statistics: MonitorStatistics) => void;
}

export class Monitor {
  readonly #channel: WorldSwitch;
  readonly #machine: GuestMachine;
  readonly #options: MonitorOptions;
  readonly #profile: ProfileRecorder | undefined;
  readonly #offer = new Uint8Array(OFFER_BYTES);
  #slice: number;
  #outputPending = false;
  #stopping = false;
  #startMs = 0;
  #guestMs = 0;
  #sleepMs = 0;
  #slices = 0;
  #sleeps = 0;
  #serialOutBytes = 0;
  #serialInBytes = 0;
  #outputStalls = 0;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#channel = options.channel;
    this.#slice = options.sliceInstructions ?? FIRST_SLICE;
    this.#profile = options.profile === true ? new ProfileRecorder() : undefined;
    this.#machine = options.machine({
      serial: (port, byte) => {
        this.#serialOutBytes++;
        this.#emit(this.#channel.serial[port]?.toHost, byte);
      },
      debug: (byte) => this.#emit(this.#channel.debug, byte),
    });
  }

  /** Returns when the guest has ended or a stop was requested. */
  run(): MonitorEnd {
    this.#startMs = this.#options.nowMs();
    try {
      for (;;) {
        const bell = this.#channel.vmmBell();
        if (this.#serveRequests()) return { reason: 'stopped' };
        this.#feedSerial();
        const end = this.#runSlice();
        if (this.#outputPending) {
          this.#outputPending = false;
          this.#channel.ringVmx();
        }
        if (end === 'ended') return this.#machine.outcome ?? { reason: 'power-off' };
        if (end === 'halted') this.#idle(bell);
      }
    } finally {
      this.#channel.ringVmx();
    }
  }

  statistics(): MonitorStatistics {
    return {
      exits: this.#machine.exits(),
      instructions: this.#machine.instructionsRetired,
      wallMs: this.#options.nowMs() - this.#startMs,
      guestMs: this.#guestMs,
      sleepMs: this.#sleepMs,
      slices: this.#slices,
      sleeps: this.#sleeps,
      serialOutBytes: this.#serialOutBytes,
      serialInBytes: this.#serialInBytes,
      outputStalls: this.#outputStalls,
      ...cpuCounts(this.#machine.cpuStatistics()),
      ...(this.#profile && { profile: this.#profile.profile(this.#machine.kernelEntries()) }),
    };
  }

  /** True once a stop was requested. */
  #serveRequests(): boolean {
    const requests = this.#channel.takeRequests();
    if ((requests & REQUEST.statistics) !== 0) this.#options.onStatistics(this.statistics());
    this.#stopping ||= (requests & REQUEST.stop) !== 0;
    return this.#stopping;
  }

  #runSlice(): 'budget' | 'halted' | 'ended' {
    const startMs = this.#options.nowMs();
    const end = this.#machine.runSlice(this.#slice);
    const tookMs = this.#options.nowMs() - startMs;
    this.#guestMs += tookMs;
    this.#slices++;
    // a guest that halts is asleep
    if (end === 'budget') this.#profile?.record(this.#machine.position(), tookMs);
    // Halving and doubling by halves: fast code and a cold start settle within a few slices.
    if (this.#options.sliceInstructions === undefined && end === 'budget') {
      if (tookMs > SLICE_TARGET_MS * 1.5) this.#slice = Math.max(SLICE_MIN, Math.floor(this.#slice / 2));
      else if (tookMs < SLICE_TARGET_MS / 1.5) this.#slice = Math.min(SLICE_MAX, Math.floor(this.#slice * 1.5));
    }
    return end;
  }

  #idle(bell: number): void {
    const idleNs = this.#feedSerial() ? 0 : this.#machine.idleNs();
    if (idleNs <= 0) {
      this.#machine.idled();
      return;
    }
    const startMs = this.#options.nowMs();
    this.#channel.sleep(bell, idleNs / 1e6);
    const sleptMs = this.#options.nowMs() - startMs;
    this.#sleepMs += sleptMs;
    this.#sleeps++;
    this.#machine.idled();
  }

  /** True when a FIFO took something, so that the guest has work. */
  #feedSerial(): boolean {
    let fed = false;
    for (const [port, { toGuest }] of this.#channel.serial.entries()) {
      const waiting = toGuest.peek(this.#offer);
      if (waiting === 0) continue;
      const taken = this.#machine.receive(port, this.#offer.subarray(0, waiting));
      if (taken === 0) continue;
      toGuest.skip(taken);
      this.#serialInBytes += taken;
      this.#channel.inputTaken();
      fed = true;
    }
    return fed;
  }

  /** Waits while the ring is full: the guest's transmitter is then simply slow. A stop request ends the wait, and the byte is lost. */
  #emit(ring: { writeByte(byte: number): boolean } | undefined, byte: number): void {
    this.#outputPending = true;
    if (ring === undefined || ring.writeByte(byte)) return;
    this.#outputStalls++;
    // Once a stop is under way nothing waits any more.
    if (this.#stopping) return;
    for (;;) {
      const bell = this.#channel.vmmBell();
      this.#channel.wantOutputSpace();
      if (ring.writeByte(byte) || this.#serveRequests()) return;
      this.#channel.ringVmx();
      this.#channel.sleep(bell, Number.POSITIVE_INFINITY);
    }
  }
}

function cpuCounts(statistics: CpuStatistics | undefined): Pick<MonitorStatistics, 'cpu' | 'translation'> {
  if (statistics === undefined) return {};
  const { translation, ...cpu } = statistics;
  return { cpu, ...(translation && { translation }) };
}
