/** Which chunks a disk image has: from the property list of its trailer, or the resource fork of older ones. */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import type { DiskErrorContext } from '../../errors.ts';
import type { LayoutValue } from '../../layout.ts';
import { viewOf } from '../../layout.ts';
import { readBytes } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { childNamed, parseXml } from '../../xml.ts';
import type { XmlElement } from '../../xml.ts';
import { blockTable, chunk, CHUNK_CODECS, CHUNK_COMMENT, CHUNK_END, CHUNK_IGNORE, CHUNK_RAW, CHUNK_ZERO, MISH, MOST_CHUNK_BYTES, MOST_CHUNKS, MOST_XML_BYTES, SECTOR_BYTES } from './layout.ts';
import type { trailer } from './layout.ts';

/** Of equal length, by place on the disk; all in bytes. What no chunk covers is zero. */
export interface ChunkTable {
  readonly count: number;
  readonly starts: Float64Array;
  readonly lengths: Float64Array;
  readonly types: Uint32Array;
  readonly offsets: Float64Array;
  readonly packedLengths: Float64Array;
}

export async function readChunks(store: Store, values: LayoutValue<typeof trailer.fields>): Promise<ChunkTable> {
  const where = (offset: number, field: string): DiskErrorContext => ({ path: store.name, offset, field });
  const tables = values.xmlLength > 0 ? await tablesOfPropertyList(store, values.xmlOffset, values.xmlLength) : await tablesOfResourceFork(store, values.resourceForkOffset, values.resourceForkLength);
  if (tables.length === 0) throw corrupt('it has no block table', where(values.xmlOffset, 'blkx'));
  const chunks: { start: number; length: number; type: number; offset: number; packedLength: number }[] = [];
  for (const bytes of tables) {
    const table = blockTable.read(bytes, 0, where(0, 'mish'));
    if (table.signature !== MISH) throw corrupt('a block table has no mish signature', where(0, 'mish'));
    if (table.chunks > (bytes.length - blockTable.byteLength) / chunk.byteLength) throw corrupt(`a block table of ${bytes.length} bytes has ${table.chunks} chunks`, where(200, 'BlocksRun count'));
    for (let i = 0; i < table.chunks; i++) {
      const { type, sectorNumber, sectorCount, compressedOffset, compressedLength } = chunk.read(bytes, blockTable.byteLength + i * chunk.byteLength, where(0, 'chunk'));
      if (type === CHUNK_END) break;
      if (type === CHUNK_COMMENT || sectorCount === 0) continue;
      const start = (table.sectorNumber + sectorNumber) * SECTOR_BYTES, length = sectorCount * SECTOR_BYTES;
      const offset = values.dataForkOffset + table.dataOffset + compressedOffset;
      if (!Number.isSafeInteger(start + length)) throw corrupt(`a chunk goes from byte ${start} for ${length} bytes`, where(0, 'chunk'));
      if (type !== CHUNK_ZERO && type !== CHUNK_IGNORE) {
        const isRaw = type === CHUNK_RAW;
        if (!isRaw && CHUNK_CODECS[type] === undefined) throw unsupported(`a chunk is of the type 0x${type.toString(16)}`, where(offset, 'chunk'));
        if (!isRaw && (length > MOST_CHUNK_BYTES || compressedLength > MOST_CHUNK_BYTES)) throw beyondLimit(`a compressed chunk has ${length} bytes, packed ${compressedLength}`, where(offset, 'chunk'));
        if (offset + (isRaw ? length : compressedLength) > store.length || (isRaw && compressedLength < length)) throw corrupt(`a chunk of ${compressedLength} bytes is not within the file`, where(offset, 'chunk'), 'the file may have been copied in part');
      }
      if (chunks.length >= MOST_CHUNKS) throw beyondLimit(`it has more than ${MOST_CHUNKS} chunks`, where(0, 'chunk'));
      chunks.push({ start, length, type, offset, packedLength: compressedLength });
    }
  }
  chunks.sort((a, b) => a.start - b.start);
  for (let i = 1; i < chunks.length; i++) {
    if (chunks[i]!.start < chunks[i - 1]!.start + chunks[i - 1]!.length) throw corrupt(`two chunks have byte ${chunks[i]!.start} of the disk`, where(chunks[i]!.offset, 'chunk'));
  }
  return {
    count: chunks.length,
    starts: Float64Array.from(chunks, ({ start }) => start), lengths: Float64Array.from(chunks, ({ length }) => length), types: Uint32Array.from(chunks, ({ type }) => type),
    offsets: Float64Array.from(chunks, ({ offset }) => offset), packedLengths: Float64Array.from(chunks, ({ packedLength }) => packedLength),
  };
}

/** plist / dict / resource-fork / blkx: an array of dictionaries with Data. */
async function tablesOfPropertyList(store: Store, offset: number, length: number): Promise<Uint8Array[]> {
  const where = { path: store.name, offset, field: 'XML' };
  if (length > MOST_XML_BYTES) throw beyondLimit(`its property list has ${length} bytes`, where);
  if (offset + length > store.length) throw corrupt(`its property list of ${length} bytes is not within the file`, where);
  const root = parseXml(Buffer.from(await readBytes(store, offset, length)).toString('utf8'), where);
  const list = valueOf(valueOf(childNamed(root, 'dict'), 'resource-fork'), 'blkx');
  return (list?.children ?? []).map((entry) => Buffer.from(valueOf(entry, 'Data')?.text ?? '', 'base64'));
}

/** Keys and values of a dictionary take turns. */
function valueOf(dictionary: XmlElement | undefined, key: string): XmlElement | undefined {
  const at = dictionary?.children.findIndex((child) => child.name === 'key' && child.text === key) ?? -1;
  return at < 0 ? undefined : dictionary!.children[at + 1];
}

/** Inside Macintosh: More Macintosh Toolbox, "Resource Manager": a header, the data of all resources, each with its length before it, a map. */
async function tablesOfResourceFork(store: Store, offset: number, length: number): Promise<Uint8Array[]> {
  const where = { path: store.name, offset, field: 'resource fork' };
  if (length < 16 || length > MOST_XML_BYTES || offset + length > store.length) throw corrupt(`it has neither a property list nor a resource fork: ${length} bytes at ${offset}`, where);
  const bytes = await readBytes(store, offset, length);
  const view = viewOf(bytes);
  const end = Math.min(length, view.getUint32(0) + view.getUint32(8));
  const tables: Uint8Array[] = [];
  for (let at = view.getUint32(0); at + 4 <= end;) {
    const resource = bytes.subarray(at + 4, at + 4 + view.getUint32(at));
    if (resource.length >= blockTable.byteLength && viewOf(resource).getUint32(0) === MISH) tables.push(resource);
    at += 4 + view.getUint32(at);
  }
  return tables;
}
