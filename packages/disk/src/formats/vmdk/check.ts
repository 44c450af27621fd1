/** Checking a disk: its descriptor, and each of its extents. */
import { unsupported } from '../../errors.ts';
import type { CheckReport, Repair } from '../../format.ts';
import type { Image } from '../../image.ts';
import { checkSparse } from './check-sparse.ts';
import { FlatExtent } from './extent.ts';
import { Findings } from './findings.ts';
import { VmdkImage } from './image.ts';
import { SparseExtent } from './sparse-extent.ts';

export async function checkVmdk(image: Image, repair: Repair | undefined): Promise<CheckReport> {
  if (!(image instanceof VmdkImage)) throw unsupported('is no VMDK', { path: image.store.name, op: 'check' });
  const findings = new Findings();
  for (const problem of image.problems) findings.add(problem);
  for (const extent of image.extents) {
    if (extent instanceof SparseExtent) {
      await extent.flush();
      await checkSparse(extent, findings, repair);
    } else if (extent instanceof FlatExtent) {
      findings.endOffset = Math.max(findings.endOffset, extent.end);
      if (extent.store.length < extent.end) {
        findings.add({ kind: 'corruption', message: `${extent.store.name} is ${extent.store.length} bytes long, and the extent ends at ${extent.end}`, offset: extent.store.length });
      }
    }
  }
  return findings.report();
}
