/** A file or a block device. */
import { constants, fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { DiskError, systemError } from '../errors.ts';
import { lockFile } from './file-lock.ts';
import { refuseWrite, truncated } from './store.ts';
import type { Awaitable, Store, StoreExtent } from './store.ts';
import { systemCalls } from './system-calls.ts';

export interface FileOpenOptions {
  readonly isWritable?: boolean;
  /** A new file; one that is there is an error (`new`) or emptied (`replace`). */
  readonly create?: 'new' | 'replace';
  /** The name is the image's, not the user's: symbolic links and what is not a regular file are refused. */
  readonly isUntrusted?: boolean;
}

/**
 * What is shorter is read and written in place: from the page cache that takes microseconds, by way of the thread pool and its promise tens of them. What is longer, or may
 * have to wait, goes through the pool, so that the event loop runs on and several are under way at once.
 */
const IN_PLACE_BYTES = 256 * 1024;
const ZEROS = new Uint8Array(1024 * 1024);
/** st_blocks are of 512 bytes, whatever the file system's blocks. */
const STAT_BLOCK_BYTES = 512;

export class FileStore implements Store {
  readonly name: string;
  readonly isWritable: boolean;
  readonly #handle: FileHandle;
  readonly #isDevice: boolean;
  #length: number;
  /** Tells one file from another, whatever their names. */
  readonly identity: string;

  private constructor(name: string, handle: FileHandle, isWritable: boolean, length: number, isDevice: boolean, identity: string) {
    this.name = name;
    this.#handle = handle;
    this.isWritable = isWritable;
    this.#length = length;
    this.#isDevice = isDevice;
    this.identity = identity;
  }

  /** @throws DiskError with what the host answered */
  static async open(path: string, { isWritable = false, create, isUntrusted = false }: FileOpenOptions = {}): Promise<FileStore> {
    const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;
    const creation = create === undefined ? 0 : O_CREAT | (create === 'new' ? O_EXCL : 0);
    let handle: FileHandle;
    try {
      // Not to block is for pipes that an image names: opening one would wait for its other end.
      handle = await open(path, (isWritable || create !== undefined ? O_RDWR : O_RDONLY) | creation | (isUntrusted ? O_NOFOLLOW | O_NONBLOCK : 0), 0o666);
    } catch (error) {
      throw systemError(error, { path, op: create === undefined ? 'open' : 'create' });
    }
    const stat = await handle.stat({ bigint: true });
    const isDevice = stat.isBlockDevice();
    if (!stat.isFile() && (isUntrusted || !isDevice)) {
      await handle.close();
      throw new DiskError({ code: 'DISK_REFERENCE_DENIED', kind: isUntrusted ? 'denied' : 'usage', message: stat.isDirectory() ? 'is a directory' : 'is not a regular file', context: { path, op: 'open' } });
    }
    const store = new FileStore(path, handle, isWritable || create !== undefined, isDevice ? await deviceLength(handle) : Number(stat.size), isDevice, `${stat.dev}:${stat.ino}`);
    if (create === undefined) return store;
    try {
      // Not emptied before it is known that nobody else has it open.
      store.lock();
      if (!isDevice) store.resize(0);
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }

  /**
   * Keeps other writers out, and other readers if this is one, until it is closed.
   * @param forceShare a reader that lets others write
   * @throws DiskError `DISK_LOCKED`
   */
  lock(forceShare = false): void {
    lockFile(this.#handle.fd, { path: this.name, isWritable: this.isWritable, forceShare });
  }

  get length(): number {
    return this.#length;
  }

  read(at: number, into: Uint8Array): Awaitable<void> {
    if (at + into.length > this.#length) throw truncated(this, at, into.length);
    if (into.length > IN_PLACE_BYTES) return this.#readByPool(at, into);
    try {
      for (let done = 0; done < into.length;) {
        const count = readSync(this.#handle.fd, into, done, into.length - done, at + done);
        if (count === 0) throw truncated(this, at + done, into.length - done);
        done += count;
      }
    } catch (error) {
      throw error instanceof DiskError ? error : systemError(error, { path: this.name, offset: at, op: 'read' });
    }
  }

  async #readByPool(at: number, into: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < into.length;) {
        const { bytesRead } = await this.#handle.read(into, done, into.length - done, at + done);
        if (bytesRead === 0) throw truncated(this, at + done, into.length - done);
        done += bytesRead;
      }
    } catch (error) {
      throw error instanceof DiskError ? error : systemError(error, { path: this.name, offset: at, op: 'read' });
    }
  }

  write(at: number, from: Uint8Array): Awaitable<void> {
    if (!this.isWritable) throw refuseWrite(this, 'write');
    if (this.#isDevice && at + from.length > this.#length) throw truncated(this, at, from.length, 'write');
    this.#length = Math.max(this.#length, at + from.length);
    if (from.length > IN_PLACE_BYTES) return this.#writeByPool(at, from);
    try {
      for (let done = 0; done < from.length;) done += writeSync(this.#handle.fd, from, done, from.length - done, at + done);
    } catch (error) {
      throw systemError(error, { path: this.name, offset: at, op: 'write' });
    }
  }

  async #writeByPool(at: number, from: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < from.length;) done += (await this.#handle.write(from, done, from.length - done, at + done)).bytesWritten;
    } catch (error) {
      throw systemError(error, { path: this.name, offset: at, op: 'write' });
    }
  }

  discard(at: number, length: number): Awaitable<void> {
    if (!this.isWritable) throw refuseWrite(this, 'discard');
    const there = Math.min(length, this.#length - at);
    if (there <= 0 || systemCalls()?.punchHole(this.#handle.fd, at, there) === true) return;
    return this.#writeZeros(at, there);
  }

  async #writeZeros(at: number, length: number): Promise<void> {
    for (let done = 0; done < length; done += ZEROS.length) await this.write(at + done, ZEROS.subarray(0, Math.min(ZEROS.length, length - done)));
  }

  resize(length: number): void {
    if (!this.isWritable) throw refuseWrite(this, 'resize');
    if (this.#isDevice) {
      if (length > this.#length) throw truncated(this, this.#length, length - this.#length, 'resize');
      return;
    }
    try {
      ftruncateSync(this.#handle.fd, length);
    } catch (error) {
      throw systemError(error, { path: this.name, offset: length, op: 'resize' });
    }
    this.#length = length;
  }

  async flush(): Promise<void> {
    if (!this.isWritable) return;
    try {
      await this.#handle.datasync();
    } catch (error) {
      throw systemError(error, { path: this.name, op: 'flush' });
    }
  }

  extents(at: number, length: number): StoreExtent[] {
    const calls = systemCalls();
    const end = at + length;
    const extents: StoreExtent[] = [];
    const add = (start: number, stop: number, isData: boolean): void => {
      if (stop > start) extents.push({ start, length: stop - start, isData });
    };
    for (let here = at; here < end;) {
      const data = calls === undefined || this.#isDevice ? here : Math.min(end, calls.nextData(this.#handle.fd, here) ?? end);
      const hole = calls === undefined || this.#isDevice ? end : Math.min(end, calls.nextHole(this.#handle.fd, data) ?? end);
      add(here, data, false);
      add(data, hole, true);
      here = Math.max(data, hole);
    }
    return extents;
  }

  allocatedBytes(): number | undefined {
    return this.#isDevice ? undefined : fstatSync(this.#handle.fd).blocks * STAT_BLOCK_BYTES;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** A block device says 0 to stat; its end is where reading gives nothing: found by halving. */
async function deviceLength(handle: FileHandle): Promise<number> {
  const calls = systemCalls();
  const end = calls?.nextHole(handle.fd, 0);
  if (end !== undefined && end > 0) return end;
  const probe = new Uint8Array(1);
  let low = 0, high = 1;
  const isThere = async (at: number): Promise<boolean> => (await handle.read(probe, 0, 1, at)).bytesRead === 1;
  while (await isThere(high * 512)) high *= 2;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await isThere(middle * 512)) low = middle + 1;
    else high = middle;
  }
  return low * 512;
}
