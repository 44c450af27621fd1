/**
 * The conformance suite that every device passes.
 *
 * A seeded random program of register accesses, inputs and time steps (none, short, long) drives an instance; then its state
 * goes through bytes into a fresh instance on a board of its own, and both continue with the same program: reads, line changes, host calls and the
 * final state have to be the same. A byte that a device keeps outside its state shows here.
 */
import { describe, expect, it } from 'vitest';
import { MmioSpace } from '../bus/mmio-bus.ts';
import { PciBus } from '../bus/pci-bus.ts';
import { PortSpace } from '../bus/port-bus.ts';
import type { AccessSize } from '../bus/port-bus.ts';
import type { Board, Device, DeviceDefinition, SavedDevice, Wiring } from '../devices/device.ts';
import { decodeSaved, encodeSaved } from '../struct/encode.ts';
import type { Saved, SavedRecord } from '../struct/fields.ts';
import { StateError } from '../struct/state-error.ts';
import { Timers } from '../time/timers.ts';

/** A clock that a test moves by hand. */
export class ManualClock {
  ns: number;

  constructor(ns = 0) {
    this.ns = ns;
  }

  nowNs(): number {
    return this.ns;
  }
}

/** A board with nothing on it. */
export class TestBoard implements Board {
  readonly clock: ManualClock;
  readonly ports = new PortSpace();
  readonly mmio = new MmioSpace();
  readonly pci = new PciBus();
  readonly timers: Timers;
  readonly memory = new Uint8Array(0x1_0000);
  readonly dma = {
    read: (phys: number, into: Uint8Array): void => into.set(this.memory.subarray(phys & 0xffff, (phys & 0xffff) + into.length)),
    write: (phys: number, from: Uint8Array): void => {
      const start = phys & 0xffff;
      this.memory.set(from.subarray(0, Math.max(0, this.memory.length - start)), start);
    },
  };

  constructor(startNs = 0) {
    this.clock = new ManualClock(startNs);
    this.timers = new Timers(this.clock);
  }

  /** Moves time on, stopping at each deadline on the way as the machine does. */
  advance(deltaNs: number): void {
    const endNs = this.clock.ns + deltaNs;
    for (let steps = 0; steps < 100_000 && this.timers.nextDeadlineNs() <= endNs; steps++) {
      this.clock.ns = Math.max(this.clock.ns, this.timers.nextDeadlineNs());
      this.timers.runDue();
    }
    this.clock.ns = endNs;
    this.timers.runDue();
  }

  in8(port: number): number {
    return this.ports.read(port, 1);
  }

  out8(port: number, value: number): void {
    this.ports.write(port, 1, value);
  }
}

type Log = (event: string) => void;
type Random = (below: number) => number;

export interface DeviceTestOptions<O, H, L extends string, I> {
  /** How the instance under test is connected; host functions call `log` with what they were given. */
  readonly wiring?: (log: Log) => Wiring<O, H, L>;
  /** One random use of the inputs. */
  readonly drive?: (inputs: I, random: Random, log: Log) => void;
  /** Known first steps, so that the random program does not act on a part that is not set up. */
  readonly prepare?: (board: TestBoard, device: Device<I>) => void;
  /** Addresses that the random program prefers, where registers are few in a large range. */
  readonly addresses?: readonly number[];
  readonly steps?: number;
}

