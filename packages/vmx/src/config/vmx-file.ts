/**
 * The text of a `.vmx` file: lines of `key = "value"`, read and written without losing anything.
 *
 * Reference: there is no published grammar. What is implemented is what VMware's products write and accept: keys compared
 * without regard to case; `#` comments; values in double quotes, where `|22` is a quote, `|7C` a bar and `|0A` a line feed
 * (any `|` and two hexadecimal digits); values without quotes, as some tools write them; `.encoding` naming the character set;
 * of two lines with the same key the last one counts.
 * Untouched lines are written back byte for byte (but for the character set: we write UTF-8 and say so in `.encoding`).
 * Missing: nothing is expanded in values; includes do not exist in the format.
 */
import { VmxError } from '../errors.ts';

/** A .vmx file is a few kilobytes; what is larger is not one. */
const MAX_FILE_BYTES = 1024 * 1024;

export interface VmxEntry {
  /** As it is written in the file. */
  readonly key: string;
  /** Unescaped. */
  readonly value: string;
  /** 1-based; 0 for an entry that was added by set(). */
  readonly line: number;
}

interface Line {
  readonly text: string;
  readonly entry?: VmxEntry;
}

/** No two parts of it match the same characters next to each other: a line that fits it nowhere is refused in linear time. */
const ENTRY = /^\s*([^\s="#]+)\s*=(?:\s*"([^"]*)"\s*(?:#.*)?|([^"#]*)(?:#.*)?)$/;

export class VmxFile {
  /** The name for messages. */
  readonly path: string;
  readonly #lines: Line[] = [];
  readonly #lineEnd: string;

  private constructor(path: string, lineEnd: string) {
    this.path = path;
    this.#lineEnd = lineEnd;
  }

  static empty(path: string): VmxFile {
    const file = new VmxFile(path, '\n');
    file.set('.encoding', 'UTF-8');
    return file;
  }

  /**
   * Reads the bytes of a file.
   * @throws VmxError VMX_CONFIG_SYNTAX naming path:line
   */
  static parse(bytes: Uint8Array, path: string): VmxFile {
    const text = decode(bytes, path);
    const file = new VmxFile(path, text.includes('\r\n') ? '\r\n' : '\n');
    const lines = text.split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    for (const [index, line] of lines.entries()) file.#lines.push(parseLine(line, index + 1, path));
    return file;
  }

  /** The entries that count, in the file's order: of several with one key, the last. */
  entries(): VmxEntry[] {
    const last = new Map<string, VmxEntry>();
    for (const { entry } of this.#lines) if (entry !== undefined) last.set(entry.key.toLowerCase(), entry);
    return [...last.values()];
  }

  get(key: string): VmxEntry | undefined {
    const wanted = key.toLowerCase();
    return this.#lines.findLast(({ entry }) => entry?.key.toLowerCase() === wanted)?.entry;
  }

  /** Changes the line that counts, keeping its place and its spelling of the key, or appends one. */
  set(key: string, value: string): void {
    const wanted = key.toLowerCase();
    const at = this.#lines.findLastIndex(({ entry }) => entry?.key.toLowerCase() === wanted);
    const old = this.#lines[at]?.entry;
    const entry: VmxEntry = { key: old?.key ?? key, value, line: old?.line ?? 0 };
    const line: Line = { text: `${entry.key} = "${escapeValue(value)}"`, entry };
    if (at === -1) this.#lines.push(line);
    else this.#lines[at] = line;
  }

  toString(): string {
    return this.#lines.map(({ text }) => text + this.#lineEnd).join('');
  }

  /** UTF-8 bytes to write to disk. */
  toBytes(): Uint8Array {
    const encoding = this.get('.encoding');
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding.value)) this.set('.encoding', 'UTF-8');
    return new TextEncoder().encode(this.toString());
  }
}

function parseLine(text: string, line: number, path: string): Line {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return { text };
  const match = ENTRY.exec(text);
  const [, key, quoted, bare] = match ?? [];
  if (key === undefined) {
    throw new VmxError({
      code: 'VMX_CONFIG_SYNTAX', kind: 'usage', message: `${path}:${line}: not a line of a .vmx file: ${abbreviate(trimmed)}`,
      context: { path, line }, hint: 'write key = "value" (a quote inside a value is |22), or begin the line with # to make it a comment',
    });
  }
  return { text, entry: { key, value: unescapeValue(quoted ?? bare?.trim() ?? ''), line } };
}

function decode(bytes: Uint8Array, path: string): string {
  if (bytes.length > MAX_FILE_BYTES || bytes.includes(0)) {
    throw new VmxError({
      code: 'VMX_CONFIG_SYNTAX', kind: 'usage', message: `${path}: not a .vmx file: ${bytes.length > MAX_FILE_BYTES ? 'larger than 1 MiB' : 'it has binary content'}`,
      context: { path }, hint: 'a .vmx file is text; give a kernel with --kernel, a ROM with --bios',
    });
  }
  // The declaration itself is ASCII, so that it can be found before the character set is known.
  const declared = /^[ \t]*\.encoding[ \t]*=[ \t]*"([^"\n]*)"/im.exec(new TextDecoder('latin1').decode(bytes))?.[1];
  if (declared === undefined) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      return new TextDecoder('windows-1252').decode(bytes);
    }
  }
  try {
    return new TextDecoder(declared, { fatal: true }).decode(bytes);
  } catch (cause) {
    const known = cause instanceof TypeError;
    throw new VmxError({
      code: 'VMX_CONFIG_SYNTAX', kind: 'usage', cause, context: { path },
      message: `${path}: .encoding = "${abbreviate(declared)}" ${known ? 'does not fit the bytes of the file' : 'is not a character set known here'}`,
      hint: 'save the file as UTF-8 and write .encoding = "UTF-8"',
    });
  }
}

function unescapeValue(text: string): string {
  return text.replaceAll(/\|([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function escapeValue(value: string): string {
  // eslint-disable-next-line no-control-regex
  return value.replaceAll(/["|\u0000-\u001f]/g, (char) => `|${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

function abbreviate(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
