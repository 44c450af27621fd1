/** What can be wrong with an expanding image: clusters that share a place or have none in the file, places that nothing points to, an extension that does not hold, an image that was not closed. */
import type { CheckProblem, CheckReport, Repair } from '../../format.ts';
import type { Image } from '../../image.ts';
import { checkBlockTable } from '../../layer/check-block-table.ts';
import { BundleImage } from './bundle.ts';
import { ParallelsImage } from './image.ts';
import { header } from './layout.ts';

export async function checkParallels(image: Image, repair: Repair | undefined): Promise<CheckReport> {
  if (image instanceof BundleImage) return checkBundle(image);
  const parallels = image as ParallelsImage;
  const problems: CheckProblem[] = [];
  if (parallels.isInUse) {
    problems.push({ kind: 'warning', message: 'it was not closed by whoever wrote it last', offset: header.fields.inUse[0], ...(repair === undefined ? {} : { isFixed: true }) });
  }
  if (parallels.extension?.isWhole === false) {
    const isFixed = repair === 'all';
    problems.push({ kind: 'corruption', message: 'the checksum of its extension does not hold: its dirty bitmaps are lost', offset: parallels.extension.place, ...(isFixed ? { isFixed } : {}) });
    if (isFixed) {
      parallels.header.extensionOffset = 0;
      parallels.extension = undefined;
      await parallels.writeHeader();
    }
  }
  const report = await checkBlockTable({
    table: parallels.blockTable, repair, reserved: parallels.reserved, problems, commit: () => parallels.flush(), compact: () => parallels.compact(),
  });
  if (repair !== undefined && parallels.isInUse && report.corruptions === 0) await parallels.markClosed();
  return report;
}

/** A bundle is read only: the sum of what its images say. */
async function checkBundle(bundle: BundleImage): Promise<CheckReport> {
  const sum = { problems: [] as CheckProblem[], corruptions: 0, leaks: 0, corruptionsFixed: 0, leaksFixed: 0, allocated: 0, total: 0 };
  for (const image of bundle.images()) {
    if (!(image instanceof ParallelsImage)) continue;
    const report = await checkParallels(image, undefined);
    sum.problems.push(...report.problems.map((problem) => ({ ...problem, message: `${image.store.name}: ${problem.message}` })));
    sum.corruptions += report.corruptions;
    sum.leaks += report.leaks;
    sum.allocated += report.allocated ?? 0;
    sum.total += report.total ?? 0;
  }
  return sum;
}
