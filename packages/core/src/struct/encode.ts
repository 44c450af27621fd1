/**
 * Saved plain data as bytes and back: the deterministic subset of CBOR (RFC 8949, 4.2) with definite lengths.
 *
 * Unsigned and negative integers up to 64 bits, byte strings, text, arrays, maps with text keys, true and false. A `number` comes
 * back as a `number` where it is a safe integer and as a `bigint` above; the field that parses it settles the type.
 *
 * The bytes are hostile: every length is compared with what is left before anything is allocated, and nesting is bounded.
 */
import type { Saved } from './fields.ts';
import { StateError } from './state-error.ts';
import { isRecord } from './struct.ts';

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const SIMPLE = 7;
const FALSE = 20;
const TRUE = 21;
const MAX_DEPTH = 32;

export function encodeSaved(saved: Saved): Uint8Array {
  const writer = new Writer();
  writer.item(saved);
  return writer.bytes();
}

class Writer {
  #buffer = new Uint8Array(256);
  #length = 0;

  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  item(saved: Saved): void {
    if (typeof saved === 'boolean') this.#byte((SIMPLE << 5) | (saved ? TRUE : FALSE));
    else if (typeof saved === 'number' || typeof saved === 'bigint') this.#integer(BigInt(saved));
    else if (typeof saved === 'string') this.#text(saved);
    else if (saved instanceof Uint8Array) {
      this.#head(BYTES, BigInt(saved.length));
      this.#append(saved);
    } else if (isRecord(saved)) {
      const entries = Object.entries(saved);
      this.#head(MAP, BigInt(entries.length));
      for (const [name, value] of entries) {
        this.#text(name);
        this.item(value);
      }
    } else {
      this.#head(ARRAY, BigInt(saved.length));
      for (const item of saved) this.item(item);
    }
  }

  #integer(value: bigint): void {
    if (value >= 0n) this.#head(UNSIGNED, value);
    else this.#head(NEGATIVE, -1n - value);
  }

  #text(text: string): void {
    const utf8 = new TextEncoder().encode(text);
    this.#head(TEXT, BigInt(utf8.length));
    this.#append(utf8);
  }

  /** The initial byte and the shortest argument that holds `value` (RFC 8949, 3). */
  #head(major: number, value: bigint): void {
    if (value < 24n) {
      this.#byte((major << 5) | Number(value));
      return;
    }
    const log2Bytes = value < 0x100n ? 0 : value < 0x1_0000n ? 1 : value < 0x1_0000_0000n ? 2 : 3;
    this.#byte((major << 5) | (24 + log2Bytes));
    for (let shift = 8 * 2 ** log2Bytes - 8; shift >= 0; shift -= 8) this.#byte(Number((value >> BigInt(shift)) & 0xffn));
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = new Uint8Array(2 * (this.#length + bytes));
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}

export function decodeSaved(bytes: Uint8Array): Saved {
  const reader = new Reader(bytes);
  const saved = reader.item(0);
  if (reader.left !== 0) throw new StateError('end', 'the last byte', `${reader.left} more`);
  return saved;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  item(depth: number): Saved {
    if (depth > MAX_DEPTH) throw this.#error(`nesting of at most ${MAX_DEPTH}`, depth);
    const initial = this.#byte();
    const major = initial >> 5;
    const argument = this.#argument(initial & 0x1f);
    switch (major) {
      case UNSIGNED:
        return narrow(argument);
      case NEGATIVE:
        return narrow(-1n - argument);
      case BYTES:
        return this.#take(this.#length(argument, 1)).slice();
      case TEXT:
        return this.#text(argument);
      case ARRAY:
        return Array.from({ length: this.#length(argument, 1) }, () => this.item(depth + 1));
      case MAP:
        return this.#map(argument, depth);
      default:
        if (initial === ((SIMPLE << 5) | TRUE)) return true;
        if (initial === ((SIMPLE << 5) | FALSE)) return false;
        throw this.#error('a known type', initial);
    }
  }

  #map(argument: bigint, depth: number): Saved {
    const record: Record<string, Saved> = {};
    for (let left = this.#length(argument, 2); left > 0; left--) {
      const key = this.item(depth + 1);
      if (typeof key !== 'string' || key === '__proto__' || Object.hasOwn(record, key)) throw this.#error('a new text key', key);
      record[key] = this.item(depth + 1);
    }
    return record;
  }

  #text(argument: bigint): string {
    const utf8 = this.#take(this.#length(argument, 1));
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(utf8);
    } catch {
      throw this.#error('UTF-8', utf8);
    }
  }

  /** A count of items of at least `itemBytes` each has to fit into what is left. */
  #length(argument: bigint, itemBytes: number): number {
    if (argument * BigInt(itemBytes) > BigInt(this.left)) throw this.#error(`at most ${this.left} bytes`, argument);
    return Number(argument);
  }

  #argument(info: number): bigint {
    if (info < 24) return BigInt(info);
    if (info > 27) throw this.#error('a definite length', info);
    let value = 0n;
    for (let left = 2 ** (info - 24); left > 0; left--) value = (value << 8n) | BigInt(this.#byte());
    return value;
  }

  #byte(): number {
    return this.#take(1)[0];
  }

  #take(length: number): Uint8Array {
    if (length > this.left) throw this.#error('more bytes', this.left);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #error(expected: string, found: unknown): StateError {
    return new StateError(`byte ${this.#at}`, expected, found);
  }
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
