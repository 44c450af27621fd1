/** The options that say which image is meant and how it may be opened: declared once, for every command that opens one. */
import { readFile } from 'node:fs/promises';
import type { OptionDeclarations } from '@worldswitch/command-line/command';
import type { Disk } from '../disk.ts';
import { DiskError, systemError } from '../errors.ts';
import type { Format } from '../format.ts';
import { openDisk, openStore } from '../open-disk.ts';
import type { OpenOptions } from '../open-disk.ts';
import type { ReferencePolicy } from '../references.ts';
import { FileStore } from '../store/file-store.ts';
import { WindowStore } from '../store/window-store.ts';

/** For completion, and for help only where it is asked for: the formats are not loaded to read a command line. */
export const formatNames = async (): Promise<string[]> => (await import('../formats/all-formats.ts')).FORMAT_ENTRIES.flatMap(({ name, aliases }) => [name, ...aliases]);

const FORMAT_OPTION = { short: 'f', aliases: ['source-format'], value: 'FORMAT', describe: 'the image\'s format; found out where it is not given, but for raw images that are to be written', choices: formatNames } as const;

export const OPEN_OPTIONS = {
  format: FORMAT_OPTION,
  'image-opts': { describe: 'the image is named by driver=FORMAT,file.filename=PATH (also offset= and size= for raw)' },
  'allow-folder': { value: 'FOLDER', isRepeatable: true, completes: 'folder', describe: 'files that an image names (parents, extents, data files) may be in FOLDER too, not only beside the image; / allows all' },
  'passphrase-file': { value: 'FILE', completes: 'file', describe: 'opens an encrypted image with what FILE has' },
  object: { value: 'secret,…', describe: 'qemu-img\'s way to give a passphrase: secret,id=NAME,file=FILE or data=TEXT' },
  'force-share': { short: 'U', describe: 'open it although another process writes it: what is read may be torn' },
  cache: { short: 't', value: 'MODE', describe: 'understood, without effect', isIgnored: true },
  'source-cache': { short: 'T', value: 'MODE', describe: 'understood, without effect', isIgnored: true },
} as const satisfies OptionDeclarations;

/** As read by the declaration above. */
export interface OpenArguments {
  readonly format?: string | undefined;
  readonly 'image-opts'?: boolean;
  readonly 'allow-folder'?: readonly string[];
  readonly 'passphrase-file'?: string | undefined;
  readonly object?: string | undefined;
  readonly 'force-share'?: boolean;
}

export const PROGRESS_OPTIONS = {
  'show-progress': { short: 'p', describe: 'show progress, also where standard error is no terminal' },
  progress: { value: 'MODE', choices: ['bar', 'json', 'none'], isClosed: true, describe: 'how progress is shown on standard error, json being lines of {transferred, size, elapsed, description} [default: a bar on a terminal]' },
} as const satisfies OptionDeclarations;

export const invalidOption = (message: string, hint?: string): DiskError => new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message, ...(hint === undefined ? {} : { hint }) });

const referencePolicy = (options: OpenArguments): ReferencePolicy => ({ allowedFolders: options['allow-folder'] ?? [] });

