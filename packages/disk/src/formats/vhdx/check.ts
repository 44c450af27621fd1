/** What is wrong with a VHDX, and its repair: damaged copies from good ones, leaks by moving blocks together. Blocks that share room are told and left. */
import type { CheckProblem, CheckReport, Repair } from '../../format.ts';
import type { Image } from '../../image.ts';
import type { VhdxImage } from './image.ts';
import { newGuid } from './journal.ts';
import { REGION_TABLES_AT } from './layout.ts';
import { encodeRegions } from './regions.ts';
import { compact } from './restructure.ts';
import { survey } from './survey.ts';
import type { Survey } from './survey.ts';

const MOST_PROBLEMS = 1000;

export async function checkVhdx(image: Image, repair: Repair | undefined): Promise<CheckReport> {
  return checkFile(image as VhdxImage, repair);
}

async function checkFile(image: VhdxImage, repair: Repair | undefined): Promise<CheckReport> {
  const { store, headers, regions, metadata } = image;
  const found = await survey(image);
  const problems: CheckProblem[] = found.troubles.map(({ message, offset }) => ({ kind: 'corruption', message, offset }));
  const fixesCopies = repair === 'all';
  const copies = [...(headers.isOneDamaged ? ['one of the two headers is damaged'] : []), ...(regions.isOneDamaged ? ['one of the two region tables is damaged'] : [])];
  // A header is damaged where the power went while it was written: the other is what counts, as it is meant to.
  for (const message of copies) problems.push({ kind: message.includes('headers') ? 'warning' : 'corruption', message, isFixed: fixesCopies });
  if (image.isReplayed) problems.push({ kind: 'warning', message: 'its log has to be replayed, which opening it for writing does' });
  const leaks = leaksOf(found, store.length, metadata.blockBytes);
  const fixesLeaks = repair !== undefined && leaks > 0 && found.troubleCount === 0;
  // The file changes and what is to be seen of the disk does not: children keep their parent. Writing it makes a damaged header good.
  if (fixesLeaks || (fixesCopies && copies.length > 0)) await headers.update({ fileWriteGuid: newGuid() });
  if (fixesCopies && regions.isOneDamaged) await repairRegions(image);
  for (const offset of found.gaps) problems.push({ kind: 'leak', message: `${metadata.blockBytes} bytes are used by nothing`, offset, isFixed: fixesLeaks });
  if (leaks > found.gaps.length) problems.push({ kind: 'leak', message: `${store.length - found.end} bytes at the end of the file are used by nothing`, offset: found.end, isFixed: fixesLeaks });
  let left = leaks;
  if (fixesLeaks) {
    await compact(image);
    left = leaksOf(await survey(image), store.length, metadata.blockBytes);
  }
  const damagedTables = regions.isOneDamaged ? 1 : 0;
  return {
    problems: problems.slice(0, MOST_PROBLEMS), corruptions: found.troubleCount + (fixesCopies ? 0 : damagedTables), corruptionsFixed: fixesCopies ? damagedTables : 0,
    leaks: left, leaksFixed: leaks - left, allocated: found.allocated, total: Math.ceil(metadata.size / metadata.blockBytes), endOffset: found.end,
  };
}

/** Whole blocks of room; less is what other writers leave before what they align. */
const leaksOf = ({ gaps, end }: Survey, fileBytes: number, blockBytes: number): number => gaps.length + Math.max(0, Math.floor((fileBytes - end) / blockBytes));

async function repairRegions(image: VhdxImage): Promise<void> {
  const { regions, pages } = image;
  // With regions that are not known the good copy stays the only one.
  if (regions.others.length > 0) return;
  for (const at of REGION_TABLES_AT) await pages.patch(at, encodeRegions(regions));
  await image.flush();
}
