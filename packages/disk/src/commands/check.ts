/** `vmx-disk check`: qemu-img's answers and statuses. */
import { DiskError } from '../errors.ts';
import type { CheckReport, Repair } from '../format.ts';
import { formatNamed } from '../formats/all-formats.ts';
import { diskCommand } from './command.ts';
import type { CommandResult, Json } from './command.ts';
import { EXIT_STATUS } from './exit-status.ts';
import { OPEN_OPTIONS, openImage } from './image-options.ts';

export const checkCommand = diskCommand({
  name: 'check',
  summary: 'looks for damage in an image\'s structures, and repairs it',
  words: [{ placeholder: 'IMAGE', describe: 'the image', completes: 'file' }],
  options: { ...OPEN_OPTIONS, repair: { short: 'r', value: 'WHAT', choices: ['leaks', 'all'], isClosed: true, describe: 'what to repair: leaks only wastes room; all may choose wrongly, so keep a copy' } },
  examples: ['vmx-disk check disk.qcow2', 'vmx-disk check --repair leaks disk.qcow2'],
  notes: `Exit status:
  0   nothing is wrong, or all was repaired
  1   the check could not be completed
  2   the image is corrupt
  3   clusters are leaked, nothing is corrupt
  63  the format has no check`,
  errorStatus: (error) => (error instanceof DiskError && error.code === 'DISK_OPERATION_UNSUPPORTED' ? EXIT_STATUS.unsupported : EXIT_STATUS.failed),
  run: async ({ options, words }): Promise<CommandResult> => {
    const repair = options.repair as Repair | undefined;
    const path = words[0]!;
    await using disk = await openImage(path, options, { readOnly: repair === undefined, withoutParent: true, isForCheck: true });
    const format = await formatNamed(disk.image.format);
    if (format.check === undefined) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `${format.name} images have no structures to check`, context: { path, op: 'check' } });
    const check = format.check;
    const first = repair === undefined ? await check(disk.image, undefined) : await disk.change(async () => check(disk.image, repair));
    const isRepaired = first.corruptionsFixed + first.leaksFixed > 0;
    // What was repaired is looked at again: it counts what is left.
    const left = isRepaired ? await check(disk.image, undefined) : first;
    await disk.flush();
    const status = left.corruptions > 0 ? EXIT_STATUS.corrupt : left.leaks > 0 ? EXIT_STATUS.leaks : EXIT_STATUS.ok;
    return { status, value: reportValue(path, format.name, first, left), text: () => reportText(first, left) };
  },
});

/** qemu-img's keys, and the problems. */
function reportValue(path: string, format: string, first: CheckReport, left: CheckReport): Json {
  const counts: [string, number | undefined][] = [
    ['image-end-offset', left.endOffset], ['total-clusters', left.total], ['allocated-clusters', left.allocated], ['fragmented-clusters', left.fragmented], ['compressed-clusters', left.compressed],
    ['corruptions', left.corruptions || undefined], ['leaks', left.leaks || undefined], ['corruptions-fixed', first.corruptionsFixed || undefined], ['leaks-fixed', first.leaksFixed || undefined],
  ];
  return {
    filename: path, format, 'check-errors': 0,
    ...Object.fromEntries(counts.filter(([, count]) => count !== undefined)),
    problems: first.problems.map(({ kind, message, offset, isFixed }) => ({ kind, message, ...(offset === undefined ? {} : { offset }), ...(isFixed === undefined ? {} : { fixed: isFixed }) })),
  };
}

function reportText(first: CheckReport, left: CheckReport): string {
  const lines = first.problems.map(({ kind, message, offset, isFixed }) => `${isFixed === true ? 'Repaired' : kind === 'leak' ? 'Leak' : kind === 'corruption' ? 'ERROR' : 'Warning'}: ${message}${offset === undefined ? '' : ` (at ${offset})`}`);
  if (first.corruptionsFixed + first.leaksFixed > 0) lines.push('The following inconsistencies were found and repaired:', '', `    ${first.leaksFixed} leaked clusters`, `    ${first.corruptionsFixed} corruptions`, '');
  if (left.corruptions === 0 && left.leaks === 0) lines.push('No errors were found on the image.');
  if (left.corruptions > 0) lines.push(`${left.corruptions} errors were found on the image.`, 'Data may be corrupted, or further writes to the image may corrupt it.');
  if (left.leaks > 0) lines.push(`${left.leaks} leaked clusters were found on the image.`, 'This means waste of disk space, but no harm to data.');
  const { allocated, total, fragmented, compressed } = left;
  if (allocated !== undefined && total !== undefined && total > 0) {
    const part = (count: number, of: number): string => (of === 0 ? '0.00' : (count / of * 100).toFixed(2));
    lines.push(`${allocated}/${total} = ${part(allocated, total)}% allocated${fragmented === undefined ? '' : `, ${part(fragmented, allocated)}% fragmented`}${compressed === undefined ? '' : `, ${part(compressed, allocated)}% compressed clusters`}`);
  }
  if (left.endOffset !== undefined) lines.push(`Image end offset: ${left.endOffset}`);
  return lines.join('\n');
}
