/**
 * How often the guest left generated code for a device, and how long the device took: a thin layer between the CPU and the buses.
 * Measured with the host's clock, so it says nothing to the guest and does not disturb a repeatable run.
 */

import type { MmioBus } from '../memory/physical.ts';
import type { AccessSize, PortBus, PortSpace } from '../bus/port-bus.ts';
import { ExitTimer } from '../cpu/exit-timer.ts';
import type { ExitCounter } from '../cpu/exit-timer.ts';

type Now = () => number;

class Counters {
  readonly byReason = new Map<string, ExitCounter>();

  of(reason: string): ExitCounter {
    let counter = this.byReason.get(reason);
    if (counter === undefined) this.byReason.set(reason, (counter = { count: 0, timeNs: 0 }));
    return counter;
  }
}

/** Counts by the part that answers. */
export class CountedPorts implements PortBus {
  readonly counters = new Counters();
  readonly #space: PortSpace;
  readonly #timer: ExitTimer;
  /** By port, once it has been used; a part that moves later keeps the name of the first at that port. */
  readonly #counterAt: (ExitCounter | undefined)[] = [];

  constructor(space: PortSpace, now: Now) {
    this.#space = space;
    this.#timer = new ExitTimer(now);
  }

  read(port: number, size: AccessSize): number {
    const began = this.#timer.begin();
    const value = this.#space.read(port, size);
    this.#timer.end(this.#counter(port), began);
    return value;
  }

  write(port: number, size: AccessSize, value: number): void {
    const began = this.#timer.begin();
    this.#space.write(port, size, value);
    this.#timer.end(this.#counter(port), began);
  }

  #counter(port: number): ExitCounter {
    const known = this.#counterAt[port];
    if (known !== undefined) return known;
    const claim = this.#space.claims.find(({ start, length }) => port >= start && port < start + length);
    const counter = this.counters.of(`port ${claim?.owner ?? 'unclaimed'}`);
    this.#counterAt[port] = counter;
    return counter;
  }
}

/** Counts by 4 KiB page; `names` says what is where at power-on. */
export class CountedMmio implements MmioBus {
  readonly counters = new Counters();
  readonly #bus: MmioBus;
  readonly #timer: ExitTimer;
  readonly #names: ReadonlyMap<number, string>;
  readonly #counterOf = new Map<number, ExitCounter>();

  constructor(bus: MmioBus, names: ReadonlyMap<number, string>, now: Now) {
    this.#bus = bus;
    this.#names = names;
    this.#timer = new ExitTimer(now);
  }

  read(phys: number, size: AccessSize): number {
    const began = this.#timer.begin();
    const value = this.#bus.read(phys, size);
    this.#timer.end(this.#counter(phys), began);
    return value;
  }

  write(phys: number, size: AccessSize, value: number): void {
    const began = this.#timer.begin();
    this.#bus.write(phys, size, value);
    this.#timer.end(this.#counter(phys), began);
  }

  #counter(phys: number): ExitCounter {
    const page = phys - (phys % 0x1000);
    let counter = this.#counterOf.get(page);
    if (counter === undefined) this.#counterOf.set(page, (counter = this.counters.of(`mmio ${this.#names.get(page) ?? 'other'}`)));
    return counter;
  }
}
