/** What is wrong with a VHD, and its repair: copies of the footer from each other, leaks by moving blocks together. Blocks that share room are told and left. */
import type { CheckProblem, CheckReport, Repair } from '../../format.ts';
import type { Image } from '../../image.ts';
import type { FixedVhdImage } from './fixed-image.ts';
import { Footer } from './footer.ts';
import type { DynamicVhdImage } from './image.ts';
import { compact } from './restructure.ts';
import { survey } from './survey.ts';

const MOST_PROBLEMS = 1000;

export async function checkVhd(image: Image, repair: Repair | undefined): Promise<CheckReport> {
  return 'table' in image ? checkDynamic(image as DynamicVhdImage, repair) : checkFixed(image as FixedVhdImage, repair);
}

async function checkFixed(image: FixedVhdImage, repair: Repair | undefined): Promise<CheckReport> {
  const { store, size } = image;
  const footer = await Footer.read(store);
  const problems: CheckProblem[] = [];
  const isDamaged = footer.last?.isGood !== true;
  if (isDamaged) {
    if (repair === 'all') await footer.write(size);
    problems.push({ kind: 'corruption', message: 'the footer is damaged', offset: size, isFixed: repair === 'all' });
  }
  return { problems, corruptions: isDamaged && repair !== 'all' ? 1 : 0, corruptionsFixed: isDamaged && repair === 'all' ? 1 : 0, leaks: 0, leaksFixed: 0, allocated: size, total: size, endOffset: store.length };
}

async function checkDynamic(image: DynamicVhdImage, repair: Repair | undefined): Promise<CheckReport> {
  const { room, table } = image;
  // As they are in the file now, whatever the image has been through since it was opened.
  const footer = await Footer.read(image.store);
  const map = image.fileMap(room.limit);
  const { troubles, troubleCount, allocated, gaps, end } = survey(table.entries, map, image.lastStride);
  const problems: CheckProblem[] = troubles.map(({ message, offset }) => ({ kind: 'corruption', message, offset }));
  const copies: string[] = [];
  if (footer.last?.isGood !== true) copies.push(footer.last === undefined ? 'the footer at the end is missing' : 'the checksum of the footer at the end is wrong');
  if (footer.first?.isGood !== true) copies.push(footer.first === undefined ? 'the copy of the footer at the front is missing' : 'the checksum of the copy of the footer at the front is wrong');
  // Both are good, and one is older: a change was cut short.
  const isCopyOld = copies.length === 0 && !footer.areCopiesSame;
  const fixesCopies = repair === 'all';
  for (const message of copies) problems.push({ kind: 'corruption', message, offset: message.includes('front') ? 0 : room.limit, isFixed: fixesCopies });
  if (isCopyOld) problems.push({ kind: 'warning', message: 'the copy of the footer at the front says something else than the footer', offset: 0, isFixed: fixesCopies });
  if (fixesCopies && (copies.length > 0 || isCopyOld)) await room.writeFooter();
  const slack = Math.max(0, room.limit - end);
  const leaks = gaps.length + Math.ceil(slack / map.stride);
  // Among blocks that share room nothing is moved.
  const fixesLeaks = repair !== undefined && leaks > 0 && troubleCount === 0;
  for (const offset of gaps) problems.push({ kind: 'leak', message: `${map.stride} bytes are used by nothing`, offset, isFixed: fixesLeaks });
  if (slack > 0) problems.push({ kind: 'leak', message: `${slack} bytes before the footer are used by nothing`, offset: end, isFixed: fixesLeaks });
  let left = leaks;
  if (fixesLeaks) {
    await compact(image);
    const after = survey(table.entries, image.fileMap(room.limit), image.lastStride);
    left = after.gaps.length + Math.ceil(Math.max(0, room.limit - after.end) / map.stride);
  }
  return {
    problems: problems.slice(0, MOST_PROBLEMS), corruptions: troubleCount + (fixesCopies ? 0 : copies.length), corruptionsFixed: fixesCopies ? copies.length : 0,
    leaks: left, leaksFixed: leaks - left, allocated, total: table.entries.length, endOffset: end,
  };
}
