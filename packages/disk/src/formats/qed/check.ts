/** What can be wrong with a QED image: entries that point to no place or to one that is taken, clusters that nothing points to, the mark of an image that was not closed. */
import type { CheckProblem, CheckReport, Repair } from '../../format.ts';
import type { Image } from '../../image.ts';
import type { QedImage } from './image.ts';
import { FEATURE_NEED_CHECK, header } from './layout.ts';
import { scanTables } from './scan.ts';

const MOST_PROBLEMS = 1000;

/** What entries point to wrongly is lost, as qemu-img has it; leaks at the end of the file are cut off, others stay. */
export async function checkQed(image: Image, repair: Repair | undefined): Promise<CheckReport> {
  const qed = image as QedImage;
  const { store, blockBytes } = qed;
  const found = await scanTables(qed);
  const isFixed = repair === 'all';
  const problems: CheckProblem[] = found.problems.slice(0, MOST_PROBLEMS).map(({ message, offset }) => ({ kind: 'corruption', message, offset, ...(isFixed ? { isFixed } : {}) }));
  const needsCheck = (qed.header.features & FEATURE_NEED_CHECK) !== 0;
  const corruptions = found.problems.length;
  if (needsCheck) problems.push({ kind: 'warning', message: 'it was not closed by whoever wrote it last', offset: header.fields.features[0], ...(repair !== undefined && (isFixed || corruptions === 0) ? { isFixed: true } : {}) });
  let { leaks } = found;
  if (isFixed && corruptions > 0) {
    for (const { offset, level } of found.problems) {
      const pages = level === 1 ? qed.l1 : qed.l2;
      for (let loading; (loading = pages.load(offset)) !== undefined;) await loading;
      pages.setU64(offset, 0);
    }
    await qed.flush();
    ({ leaks } = await scanTables(qed));
  }
  if (leaks > 0) problems.push({ kind: 'leak', message: `nothing points to ${leaks} clusters` });
  let leaksFixed = 0;
  if (repair !== undefined && leaks > 0 && (isFixed || corruptions === 0)) {
    const { end } = await scanTables(qed);
    leaksFixed = Math.max(0, Math.ceil(store.length / blockBytes) - end / blockBytes);
    if (leaksFixed > 0) await qed.truncate(end);
    await store.flush();
  }
  if (repair !== undefined && needsCheck && (isFixed || corruptions === 0)) await qed.markNeedsCheck(false);
  return {
    problems, corruptions: isFixed ? 0 : corruptions, corruptionsFixed: isFixed ? corruptions : 0, leaks: leaks - leaksFixed, leaksFixed,
    allocated: found.allocated, total: Math.ceil(qed.size / blockBytes), compressed: 0, fragmented: 0, endOffset: found.end,
  };
}
