/** Checking and repairing a `BlockTable`, for the formats that have one. */
import type { CheckProblem, CheckReport, Repair } from '../format.ts';
import { ABSENT } from './block-table.ts';
import type { BlockTable, BlockTableScan } from './block-table.ts';

export interface BlockTableCheck {
  readonly table: BlockTable;
  readonly repair: Repair | undefined;
  /** Places of what is in the area and is no block. */
  readonly reserved?: readonly number[];
  /** How many slots the header says are in use, where it says so. */
  readonly slots?: { readonly recorded: number; readonly offset: number; readonly field: string; readonly set: (slots: number) => Promise<void> };
  /** Makes the table's changes durable, with what the header has to say first. */
  readonly commit: () => Promise<void>;
  readonly compact: () => Promise<void>;
  /** Found by the format before. */
  readonly problems?: readonly CheckProblem[];
}

const MOST_PROBLEMS = 1000;

export async function checkBlockTable({ table, repair, reserved = [], slots, commit, compact, problems: before = [] }: BlockTableCheck): Promise<CheckReport> {
  const problems = [...before];
  const found = await table.scan(reserved);
  const { tableOffset, blocks, field } = table.shape;
  const isFixed = repair === 'all';
  const report = (kind: CheckProblem['kind'], message: string, offset: number, fixed: boolean): void => {
    if (problems.length < MOST_PROBLEMS) problems.push({ kind, message, offset, ...(fixed ? { isFixed: true } : {}) });
  };
  for (const block of found.duplicates) report('corruption', `${field}: block ${block} has the place of another block`, tableOffset + block * 4, isFixed);
  for (const block of found.misplaced) report('corruption', `${field}: block ${block} has a place that is no block's`, tableOffset + block * 4, isFixed);
  for (const block of found.beyondEnd) report('corruption', `${field}: block ${block} is beyond the end of the file`, tableOffset + block * 4, isFixed);
  let corruptions = found.counts.duplicates + found.counts.misplaced + found.counts.beyondEnd + before.filter(({ kind }) => kind === 'corruption').length;
  let corruptionsFixed = isFixed ? found.counts.duplicates + found.counts.misplaced + found.counts.beyondEnd : 0;
  corruptionsFixed += before.filter(({ kind, isFixed: fixed }) => kind === 'corruption' && fixed === true).length;
  if (slots !== undefined && slots.recorded < found.slotsInUse) {
    report('corruption', `${field}: the header counts ${slots.recorded} blocks, and one is the ${found.slotsInUse}th: a writer would put others over it`, slots.offset, isFixed);
    corruptions++;
    if (isFixed) corruptionsFixed++;
  }
  const slotsThere = Math.max(slots?.recorded ?? 0, found.slotsInUse, slotsInFile(table));
  const inUse = countUsed(found);
  const leaks = Math.max(0, slotsThere - inUse);
  const canFreeLeaks = repair !== undefined && reserved.length === 0 && (corruptions === corruptionsFixed);
  if (leaks > 0) report('leak', `nothing points to ${leaks} of ${slotsThere} places for blocks`, table.shape.areaStart, canFreeLeaks);
  if (isFixed && corruptions > 0) await repairEntries(table, found, commit, async () => slots?.set(Math.max(slots.recorded, found.slotsInUse)));
  if (canFreeLeaks && (leaks > 0 || corruptionsFixed > 0)) await compact();
  return {
    problems, corruptions: corruptions - corruptionsFixed, leaks: canFreeLeaks ? 0 : leaks, corruptionsFixed, leaksFixed: canFreeLeaks ? leaks : 0,
    allocated: found.allocated, total: blocks, compressed: 0, fragmented: 0, endOffset: table.shape.areaStart + found.slotsInUse * table.shape.slotBytes,
  };
}

const slotsInFile = ({ shape }: BlockTable): number => Math.max(0, Math.ceil((shape.store.length - shape.areaStart) / shape.slotBytes));

const countUsed = ({ used }: BlockTableScan): number => {
  let count = 0;
  for (let byte of used) for (; byte !== 0; byte &= byte - 1) count++;
  return count;
};

/** A block that shares its place gets a copy of it; one that has none in the file is the parent's, or zeros. Each round knows of a thousand of each. */
async function repairEntries(table: BlockTable, first: BlockTableScan, commit: () => Promise<void>, recordSlots: () => Promise<void>): Promise<void> {
  await recordSlots();
  const { store, blockBytes } = table.shape;
  for (let scan = first; scan.counts.duplicates + scan.counts.misplaced + scan.counts.beyondEnd > 0; scan = await table.scan()) {
    for (const block of [...scan.misplaced, ...scan.beyondEnd]) await table.set(block, ABSENT);
    table.slots = Math.max(table.slots, scan.slotsInUse);
    for (const block of scan.duplicates) {
      const bytes = new Uint8Array(blockBytes);
      const place = await table.place(block);
      await store.read(place, bytes.subarray(0, Math.min(blockBytes, Math.max(0, store.length - place))));
      await table.set(block, ABSENT);
      await table.put(block, bytes);
    }
    await commit();
  }
}
