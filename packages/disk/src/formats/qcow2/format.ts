/**
 * qcow2: QEMU's format, versions 2 and 3.
 *
 * Missing: the old AES encryption (refused), changing passphrases by `amend`; a compressed `stream` (the header comes first and would have to know how small each cluster gets);
 * a snapshot's machine state (kept, and not read); repair of entries that point nowhere (told of, and left as they are); amend of more than compat, lazy_refcounts and refcount_bits.
 */
import { defineFormat } from '../../format.ts';
import { viewOf } from '../../layout.ts';
import { amend } from './amend.ts';
import { checkImage } from './check.ts';
import { createQcow2 } from './create.ts';
import type { Qcow2Image } from './image.ts';
import { MAGIC } from './layout.ts';
import { measure } from './measure.ts';
import { openQcow2 } from './open.ts';
import { options } from './options.ts';
import { streamQcow2 } from './stream.ts';

export const qcow2 = defineFormat({
  name: 'qcow2',
  aliases: [],
  extensions: ['.qcow2', '.qcow'],
  reference: 'QEMU docs/interop/qcow2.txt, versions 2 and 3',
  options,
  probe: (head) => head.length >= 8 && viewOf(head).getUint32(0) === MAGIC && viewOf(head).getUint32(4) >= 2,
  open: openQcow2,
  create: createQcow2,
  stream: streamQcow2,
  check: (image, repair) => checkImage(image as Qcow2Image, repair),
  measure,
  amend: (image, changes) => amend(image as Qcow2Image, changes),
});
