/**
 * What a disk format is: one folder below formats/, one `defineFormat`. Its options are data: validation, help, completion and the documentation come from them.
 */
import type { Disk } from './disk.ts';
import { DiskError } from './errors.ts';
import type { Details, Image } from './image.ts';
import type { Awaitable, Store } from './store/store.ts';

/** In the words of qemu-img's `-o NAME=VALUE`, where it has the option. */
export type OptionDeclaration = { readonly describe: string } & (
  /** In bytes; `4K`, `1M` … are understood. */
  | { readonly type: 'size'; readonly least?: number; readonly most?: number; readonly isPowerOfTwo?: boolean; readonly default?: number }
  | { readonly type: 'number'; readonly least?: number; readonly most?: number; readonly default?: number }
  /** on, off. */
  | { readonly type: 'flag'; readonly default?: boolean }
  | { readonly type: 'choice'; readonly choices: readonly string[]; readonly default?: string }
  | { readonly type: 'text'; readonly default?: string }
);
export type OptionTable = Readonly<Record<string, OptionDeclaration>>;
type OptionValue<D extends OptionDeclaration> = D['type'] extends 'size' | 'number' ? number : D['type'] extends 'flag' ? boolean : D extends { readonly choices: readonly (infer C)[] } ? C : string;
export type OptionValues<T extends OptionTable> = { readonly [N in keyof T]: T[N] extends { readonly default: string | number | boolean } ? OptionValue<T[N]> : OptionValue<T[N]> | undefined };

/** Opens the other files of an image. What an image names is a stranger's wish: `references` refuses what its user has not allowed. */
export interface References {
  /**
   * @param role for the message: `extent`, `data file`
   * @throws DiskError `DISK_REFERENCE_DENIED`, `DISK_REFERENCE_MISSING`
   */
  open(name: string, role: string): Promise<Store>;
  /** A new empty file beside the image. @throws DiskError `DISK_EXISTS` */
  create(name: string): Promise<Store>;
}

export interface OpenContext {
  readonly store: Store;
  readonly isWritable: boolean;
  readonly references: References;
  /** For images that are encrypted. */
  readonly passphrase?: string;
  /** Is the image opened only to be described, checked or repaired? Then damage that `check` can tell of is no reason to refuse. */
  readonly isForCheck?: boolean;
}

export interface CreateContext {
  /** Empty. */
  readonly store: Store;
  readonly references: References;
  /** Of the virtual disk in bytes, a multiple of 512. */
  readonly size: number;
  readonly parent?: { readonly name: string; readonly format: string; readonly disk: Disk };
  readonly passphrase?: string;
  readonly random: (length: number) => Uint8Array;
  readonly nowMs: number;
}

/** An image written from its first byte to its last, to what cannot seek. */
export interface StreamContext {
  readonly write: (bytes: Uint8Array) => Awaitable<void>;
  readonly size: number;
  /**
   * Where there is data, in order and apart, for a format that has to know before. Without `packing`, all blocks that touch one of them are given to `put` and no others; with it,
   * those of them that are zero are left out.
   */
  readonly extents: readonly { readonly start: number; readonly length: number }[];
  readonly random: (length: number) => Uint8Array;
  readonly nowMs: number;
}

export interface ImageStream {
  readonly blockBytes: number;
  readonly packing?: Image['packing'];
  /**
   * Blocks in ascending order; those left out are zero.
   * @param bytes a block, or what ends with the disk; where there is no `packing`, several blocks it may be. They are the caller's again afterwards
   * @param packed by `packing`, where there is one
   */
  put(at: number, bytes: Uint8Array, packed?: Uint8Array): Awaitable<void>;
  finish(): Awaitable<void>;
}

export interface CheckProblem {
  /** A leak wastes room; a corruption loses or will lose data; a warning is neither. */
  readonly kind: 'leak' | 'corruption' | 'warning';
  readonly message: string;
  readonly offset?: number;
  readonly isFixed?: boolean;
}

/** Counts in clusters, or the format's unit. */
export interface CheckReport {
  /** The first thousand; the counts have all. */
  readonly problems: readonly CheckProblem[];
  readonly corruptions: number;
  readonly leaks: number;
  readonly corruptionsFixed: number;
  readonly leaksFixed: number;
  readonly allocated?: number;
  readonly total?: number;
  readonly compressed?: number;
  readonly fragmented?: number;
  /** Where the image's last used byte is. */
  readonly endOffset?: number;
}

export type Repair = 'leaks' | 'all';

export interface Measure {
  /** Bytes of file for the data that there is. */
  readonly required: number;
  /** For a disk that is full. */
  readonly fullyAllocated: number;
}

