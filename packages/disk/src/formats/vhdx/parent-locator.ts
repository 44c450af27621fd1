/** What a differencing disk says of its parent (2.6.2.6): keys and values, UTF-16. */
import { dirname, isAbsolute, resolve } from 'node:path';
import { corrupt, unsupported } from '../../errors.ts';
import type { DiskErrorContext } from '../../errors.ts';
import { NO_GUID, PARENT_ENTRIES_AT, PARENT_ENTRY_BYTES, PARENT_LOCATOR, PARENT_LOCATOR_ENTRY, PARENT_LOCATOR_TYPE } from './layout.ts';

/** In the order in which they are tried. */
const PATH_KEYS = ['relative_path', 'volume_path', 'absolute_win32_path'] as const;
const LINKAGE_KEYS = ['parent_linkage', 'parent_linkage2'] as const;

export type KeyValues = ReadonlyMap<string, string>;

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length - (bytes.length % 2)).toString('utf16le');

export function readParentLocator(bytes: Uint8Array, where: DiskErrorContext): KeyValues {
  const { type, keyValueCount } = PARENT_LOCATOR.read(bytes, 0, where);
  if (type !== PARENT_LOCATOR_TYPE) throw unsupported(`a parent locator of type ${type}`, where);
  const values = new Map<string, string>();
  for (let i = 0; i < keyValueCount; i++) {
    const { keyOffset, valueOffset, keyLength, valueLength } = PARENT_LOCATOR_ENTRY.read(bytes, PARENT_ENTRIES_AT + i * PARENT_ENTRY_BYTES, where);
    if (keyOffset + keyLength > bytes.length || valueOffset + valueLength > bytes.length) throw corrupt(`entry ${i} of the parent locator is outside it`, where);
    values.set(textOf(bytes.subarray(keyOffset, keyOffset + keyLength)), textOf(bytes.subarray(valueOffset, valueOffset + valueLength)));
  }
  return values;
}

export function encodeParentLocator(values: KeyValues): Uint8Array<ArrayBuffer> {
  const texts = [...values].map(([key, value]) => [Buffer.from(key, 'utf16le'), Buffer.from(value, 'utf16le')] as const);
  let at = PARENT_ENTRIES_AT + texts.length * PARENT_ENTRY_BYTES;
  const bytes = new Uint8Array(at + texts.reduce((sum, [key, value]) => sum + key.length + value.length, 0));
  PARENT_LOCATOR.write(bytes, { type: PARENT_LOCATOR_TYPE, keyValueCount: texts.length });
  texts.forEach(([key, value], i) => {
    PARENT_LOCATOR_ENTRY.write(bytes, { keyOffset: at, valueOffset: at + key.length, keyLength: key.length, valueLength: value.length }, PARENT_ENTRIES_AT + i * PARENT_ENTRY_BYTES);
    bytes.set(key, at);
    bytes.set(value, at + key.length);
    at += key.length + value.length;
  });
  return bytes;
}

/** How the image at `imagePath` names its parent, which it knows by what the parent's data is. */
export function locatorFor(imagePath: string, name: string, parentDataWriteGuid: string): KeyValues {
  const windows = (path: string): string => path.replaceAll('/', '\\');
  const relative: [string, string][] = isAbsolute(name) ? [] : [['relative_path', windows(/^\.{1,2}[\\/]/.test(name) ? name : `./${name}`)]];
  return new Map([['parent_linkage', `{${parentDataWriteGuid}}`], ['parent_linkage2', `{${NO_GUID}}`], ...relative, ['absolute_win32_path', windows(resolve(dirname(imagePath), name))]]);
}

/** Names by which the parent may be found: as its paths say, and beside the image by each one's last part. */
export function parentNames(values: KeyValues): string[] {
  const paths = PATH_KEYS.map((key) => values.get(key) ?? '').map((path) => (process.platform === 'win32' ? path : path.replaceAll('\\', '/')));
  const all = [...paths.filter((path) => !/^[a-z]:|^\/\/\?\//i.test(path)), ...paths.map((path) => path.slice(path.lastIndexOf('/') + 1))];
  return [...new Set(all)].filter((name) => name !== '');
}

/** The parent's DataWriteGuid: either of two, since one is being replaced while a parent changes. */
export const linkages = (values: KeyValues): string[] => LINKAGE_KEYS.map((key) => (values.get(key) ?? '').replace(/[{}]/g, '').toLowerCase()).filter((guid) => guid !== '' && guid !== NO_GUID);
