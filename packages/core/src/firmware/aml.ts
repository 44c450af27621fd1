/**
 * A small encoder for ACPI Machine Language: enough for the DSDT of a PC.
 *
 * Reference: ACPI 6.4 §20.2 (AML grammar), §6.4 (resource data types), §5.6.7 with ISA PnP's compressed EISA ids.
 * Each function returns the bytes of one term; terms nest by being passed on. Names follow ASL: `device` is Device(), `scope` is Scope().
 */

export type Aml = readonly number[];

const EXTENDED = 0x5b;

/** A name path: `\_SB.PCI0`, `^LNKA`, `_CRS`. Segments are padded with underscores to four characters. */
function path(text: string): Aml {
  const prefix = /^\\|^\^*/.exec(text)?.[0] ?? '';
  const segments = text.slice(prefix.length).split('.').filter((segment) => segment !== '');
  for (const segment of segments) {
    if (!/^[A-Z_][A-Z0-9_]{0,3}$/.test(segment)) throw new Error(`"${segment}" is not an AML name segment`);
  }
  const bytes = segments.flatMap((segment) => ascii(segment.padEnd(4, '_')));
  const count = segments.length;
  const lead = count === 0 ? [0x00] : count === 1 ? [] : count === 2 ? [0x2e] : [0x2f, count];
  return [...ascii(prefix), ...lead, ...bytes];
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

function word(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff];
}

function dword(value: number): number[] {
  return [...word(value), ...word(value >>> 16)];
}

/** PkgLength counts itself; the top two bits of its first byte say how many bytes follow. */
function packaged(content: Aml): Aml {
  for (const extra of [0, 1, 2, 3]) {
    const length = content.length + 1 + extra;
    if (extra === 0 ? length <= 0x3f : length < 1 << (4 + 8 * extra)) return [...lengthBytes(length, extra), ...content];
  }
  throw new Error(`an AML package of ${content.length} bytes cannot be encoded`);
}

function lengthBytes(length: number, extra: number): number[] {
  if (extra === 0) return [length];
  return [(extra << 6) | (length & 0x0f), ...Array.from({ length: extra }, (_, i) => (length >>> (4 + 8 * i)) & 0xff)];
}

export function integer(value: number): Aml {
  if (value === 0) return [0x00];
  if (value === 1) return [0x01];
  if (value <= 0xff) return [0x0a, value];
  if (value <= 0xffff) return [0x0b, ...word(value)];
  return [0x0c, ...dword(value)];
}

export function string(text: string): Aml {
  return [0x0d, ...ascii(text), 0];
}

/** EISAID("PNP0A03"): three letters of five bits and four hex digits, most significant byte first. */
export function eisaId(id: string): Aml {
  const letter = (index: number): number => id.charCodeAt(index) - 0x40;
  const packed = ((letter(0) << 26) | (letter(1) << 21) | (letter(2) << 16) | Number.parseInt(id.slice(3), 16)) >>> 0;
  return [0x0c, packed >>> 24, (packed >>> 16) & 0xff, (packed >>> 8) & 0xff, packed & 0xff];
}

function buffer(bytes: Aml): Aml {
  return [0x11, ...packaged([...integer(bytes.length), ...bytes])];
}

export function pack(...elements: readonly Aml[]): Aml {
  return [0x12, ...packaged([elements.length, ...elements.flat()])];
}

export function name(target: string, value: Aml): Aml {
  return [0x08, ...path(target), ...value];
}

export function scope(target: string, ...terms: readonly Aml[]): Aml {
  return [0x10, ...packaged([...path(target), ...terms.flat()])];
}

export function device(target: string, ...terms: readonly Aml[]): Aml {
  return [EXTENDED, 0x82, ...packaged([...path(target), ...terms.flat()])];
}

/** A method that is not serialized, unless it declares names of its own. */
export function method(target: string, argumentCount: number, ...terms: readonly Aml[]): Aml {
  return [0x14, ...packaged([...path(target), argumentCount, ...terms.flat()])];
}

export function serializedMethod(target: string, argumentCount: number, ...terms: readonly Aml[]): Aml {
  return [0x14, ...packaged([...path(target), argumentCount | 0x08, ...terms.flat()])];
}

const REGION_PCI_CONFIG = 2;

