/** Writing many registers of a CpuState at once. */
import { stateFields } from '../../packages/core/src/cpu/state.ts';
import type { CpuState, FieldName } from '../../packages/core/src/cpu/state.ts';

export type SegmentValues = readonly [selector: number, base: bigint, limit: number, access: number];

export function setFields(state: CpuState, values: Partial<Record<FieldName, bigint>>): void {
  for (const [name, value] of Object.entries(values) as [FieldName, bigint][]) {
    if (stateFields[name][0] === 'u64') state.set64(name, value);
    else state.set(name, Number(value));
  }
}

export function setSegment(state: CpuState, index: number, [selector, base, limit, access]: SegmentValues): void {
  state.set('segmentSelector', selector, index);
  state.set64('segmentBase', base, index);
  state.set('segmentLimit', limit, index);
  state.set('segmentAccess', access, index);
}