export async function openOptions(options: OpenArguments): Promise<OpenOptions> {
  const passphrase = await readPassphrase(options);
  return {
    references: referencePolicy(options),
    ...(options.format === undefined ? {} : { format: options.format }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(options['force-share'] === true ? { forceShare: true } : {}),
  };
}

/** Opens the image that `word` names. @throws DiskError */
export async function openImage(word: string, options: OpenArguments, more: OpenOptions = {}): Promise<Disk> {
  const given = { ...(await openOptions(options)), ...more };
  if (options['image-opts'] !== true) return openDisk(word, given);
  const { path, format, offset, size } = parseImageWords(word);
  const wanted = format === undefined ? given : { ...given, format };
  if (offset === undefined && size === undefined) return openDisk(path, wanted);
  const store = await FileStore.open(path, { isWritable: more.readOnly === false });
  try {
    store.lock(given.forceShare);
    return await openStore(new WindowStore(store, offset ?? 0, size ?? store.length - (offset ?? 0)), wanted);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The path of an image that is only named, not opened. */
export const imagePath = (word: string, options: OpenArguments): string => (options['image-opts'] === true ? parseImageWords(word).path : word);

async function readPassphrase(options: OpenArguments): Promise<string | undefined> {
  const secret = options.object === undefined ? {} : Object.fromEntries(nameValues(options.object.replace(/^secret,/, '')));
  if (options.object !== undefined && !options.object.startsWith('secret,')) throw invalidOption(`--object ${options.object}: only secrets are understood`, 'write secret,id=NAME,file=FILE');
  const path = options['passphrase-file'] ?? secret['file'];
  if (path === undefined) return secret['data'];
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw systemError(error, { path, op: 'read' });
  }
}

interface ImageWords {
  readonly path: string;
  readonly format?: string;
  readonly offset?: number;
  readonly size?: number;
}

/** The part of qemu's image options that names a file. */
function parseImageWords(word: string): ImageWords {
  const values = Object.fromEntries(nameValues(word));
  const path = values['file.filename'] ?? values['filename'];
  if (path === undefined) throw invalidOption(`--image-opts ${word}: no file.filename=`, 'write driver=FORMAT,file.filename=PATH');
  const number = (name: string): number | undefined => (values[name] === undefined ? undefined : Number(values[name]));
  const known = new Set(['driver', 'filename', 'file.filename', 'file.driver', 'offset', 'size', 'read-only', 'encrypt.key-secret', 'key-secret', 'encrypt.format']);
  const other = Object.keys(values).find((name) => !known.has(name));
  if (other !== undefined) throw invalidOption(`--image-opts: ${other} is not understood`, `what is: ${[...known].join(', ')}`);
  const offset = number('offset');
  const size = number('size');
  return { path, ...(values['driver'] === undefined || values['driver'] === 'file' ? {} : { format: values['driver'] }), ...(offset === undefined ? {} : { offset }), ...(size === undefined ? {} : { size }) };
}

/** `a=1,b=2`; a comma within a value is written twice, as in qemu. A name alone is `on`. */
function nameValues(text: string): [name: string, value: string][] {
  return text.split(/(?<!,),(?!,)/).filter((part) => part !== '').map((part) => {
    const [name = '', ...value] = part.replaceAll(',,', ',').split('=');
    return [name, value.length === 0 ? 'on' : value.join('=')];
  });
}

/** `-o` as often as it is given. */
export const FORMAT_VALUES_OPTION = { short: 'o', aliases: ['options'], value: 'NAME=VALUE,…', isRepeatable: true, describe: 'options of the format; -o help lists them' } as const;

export const asksForFormatHelp = (given: readonly string[]): boolean => given.some((text) => text === 'help' || text === '?');

export const formatValues = (given: readonly string[]): Record<string, string> => Object.fromEntries(given.flatMap(nameValues));

/** For `-o help`. */
export function formatOptionsText({ name, options }: Format): string {
  const rows = Object.entries(options).map(([option, declaration]) => {
    const kind = declaration.type === 'choice' ? declaration.choices.join('|') : declaration.type === 'flag' ? 'on|off' : declaration.type;
    return [`${option}=<${kind}>`, `${declaration.describe}${declaration.default === undefined ? '' : ` [default: ${declaration.type === 'flag' ? (declaration.default ? 'on' : 'off') : declaration.default}]`}`] as const;
  });
  const width = Math.max(...rows.map(([label]) => label.length), 0);
  return rows.length === 0 ? `${name} has no options` : [`Options of ${name}:`, ...rows.map(([label, describe]) => `  ${label.padEnd(width)}  ${describe}`)].join('\n');
}
