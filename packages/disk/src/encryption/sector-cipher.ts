/**
 * Sectors of 512 bytes, each enciphered for itself with its number, as dm-crypt names it: `aes-xts-plain64`, `aes-cbc-essiv:sha256` and their relatives.
 *
 * XTS (IEEE 1619) is done here over AES in ECB mode: node:crypto would need a new cipher object for each sector, which takes longer than enciphering it.
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Cipheriv, Decipheriv } from 'node:crypto';
import { unsupported } from '../errors.ts';
import type { DiskErrorContext } from '../errors.ts';

export const CIPHER_SECTOR_BYTES = 512;

export interface SectorCipher {
  /** In place. `bytes` are whole sectors, the first of which has the number `sector`. */
  encrypt(sector: number, bytes: Uint8Array): void;
  decrypt(sector: number, bytes: Uint8Array): void;
}

/** In the words of dm-crypt: `aes` and `xts-plain64`. */
export interface CipherName {
  readonly cipher: string;
  readonly mode: string;
}

const BLOCK_BYTES = 16;
const BLOCK_WORDS = BLOCK_BYTES / 4;
const SECTOR_WORDS = CIPHER_SECTOR_BYTES / 4;
/** Sectors that are enciphered at once. */
const BATCH_SECTORS = 128;

/** Initial vectors of `count` sectors, 16 bytes each. */
type InitialVectors = (sector: number, count: number) => Uint8Array;

/**
 * @throws DiskError `DISK_FEATURE_UNSUPPORTED` for names that are not known, and for keys that do not fit
 */
export function sectorCipher({ cipher, mode }: CipherName, key: Uint8Array, where: DiskErrorContext): SectorCipher {
  const [chaining, vector = ''] = splitOnce(mode, '-');
  const refuse = (): never => {
    throw unsupported(`sectors are enciphered by ${JSON.stringify(`${cipher}-${mode}`)} with a key of ${key.length * 8} bits`, where, 'aes-xts-plain64, aes-cbc-essiv:sha256 and aes-cbc-plain64 are known');
  };
  if (cipher !== 'aes') refuse();
  const aesKey = chaining === 'xts' ? key.subarray(0, key.length / 2) : key;
  if (![16, 24, 32].includes(aesKey.length)) refuse();
  const vectors = initialVectors(vector, key) ?? refuse();
  if (chaining === 'xts') return new XtsCipher(aesKey, key.subarray(key.length / 2), vectors);
  if (chaining === 'cbc') return new CbcCipher(aesKey, vectors);
  return refuse();
}

function splitOnce(text: string, at: string): [string, string | undefined] {
  const place = text.indexOf(at);
  return place < 0 ? [text, undefined] : [text.slice(0, place), text.slice(place + 1)];
}

function ecb(key: Uint8Array): Cipheriv {
  return createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
}

function initialVectors(name: string, key: Uint8Array): InitialVectors | undefined {
  const numbers = (sector: number, count: number, bits: 32 | 64): Uint8Array => {
    const vectors = new Uint8Array(count * BLOCK_BYTES);
    const view = new DataView(vectors.buffer);
    for (let i = 0; i < count; i++) {
      view.setUint32(i * BLOCK_BYTES, sector + i, true);
      if (bits === 64) view.setUint32(i * BLOCK_BYTES + 4, Math.floor((sector + i) / 2 ** 32), true);
    }
    return vectors;
  };
  if (name === 'plain64') return (sector, count) => numbers(sector, count, 64);
  if (name === 'plain') return (sector, count) => numbers(sector, count, 32);
  const [kind, hash = ''] = splitOnce(name, ':');
  // The hash is the key of the cipher that makes the vectors, so its length has to be one of AES's.
  if (kind !== 'essiv' || hash !== 'sha256') return undefined;
  const cipher = ecb(createHash(hash).update(key).digest());
  return (sector, count) => cipher.update(numbers(sector, count, 64));
}

class XtsCipher implements SectorCipher {
  readonly #encryptor: Cipheriv;
  readonly #decryptor: Decipheriv;
  readonly #tweaker: Cipheriv;
  readonly #vectors: InitialVectors;
  readonly #words = new Uint32Array(BATCH_SECTORS * SECTOR_WORDS);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  readonly #tweaks = new Uint32Array(BATCH_SECTORS * SECTOR_WORDS);

