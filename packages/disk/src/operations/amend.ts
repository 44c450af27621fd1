/** Amend: an image's options are changed where it is. */
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { parseOptions } from '../format.ts';
import { formatNamed } from '../formats/all-formats.ts';

/** @param words as `-o` has them @throws DiskError */
export async function amendImage(disk: Disk, words: Readonly<Record<string, string>>): Promise<void> {
  const { image } = disk;
  const format = await formatNamed(image.format);
  const { amend } = format;
  if (amend === undefined) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `options of ${image.format} images are not changed`, context: { path: image.store.name, op: 'amend' }, hint: 'convert it with other ones' });
  const all: Readonly<Record<string, unknown>> = parseOptions(format, words);
  // What was not given keeps its value in the image, whatever its default.
  const changes = Object.fromEntries(Object.keys(words).map((name) => [name, all[name]])) as Parameters<typeof amend>[1];
  await disk.change(async () => amend(image, changes));
  await disk.flush();
}
