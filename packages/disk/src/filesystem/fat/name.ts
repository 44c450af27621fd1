/** Short names of eight and three letters, and long ones: what they may hold, and how the one is made of the other. */
import * as layout from './layout.ts';

/** Code page 437 from 0x80 on: what a short name's bytes mean where nothing else is known. */
const CODE_PAGE_437 = 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ';

const textOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : CODE_PAGE_437[byte - 0x80]!)).join('').trimEnd();

/** A short name as it is shown. */
export function shortName(name: Uint8Array, caseFlags: number): string {
  const stored = name.slice();
  // 0xe5 marks a deleted entry, so a name that begins with it has 0x05 there.
  if (stored[0] === 0x05) stored[0] = layout.DELETED;
  const base = textOf(stored.subarray(0, 8));
  const extension = textOf(stored.subarray(8, 11));
  const shown = (caseFlags & layout.LOWER_BASE) !== 0 ? base.toLowerCase() : base;
  return extension === '' ? shown : `${shown}.${(caseFlags & layout.LOWER_EXTENSION) !== 0 ? extension.toLowerCase() : extension}`;
}

/** Of the eleven bytes of a short name, for the long entries before it. */
export const shortNameChecksum = (name: Uint8Array): number => name.reduce((sum, byte) => (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff, 0);

/** Names that differ in capitals only are one. Letter by letter: a letter whose capital is two (ß) is its own. */
export const keyOf = (name: string): string => name.replace(/[^\0-`{-\x7f]/g, (letter) => { const upper = letter.toUpperCase(); return upper.length === 1 ? upper : letter; });

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const FORBIDDEN = /[\u0000-\u001f"*/:<>?\\|]/;

/** Why it can be no name; undefined where it can. */
export function problemOfName(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'is no name';
  if (name.length > 255) return 'is longer than 255 letters';
  if (FORBIDDEN.test(name)) return 'has a character that FAT does not allow';
  if (/[ .]$/.test(name)) return 'ends with a space or a full stop, which FAT does not keep';
  return undefined;
}

const SHORT_LETTERS = /^[A-Z0-9!#$%&'()@^_`{}~-]*$/;

const padded = (base: string, extension: string): Uint8Array => Uint8Array.from(base.padEnd(8) + extension.padEnd(3), (letter) => letter.charCodeAt(0));

/** The name as a short one, where it is one already. */
export function asShortName(name: string): Uint8Array | undefined {
  const [base = '', extension = '', ...more] = name.split('.');
  const isShort = more.length === 0 && base !== '' && base.length <= 8 && extension.length <= 3 && SHORT_LETTERS.test(base) && SHORT_LETTERS.test(extension) && (name.includes('.') ? extension !== '' : true);
  return isShort ? padded(base, extension) : undefined;
}

/** A short name for a long one: its first letters, and a number that makes it the only one of its kind. */
export function shortNameFor(name: string, isTaken: (name: Uint8Array) => boolean): Uint8Array {
  const clean = (text: string): string => Array.from(text.toUpperCase(), (letter) => (SHORT_LETTERS.test(letter) ? letter : letter === ' ' || letter === '.' ? '' : '_')).join('');
  const dot = name.lastIndexOf('.');
  const base = clean(dot > 0 ? name.slice(0, dot) : name) || '_';
  const extension = dot > 0 ? clean(name.slice(dot + 1)).slice(0, 3) : '';
  for (let number = 1; ; number++) {
    const tail = `~${number}`;
    const short = padded(base.slice(0, 8 - tail.length) + tail, extension);
    if (!isTaken(short)) return short;
  }
}
