/**
 * Structures on disk, declared once: a layout reads, checks and writes them.
 *
 * A field is `[offset, kind]`, in the specification's order and names. What is read comes from a stranger: a layout never reads outside the bytes it is given, and a 64-bit
 * number that a double cannot hold is refused with the field's name, so that the rest of the package counts in numbers.
 */
import { beyondLimit, corrupt } from './errors.ts';
import type { DiskErrorContext } from './errors.ts';

/** `u64` is a number of at most 2^53 - 1; `bits64` has all 64 bits, as a bigint. `text` is Latin-1 up to the first NUL. `guid` is 16 bytes as a lower-case string, mixed-endian (RFC 4122 text of Microsoft's structure). */
type FieldKind = 'u8' | 'u16' | 'u32' | 'i32' | 'u64' | 'bits64' | 'guid' | { readonly bytes: number } | { readonly text: number };
export type Fields = Readonly<Record<string, readonly [offset: number, kind: FieldKind]>>;

type FieldValue<K> = K extends 'bits64' ? bigint : K extends 'guid' | { readonly text: number } ? string : K extends { readonly bytes: number } ? Uint8Array : number;
export type LayoutValue<F extends Fields> = { -readonly [N in keyof F]: FieldValue<F[N][1]> };

export interface Layout<F extends Fields> {
  readonly fields: F;
  /** From the first byte of the first field to the last byte of the last, in bytes. */
  readonly byteLength: number;
  /**
   * @param at where in `bytes` the structure begins
   * @param where for errors: the file, and the structure's offset in it
   * @throws DiskError where `bytes` is too short or a `u64` too large
   */
  read(bytes: Uint8Array, at?: number, where?: DiskErrorContext): LayoutValue<F>;
  /** Writes the fields that are given; the others stay. */
  write(bytes: Uint8Array, values: Partial<LayoutValue<F>>, at?: number): void;
  /** A structure of `byteLength` bytes (or as many as are asked for), zero where nothing is given. */
  encode(values: Partial<LayoutValue<F>>, byteLength?: number): Uint8Array<ArrayBuffer>;
}

export function defineLayout<const F extends Fields>(endian: 'little' | 'big', fields: F): Layout<F> {
  const little = endian === 'little';
  const entries = Object.entries(fields);
  const byteLength = Math.max(...entries.map(([, [offset, kind]]) => offset + sizeOf(kind)));
  return {
    fields,
    byteLength,
    read(bytes, at = 0, where = {}) {
      if (at + byteLength > bytes.length) throw corrupt(`${bytes.length - at} of ${byteLength} bytes of a structure are there`, where);
      const view = viewOf(bytes);
      return Object.fromEntries(entries.map(([name, [offset, kind]]) => [name, readField(view, at + offset, kind, little, name, offset, where)])) as LayoutValue<F>;
    },
    write(bytes, values, at = 0) {
      const view = viewOf(bytes);
      for (const [name, value] of Object.entries(values)) {
        const [offset, kind] = fields[name]!;
        writeField(view, at + offset, kind, little, value as number | bigint | string | Uint8Array);
      }
    },
    encode(values, length = byteLength) {
      const bytes = new Uint8Array(length);
      this.write(bytes, values);
      return bytes;
    },
  };
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function sizeOf(kind: FieldKind): number {
  if (typeof kind === 'object') return 'bytes' in kind ? kind.bytes : kind.text;
  return { u8: 1, u16: 2, u32: 4, i32: 4, u64: 8, bits64: 8, guid: 16 }[kind];
}

function readField(view: DataView, at: number, kind: FieldKind, little: boolean, name: string, offset: number, where: DiskErrorContext): number | bigint | string | Uint8Array {
  if (typeof kind === 'object') {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, sizeOf(kind));
    return 'bytes' in kind ? bytes.slice() : latin1(bytes);
  }
  switch (kind) {
    case 'u8': return view.getUint8(at);
    case 'u16': return view.getUint16(at, little);
    case 'u32': return view.getUint32(at, little);
    case 'i32': return view.getInt32(at, little);
    case 'bits64': return view.getBigUint64(at, little);
    case 'guid': return guidText(new Uint8Array(view.buffer, view.byteOffset + at, 16));
    case 'u64': {
      const value = view.getBigUint64(at, little);
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw beyondLimit(`${name} is ${value}`, { ...where, field: name, ...(where.offset === undefined ? {} : { offset: where.offset + offset }) });
      return Number(value);
    }
  }
}

function writeField(view: DataView, at: number, kind: FieldKind, little: boolean, value: number | bigint | string | Uint8Array): void {
  if (typeof kind === 'object') {
    const bytes = typeof value === 'string' ? Uint8Array.from(value, (letter) => letter.charCodeAt(0)) : (value as Uint8Array);
    const into = new Uint8Array(view.buffer, view.byteOffset + at, sizeOf(kind));
    if (bytes.length > into.length) throw new RangeError(`${bytes.length} bytes for a field of ${into.length}`);
    into.fill(0).set(bytes);
    return;
  }
  switch (kind) {
    case 'u8': return view.setUint8(at, value as number);
    case 'u16': return view.setUint16(at, value as number, little);
    case 'u32': return view.setUint32(at, value as number, little);
    case 'i32': return view.setInt32(at, value as number, little);
    case 'bits64': return view.setBigUint64(at, value as bigint, little);
    case 'u64': return view.setBigUint64(at, BigInt(value as number), little);
    case 'guid': return new Uint8Array(view.buffer, view.byteOffset + at, 16).set(guidBytes(value as string));
  }
}

function latin1(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
}

/** The places of a GUID's bytes in its text: the first three groups are little-endian numbers. */
const GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/** `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` of a structure in Microsoft's byte order. */
export function guidText(bytes: Uint8Array): string {
  const hex = GUID_ORDER.map((place) => bytes[place]!.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The structure of a GUID's text; braces and capitals are accepted. */
function guidBytes(text: string): Uint8Array<ArrayBuffer> {
  const hex = text.replace(/[{}-]/g, '');
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new RangeError(`not a GUID: ${text}`);
  const bytes = new Uint8Array(16);
  GUID_ORDER.forEach((place, i) => { bytes[place] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16); });
  return bytes;
}
