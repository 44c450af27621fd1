/**
 * What a file system is to the rest: nodes in directories. Path names, walks, copies and archives are written once over this (tree.ts, archive.ts, host.ts); a file system says
 * what its directories hold and where a file's bytes are.
 */
import { DiskError } from '../errors.ts';
import type { Awaitable } from '../store/store.ts';
import type { ByteRange, Volume } from './volume.ts';

export type NodeKind = 'file' | 'directory' | 'symlink' | 'character-device' | 'block-device' | 'fifo' | 'socket';

/** What can be set of a node. */
export interface Attributes {
  /** The permissions: twelve bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Milliseconds since 1970. */
  readonly mtimeMs: number;
}

/** An inode, a file record, a directory entry: whatever the file system has of it. File systems add what they need. */
export interface Node extends Attributes {
  /** Two names of one node have the same. */
  readonly id: number;
  readonly kind: NodeKind;
  /** In bytes; of a symbolic link, its target's length. */
  readonly size: number;
  /** How many names it has. */
  readonly links: number;
  /** Of devices. */
  readonly device?: { readonly major: number; readonly minor: number };
}

/** A name in a directory, without the node: `.` and `..` are left out. */
export interface Entry {
  readonly name: string;
}

export interface NewNode extends Attributes {
  readonly kind: NodeKind;
  /** Of a symbolic link. */
  readonly target?: string;
  readonly device?: { readonly major: number; readonly minor: number };
}

/** What a file is to hold; `size` where it is known beforehand, so that it can lie in one piece. */
export interface Content {
  readonly size?: number;
  readonly bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface FileSystem<N extends Node = Node, E extends Entry = Entry> {
  /** `ext4`, `fat32`, `ntfs` … */
  readonly type: string;
  readonly volume: Volume;
  readonly label: string;
  /** UUID or serial number. */
  readonly id: string;
  /** The unit in which room is given out, in bytes. */
  readonly blockBytes: number;
  /** Of the file system, in bytes. */
  readonly size: number;
  /** In bytes; undefined where that is not kept. */
  freeBytes?(): Awaitable<number>;
  readonly isWritable: boolean;
  /** What its user should know: a journal that was replayed in memory, a flag that says it was not closed. */
  readonly notes: readonly string[];

  root(): Awaitable<N>;
  entries(directory: N): Promise<readonly E[]>;
  open(entry: E): Awaitable<N>;
  /** The entry of this name, by the file system's own rules for names. */
  find(directory: N, name: string): Promise<E | undefined>;
  /** Fills `into`; `at + into.length` is at most the node's size. */
  read(node: N, at: number, into: Uint8Array): Awaitable<void>;
  target(node: N): Awaitable<string>;

  /** What is used by nothing, in order: its contents may be given up. Undefined where that is not implemented. */
  freeRanges?(): AsyncIterable<ByteRange>;

  create?(directory: N, name: string, made: NewNode): Promise<N>;
  /** Replaces all the file holds. */
  write?(node: N, content: Content): Promise<void>;
  /** Takes the name away, and the node with its last one. A directory must be empty. */
  remove?(directory: N, name: string): Promise<void>;
  /** A further name. */
  link?(directory: N, name: string, node: N): Promise<void>;
  setAttributes?(node: N, attributes: Partial<Attributes>): Promise<void>;
  /** Writes what is kept back in memory, and marks the file system as clean. */
  flush(): Promise<void>;
}

export interface FileSystemDeclaration {
  /** For errors and help. */
  readonly name: string;
  /** The specification. */
  readonly reference: string;
  /** What is missing, in a sentence; for help. */
  readonly missing?: string;
  /** Is it there? Looks at magic numbers only. */
  probe(volume: Volume): Awaitable<boolean>;
  /** @throws DiskError */
  open(volume: Volume, options: { readonly isWritable: boolean }): Promise<FileSystem>;
}

export const defineFileSystem = (declaration: FileSystemDeclaration): FileSystemDeclaration => declaration;

/** A request that a file system cannot meet. */
export function refused(code: 'DISK_NOT_FOUND' | 'DISK_EXISTS' | 'DISK_OPTION_INVALID' | 'DISK_OPERATION_UNSUPPORTED' | 'DISK_NO_SPACE', message: string, volume: Volume, op: string, hint?: string): DiskError {
  const kind = ({ DISK_NOT_FOUND: 'not-found', DISK_EXISTS: 'usage', DISK_OPTION_INVALID: 'usage', DISK_OPERATION_UNSUPPORTED: 'unsupported', DISK_NO_SPACE: 'no-space' } as const)[code];
  return new DiskError({ code, kind, message, context: { path: volume.name, op }, ...(hint === undefined ? {} : { hint }) });
}

/** For file systems that are only read, and for what they cannot hold. */
export const cannot = (fileSystem: FileSystem, what: string): DiskError => refused('DISK_OPERATION_UNSUPPORTED', `${fileSystem.type} ${what}`, fileSystem.volume, 'write');
