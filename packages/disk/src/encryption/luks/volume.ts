/**
 * A LUKS volume: its header and key slots in the first part of a store, the cipher that its passphrase gives, and where the data are. Used by the `luks` format, whose data
 * follow the header, and by qcow2, which keeps only the header.
 */
import { pbkdf2, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { DiskError } from '../../errors.ts';
import type { DiskErrorContext } from '../../errors.ts';
import { placeIn, readBytes } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { sectorCipher } from '../sector-cipher.ts';
import type { SectorCipher } from '../sector-cipher.ts';
import { mergeKey, splitKey } from './anti-forensic.ts';
import { isEnabled, materialBytes, materialSectors, payloadOffsetFor, readHeader, slotOffset } from './header.ts';
import type { HASHES, KeySlot, LuksHeader } from './header.ts';
import { DIGEST_BYTES, headerLayout, KEY_SLOTS, KEY_SLOTS_OFFSET, keySlotLayout, LUKS_MAGIC, LUKS_SECTOR_BYTES, MATERIAL_ALIGNMENT, SALT_BYTES, SLOT_DISABLED, SLOT_ENABLED, STRIPES } from './layout.ts';

const deriveKey = promisify(pbkdf2);

type LuksHash = (typeof HASHES)[number];

export interface LuksCreation {
  readonly passphrase: string;
  readonly cipher?: 'aes-128' | 'aes-192' | 'aes-256';
  readonly mode?: 'xts' | 'cbc';
  readonly vector?: 'plain64' | 'plain' | 'essiv:sha256';
  readonly hash?: LuksHash;
  /** How long trying a passphrase shall take on this machine, in milliseconds. */
  readonly iterationMs?: number;
  readonly random: (length: number) => Uint8Array;
}

/** XTS has two keys of the cipher's length. */
export const keyBytesOf = ({ cipher = 'aes-256', mode = 'xts' }: Pick<LuksCreation, 'cipher' | 'mode'>): number => (Number(cipher.slice(4)) / 8) * (mode === 'xts' ? 2 : 1);

/** Fewer are never used, however slow the machine: as cryptsetup has it. */
const LEAST_ITERATIONS = 1000;
/** The digest of the key itself, which has all its bits, needs no such protection as a passphrase; writers take an eighth. */
const DIGEST_SHARE = 8;

export class LuksVolume {
  readonly header: LuksHeader;
  readonly slots: readonly KeySlot[];
  readonly #store: Store;
  #masterKey: Uint8Array | undefined;

  private constructor(store: Store, header: LuksHeader, slots: readonly KeySlot[], masterKey?: Uint8Array) {
    this.#store = store;
    this.header = header;
    this.slots = slots;
    this.#masterKey = masterKey;
  }

  /**
   * Reads the header that begins at the first byte of `store`.
   * @throws DiskError where it is damaged, or of a kind that is not known
   */
  static async open(store: Store): Promise<LuksVolume> {
    const { header, slots } = await readHeader(store);
    return new LuksVolume(store, header, slots);
  }

  /** Writes a new header and a first key slot, which `passphrase` opens, and zeros up to where the data begin. The volume is unlocked. */
  static async create(store: Store, creation: LuksCreation): Promise<LuksVolume> {
    const { passphrase, mode = 'xts', vector = 'plain64', hash = 'sha256', iterationMs = 2000, random } = creation;
    const keyBytes = keyBytesOf(creation);
    // 4000 stripes of such a key are no whole number of sectors: qemu ends with a failed assertion.
    if (keyBytes === 24) throw invalid('aes-192 with cbc is not written, since qemu cannot open it', placeIn(store, 0));
    const masterKey = random(keyBytes);
    const perSlot = materialSectors(keyBytes);
    const mkDigestSalt = random(SALT_BYTES);
    const mkDigestIterations = iterationsFor(hash, DIGEST_BYTES, iterationMs / DIGEST_SHARE);
    const header: LuksHeader = {
      magic: LUKS_MAGIC, version: 1, cipherName: 'aes', cipherMode: `${mode}-${vector}`, hashSpec: hash, payloadOffset: payloadOffsetFor(keyBytes) / LUKS_SECTOR_BYTES, keyBytes,
      mkDigest: await deriveKey(masterKey, mkDigestSalt, mkDigestIterations, DIGEST_BYTES, hash), mkDigestSalt, mkDigestIterations, uuid: randomUuid(random),
    };
    const slots = Array.from({ length: KEY_SLOTS }, (_, i): KeySlot => ({
      active: SLOT_DISABLED, iterations: 0, salt: new Uint8Array(SALT_BYTES), keyMaterialOffset: MATERIAL_ALIGNMENT + i * perSlot, stripes: STRIPES,
    }));
    // Also a first trial of the names: what this package could not open again is not written.
    sectorCipher({ cipher: header.cipherName, mode: header.cipherMode }, masterKey, placeIn(store, 0, 'cipherMode'));
    const bytes = new Uint8Array(header.payloadOffset * LUKS_SECTOR_BYTES);
    headerLayout.write(bytes, header);
    slots.forEach((slot, i) => keySlotLayout.write(bytes, slot, KEY_SLOTS_OFFSET + i * keySlotLayout.byteLength));
    await store.write(0, bytes);
    const volume = new LuksVolume(store, header, slots, masterKey);
    await volume.addPassphrase(passphrase, { iterationMs, random });
    return volume;
  }

  /** Where the data begin, in bytes from the header's beginning: what qcow2 sets aside for a header. */
  get payloadOffset(): number {
    return this.header.payloadOffset * LUKS_SECTOR_BYTES;
  }

  /** For data; sectors are numbered from the beginning of the data, in qcow2 from that of the file. That of a locked volume throws `DISK_KEY_WRONG` when it is used. */
  cipher(): SectorCipher {
    if (this.#masterKey !== undefined) return this.#cipherOf(this.#masterKey);
    const refuse = (): void => void this.#unlockedKey();
    return { encrypt: refuse, decrypt: refuse };
  }

  /**
   * Tries the passphrase on each slot that is in use.
   * @throws DiskError `DISK_KEY_WRONG`
   */
  async unlock(passphrase: string | undefined): Promise<void> {
    if (passphrase === undefined) throw wrongKey('is enciphered, and no passphrase is given', placeIn(this.#store, 0));
    if (await this.slotOf(passphrase) === undefined) throw wrongKey('the passphrase opens none of its key slots', placeIn(this.#store, 0));
  }

  /** The slot that a passphrase opens, undefined when there is none. The volume is unlocked by it. */
  async slotOf(passphrase: string): Promise<number | undefined> {
    for (const [i, slot] of this.slots.entries()) {
      if (!isEnabled(slot)) continue;
      const key = await this.#openSlot(slot, passphrase);
      if (key === undefined) continue;
      this.#masterKey = key;
      return i;
    }
    return undefined;
  }

  async #openSlot(slot: KeySlot, passphrase: string): Promise<Uint8Array | undefined> {
    const { header } = this;
    const slotKey = await deriveKey(passphrase, slot.salt, slot.iterations, header.keyBytes, header.hashSpec);
    const material = await this.#readMaterial(slot);
    this.#cipherOf(slotKey).decrypt(0, material);
    const key = mergeKey(header.hashSpec, material.subarray(0, materialBytes(header, slot)), header.keyBytes);
    const digest = await deriveKey(key, header.mkDigestSalt, header.mkDigestIterations, DIGEST_BYTES, header.hashSpec);
    return timingSafeEqual(digest, header.mkDigest) ? key : undefined;
  }

  /** Whole sectors; the last may be cut off at the end of a header that stands alone. */
  async #readMaterial(slot: KeySlot): Promise<Uint8Array> {
    const length = Math.ceil(materialBytes(this.header, slot) / LUKS_SECTOR_BYTES) * LUKS_SECTOR_BYTES;
    return readBytes(this.#store, slot.keyMaterialOffset * LUKS_SECTOR_BYTES, length);
  }

  /**
   * Gives the volume, which must be unlocked, a further passphrase.
   * @param slot the first free one when it is not given
   * @returns the slot
   */
  async addPassphrase(passphrase: string, { slot: wanted, iterationMs = 2000, random }: { readonly slot?: number; readonly iterationMs?: number; readonly random: (length: number) => Uint8Array }): Promise<number> {
    const { header } = this;
    const masterKey = this.#unlockedKey();
    const index = wanted ?? this.slots.findIndex((slot) => !isEnabled(slot));
    const slot = this.slots[index];
    if (slot === undefined || isEnabled(slot)) throw invalid(wanted === undefined ? 'all key slots are in use' : `key slot ${wanted} is in use, or there is none`, placeIn(this.#store, 0));
    const salt = random(SALT_BYTES);
    const iterations = iterationsFor(header.hashSpec, header.keyBytes, iterationMs);
    const slotKey = await deriveKey(passphrase, salt, iterations, header.keyBytes, header.hashSpec);
    const split = splitKey(header.hashSpec, masterKey, STRIPES, random);
    const material = new Uint8Array(Math.ceil(split.length / LUKS_SECTOR_BYTES) * LUKS_SECTOR_BYTES);
    material.set(split);
    this.#cipherOf(slotKey).encrypt(0, material);
    // The material is there before its slot says so.
    await this.#store.write(slot.keyMaterialOffset * LUKS_SECTOR_BYTES, material);
    await this.#store.flush();
    Object.assign(slot, { active: SLOT_ENABLED, iterations, salt, stripes: STRIPES });
    await this.#writeSlot(index);
    return index;
  }

  /** Makes a slot's passphrase useless: its material is overwritten. The last slot in use is kept, since without one the data are lost. */
  async removeSlot(index: number, random: (length: number) => Uint8Array): Promise<void> {
    const slot = this.slots[index];
    if (slot === undefined || !isEnabled(slot)) throw invalid(`key slot ${index} is not in use`, placeIn(this.#store, 0));
    if (this.slots.filter(isEnabled).length === 1) throw invalid(`key slot ${index} is the last; without it the data are lost`, placeIn(this.#store, 0));
    Object.assign(slot, { active: SLOT_DISABLED, iterations: 0, salt: new Uint8Array(SALT_BYTES) });
    await this.#writeSlot(index);
    await this.#store.write(slot.keyMaterialOffset * LUKS_SECTOR_BYTES, random(Math.ceil(materialBytes(this.header, slot) / LUKS_SECTOR_BYTES) * LUKS_SECTOR_BYTES));
    await this.#store.flush();
  }

  async #writeSlot(index: number): Promise<void> {
    await this.#store.write(slotOffset(index), keySlotLayout.encode(this.slots[index]!));
    await this.#store.flush();
  }

  #cipherOf(key: Uint8Array): SectorCipher {
    return sectorCipher({ cipher: this.header.cipherName, mode: this.header.cipherMode }, key, placeIn(this.#store, headerLayout.fields.cipherMode[0], 'cipherMode'));
  }

  #unlockedKey(): Uint8Array {
    if (this.#masterKey === undefined) throw wrongKey('is enciphered, and no passphrase is given', placeIn(this.#store, 0));
    return this.#masterKey;
  }
}

const wrongKey = (message: string, context: DiskErrorContext): DiskError =>
  new DiskError({ code: 'DISK_KEY_WRONG', kind: 'denied', message, context, hint: 'give its passphrase' });

const invalid = (message: string, context: DiskErrorContext): DiskError => new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message, context });

/** Rounds of PBKDF2 that are timed, to know how many a second there are. */
const TRIAL_ITERATIONS = 20_000;

function iterationsFor(hashName: string, keyBytes: number, milliseconds: number): number {
  const startMs = performance.now();
  pbkdf2Sync('passphrase', 'salt of the trial', TRIAL_ITERATIONS, keyBytes, hashName);
  const trialMs = Math.max(0.1, performance.now() - startMs);
  return Math.max(LEAST_ITERATIONS, Math.round((TRIAL_ITERATIONS * milliseconds) / trialMs));
}

/** RFC 9562, version 4. */
function randomUuid(random: (length: number) => Uint8Array): string {
  const bytes = random(16).slice();
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return Buffer.from(bytes).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
