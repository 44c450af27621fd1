/**
 * What the keys of a .vmx file mean here.
 *
 * VMware's own keys keep their meaning; our own begin with `worldswitch.`. A key that we do not use is kept in the file and listed
 * by --verbose; a value that is wrong is refused with its file and line. File names are relative to the folder of the .vmx file.
 * Missing: disks, network and sound (later issues), so their keys count as not used; serialN.fileType `device` and `network`.
 */
import { dirname, isAbsolute, join } from 'node:path';
import { VmxError } from '../errors.ts';
import { nearest } from '@worldswitch/command-line/nearest';
import type { SerialSpec } from '../serial/serial-spec.ts';
import { parseSerialSpec, SERIAL_FORMS } from '../serial/serial-spec.ts';
import { MEMORY_MOST_BYTES } from './vm-config.ts';
import type { VmConfig } from './vm-config.ts';
import type { VmxEntry, VmxFile } from './vmx-file.ts';

export interface VmxSettings {
  readonly config: VmConfig;
  readonly displayName: string | undefined;
  /** What the file says of COM1 and COM2. */
  readonly serial: readonly (SerialSpec | undefined)[];
  readonly debugcon: string | undefined;
  /** Entries that have no effect here. */
  readonly unused: readonly VmxEntry[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface SerialKeys {
  present?: boolean;
  startConnected?: boolean;
  fileType?: VmxEntry;
  fileName?: VmxEntry;
  endPoint?: string;
}

/** What the readers below fill in. */
interface Draft {
  readonly file: VmxFile;
  readonly config: Mutable<VmConfig>;
  readonly modules: Map<number, string>;
  readonly serial: readonly [SerialKeys, SerialKeys];
  readonly ownSerial: (SerialSpec | undefined)[];
  displayName?: string;
  debugcon?: string;
}

type Reader = (draft: Draft, entry: VmxEntry, match: RegExpExecArray) => void;

const MEMORY_MOST_MB = MEMORY_MOST_BYTES / 1024 ** 2;

/** Every key that has an effect. Matched without regard to case. */
const READERS: readonly (readonly [RegExp, Reader])[] = [
  [/^displayName$/i, (d, e) => { d.displayName = e.value; }],
  [/^memsize$/i, (d, e) => { d.config.memory = integer(d, e, 1, MEMORY_MOST_MB, 'megabytes', '512') * 1024 ** 2; }],
  [/^numvcpus$/i, (d, e) => { d.config.cpus = integer(d, e, 1, 1, 'virtual CPUs', '1'); }],
  [/^firmware$/i, (d, e) => { choice(d, e, ['bios'], 'this version has no EFI firmware'); }],
  [/^bios440\.filename$/i, (d, e) => { if (e.value !== '') d.config.bios = path(d, e); }],
  [/^rtc\.startTime$/i, (d, e) => { d.config.rtc = new Date(integer(d, e, 0, 4_102_444_799, 'seconds since 1970', '1767225600') * 1000); }],
  [/^serial([01])\.present$/i, (d, e, m) => { serial(d, m).present = boolean(d, e); }],
  [/^serial([01])\.startConnected$/i, (d, e, m) => { serial(d, m).startConnected = boolean(d, e); }],
  [/^serial([01])\.fileType$/i, (d, e, m) => { serial(d, m).fileType = e; }],
  [/^serial([01])\.fileName$/i, (d, e, m) => { serial(d, m).fileName = e; }],
  [/^serial([01])\.pipe\.endPoint$/i, (d, e, m) => { serial(d, m).endPoint = choice(d, e, ['server'], 'vmx listens on the socket'); }],
  [/^worldswitch\.kernel$/i, (d, e) => { d.config.kernel = path(d, e); }],
  [/^worldswitch\.initrd$/i, (d, e) => { d.config.initrd = path(d, e); }],
  [/^worldswitch\.append$/i, (d, e) => { d.config.append = e.value; }],
  [/^worldswitch\.module(\d{1,2})$/i, (d, e, m) => { d.modules.set(Number(m[1]), path(d, e)); }],
  [/^worldswitch\.icount$/i, (d, e) => { d.config.icount = boolean(d, e); }],
  [/^worldswitch\.debugExit$/i, (d, e) => { d.config.debugExit = boolean(d, e); }],
  [/^worldswitch\.reboot$/i, (d, e) => { d.config.reboot = choice(d, e, ['restart', 'exit'], undefined) === 'exit' ? 'exit' : 'restart'; }],
  [/^worldswitch\.debugcon$/i, (d, e) => { d.debugcon = debugcon(d, e); }],
  [/^worldswitch\.serial([01])$/i, (d, e, m) => { d.ownSerial[Number(m[1])] = ownSerial(d, e); }],
];

const OWN_KEYS = ['kernel', 'initrd', 'append', 'module0', 'icount', 'debugExit', 'reboot', 'debugcon', 'serial0', 'serial1'].map((name) => `worldswitch.${name}`);

/** Keys that describe the file or the guest and ask nothing of us. */
const DESCRIPTIVE = /^(?:\.encoding|config\.version|virtualHW\.version|guestOS|annotation|bios\.bootDelay|uuid\.(?:bios|location)|vc\.uuid|cpuid\.coresPerSocket|pciBridge\d\..*|hpet0\.present|nvram|extendedConfigFile)$/i;

/** @throws VmxError VMX_CONFIG_VALUE naming file:line */
export function readVmxSettings(file: VmxFile): VmxSettings {
  const draft: Draft = { file, config: {}, modules: new Map(), serial: [{}, {}], ownSerial: [undefined, undefined] };
  const unused: VmxEntry[] = [];
  for (const entry of file.entries()) if (!readEntry(draft, entry)) unused.push(entry);
  if (draft.modules.size > 0) draft.config.modules = [...draft.modules].sort(([a], [b]) => a - b).map(([, name]) => name);
  return {
    config: draft.config,
    displayName: draft.displayName,
    serial: draft.serial.map((keys, index) => draft.ownSerial[index] ?? serialSpec(draft, keys)),
    debugcon: draft.debugcon,
    unused,
  };
}

function readEntry(draft: Draft, entry: VmxEntry): boolean {
  for (const [pattern, reader] of READERS) {
    const match = pattern.exec(entry.key);
    if (match === null) continue;
    reader(draft, entry, match);
    return true;
  }
  if (/^worldswitch\./i.test(entry.key)) {
    const meant = nearest(entry.key, OWN_KEYS);
    throw refuse(draft, entry, 'there is no such key', meant === undefined ? `the keys are ${OWN_KEYS.join(', ')}` : `did you mean ${meant}?`);
  }
  if (/^encryption\.|^encryptedVM\./i.test(entry.key)) {
    throw refuse(draft, entry, 'the virtual machine is encrypted', 'remove the encryption with the product that made it', false);
  }
  return DESCRIPTIVE.test(entry.key);
}

function serial(draft: Draft, match: RegExpExecArray): SerialKeys {
  return match[1] === '1' ? draft.serial[1] : draft.serial[0];
}

function serialSpec(draft: Draft, keys: SerialKeys): SerialSpec | undefined {
  if (keys.present === false || keys.startConnected === false) return { kind: 'none' };
  if (keys.present !== true) return undefined;
  const { fileType, fileName } = keys;
  if (fileType === undefined) return undefined;
  const type = choice(draft, fileType, ['file', 'pipe'], `serial devices of the host and telnet are missing; ${SERIAL_FORMS} can be written as worldswitch.serial0`);
  if (fileName === undefined || fileName.value === '') {
    throw refuse(draft, fileType, 'the file name is missing', `add ${fileType.key.replace(/fileType$/i, 'fileName')} = "serial.txt"`);
  }
  return { kind: type === 'file' ? 'file' : 'unix', path: path(draft, fileName) };
}

function ownSerial(draft: Draft, entry: VmxEntry): SerialSpec {
  const spec = parseSerialSpec(entry.value);
  if (spec === undefined) throw refuse(draft, entry, 'not a connection of a serial port', `write ${SERIAL_FORMS}`);
  return 'path' in spec ? { ...spec, path: relative(draft, spec.path) } : spec;
}

function debugcon(draft: Draft, entry: VmxEntry): string {
  if (entry.value === 'stdio') return entry.value;
  const name = /^file:(.+)$/s.exec(entry.value)?.[1];
  if (name === undefined) throw refuse(draft, entry, 'not a place for the output of the debug port', 'write stdio or file:PATH');
  return `file:${relative(draft, name)}`;
}

function integer(draft: Draft, entry: VmxEntry, least: number, most: number, what: string, example: string): number {
  const value = /^\d+$/.test(entry.value.trim()) ? Number(entry.value) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw refuse(draft, entry, `not a number of ${what} from ${least} to ${most}`, `write for example ${entry.key} = "${example}"`);
}

function boolean(draft: Draft, entry: VmxEntry): boolean {
  return choice(draft, entry, ['true', 'false'], undefined, 'TRUE or FALSE') === 'true';
}

function choice(draft: Draft, entry: VmxEntry, values: readonly string[], why: string | undefined, spelling = values.join(' or ')): string {
  const value = entry.value.trim().toLowerCase();
  if (values.includes(value)) return value;
  throw refuse(draft, entry, why ?? `expected ${spelling}`, `write ${entry.key} = "${spelling.split(' or ')[0]}"${values.length > 1 ? ` (or ${spelling.split(' or ').slice(1).join(', ')})` : ''}`);
}

function path(draft: Draft, entry: VmxEntry): string {
  if (entry.value === '') throw refuse(draft, entry, 'a file name is missing', 'name a file, or remove the line');
  return relative(draft, entry.value);
}

function relative(draft: Draft, name: string): string {
  return isAbsolute(name) ? name : join(dirname(draft.file.path), name);
}

function refuse(draft: Draft, entry: VmxEntry, why: string, hint: string, showValue = true): VmxError {
  const { path: file } = draft.file;
  const value = entry.value.length > 40 ? `${entry.value.slice(0, 37)}...` : entry.value;
  return new VmxError({
    code: 'VMX_CONFIG_VALUE', kind: 'usage', message: `${file}:${entry.line}: ${entry.key}${showValue ? ` = ${JSON.stringify(value)}` : ''}: ${why}`,
    context: { path: file, line: entry.line, key: entry.key }, hint,
  });
}
