/** What `info` tells of a VHD. */
import type { Details } from '../../image.ts';
import { DISK_TYPE, timeOf } from './layout.ts';
import type { FooterFields } from './layout.ts';

/** A UUID of RFC 4122: its bytes are in the order of its text, unlike a GUID's. */
export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function describeFooter(footer: FooterFields): Details {
  const { cylinders, heads, sectorsPerTrack } = footer;
  return {
    'disk-type': Object.entries(DISK_TYPE).find(([, type]) => type === footer.diskType)?.[0] ?? String(footer.diskType),
    'unique-id': uuidText(footer.uniqueId),
    created: timeOf(footer.timeStamp),
    creator: `${footer.creatorApplication}${footer.creatorVersion >>> 16}.${footer.creatorVersion & 0xffff}`,
    'creator-host-os': footer.creatorHostOs,
    geometry: { cylinders, heads, 'sectors-per-track': sectorsPerTrack },
    'current-size': footer.currentSize,
    'is-saved-state': footer.savedState !== 0,
  };
}