  constructor(key: Uint8Array, tweakKey: Uint8Array, vectors: InitialVectors) {
    this.#encryptor = ecb(key);
    this.#decryptor = createDecipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
    this.#tweaker = ecb(tweakKey);
    this.#vectors = vectors;
  }

  encrypt(sector: number, bytes: Uint8Array): void {
    this.#convert(sector, bytes, this.#encryptor);
  }

  decrypt(sector: number, bytes: Uint8Array): void {
    this.#convert(sector, bytes, this.#decryptor);
  }

  #convert(sector: number, bytes: Uint8Array, cipher: Cipheriv | Decipheriv): void {
    for (let done = 0; done < bytes.length; done += BATCH_SECTORS * CIPHER_SECTOR_BYTES) {
      const part = bytes.subarray(done, done + BATCH_SECTORS * CIPHER_SECTOR_BYTES);
      this.#setTweaks(sector + done / CIPHER_SECTOR_BYTES, part.length / CIPHER_SECTOR_BYTES);
      this.#bytes.set(part);
      this.#addTweaks(part.length / 4);
      this.#bytes.set(cipher.update(this.#bytes.subarray(0, part.length)));
      this.#addTweaks(part.length / 4);
      part.set(this.#bytes.subarray(0, part.length));
    }
  }

  #addTweaks(count: number): void {
    const words = this.#words, tweaks = this.#tweaks;
    for (let i = 0; i < count; i++) words[i]! ^= tweaks[i]!;
  }

  /** The first block's tweak is the sector's vector enciphered; each further one is the one before times x in GF(2^128). Words are little-endian, as all hosts of Node.js are but one. */
  #setTweaks(sector: number, count: number): void {
    const tweaks = this.#tweaks;
    const first = this.#tweaker.update(this.#vectors(sector, count));
    const view = new DataView(first.buffer, first.byteOffset, first.byteLength);
    for (let i = 0; i < count; i++) {
      let a = view.getInt32(i * BLOCK_BYTES, true), b = view.getInt32(i * BLOCK_BYTES + 4, true), c = view.getInt32(i * BLOCK_BYTES + 8, true), d = view.getInt32(i * BLOCK_BYTES + 12, true);
      for (let at = i * SECTOR_WORDS, end = at + SECTOR_WORDS; at < end; at += BLOCK_WORDS) {
        tweaks[at] = a;
        tweaks[at + 1] = b;
        tweaks[at + 2] = c;
        tweaks[at + 3] = d;
        const carry = d >> 31 & 0x87;
        d = d << 1 | c >>> 31;
        c = c << 1 | b >>> 31;
        b = b << 1 | a >>> 31;
        a = a << 1 ^ carry;
      }
    }
  }
}

/** Old images only: a cipher object for each sector is well enough. */
class CbcCipher implements SectorCipher {
  readonly #key: Uint8Array;
  readonly #vectors: InitialVectors;

  constructor(key: Uint8Array, vectors: InitialVectors) {
    this.#key = key;
    this.#vectors = vectors;
  }

  encrypt(sector: number, bytes: Uint8Array): void {
    this.#convert(sector, bytes, createCipheriv);
  }

  decrypt(sector: number, bytes: Uint8Array): void {
    this.#convert(sector, bytes, createDecipheriv);
  }

  #convert(sector: number, bytes: Uint8Array, make: (name: string, key: Uint8Array, vector: Uint8Array) => Cipheriv | Decipheriv): void {
    const vectors = this.#vectors(sector, bytes.length / CIPHER_SECTOR_BYTES);
    for (let at = 0, i = 0; at < bytes.length; at += CIPHER_SECTOR_BYTES, i += BLOCK_BYTES) {
      const cipher = make(`aes-${this.#key.length * 8}-cbc`, this.#key, vectors.subarray(i, i + BLOCK_BYTES));
      cipher.setAutoPadding(false);
      bytes.set(cipher.update(bytes.subarray(at, at + CIPHER_SECTOR_BYTES)), at);
    }
  }
}
