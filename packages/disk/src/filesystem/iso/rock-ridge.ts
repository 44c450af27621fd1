/** Rock Ridge: the Unix side of a directory record, in its System Use area and where that continues. */
import { corrupt } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { placeOn, readVolume } from '../volume.ts';
import type { Volume } from '../volume.ts';
import * as layout from './layout.ts';

const MOST_CONTINUATIONS = 64;
const MOST_CONTINUATION_BYTES = 64 * 1024;

export interface SystemUseEntry {
  readonly signature: string;
  readonly data: Uint8Array;
}

/** All entries of a record, in order. */
export async function systemUseOf(volume: Volume, area: Uint8Array): Promise<SystemUseEntry[]> {
  const entries: SystemUseEntry[] = [];
  let bytes: Uint8Array | undefined = area;
  for (let hops = 0; bytes !== undefined; hops++) {
    if (hops > MOST_CONTINUATIONS) throw corrupt('the System Use area of a record has no end', { path: volume.name, field: 'CE' });
    let next: Uint8Array | undefined;
    for (let at = 0; at + layout.SYSTEM_USE_HEADER_BYTES <= bytes.length;) {
      const length = bytes[at + 2]!;
      if (length < layout.SYSTEM_USE_HEADER_BYTES || at + length > bytes.length) break;
      const signature = String.fromCharCode(bytes[at]!, bytes[at + 1]!);
      const data: Uint8Array = bytes.subarray(at + layout.SYSTEM_USE_HEADER_BYTES, at + length);
      if (signature === 'ST') break;
      if (signature === 'CE' && data.length >= 24) {
        const view = viewOf(data);
        const size = view.getUint32(16, true);
        const place = view.getUint32(0, true) * layout.SECTOR_BYTES + view.getUint32(8, true);
        if (size > MOST_CONTINUATION_BYTES) throw corrupt(`a continuation of ${size} bytes`, placeOn(volume, place, 'CE'));
        next = await readVolume(volume, place, size, 'CE');
      } else {
        entries.push({ signature, data });
      }
      at += length;
    }
    bytes = next;
  }
  return entries;
}

export interface RockRidge {
  name?: string;
  mode?: number;
  links?: number;
  uid?: number;
  gid?: number;
  inode?: number;
  mtimeMs?: number;
  target?: string;
  device?: { major: number; minor: number };
  /** The directory that was moved up, because it was too deep. */
  childLink?: number;
  isRelocated?: boolean;
  isCompressed?: boolean;
}

const decoder = new TextDecoder();

export function rockRidgeOf(entries: readonly SystemUseEntry[]): RockRidge {
  const found: RockRidge = {};
  let name: Uint8Array[] | undefined;
  let target: string | undefined;
  let doesTargetContinue = false;
  for (const { signature, data } of entries) {
    const view = viewOf(data);
    if (signature === 'PX' && data.length >= 32) {
      Object.assign(found, { mode: view.getUint32(0, true), links: view.getUint32(8, true), uid: view.getUint32(16, true), gid: view.getUint32(24, true) });
      if (data.length >= 40) found.inode = view.getUint32(32, true);
    } else if (signature === 'PN' && data.length >= 16) {
      const [high, low] = [view.getUint32(0, true), view.getUint32(8, true)];
      found.device = high === 0 ? { major: (low >> 8) & 0xfff, minor: (low & 0xff) | ((low >>> 12) & 0xf_ff00) } : { major: high, minor: low };
    } else if (signature === 'NM' && data.length >= 1 && (data[0]! & 0x06) === 0) {
      (name ??= []).push(data.subarray(1));
    } else if (signature === 'SL' && data.length >= 1) {
      for (let at = 1; at + 2 <= data.length;) {
        const flags = data[at]!;
        const length = data[at + 1]!;
        const part = (flags & 8) !== 0 ? '' : (flags & 2) !== 0 ? '.' : (flags & 4) !== 0 ? '..' : decoder.decode(data.subarray(at + 2, at + 2 + length));
        const isRoot = (flags & 8) !== 0;
        target = isRoot ? '/' : target === undefined ? part : doesTargetContinue || target.endsWith('/') ? target + part : `${target}/${part}`;
        doesTargetContinue = (flags & 1) !== 0;
        at += 2 + length;
      }
    } else if (signature === 'TF' && data.length >= 1) {
      const flags = data[0]!;
      const length = (flags & 0x80) !== 0 ? 17 : 7;
      // Creation, modification, access, attribute change: those whose bits are set.
      const place = 1 + ((flags & 1) !== 0 ? length : 0);
      if ((flags & 2) !== 0 && length === 7 && place + 7 <= data.length) found.mtimeMs = layout.recordTimeMs(data.subarray(place, place + 7));
    } else if (signature === 'CL' && data.length >= 4) {
      found.childLink = view.getUint32(0, true);
    } else if (signature === 'RE') {
      found.isRelocated = true;
    } else if (signature === 'ZF') {
      found.isCompressed = true;
    }
  }
  if (name !== undefined) found.name = decoder.decode(Buffer.concat(name));
  if (target !== undefined) found.target = target;
  return found;
}
