/** LUKS version 1 on disk: "LUKS On-Disk Format Specification", 1.2.3. Numbers are big-endian, places are in sectors of 512 bytes. */
import { defineLayout } from '../../layout.ts';

export const LUKS_MAGIC = Uint8Array.of(0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe);
export const LUKS_SECTOR_BYTES = 512;
export const DIGEST_BYTES = 20;
export const SALT_BYTES = 32;

/** Figure 1: the partition header. */
export const headerLayout = defineLayout('big', {
  magic: [0, { bytes: 6 }],
  version: [6, 'u16'],
  cipherName: [8, { text: 32 }],
  cipherMode: [40, { text: 32 }],
  hashSpec: [72, { text: 32 }],
  payloadOffset: [104, 'u32'],
  keyBytes: [108, 'u32'],
  mkDigest: [112, { bytes: DIGEST_BYTES }],
  mkDigestSalt: [132, { bytes: SALT_BYTES }],
  mkDigestIterations: [164, 'u32'],
  uuid: [168, { text: 40 }],
});

/** Figure 2: a key slot; eight follow the fields above. */
export const keySlotLayout = defineLayout('big', {
  active: [0, 'u32'],
  iterations: [4, 'u32'],
  salt: [8, { bytes: SALT_BYTES }],
  keyMaterialOffset: [40, 'u32'],
  stripes: [44, 'u32'],
});

export const KEY_SLOTS = 8;
export const KEY_SLOTS_OFFSET = headerLayout.byteLength;
export const HEADER_BYTES = KEY_SLOTS_OFFSET + KEY_SLOTS * keySlotLayout.byteLength;
export const SLOT_ENABLED = 0x00ac_71f3;
export const SLOT_DISABLED = 0x0000_dead;
/** All writers use this many. */
export const STRIPES = 4000;
/** Where the first key material is, and what each begins at a multiple of: 4096 bytes. */
export const MATERIAL_ALIGNMENT = 8;
