/**
 * The field types of a saved device state.
 *
 * A field knows its reset value, how it is saved to plain data, and how untrusted plain data is checked on the
 * way back. The argument of each constructor is the reset value, so "fresh" and "reset" are the same code.
 *
 * Saved data is hostile: every number is range checked and every length compared before anything is copied.
 * `copy` works in place for containers, so a device may keep a reference to a nested struct or array.
 */
import { StateError } from './state-error.ts';

/** Plain data: what a field saves to, and what `encode.ts` writes as bytes. */
export type Saved = number | bigint | boolean | string | Uint8Array | readonly Saved[] | SavedRecord;
export interface SavedRecord {
  readonly [name: string]: Saved;
}

export interface Field<T> {
  /** A new reset value. */
  create(): T;
  save(value: T): Saved;
  /** Checks `saved` and makes a new value of it; throws {@link StateError}. */
  parse(saved: Saved | undefined, path: string): T;
  /** Overwrites `into` where it is a container, and returns what the place now holds. */
  copy(into: T, from: T): T;
  /** Like `copy` from a reset value, but leaves retained fields as they are. */
  reset(into: T): T;
  readonly retained?: true;
}

function integer(kind: string, initial: number, min: number, max: number): Field<number> {
  if (!Number.isSafeInteger(initial) || initial < min || initial > max) {
    throw new RangeError(`${kind}: reset value ${initial} is outside ${min}..${max}`);
  }
  return {
    create: () => initial,
    save: (value) => value,
    parse(saved, path) {
      if (typeof saved !== 'number' || !Number.isSafeInteger(saved) || saved < min || saved > max) {
        throw new StateError(path, `${kind} in ${min}..${max}`, saved);
      }
      return saved;
    },
    copy: (_into, from) => from,
    reset: () => initial,
  };
}

export const u8 = (initial: number): Field<number> => integer('u8', initial, 0, 0xff);
export const u16 = (initial: number): Field<number> => integer('u16', initial, 0, 0xffff);
export const u32 = (initial: number): Field<number> => integer('u32', initial, 0, 0xffff_ffff);

/** An integer with bounds of its own: an index, a count, a state number. */
export const ranged = (initial: number, min: number, max: number): Field<number> => integer('integer', initial, min, max);

/** Nanoseconds of virtual time (`Clock.nowNs`), or of a duration. */
export const time = (initialNs = 0): Field<number> =>
  integer('time', initialNs, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

export function u64(initial: bigint): Field<bigint> {
  return {
    create: () => initial,
    save: (value) => value,
    parse(saved, path) {
      const value = typeof saved === 'number' && Number.isSafeInteger(saved) ? BigInt(saved) : saved;
      if (typeof value !== 'bigint' || value < 0n || value > 0xffff_ffff_ffff_ffffn) throw new StateError(path, 'u64', saved);
      return value;
    },
    copy: (_into, from) => from,
    reset: () => initial,
  };
}

export function bool(initial: boolean): Field<boolean> {
  return {
    create: () => initial,
    save: (value) => value,
    parse(saved, path) {
      if (typeof saved !== 'boolean') throw new StateError(path, 'bool', saved);
      return saved;
    },
    copy: (_into, from) => from,
    reset: () => initial,
  };
}

/** Exactly `length` bytes; `initial` fills them (or is their content). */
export function bytes(length: number, initial: number | Uint8Array = 0): Field<Uint8Array> {
  const create = (): Uint8Array => {
    const value = new Uint8Array(length);
    if (typeof initial === 'number') value.fill(initial);
    else value.set(initial);
    return value;
  };
  const copy = (into: Uint8Array, from: Uint8Array): Uint8Array => {
    into.set(from);
    return into;
  };
  return {
    create,
    save: (value) => value.slice(),
    parse(saved, path) {
      if (!(saved instanceof Uint8Array) || saved.length !== length) throw new StateError(path, `${length} bytes`, saved);
      return saved.slice();
    },
    copy,
    reset: (into) => copy(into, create()),
  };
}

/** Exactly `length` values of one type. */
export function array<T>(length: number, element: Field<T>): Field<T[]> {
  return {
    create: () => Array.from({ length }, () => element.create()),
    save: (value) => value.map((item) => element.save(item)),
    parse(saved, path) {
      if (!isList(saved) || saved.length !== length) throw new StateError(path, `array of ${length}`, saved);
      return saved.map((item, index) => element.parse(item, `${path}[${index}]`));
    },
    copy(into, from) {
      for (let index = 0; index < length; index++) into[index] = element.copy(into[index], from[index]);
      return into;
    },
    reset(into) {
      for (let index = 0; index < length; index++) into[index] = element.reset(into[index]);
      return into;
    },
  };
}

/** A field that a reset leaves alone (battery-backed, or set up by the board). */
export function retained<T>(field: Field<T>): Field<T> {
  return { ...field, reset: (into) => into, retained: true };
}

function isList(saved: Saved | undefined): saved is readonly Saved[] {
  return Array.isArray(saved);
}
