/**
 * What a device is: one declaration of its claims and its state, and one function that attaches behaviour to them.
 *
 * `defineDevice` infers every type from the declaration. A claimed register block without a handler, a line or timer that was
 * not declared, and guest memory without `dma: true` are type errors. A device is handed only what it claimed: state, options,
 * lines, timers, the clock, the host port it declared; never the machine.
 *
 * - `options` are plain data with their defaults. `host` is what the device calls outside the guest (a byte sink, the wall
 *   clock), with defaults that act as "nothing connected". `inputs` of the attached part are what the outside calls: interrupt inputs, key strokes.
 * - `reset` is: fresh state, lines low, timers off, claims where they were declared, then the part's own `reset` (what depends on time or options), then `resume`.
 * - `restore` checks and copies state only. When all devices are restored the machine calls `resume` on each, which re-derives lines,
 *   timers and moved claims from state; it is also the last step of a reset, so it has one meaning.
 * - Versions: `migrations[n]` turns saved state of version n+1 into version n+2.
 *
 * Saved state is hostile: see ../struct/fields.ts. A register access never throws, whatever the guest does.
 */
import type { DmaAccess } from '../bus/dma.ts';
import { Line } from '../bus/line.ts';
import type { LineDriver, LineInput } from '../bus/line.ts';
import type { MmioSpace } from '../bus/mmio-bus.ts';
import type { PciAddress, PciBus } from '../bus/pci-bus.ts';
import { ConfigSpace } from '../bus/pci-config-space.ts';
import type { BaseAddress, PciConfig, PciIdentity } from '../bus/pci-config-space.ts';
import type { AccessSize, Claim, PortSpace, RegisterHandler } from '../bus/port-bus.ts';
import { StateError } from '../struct/state-error.ts';
import type { SavedRecord } from '../struct/fields.ts';
import { struct } from '../struct/struct.ts';
import type { Schema, StateOf } from '../struct/struct.ts';
import type { Clock } from '../time/clock.ts';
import type { Timer, Timers } from '../time/timers.ts';

/** First address (undefined: nowhere until moved), length, and the widest access decoded in one cycle (1 if absent). */
type Range = readonly [start: number | undefined, length: number, width?: AccessSize];
type Ranges = Readonly<Record<string, Range>>;
type Nothing = Record<never, never>;

/** A claimed range that the guest can move or switch off. */
interface MovableClaim {
  moveTo(start: number | undefined): void;
}

export type DeviceTimer = Pick<Timer, 'scheduleAt' | 'cancel' | 'pending' | 'deadlineNs'>;

/** A property that is there exactly when its record has keys. */
type WhenAny<K extends string, Keys extends string, V> = [Keys] extends [never] ? { readonly [P in K]?: undefined } : { readonly [P in K]: V };

interface Claims<S extends Schema, O, H, L extends string, T extends string, P, M, D, R extends string, B extends string> {
  readonly state: StateOf<S>;
  readonly options: Readonly<O>;
  readonly host: Readonly<H>;
  readonly clock: Clock;
  readonly lines: Readonly<Record<L, LineDriver>>;
  readonly timers: Readonly<Record<T, DeviceTimer>>;
  readonly claims: Readonly<Record<(keyof P | keyof M) & string, MovableClaim>>;
  readonly dma: D extends true ? DmaAccess : undefined;
  readonly pci: [R | B] extends [never] ? undefined : PciConfig<R>;
}

type Attached<T extends string, P, M, R extends string, B extends string, I> = WhenAny<'ports', keyof P & string, { readonly [K in keyof P]: RegisterHandler }> &
  WhenAny<'mmio', keyof M & string, { readonly [K in keyof M]: RegisterHandler }> &
  WhenAny<'bars', B, { readonly [K in B]: RegisterHandler }> &
  WhenAny<'timers', T, { readonly [K in T]: () => void }> & {
    readonly inputs?: I;
    readonly reset?: () => void;
    readonly resume?: () => void;
    /** After a write to one of the function's own configuration registers. */
    readonly configWritten?: (register: R) => void;
  };

interface Declaration<S extends Schema, O, H, L extends string, T extends string, P extends Ranges, M extends Ranges, D extends boolean, R extends string, B extends string, I> {
  /** The part, as its datasheet names it. */
  readonly name: string;
  readonly version: number;
  readonly reference: string;
  readonly options?: O;
  readonly host?: H;
  readonly lines?: readonly L[];
  readonly timers?: readonly T[];
  readonly ports?: P | ((options: Readonly<O>) => P);
  readonly mmio?: M | ((options: Readonly<O>) => M);
  readonly dma?: D;
  readonly pci?: PciIdentity<R, B>;
  readonly state: S;
  readonly migrations?: readonly ((old: SavedRecord) => SavedRecord)[];
  readonly attach: (claims: Claims<S, O, H, L, T, P, M, D, R, B>) => Attached<T, P, M, R, B, I>;
}