export function testDevice<O, H, L extends string, I>(definition: DeviceDefinition<O, H, L, I>, options: DeviceTestOptions<O, H, L, I> = {}): void {
  const { steps = 400 } = options;
  const start = (startNs: number) => new Subject(definition, options, startNs);

  describe(`${definition.name} conforms`, () => {
    it.each([1, 2, 3, 4, 5, 6])('continues identically from a saved state (seed %i)', (seed) => {
      const original = start(1_000_000);
      options.prepare?.(original.board, original.device);
      original.run(seed, steps);
      const saved = original.device.save();
      const before = encodeSaved(plain(saved));

      const copy = start(original.board.clock.ns);
      options.prepare?.(copy.board, copy.device);
      copy.board.memory.set(original.board.memory);
      copy.device.restore(revive(before));
      copy.device.resume();
      expect(decodeSaved(encodeSaved(plain(copy.device.save()))), 'state after restore').toEqual(decodeSaved(before));
      expect(decodeSaved(encodeSaved(plain(original.device.save()))), 'saving changed the source').toEqual(decodeSaved(before));

      original.log.length = 0;
      copy.log.length = 0;
      original.run(seed + 1000, steps);
      copy.run(seed + 1000, steps);
      expect(copy.log).toEqual(original.log);
      expect(plain(copy.device.save())).toEqual(plain(original.device.save()));
    });

    it('is the same after a reset as when new', () => {
      const used = start(1_000_000);
      options.prepare?.(used.board, used.device);
      used.run(7, steps);
      used.device.reset();
      const twice = plain(used.device.save());
      used.device.reset();
      expect(plain(used.device.save())).toEqual(twice);
      const fresh = start(used.board.clock.ns);
      for (const name of Object.keys(twice.state as SavedRecord)) {
        if (definition.retained.includes(name)) continue;
        expect((twice.state as SavedRecord)[name], name).toEqual((plain(fresh.device.save()).state as SavedRecord)[name]);
      }
    });

    it('rejects malformed state and keeps its own', () => {
      const subject = start(0);
      const good = subject.device.save();
      const own = plain(good);
      for (const bad of mutations(good)) {
        expect(() => subject.device.restore(bad), JSON.stringify(bad, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).toThrow(StateError);
      }
      expect(plain(subject.device.save())).toEqual(own);
    });

    it('works on from any state that it accepts', () => {
      const subject = start(1_000_000);
      options.prepare?.(subject.board, subject.device);
      subject.run(5, steps);
      const good = subject.device.save();
      const candidates = [...extremes(good.state)];
      let accepted = 0;
      for (const extreme of candidates) {
        try {
          subject.device.restore({ ...good, state: extreme as SavedRecord });
        } catch (error) {
          expect(error).toBeInstanceOf(StateError);
          continue;
        }
        accepted++;
        subject.device.resume();
        subject.run(accepted, 12);
        // Still a state that can be restored: no NaN, nothing out of range.
        subject.device.restore(subject.device.save());
      }
      expect(accepted).toBeGreaterThanOrEqual(candidates.length > 0 ? 1 : 0);
    });

    it('survives time that stands still and time that jumps', () => {
      const subject = start(0);
      options.prepare?.(subject.board, subject.device);
      subject.run(11, steps, 0);
      subject.board.clock.ns += 3_600e9;
      subject.board.timers.runDue();
      subject.run(12, 50);
      expect(subject.log.length).toBeGreaterThan(0);
    });
  });
}

/** An instance on a board, and everything observable that it did. */
class Subject<O, H, L extends string, I> {
  readonly board: TestBoard;
  readonly device: Device<I>;
  readonly log: string[] = [];
  readonly #options: DeviceTestOptions<O, H, L, I>;

  constructor(definition: DeviceDefinition<O, H, L, I>, options: DeviceTestOptions<O, H, L, I>, startNs: number) {
    this.#options = options;
    this.board = new TestBoard(startNs);
    const log = (event: string): void => {
      this.log.push(event);
    };
    const wiring: Wiring<O, H, L> = { at: { device: 1, function: 0 }, ...options.wiring?.(log) };
    const lines = Object.fromEntries(definition.lines.map((line) => [line, (level: boolean) => log(`${line} ${level}`)])) as Wiring<O, H, L>['lines'];
    this.device = definition.place(this.board, { ...wiring, lines: { ...lines, ...wiring.lines } });
  }

  run(seed: number, steps: number, maxStepNs = 20_000_000): void {
    const random = randomFrom(seed);
    const { board } = this;
    for (let step = 0; step < steps; step++) {
      const spaces = [board.ports, board.mmio].filter((space) => space.claims.length > 0);
      const choice = random(8);
      const space = spaces[random(Math.max(1, spaces.length))];
      if (choice === 0) board.advance(maxStepNs === 0 ? 0 : random(4) === 0 ? random(maxStepNs) : random(2000));
      else if (choice === 1 && this.#options.drive !== undefined) this.#options.drive(this.device.inputs, random, (event) => this.log.push(event));
      else if (choice === 2 && random(4) === 0) this.#configure(random);
      else if (space !== undefined) this.#access(space, random);
      else this.log.push('idle');
    }
  }

  #access(space: PortSpace | MmioSpace, random: Random): void {
    const claim = space.claims[random(space.claims.length)];
    if (claim === undefined) return;
    const size = ([1, 1, 2, 4] as const)[random(4)] as AccessSize;
    const widest = claim.width > size && random(4) !== 0 ? claim.width : size;
    const { addresses } = this.#options;
    const preferred = addresses !== undefined && random(8) !== 0 ? addresses[random(addresses.length)] : undefined;
    const address = preferred ?? claim.start + (random(claim.length) & ~(widest - 1));
    if (random(2) === 0) {
      const value = random(256) + random(256) * 0x100 + random(256) * 0x1_0000 + random(256) * 0x100_0000;
      space.write(address, widest, widest === 4 ? value : value % 2 ** (8 * widest));
    } else {
      const value = space.read(address, widest);
      expect(Number.isInteger(value) && value >= 0 && value < 2 ** (8 * widest), `${claim.owner} ${address.toString(16)}: ${value}`).toBe(true);
      this.log.push(`${address.toString(16)}/${widest} = ${value.toString(16)}`);
    }
  }

  #configure(random: Random): void {
    const offset = random(256);
    if (random(2) === 0) this.board.pci.write(1 << 3, offset, 1, random(256));
    else this.log.push(`config ${offset} = ${this.board.pci.read(1 << 3, offset, 1)}`);
  }
}