export interface Format<T extends OptionTable = OptionTable> {
  /** As in `-f` and `-O`. */
  readonly name: string;
  /** Other spellings: qemu-img's `vpc`. */
  readonly aliases: readonly string[];
  /** With the dot; the first is used for new files. */
  readonly extensions: readonly string[];
  /** The specification, with its version. */
  readonly reference: string;
  readonly options: T;
  /** @param head the first 64 KiB, or fewer; for formats that begin at the end, look at the store */
  readonly probe: (head: Uint8Array, store: Store) => Awaitable<boolean>;
  readonly open: (context: OpenContext) => Promise<Image>;
  /** Absent: the format is only read. The image is ready to be written. */
  readonly create?: (context: CreateContext, options: OptionValues<T>) => Promise<Image>;
  readonly stream?: (context: StreamContext, options: OptionValues<T>) => Promise<ImageStream>;
  /** @param image opened with `isForCheck`, writable when there is something to repair */
  readonly check?: (image: Image, repair: Repair | undefined) => Promise<CheckReport>;
  /** The unit in which room is given to data, in bytes, for these options; 64 KiB where it is not said. */
  readonly blockBytes?: (size: number, options: OptionValues<T>) => number;
  /** @param data bytes of whole blocks that will be written, by the format's `blockBytes` for these options */
  readonly measure?: (size: number, data: number, options: OptionValues<T>) => Measure;
  /** Changes options of an existing image. */
  readonly amend?: (image: Image, changes: Partial<OptionValues<T>>) => Promise<void>;
  /** What `info` shows of a file that `open` may refuse. */
  readonly describe?: (store: Store) => Promise<Details>;
}

export function defineFormat<const T extends OptionTable>(format: Format<T>): Format<T> {
  return format;
}

const SIZE_UNITS = 'KMGTPE';

/** Bytes of `10`, `4K`, `1.5G`, `64MiB`: binary units as qemu-img has them. Undefined where it is no size. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGTPE])?(?:i?B)?$/i.exec(text.trim()) ?? /^(\d+)(B)$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, figure, unit] = match;
  const value = Number(figure) * 1024 ** (unit === undefined ? 0 : SIZE_UNITS.indexOf(unit.toUpperCase()) + 1);
  return Number.isSafeInteger(Math.ceil(value)) ? Math.ceil(value) : undefined;
}

const invalid = (message: string, hint?: string): DiskError => new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message, ...(hint === undefined ? {} : { hint }) });

/**
 * The options of a format from words or from values, with defaults.
 * @throws DiskError `DISK_OPTION_INVALID` that names the option and what it may be
 */
export function parseOptions<T extends OptionTable>(format: { readonly name: string; readonly options: T }, given: Readonly<Record<string, string | number | boolean>>): OptionValues<T> {
  const values: Record<string, string | number | boolean | undefined> = {};
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(format.options, name)) {
      throw invalid(`${format.name} has no option ${name}`, `it has ${Object.keys(format.options).join(', ') || 'none'}`);
    }
  }
  for (const [name, declaration] of Object.entries(format.options)) {
    const value = given[name];
    values[name] = value === undefined ? declaration.default : parseOption(`${format.name}: ${name}`, declaration, value);
  }
  return values as OptionValues<T>;
}

function parseOption(name: string, declaration: OptionDeclaration, value: string | number | boolean): string | number | boolean {
  switch (declaration.type) {
    case 'flag':
      if (typeof value === 'boolean') return value;
      if (value === 'on' || value === 'true' || value === 'yes') return true;
      if (value === 'off' || value === 'false' || value === 'no') return false;
      throw invalid(`${name}=${value}: on or off is wanted`);
    case 'choice':
      if (declaration.choices.includes(String(value))) return String(value);
      throw invalid(`${name}=${value}: one of ${declaration.choices.join(', ')} is wanted`);
    case 'text': return String(value);
    default: {
      const number = typeof value === 'number' ? value : declaration.type === 'size' ? parseSize(String(value)) : /^-?\d+$/.test(String(value)) ? Number(value) : undefined;
      const { least = 0, most = Number.MAX_SAFE_INTEGER } = declaration;
      if (number === undefined || number < least || number > most) throw invalid(`${name}=${value}: a ${declaration.type} from ${least} to ${most} is wanted`);
      if (declaration.type === 'size' && declaration.isPowerOfTwo === true && !Number.isInteger(Math.log2(number))) throw invalid(`${name}=${value}: a power of two is wanted`);
      return number;
    }
  }
}