/** What the board offers to every device. */
export interface Board {
  readonly ports: PortSpace;
  readonly mmio: MmioSpace;
  readonly timers: Timers;
  readonly dma?: DmaAccess;
  readonly pci?: PciBus;
}

/** How one instance is connected. */
export interface Wiring<O, H, L extends string> {
  /** Tells instances of one part apart ("com1"); the part's name if absent. */
  readonly instance?: string;
  readonly options?: Partial<O>;
  readonly host?: Partial<H>;
  /** Lines that are left out are not connected. */
  readonly lines?: Partial<Record<L, LineInput>>;
  readonly at?: PciAddress;
}

export interface SavedDevice {
  readonly device: string;
  readonly version: number;
  readonly state: SavedRecord;
  readonly config?: Uint8Array;
}

export interface Device<I = unknown> {
  readonly name: string;
  readonly inputs: I;
  reset(): void;
  save(): SavedDevice;
  /** Takes over checked state, or throws {@link StateError} and changes nothing. `resume` follows when all devices are restored. */
  restore(saved: SavedDevice): void;
  resume(): void;
}

export interface DeviceDefinition<O, H, L extends string, I> {
  readonly name: string;
  readonly version: number;
  readonly reference: string;
  readonly options: Readonly<O>;
  readonly lines: readonly L[];
  /** State fields that a reset leaves alone. */
  readonly retained: readonly string[];
  /** Puts an instance on the board, in its reset state. */
  place(board: Board, wiring?: Wiring<O, H, L>): Device<I>;
}

export function defineDevice<
  const S extends Schema,
  O = Nothing,
  H = Nothing,
  const L extends string = never,
  const T extends string = never,
  P extends Ranges = Nothing,
  M extends Ranges = Nothing,
  D extends boolean = false,
  const R extends string = never,
  const B extends string = never,
  I = Nothing,
>(declaration: Declaration<S, O, H, L, T, P, M, D, R, B, I>): DeviceDefinition<O, H, L, I> {
  const { name, version, reference, migrations = [] } = declaration;
  if (migrations.length !== version - 1) throw new Error(`${name}: version ${version} needs ${version - 1} migrations`);
  return {
    name,
    version,
    reference,
    options: (declaration.options ?? {}) as O,
    lines: declaration.lines ?? [],
    retained: Object.keys(declaration.state).filter((field) => declaration.state[field]?.retained === true),
    place: (board, wiring = {}) => place(declaration, board, wiring),
  };
}

