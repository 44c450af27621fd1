/** The header of a LUKS volume, read from a stranger's bytes and checked before anything is computed or allocated from it. */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import type { DiskErrorContext } from '../../errors.ts';
import type { LayoutValue } from '../../layout.ts';
import { placeIn, readBytes } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { HEADER_BYTES, headerLayout, KEY_SLOTS, KEY_SLOTS_OFFSET, keySlotLayout, LUKS_MAGIC, LUKS_SECTOR_BYTES, MATERIAL_ALIGNMENT, SLOT_DISABLED, SLOT_ENABLED, STRIPES } from './layout.ts';

export type LuksHeader = LayoutValue<typeof headerLayout.fields>;
export type KeySlot = LayoutValue<typeof keySlotLayout.fields>;

export interface LuksVolumeHeader {
  readonly header: LuksHeader;
  readonly slots: readonly KeySlot[];
}

/** Those that cryptsetup and qemu write; all are in node:crypto. */
export const HASHES = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'ripemd160'] as const;
const DIGEST_BYTES_OF: Readonly<Record<string, number>> = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64, ripemd160: 20 };
const KEY_BYTES = [16, 24, 32, 48, 64] as const;

/**
 * Rounds of a hash that one image may ask for when its passphrase is tried, over all slots: a minute or two. Two seconds a slot, as writers choose them on a fast machine,
 * are some ten or twenty million, and there may be eight.
 */
const MOST_ROUNDS = 256_000_000;

export const isLuks = (head: Uint8Array): boolean => head.length >= HEADER_BYTES && LUKS_MAGIC.every((byte, i) => head[i] === byte);

/** Rounds that PBKDF2 takes: one chain for each digest's length of the key. */
const pbkdf2Rounds = (hashName: string, iterations: number, keyBytes: number): number => iterations * Math.ceil(keyBytes / DIGEST_BYTES_OF[hashName]!);

export const materialBytes = (header: LuksHeader, slot: KeySlot): number => header.keyBytes * slot.stripes;

/** Sectors of a slot's key material, so that the next begins aligned. */
export const materialSectors = (keyBytes: number): number => Math.ceil((keyBytes * STRIPES) / (MATERIAL_ALIGNMENT * LUKS_SECTOR_BYTES)) * MATERIAL_ALIGNMENT;

/** Where the data begin behind eight slots, in bytes. */
export const payloadOffsetFor = (keyBytes: number): number => (MATERIAL_ALIGNMENT + KEY_SLOTS * materialSectors(keyBytes)) * LUKS_SECTOR_BYTES;

export const isEnabled = (slot: KeySlot): boolean => slot.active === SLOT_ENABLED;

/** @throws DiskError that names the field */
export async function readHeader(store: Store): Promise<LuksVolumeHeader> {
  const path = store.name;
  if (store.length < HEADER_BYTES) throw corrupt(`is shorter than a LUKS header of ${HEADER_BYTES} bytes`, { path });
  const bytes = await readBytes(store, 0, HEADER_BYTES);
  if (!isLuks(bytes)) throw corrupt('does not begin with LUKS', placeIn(store, 0, 'magic'));
  const header = headerLayout.read(bytes, 0, { path, offset: 0 });
  if (header.version === 2) {
    throw unsupported('is LUKS version 2, and only version 1 is read', placeIn(store, 6, 'version'), 'cryptsetup convert --type luks1 changes one whose key slots use PBKDF2');
  }
  if (header.version !== 1) throw unsupported(`is LUKS version ${header.version}`, placeIn(store, 6, 'version'));
  const place = (name: keyof typeof headerLayout.fields): DiskErrorContext => placeIn(store, headerLayout.fields[name][0], name);
  header.hashSpec = header.hashSpec.toLowerCase();
  if (!(HASHES as readonly string[]).includes(header.hashSpec)) throw unsupported(`hashes by ${JSON.stringify(header.hashSpec)}`, place('hashSpec'), `it may be ${HASHES.join(', ')}`);
  if (!(KEY_BYTES as readonly number[]).includes(header.keyBytes)) throw corrupt(`the key has ${header.keyBytes} bytes`, place('keyBytes'));
  const payloadBytes = header.payloadOffset * LUKS_SECTOR_BYTES;
  if (payloadBytes < HEADER_BYTES || payloadBytes > store.length) throw corrupt(`the data begin at byte ${payloadBytes} of ${store.length}`, place('payloadOffset'));
  if (header.mkDigestIterations === 0) throw corrupt('the key is to be hashed 0 times', place('mkDigestIterations'));
  const slots = Array.from({ length: KEY_SLOTS }, (_, i) => keySlotLayout.read(bytes, slotOffset(i), { path, offset: slotOffset(i) }));
  checkSlots(store, header, slots);
  return { header, slots };
}

export const slotOffset = (index: number): number => KEY_SLOTS_OFFSET + index * keySlotLayout.byteLength;

function checkSlots(store: Store, header: LuksHeader, slots: readonly KeySlot[]): void {
  let rounds = 0;
  const taken: { start: number; end: number }[] = [];
  slots.forEach((slot, i) => {
    const place = (name: keyof typeof keySlotLayout.fields): DiskErrorContext => placeIn(store, slotOffset(i) + keySlotLayout.fields[name][0], `key slot ${i}: ${name}`);
    if (slot.active === SLOT_DISABLED) return;
    if (slot.active !== SLOT_ENABLED) throw corrupt(`key slot ${i} is neither in use nor free`, place('active'));
    if (slot.stripes !== STRIPES) throw corrupt(`key slot ${i} has ${slot.stripes} stripes, not ${STRIPES}`, place('stripes'));
    if (slot.iterations === 0) throw corrupt(`key slot ${i} hashes 0 times`, place('iterations'));
    const start = slot.keyMaterialOffset * LUKS_SECTOR_BYTES;
    const end = start + materialBytes(header, slot);
    if (start < HEADER_BYTES || end > header.payloadOffset * LUKS_SECTOR_BYTES) throw corrupt(`the key material of slot ${i} is not between the header and the data`, place('keyMaterialOffset'));
    if (taken.some((other) => start < other.end && other.start < end)) throw corrupt(`the key material of slot ${i} lies over another's`, place('keyMaterialOffset'));
    taken.push({ start, end });
    rounds += pbkdf2Rounds(header.hashSpec, slot.iterations, header.keyBytes) + header.mkDigestIterations;
    if (rounds > MOST_ROUNDS) throw beyondLimit(`a passphrase would be hashed ${rounds} times, and ${MOST_ROUNDS} are accepted`, place('iterations'));
  });
}
