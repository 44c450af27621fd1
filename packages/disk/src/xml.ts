/**
 * As much XML as Parallels' descriptors and Apple's property lists use: elements and their text. Attributes, comments and processing instructions are passed over; a document
 * type is too, but not one that declares entities.
 */
import { beyondLimit, corrupt } from './errors.ts';
import type { DiskErrorContext } from './errors.ts';

export interface XmlElement {
  readonly name: string;
  /** Between its tags, without that of its children, trimmed. */
  text: string;
  readonly children: XmlElement[];
}

const MOST_ELEMENTS = 200_000;
const MOST_DEPTH = 64;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * @returns the root element
 * @throws DiskError where it is no XML of this kind
 */
export function parseXml(source: string, where: DiskErrorContext): XmlElement {
  const root: XmlElement = { name: '', text: '', children: [] };
  const open: XmlElement[] = [root];
  let elements = 0;
  for (let at = 0; at < source.length;) {
    const tag = source.indexOf('<', at);
    const element = open.at(-1)!;
    if (open.length > 1) element.text += decode(source.slice(at, tag < 0 ? source.length : tag));
    if (tag < 0) break;
    const isComment = source.startsWith('<!--', tag);
    const end = isComment ? source.indexOf('-->', tag) : source.indexOf('>', tag);
    if (end < 0) throw corrupt('a tag of its XML does not end', where);
    const inside = source.slice(tag + 1, end);
    at = end + (isComment ? 3 : 1);
    if (isComment || inside.startsWith('?')) continue;
    if (inside.startsWith('!')) {
      if (!inside.startsWith('!DOCTYPE') || inside.includes('[')) throw corrupt('its XML declares entities or has sections', where);
      continue;
    }
    const name = /^\/?([^\s/]+)/.exec(inside)?.[1] ?? '';
    if (inside.startsWith('/')) {
      if (open.length === 1 || element.name !== name) throw corrupt(`</${name}> of its XML ends what did not begin`, where);
      element.text = element.text.trim();
      open.pop();
      continue;
    }
    if (++elements > MOST_ELEMENTS || open.length > MOST_DEPTH) throw beyondLimit('its XML has too many elements', where);
    const child: XmlElement = { name, text: '', children: [] };
    element.children.push(child);
    if (!inside.endsWith('/')) open.push(child);
  }
  const [first] = root.children;
  if (open.length !== 1 || first === undefined) throw corrupt('its XML is not whole', where);
  return first;
}

const decode = (text: string): string =>
  text.includes('&') ? text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (all, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? all;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : all;
  }) : text;

export const childNamed = (element: XmlElement | undefined, name: string): XmlElement | undefined => element?.children.find((child) => child.name === name);
export const childrenNamed = (element: XmlElement | undefined, name: string): XmlElement[] => element?.children.filter((child) => child.name === name) ?? [];
