/** File records: their attributes, gathered from all the records that a file has. */
import { corrupt } from '../../errors.ts';
import type { DiskErrorContext } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import type { Runs } from '../runs.ts';
import * as layout from './layout.ts';

export interface Attribute {
  readonly type: number;
  readonly name: string;
  readonly flags: number;
  /** Of a resident attribute. */
  readonly value?: Uint8Array;
  /** Of one that is not. */
  readonly runs?: Runs;
  readonly size: number;
  /** What is beyond reads as zeros. */
  readonly initializedSize: number;
  /** A power of two, in clusters; 0 where it is not compressed. */
  readonly compressionUnit: number;
}

export const utf16 = (bytes: Uint8Array): string => new TextDecoder('utf-16le').decode(bytes);

/** Puts back the last two bytes of each sector; a sector that was not written with the others is damage. */
export function applyFixups(bytes: Uint8Array, magic: string, where: DiskErrorContext): void {
  const block = layout.BLOCK.read(bytes, 0, where);
  if (block.magic !== magic) throw corrupt(`is no ${magic} block`, where);
  const { updateSequenceOffset: at, updateSequenceCount: count } = block;
  if (count < 2 || (count - 1) * layout.UPDATE_SEQUENCE_STRIDE > bytes.length || at + count * 2 > bytes.length) throw corrupt(`the update sequence of a ${magic} block is damaged`, where);
  const view = viewOf(bytes);
  const number = view.getUint16(at, true);
  for (let i = 1; i < count; i++) {
    const end = i * layout.UPDATE_SEQUENCE_STRIDE - 2;
    if (view.getUint16(end, true) !== number) throw corrupt(`a ${magic} block was written in part`, where);
    view.setUint16(end, view.getUint16(at + i * 2, true), true);
  }
}

/** The attributes as they lie in one record. */
export function* attributesIn(bytes: Uint8Array, where: DiskErrorContext): Generator<{ readonly header: ReturnType<typeof layout.ATTRIBUTE.read>; readonly bytes: Uint8Array; readonly name: string }> {
  const { firstAttribute, bytesInUse } = layout.RECORD.read(bytes, 0, where);
  const end = Math.min(bytesInUse, bytes.length);
  for (let at = firstAttribute; at + 4 <= end;) {
    if (viewOf(bytes).getUint32(at, true) === layout.END) return;
    const header = layout.ATTRIBUTE.read(bytes, at, where);
    if (header.length < 24 || header.length % 8 !== 0 || at + header.length > end) throw corrupt(`an attribute has ${header.length} bytes`, where);
    const own = bytes.subarray(at, at + header.length);
    if (header.nameOffset + header.nameLength * 2 > own.length) throw corrupt('the name of an attribute is outside it', where);
    yield { header, bytes: own, name: utf16(own.subarray(header.nameOffset, header.nameOffset + header.nameLength * 2)) };
    at += header.length;
  }
}

/** Adds the mapping pairs of a piece of an attribute: lengths and steps, each as long as it has to be. */
export function addMappingPairs(runs: Runs, bytes: Uint8Array, at: number, firstCluster: number, clusters: number, where: DiskErrorContext): void {
  let cluster = firstCluster;
  let place = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    const lengthBytes = bytes[at]! & 15;
    const stepBytes = bytes[at]! >> 4;
    if (lengthBytes === 0 || lengthBytes > 6 || stepBytes > 7 || at + 1 + lengthBytes + stepBytes > bytes.length) throw corrupt('the mapping pairs of an attribute are damaged', where);
    const length = number(bytes, at + 1, lengthBytes, false);
    const step = number(bytes, at + 1 + lengthBytes, stepBytes, true);
    at += 1 + lengthBytes + stepBytes;
    if (length === 0) throw corrupt('the mapping pairs of an attribute have an empty run', where);
    if (stepBytes === 0) {
      // A hole: nothing is added.
    } else {
      place += step;
      if (place < 0 || place + length > clusters) throw corrupt(`an attribute has cluster ${place} of ${clusters}`, where);
      runs.add(cluster, length, place);
    }
    cluster += length;
    if (!Number.isSafeInteger(cluster)) throw corrupt('an attribute is longer than any volume', where);
  }
}

function number(bytes: Uint8Array, at: number, length: number, isSigned: boolean): number {
  let value = 0;
  for (let i = length - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return isSigned && length > 0 && (bytes[at + length - 1]! & 0x80) !== 0 ? value - 256 ** length : value;
}