function place<S extends Schema, O, H, L extends string, T extends string, P extends Ranges, M extends Ranges, D extends boolean, R extends string, B extends string, I>(
  declaration: Declaration<S, O, H, L, T, P, M, D, R, B, I>,
  board: Board,
  wiring: Wiring<O, H, L>,
): Device<I> {
  const instance = wiring.instance ?? declaration.name;
  const schema = struct(declaration.state);
  const state = schema.create();
  const options = { ...declaration.options, ...wiring.options } as Readonly<O>;
  const lines = byName(declaration.lines ?? [], (line) => new Line(wiring.lines?.[line] ?? ignoreLevel));
  const timers = byName(declaration.timers ?? [], (timer) => board.timers.create(() => (attached.timers as Record<T, () => void>)[timer]()));
  const config = declaration.pci === undefined ? undefined : new ConfigSpace(declaration.pci);
  const ports = typeof declaration.ports === 'function' ? declaration.ports(options) : declaration.ports;
  const mmio = typeof declaration.mmio === 'function' ? declaration.mmio(options) : declaration.mmio;
  if (declaration.dma === true && board.dma === undefined) throw new Error(`${instance} needs guest memory`);

  const claims: Record<string, ClaimedRange> = {};
  for (const [key, range] of Object.entries(ports ?? {})) claims[key] = new ClaimedRange(board.ports, instance, range);
  for (const [key, range] of Object.entries(mmio ?? {})) claims[key] = new ClaimedRange(board.mmio, instance, range);

  const given: Claims<S, O, H, L, T, P, M, D, R, B> = {
    state,
    options,
    host: { ...declaration.host, ...wiring.host } as Readonly<H>,
    clock: board.timers.guestClock,
    lines,
    timers,
    claims: claims as Readonly<Record<string, MovableClaim>> as Claims<S, O, H, L, T, P, M, D, R, B>['claims'],
    dma: (declaration.dma === true ? board.dma : undefined) as Claims<S, O, H, L, T, P, M, D, R, B>['dma'],
    pci: config as Claims<S, O, H, L, T, P, M, D, R, B>['pci'],
  };
  const attached = declaration.attach(given);
  const handlers: Readonly<Record<string, RegisterHandler>> = { ...attached.ports, ...attached.mmio };
  for (const [key, claim] of Object.entries(claims)) claim.connect(handlers[key] as RegisterHandler);

  const bars: (readonly [BaseAddress, ClaimedRange])[] = [];
  for (const [key, bar] of Object.entries(declaration.pci?.bars ?? {}) as [B, BaseAddress][]) {
    const range = new ClaimedRange(bar.kind === 'io' ? board.ports : board.mmio, instance, [undefined, bar.sizeBytes, bar.width ?? 4]);
    range.connect((attached.bars as Record<B, RegisterHandler>)[key]);
    bars.push([bar, range]);
  }
  const followBars = (): void => {
    for (const [bar, range] of bars) range.moveTo(config?.barAddress(bar));
  };
  if (config !== undefined) {
    config.onWritten = (register) => {
      if (register === undefined) followBars();
      else attached.configWritten?.(register);
    };
    if (board.pci === undefined || wiring.at === undefined) throw new Error(`${instance} needs a place on the PCI bus`);
    board.pci.attach(wiring.at, config);
  }

  const device: Device<I> = {
    name: instance,
    inputs: (attached.inputs ?? {}) as I,
    reset() {
      schema.reset(state);
      config?.reset();
      for (const timer of Object.values<Timer>(timers)) timer.cancel();
      for (const line of Object.values<Line>(lines)) line.lower();
      for (const claim of Object.values(claims)) claim.moveHome();
      attached.reset?.();
      device.resume();
    },
    save: () => ({
      device: declaration.name,
      version: declaration.version,
      state: schema.save(state) as SavedRecord,
      ...(config !== undefined && { config: config.bytes.slice() }),
    }),
    restore(saved) {
      const parsed = schema.parse(migrate(declaration, saved), declaration.name);
      const bytes = config?.parse(saved.config, `${declaration.name}.config`);
      for (const timer of Object.values<Timer>(timers)) timer.cancel();
      schema.copy(state, parsed);
      if (bytes !== undefined) config?.bytes.set(bytes);
    },
    resume() {
      followBars();
      attached.resume?.();
    },
  };
  device.reset();
  return device;
}

function migrate(declaration: { name: string; version: number; migrations?: readonly ((old: SavedRecord) => SavedRecord)[] }, saved: SavedDevice): SavedRecord {
  const { name, version, migrations = [] } = declaration;
  if (saved.device !== name) throw new StateError('device', name, saved.device);
  if (!Number.isInteger(saved.version) || saved.version < 1 || saved.version > version) {
    throw new StateError(`${name}.version`, `1..${version}`, saved.version);
  }
  return migrations.slice(saved.version - 1).reduce((state, step) => step(state), saved.state);
}

/** One claimed range: forwards to the handler once the device is attached, and follows moves. */
class ClaimedRange implements MovableClaim {
  readonly #space: PortSpace | MmioSpace;
  readonly #owner: string;
  readonly #range: Range;
  #handler: RegisterHandler | undefined;
  #claim: Claim | undefined;

  constructor(space: PortSpace | MmioSpace, owner: string, range: Range) {
    this.#space = space;
    this.#owner = owner;
    this.#range = range;
  }

  connect(handler: RegisterHandler): void {
    this.#handler = handler;
    if (this.#claim === undefined && this.#range[0] !== undefined) this.#place(this.#range[0], false);
  }

  moveTo(start: number | undefined): void {
    if (start === this.#claim?.start) return;
    if (this.#claim !== undefined) this.#space.release(this.#claim);
    this.#claim = undefined;
    if (start !== undefined) this.#place(start, true);
  }

  moveHome(): void {
    this.moveTo(this.#range[0]);
  }

  #place(start: number, moved: boolean): void {
    const [, length, width = 1] = this.#range;
    if (this.#handler === undefined) throw new Error(`${this.#owner}: moved before it was attached`);
    this.#claim = { owner: this.#owner, start, length, width, handler: this.#handler };
    this.#space.claim(this.#claim, moved);
  }
}

function byName<K extends string, V>(names: readonly K[], make: (name: K) => V): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<K, V>;
}

function ignoreLevel(): void {}
