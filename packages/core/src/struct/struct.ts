/**
 * Structs of fields: the state schema of a device.
 *
 * `struct({ gate: bool(true), count: u16(0) })` is a field whose value is an object with exactly these
 * properties; `StateOf` gives its type. A missing or an unknown property is an error on restore: a changed schema
 * takes a new version number and a migration.
 */
import type { Field, Saved, SavedRecord } from './fields.ts';
import { StateError } from './state-error.ts';

export type Schema = Readonly<Record<string, Field<unknown>>>;
export type StateOf<S> = { -readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never };

export function struct<S extends Schema>(schema: S): Field<StateOf<S>> {
  const names = Object.keys(schema) as (keyof S & string)[];
  const fieldOf = (name: keyof S & string): Field<unknown> => schema[name] as Field<unknown>;
  type Values = Record<keyof S, unknown>;
  const build = (make: (name: keyof S & string) => unknown): StateOf<S> => {
    const value = {} as Values;
    for (const name of names) value[name] = make(name);
    return value as StateOf<S>;
  };
  return {
    create: () => build((name) => fieldOf(name).create()),
    save(value) {
      const saved: Record<string, Saved> = {};
      for (const name of names) saved[name] = fieldOf(name).save(value[name]);
      return saved;
    },
    parse(saved, path) {
      if (!isRecord(saved)) throw new StateError(path, 'a record', saved);
      for (const name of Object.keys(saved)) {
        if (!Object.hasOwn(schema, name)) throw new StateError(`${path}.${name}`, 'absent', saved[name]);
      }
      return build((name) => fieldOf(name).parse(Object.hasOwn(saved, name) ? saved[name] : undefined, `${path}.${name}`));
    },
    copy(into, from) {
      const target = into as Values;
      for (const name of names) target[name] = fieldOf(name).copy(target[name], from[name]);
      return into;
    },
    reset(into) {
      const target = into as Values;
      for (const name of names) target[name] = fieldOf(name).reset(target[name]);
      return into;
    },
  };
}

export function isRecord(saved: Saved | undefined): saved is SavedRecord {
  return typeof saved === 'object' && !Array.isArray(saved) && !(saved instanceof Uint8Array);
}