function randomFrom(seed: number): Random {
  let state = (seed * 0x9e37_79b9) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function plain(saved: SavedDevice): SavedRecord {
  return { ...saved };
}

function revive(bytes: Uint8Array): SavedDevice {
  return decodeSaved(bytes) as unknown as SavedDevice;
}

function* mutations(good: SavedDevice): Iterable<SavedDevice> {
  yield { ...good, device: 'another' };
  yield { ...good, version: good.version + 1 };
  yield { ...good, version: 0 };
  yield { ...good, state: { ...good.state, 'no such field': 1 } };
  yield { ...good, state: 5 as unknown as SavedRecord };
  if (good.config !== undefined) yield { ...good, config: new Uint8Array(3) };
  for (const [name, value] of Object.entries(good.state)) {
    const { [name]: _removed, ...rest } = good.state;
    yield { ...good, state: rest };
    for (const bad of badValues(value)) yield { ...good, state: { ...good.state, [name]: bad } };
  }
}

const EXTREMES = [0, 1, -1, 0x7f, 0xff, 0xffff, 0xffff_ffff, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

/** Copies of `saved` with one number at a time at the edge of its range, and one flag at a time inverted. */
function* extremes(saved: Saved): Iterable<Saved> {
  if (typeof saved === 'number') yield* EXTREMES;
  else if (typeof saved === 'bigint') yield* [0n, 0xffff_ffff_ffff_ffffn];
  else if (typeof saved === 'boolean') yield !saved;
  else if (Array.isArray(saved)) {
    // Elements of an array are alike: the first two stand for all.
    for (const index of [0, 1].slice(0, saved.length)) for (const item of extremes(saved[index] as Saved)) yield (saved as Saved[]).with(index, item);
  } else if (typeof saved === 'object' && !(saved instanceof Uint8Array)) {
    for (const [name, value] of Object.entries(saved as SavedRecord)) for (const item of extremes(value)) yield { ...(saved as SavedRecord), [name]: item };
  }
}

function* badValues(value: Saved): Iterable<Saved> {
  yield 'text';
  if (typeof value === 'number') {
    yield NaN;
    yield 0.5;
    yield Infinity;
    yield true;
  } else if (value instanceof Uint8Array) yield new Uint8Array(value.length + 1);
  else if (Array.isArray(value)) {
    yield [...(value as Saved[]), 0];
    yield value.map(() => 'text');
  } else if (typeof value === 'boolean') yield 1;
}
