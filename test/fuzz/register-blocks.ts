/** Blocks of CPU registers, as the fuzzers compare them. */
import { monitorFields, offsetOf, stateFields } from '../../packages/core/src/cpu/state.ts';
import type { FieldName } from '../../packages/core/src/cpu/state.ts';

/** What is no register: intermediate values, and the bookkeeping of a run. */
const internalFields: readonly FieldName[] = [
  'codePage', 'instruction', 'runStart', 'faultErrorCode', 'guardedRsp', 'budget', 'stepping', 'slowHost', 'slowPhys', 'slowLength', 'largePageBase', 'largePageMask', 'floatRaised', 'scratch', ...monitorFields,
];
const bytesOf = { u8: 1, u16: 2, u32: 4, u64: 8 } as const;
const rangeOf = (name: FieldName): readonly [number, number] => {
  const [type, count] = stateFields[name];
  return [offsetOf[name], offsetOf[name] + bytesOf[type] * count];
};

/** Where in a block lies what is not compared: the first byte and the end of each. */
export const internalRanges = (...others: FieldName[]): readonly (readonly [number, number])[] => [...internalFields, ...others].map(rangeOf);

/** The names of the fields in which two register blocks differ, with their values. */
export function registerDifferences(a: Uint8Array, b: Uint8Array): string[] {
  const found: string[] = [];
  for (const [name, [type, count]] of Object.entries(stateFields) as [FieldName, readonly ['u8' | 'u16' | 'u32' | 'u64', number]][]) {
    for (let index = 0; index < count; index++) {
      const at = offsetOf[name] + index * bytesOf[type];
      const [x, y] = [a, b].map((block) => Buffer.from(block.slice(at, at + bytesOf[type]).toReversed()).toString('hex'));
      if (x !== y) found.push(`${name}${count > 1 ? index : ''} ${x} / ${y}`);
    }
  }
  return found;
}