export function pciConfigRegion(target: string, offset: number, sizeBytes: number): Aml {
  return [EXTENDED, 0x80, ...path(target), REGION_PCI_CONFIG, ...integer(offset), ...integer(sizeBytes)];
}

/** Fields of eight bits each, accessed as bytes, other bits preserved. */
export function byteFields(region: string, ...names: readonly string[]): Aml {
  const ACCESS_BYTE_PRESERVE = 0x01;
  // A field's width is in PkgLength form, but counts bits.
  const entries = names.flatMap((field) => [...path(field), 8]);
  return [EXTENDED, 0x81, ...packaged([...path(region), ACCESS_BYTE_PRESERVE, ...entries])];
}

export const LOCAL0: Aml = [0x60];
export const ARG0: Aml = [0x68];
const NO_TARGET = 0x00;

export function reference(target: string): Aml {
  return path(target);
}

export function give(value: Aml): Aml {
  return [0xa4, ...value];
}

export function store(value: Aml, target: Aml): Aml {
  return [0x70, ...value, ...target];
}

export function and(left: Aml, right: Aml): Aml {
  return [0x7b, ...left, ...right, NO_TARGET];
}

export function or(left: Aml, right: Aml): Aml {
  return [0x7d, ...left, ...right, NO_TARGET];
}

export function when(condition: Aml, ...terms: readonly Aml[]): Aml {
  return [0xa0, ...packaged([...condition, ...terms.flat()])];
}

export function createDwordField(source: Aml, byteIndex: number, target: string): Aml {
  return [0x8a, ...source, ...integer(byteIndex), ...path(target)];
}

/** A resource template: descriptors, then the end tag, whose checksum 0 means "not checked". */
export function resources(...descriptors: readonly Aml[]): Aml {
  return buffer([...descriptors.flat(), 0x79, 0x00]);
}

/** IO(Decode16, first, first, 1, length), §6.4.2.5. */
export function io(first: number, sizeBytes: number): Aml {
  return [0x47, 0x01, ...word(first), ...word(first), 0x01, sizeBytes];
}

/** IRQNoFlags(): edge-triggered, active high, exclusive, §6.4.2.1. */
export function irq(line: number): Aml {
  return [0x22, ...word(1 << line)];
}

/** Memory32Fixed(ReadWrite, …), §6.4.3.4. */
export function memory32(start: number, sizeBytes: number): Aml {
  return [0x86, ...word(9), 0x01, ...dword(start), ...dword(sizeBytes)];
}

/** Interrupt(ResourceConsumer, Level, ActiveHigh, Shared), §6.4.3.6. The interrupt numbers start at byte 5. */
export function levelInterrupts(...lines: readonly number[]): Aml {
  const CONSUMER_LEVEL_HIGH_SHARED = 0x09;
  return [0x89, ...word(2 + 4 * lines.length), CONSUMER_LEVEL_HIGH_SHARED, lines.length, ...lines.flatMap(dword)];
}

const ADDRESS_SPACE = { memory: 0, io: 1, bus: 2 } as const;
/** A producer's window with fixed ends, decoded positively, §6.4.3.5. */
const WINDOW_FLAGS = 0x0c;

/** WordBusNumber() and WordIO(), §6.4.3.5.3. */
function wordWindow(kind: number, specificFlags: number, first: number, last: number): Aml {
  return [0x88, ...word(13), kind, WINDOW_FLAGS, specificFlags, ...word(0), ...word(first), ...word(last), ...word(0), ...word(last - first + 1)];
}

export function busWindow(first: number, last: number): Aml {
  return wordWindow(ADDRESS_SPACE.bus, 0, first, last);
}

export function ioWindow(first: number, last: number): Aml {
  const ENTIRE_RANGE = 0x03;
  return wordWindow(ADDRESS_SPACE.io, ENTIRE_RANGE, first, last);
}

/** DWordMemory(), §6.4.3.5.2. */
export function memoryWindow(first: number, last: number, cacheable: boolean): Aml {
  const READ_WRITE = 0x01;
  const CACHEABLE = 0x02;
  const flags = READ_WRITE | (cacheable ? CACHEABLE : 0);
  return [0x87, ...word(23), ADDRESS_SPACE.memory, WINDOW_FLAGS, flags, ...dword(0), ...dword(first), ...dword(last), ...dword(0), ...dword(last - first + 1)];
}
