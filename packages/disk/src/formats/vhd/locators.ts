/** What a differencing disk says of its parent: a path for each platform, and its bare name. */
import { dirname, isAbsolute, resolve } from 'node:path';
import { beyondLimit } from '../../errors.ts';
import { readBytes } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { HEADER, LOCATOR, LOCATOR_BYTES, LOCATOR_COUNT, LOCATORS_AT, MOST_LOCATOR_BYTES, toSectors } from './layout.ts';

export interface Locator {
  readonly platformCode: string;
  readonly offset: number;
  readonly length: number;
  /** Empty where it is of a kind that is not understood. */
  readonly path: string;
}

/** All that have a name. @param header of a dynamic disk, 1024 bytes */
export async function readLocators(store: Store, header: Uint8Array, headerAt: number): Promise<Locator[]> {
  const locators: Locator[] = [];
  for (let i = 0; i < LOCATOR_COUNT; i++) {
    const at = LOCATORS_AT + i * LOCATOR_BYTES;
    const where = { path: store.name, offset: headerAt + at, field: 'parent locator' };
    const { platformCode, platformDataOffset: offset, platformDataLength: length } = LOCATOR.read(header, at, where);
    if (platformCode === '' || length === 0) continue;
    // The room is not looked at: it is in bytes with some writers and in sectors with others.
    if (length > MOST_LOCATOR_BYTES || offset + length > store.length) throw beyondLimit(`the name of the parent for ${platformCode} is ${length} bytes at ${offset}`, where);
    locators.push({ platformCode, offset, length, path: pathOf(platformCode, await readBytes(store, offset, length)) });
  }
  return locators;
}

/** "Platform Code": W2ru and W2ku are paths of Windows in UTF-16, little-endian, MacX is a URL in UTF-8; the older Wi2r and Wi2k are deprecated. */
function pathOf(platformCode: string, bytes: Uint8Array): string {
  const text = (encoding: 'utf16le' | 'utf8'): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length - (encoding === 'utf16le' ? bytes.length % 2 : 0)).toString(encoding).replace(/\0.*$/s, '');
  switch (platformCode) {
    case 'W2ru': case 'W2ku': return text('utf16le');
    case 'Wi2r': case 'Wi2k': return text('utf8');
    case 'MacX': return pathOfUrl(text('utf8'));
    default: return '';
  }
}

function pathOfUrl(url: string): string {
  const path = url.replace(/^file:\/\/(localhost)?/i, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** "Parent Unicode Name". */
export const parentUnicodeName = (header: Uint8Array): string => Buffer.from(HEADER.read(header).parentUnicodeName).swap16().toString('utf16le').replace(/\0.*$/s, '');

const RELATIVE_FIRST: readonly string[] = ['W2ru', 'Wi2r', 'W2ku', 'Wi2k', 'MacX'];

/** The names by which the parent may be found, likelier ones first: as relative paths say, as absolute ones say, and beside the image by each one's last part. */
export function parentNames(locators: readonly Locator[], unicodeName: string): string[] {
  const paths = RELATIVE_FIRST.flatMap((code) => locators.filter(({ platformCode }) => platformCode === code)).map(({ path }) => ofThisPlatform(path));
  const all = [...paths.filter((path) => !/^[a-z]:/i.test(path)), ...[...paths, ofThisPlatform(unicodeName)].map((path) => path.slice(path.lastIndexOf('/') + 1))];
  return [...new Set(all)].filter((name) => name !== '');
}

/** Windows takes both slashes; elsewhere there is one. */
const ofThisPlatform = (path: string): string => (process.platform === 'win32' ? path : path.replaceAll('\\', '/'));

export interface ParentNames {
  readonly unicodeName: Uint8Array<ArrayBuffer>;
  readonly locators: readonly { readonly platformCode: string; readonly bytes: Uint8Array<ArrayBuffer> }[];
}

/** How the image in `store` names its parent: W2ru and W2ku, as Windows does. @param name relative to the image's folder, or absolute */
export function namesForParent(store: Store, name: string): ParentNames {
  const absolute = resolve(dirname(store.name), name);
  const relative = isAbsolute(name) ? undefined : /^\.{1,2}[\\/]/.test(name) ? name : `./${name}`;
  const windows = (path: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(path.replaceAll('/', '\\'), 'utf16le'));
  const unicodeName = new Uint8Array(HEADER.fields.parentUnicodeName[1].bytes);
  // 255 letters and a NUL.
  unicodeName.set(Buffer.from(absolute.slice(absolute.lastIndexOf('/') + 1).slice(0, 255), 'utf16le').swap16());
  return { unicodeName, locators: [...(relative === undefined ? [] : [{ platformCode: 'W2ru', bytes: windows(relative) }]), { platformCode: 'W2ku', bytes: windows(absolute) }] };
}

/** Bytes of file for the names. */
export const locatorRoom = ({ locators }: ParentNames): number => locators.reduce((sum, { bytes }) => sum + toSectors(bytes.length), 0);

/** Enters the names into a header. @returns the bytes that belong at `at`, where there is room for them */
export function writeLocators(header: Uint8Array, names: ParentNames, at: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(locatorRoom(names));
  header.fill(0, LOCATORS_AT, LOCATORS_AT + LOCATOR_COUNT * LOCATOR_BYTES);
  HEADER.write(header, { parentUnicodeName: names.unicodeName });
  let done = 0;
  names.locators.forEach(({ platformCode, bytes }, i) => {
    const room = toSectors(bytes.length);
    data.set(bytes, done);
    LOCATOR.write(header, { platformCode, platformDataSpace: room, platformDataLength: bytes.length, platformDataOffset: at + done }, LOCATORS_AT + i * LOCATOR_BYTES);
    done += room;
  });
  return data;
}
