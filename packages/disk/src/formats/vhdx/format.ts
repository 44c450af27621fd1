/** VHDX: Hyper-V's disks: dynamic, fixed, and differencing on a parent; with their log. Missing: `stream`, so that a VHDX is not written to a pipe. */
import { corrupt } from '../../errors.ts';
import { defineFormat } from '../../format.ts';
import { readPadded } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { checkVhdx } from './check.ts';
import { blockSizeFor, createVhdx, planFile } from './create.ts';
import { Headers } from './headers.ts';
import { VhdxImage } from './image.ts';
import { BAT_ENTRY_BYTES, FILE_SIGNATURE, IDENTIFIER, MIB, MOST_BLOCK_BYTES, MOST_LOG_BYTES, NO_GUID } from './layout.ts';
import { Log, replayInto } from './log.ts';
import { batEntryCount, readMetadata } from './metadata.ts';
import { OverlayStore } from './overlay-store.ts';
import { readRegions } from './regions.ts';

export const vhdx = defineFormat({
  name: 'vhdx',
  aliases: ['avhdx'],
  extensions: ['.vhdx', '.avhdx'],
  reference: '[MS-VHDX]: Virtual Hard Disk v2 (VHDX) File Format, revision 6.0',
  options: {
    subformat: { type: 'choice', choices: ['dynamic', 'fixed'], default: 'dynamic', describe: 'a file that grows with what is written, or one with room for all from the beginning' },
    block_size: { type: 'size', least: 0, most: MOST_BLOCK_BYTES, default: 0, describe: 'a power of two from 1 MiB to 256 MiB; 0 takes one that suits the size' },
    log_size: { type: 'size', least: MIB, most: MOST_LOG_BYTES, default: MIB, describe: 'of the log, in whole MiB' },
    block_state_zero: { type: 'flag', default: false, describe: 'new blocks are marked as zeros rather than as not present' },
    logical_sector_size: { type: 'choice', choices: ['512', '4096'], default: '512', describe: 'the sector that a guest sees' },
  },
  probe: (head) => isVhdx(head),
  async open({ store, isWritable }) {
    const identifier = await readPadded(store, 0, IDENTIFIER.byteLength);
    if (!isVhdx(identifier)) throw corrupt('no file type identifier is there', { path: store.name, offset: 0, field: 'signature', op: 'open' });
    const headers = await Headers.read(store);
    const replayed = headers.fields.logGuid === NO_GUID ? store : await replay(store, headers, isWritable);
    const regions = await readRegions(replayed);
    const metadata = await readMetadata(replayed, regions.metadata);
    if (batEntryCount(metadata, metadata.hasParent) * BAT_ENTRY_BYTES > regions.bat.length) {
      throw corrupt(`the block allocation table has ${regions.bat.length} bytes, and the disk ${batEntryCount(metadata, metadata.hasParent)} entries`, { path: store.name, offset: regions.bat.offset, field: 'BAT', op: 'open' });
    }
    return new VhdxImage({ store: replayed, isWritable, headers, regions, metadata, creator: creatorOf(identifier), isNew: false, isReplayed: replayed !== store });
  },
  create: createVhdx,
  check: checkVhdx,
  blockBytes: blockSizeFor,
  measure(size, data, options) {
    const { metadata, end } = planFile(size, options);
    const blockBytes = blockSizeFor(size, options);
    const blocks = Math.ceil(metadata.size / blockBytes);
    const full = end + blocks * blockBytes;
    return { required: options.subformat === 'fixed' ? full : end + Math.min(blocks, Math.ceil(data / blockBytes)) * blockBytes, fullyAllocated: full };
  },
});

const isVhdx = (head: Uint8Array): boolean => Buffer.from(head.buffer, head.byteOffset, Math.min(8, head.length)).toString('latin1') === FILE_SIGNATURE;

const creatorOf = (identifier: Uint8Array): string => Buffer.from(IDENTIFIER.read(identifier).creator).toString('utf16le').replace(/\0.*$/s, '');

/** The file after its log: really, where it may be written, else as an overlay of what its log says. */
async function replay(store: Store, headers: Headers, isWritable: boolean): Promise<Store> {
  const log = new Log(store, headers.fields);
  const sequence = await log.activeSequence();
  if (!isWritable) {
    if (sequence.length === 0) return store;
    const overlay = new OverlayStore(store);
    await log.replay(sequence, overlay);
    return overlay;
  }
  await log.replay(sequence, replayInto(store));
  await store.flush();
  await headers.update({ logGuid: NO_GUID });
  return store;
}
