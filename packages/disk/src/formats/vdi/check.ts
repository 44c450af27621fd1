/** What can be wrong with a VDI: blocks that share a place or have none in the file, slots that nothing points to, a count that would make a writer append over blocks. */
import type { CheckReport, Repair } from '../../format.ts';
import type { Image } from '../../image.ts';
import { checkBlockTable } from '../../layer/check-block-table.ts';
import type { VdiImage } from './image.ts';
import { header } from './layout.ts';

export function checkVdi(image: Image, repair: Repair | undefined): Promise<CheckReport> {
  const vdi = image as VdiImage;
  return checkBlockTable({
    table: vdi.blockTable,
    repair,
    commit: () => vdi.flush(),
    compact: () => vdi.compact(),
    slots: {
      recorded: vdi.header.blocksAllocated,
      offset: header.fields.blocksAllocated[0],
      field: 'blocksAllocated',
      async set(slots) {
        vdi.header.blocksAllocated = slots;
        vdi.blockTable.slots = slots;
        await vdi.writeHeader();
        await vdi.store.flush();
      },
    },
  });
}
