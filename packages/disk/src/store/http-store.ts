/**
 * A file on a web server, read in parts (RFC 9110, section 14), which are kept in memory up to a limit. A server that gives no parts is read once, whole, into a temporary file.
 */
import { mkdtemp, open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiskError, systemError } from '../errors.ts';
import { FileStore } from './file-store.ts';
import { HttpClient, TransientFailure } from './http-client.ts';
import type { HttpAnswer, HttpClientOptions } from './http-client.ts';
import { refuseWrite, truncated } from './store.ts';
import type { Awaitable, Store, StoreExtent } from './store.ts';

export interface HttpOptions extends HttpClientOptions {
  /** How often in a row a request may fail before it is given up. */
  readonly attempts?: number;
  /** Of what has been read and is kept in memory. */
  readonly cacheBytes?: number;
  /** The largest file that is copied when the server gives no parts. */
  readonly mostTemporaryBytes?: number;
  /** Told what a user should know: that the whole file is copied, that a change would not be noticed. */
  readonly onNotice?: (message: string) => void;
}

/** What is asked for and kept at once. */
const BLOCK_BYTES = 256 * 1024;
const MOST_BLOCKS_A_REQUEST = 16;
const MOST_BLOCKS_AHEAD = 16;
const MOST_REQUESTS = 4;
const CACHE_BYTES = 32 * 1024 * 1024;
/** Reads longer than this are done by parts of it, which bounds what waits to be copied. */
const SLICE_BYTES = 8 * 1024 * 1024;
const FIRST_DELAY_MS = 100;
const MOST_DELAY_MS = 5000;
/** Of one range, with progress between them; a server that gives a byte a time is left. */
const MOST_REQUESTS_A_RANGE = 64;
const TEMPORARY_BYTES = 64 * 1024 ** 3;

export const isHttpLocation = (text: string): boolean => /^https?:\/\//i.test(text);

/** What tells that it is still the same file. */
interface Identity {
  readonly length: number;
  readonly host: string;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

type Sink = (chunk: Uint8Array) => Awaitable<void>;

export class HttpStore implements Store {
  readonly name: string;
  readonly isWritable = false;
  readonly length: number;
  /** What was told to `onNotice`. */
  readonly notices: readonly string[];
  readonly #client: HttpClient;
  readonly #identity: Identity;
  readonly #attempts: number;
  readonly #signal: AbortSignal | undefined;
  readonly #copy: FileStore | undefined;
  readonly #blocks: BlockCache;
  readonly #underWay = new Map<number, Promise<Uint8Array>>();
  #requests = 0;
  readonly #waiting: (() => void)[] = [];
  /** For read-ahead: the block after the last read, and how far ahead is worth it. */
  #next = 0;
  #ahead = 0;

  private constructor(client: HttpClient, identity: Identity, notices: readonly string[], options: HttpOptions, copy: FileStore | undefined) {
    this.name = client.name;
    this.#client = client;
    this.#identity = identity;
    this.length = identity.length;
    this.notices = notices;
    this.#attempts = options.attempts ?? 5;
    this.#signal = options.signal;
    this.#blocks = new BlockCache(options.cacheBytes ?? CACHE_BYTES);
    this.#copy = copy;
  }

  /**
   * @param url http: or https:, with user:password@ where that is wanted
   * @throws DiskError
   */
  static async open(url: string, options: HttpOptions = {}): Promise<HttpStore> {
    const client = new HttpClient(url, options);
    const notices: string[] = [];
    const notice = (message: string): void => {
      // A second attempt says the same.
      if (notices.includes(message)) return;
      notices.push(message);
      options.onNotice?.(message);
    };
    try {
      return await retry(client, options.attempts ?? 5, options.signal, async () => {
        const answer = await client.get({ start: 0, last: BLOCK_BYTES - 1 });
        refuseEncoding(client, answer);
        const range = answer.status === 206 ? contentRange(client, answer.response) : undefined;
        if (answer.status === 416 || range?.total !== undefined) {
          const total = range?.total ?? emptyTotal(client, answer.response);
          const identity = identityOf(answer, total);
          if (identity.etag === undefined && identity.lastModified === undefined) notice('the server gives neither ETag nor Last-Modified: only a change of the file\'s length would be noticed');
          const store = new HttpStore(client, identity, notices, options, undefined);
          await store.#takeFirst(answer, range);
          return store;
        }
        const { path, length } = await copyWhole(client, range === undefined ? answer : await whole(client, answer), options, notice);
        const copy = await FileStore.open(path);
        // The file has no name any more, and goes with its last descriptor whatever happens to this process.
        await rm(join(path, '..'), { recursive: true, force: true }).catch(() => undefined);
        return new HttpStore(client, identityOf(answer, length), notices, options, copy);
      });
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** The first answer's bytes are the first block's. */
  async #takeFirst({ response }: HttpAnswer, range: ContentRange | undefined): Promise<void> {
    const wanted = Math.min(BLOCK_BYTES, this.length);
    if (range === undefined || range.start !== 0 || range.last !== wanted - 1) return void response.destroy();
    const bytes = new Uint8Array(wanted);
    let done = 0;
    await drain(this.#client, response, (chunk) => {
      if (done + chunk.length > wanted) throw this.#changed('it sends more than it says');
      bytes.set(chunk, done);
      done += chunk.length;
    });
    if (done === wanted) this.#blocks.add(0, bytes);
  }

  read(at: number, into: Uint8Array): Awaitable<void> {
    if (at + into.length > this.length) throw truncated(this, at, into.length);
    if (this.#copy !== undefined) return this.#copy.read(at, into);
    if (into.length === 0 || this.#readKept(at, into)) return;
    return this.#read(at, into);
  }

  #readKept(at: number, into: Uint8Array): boolean {
    const first = Math.floor(at / BLOCK_BYTES), last = Math.floor((at + into.length - 1) / BLOCK_BYTES);
    for (let block = first; block <= last; block++) if (!this.#blocks.has(block)) return false;
    for (let block = first; block <= last; block++) copyBlock(this.#blocks.get(block)!, block, at, into);
    this.#readAhead(first, last);
    return true;
  }

  async #read(at: number, into: Uint8Array): Promise<void> {
    for (let done = 0; done < into.length; done += SLICE_BYTES) {
      const piece = into.subarray(done, done + SLICE_BYTES);
      const first = Math.floor((at + done) / BLOCK_BYTES), last = Math.floor((at + done + piece.length - 1) / BLOCK_BYTES);
      const blocks = this.#fetch(first, last);
      this.#readAhead(first, last);
      for (const [i, block] of blocks.entries()) copyBlock(await block, first + i, at + done, piece);
    }
  }

  /** Blocks from the cache, on their way, or asked for now. */
  #fetch(first: number, last: number): Awaitable<Uint8Array>[] {
    const blocks: Awaitable<Uint8Array>[] = [];
    for (let block = first; block <= last; block++) {
      const known = this.#blocks.get(block) ?? this.#underWay.get(block);
      if (known !== undefined) {
        blocks.push(known);
        continue;
      }
      let end = block + 1;
      while (end <= last && end - block < MOST_BLOCKS_A_REQUEST && !this.#blocks.has(end) && !this.#underWay.has(end)) end++;
      const bytes = this.#fetchBytes(block * BLOCK_BYTES, Math.min(this.length, end * BLOCK_BYTES));
      for (let i = block; i < end; i++) {
        const start = (i - block) * BLOCK_BYTES;
        const one = bytes.then((all) => {
          const copy = all.slice(start, start + BLOCK_BYTES);
          this.#blocks.add(i, copy);
          return copy;
        }).finally(() => this.#underWay.delete(i));
        // Whoever reads it is told; what was read ahead may fail unheard, and is asked for again.
        one.catch(() => undefined);
        this.#underWay.set(i, one);
        blocks.push(one);
      }
      block = end - 1;
    }
    return blocks;
  }

  /** Whoever reads on where the last read ended gets more and more before it is asked for. */
  #readAhead(first: number, last: number): void {
    const isSequential = first === this.#next || first === this.#next - 1;
    if (last + 1 === this.#next && isSequential) return;
    this.#ahead = isSequential && first > 0 ? Math.min(MOST_BLOCKS_AHEAD, this.#blocks.most >> 1, Math.max(1, this.#ahead * 2)) : 0;
    this.#next = last + 1;
    const end = Math.min(Math.ceil(this.length / BLOCK_BYTES) - 1, last + this.#ahead);
    if (end > last && this.#requests < MOST_REQUESTS) this.#fetch(last + 1, end);
  }

  /** @param end the byte after the last */
  async #fetchBytes(start: number, end: number): Promise<Uint8Array> {
    while (this.#requests >= MOST_REQUESTS) await new Promise<void>((resolve) => { this.#waiting.push(resolve); });
    this.#requests++;
    try {
      const bytes = new Uint8Array(end - start);
      let done = 0, requests = 0;
      await retry(this.#client, this.#attempts, this.#signal, async () => {
        const before = done;
        if (++requests > MOST_REQUESTS_A_RANGE) throw new DiskError({ code: 'DISK_IO', kind: 'io', message: `the server gives ${bytes.length} bytes in more than ${MOST_REQUESTS_A_RANGE} parts`, context: { path: this.name, offset: start } });
        const answer = await this.#client.get({ start: start + done, last: end - 1 });
        try {
          this.#check(answer, start + done);
          await drain(this.#client, answer.response, (chunk) => {
            if (done + chunk.length > bytes.length) throw this.#changed('it sends more than was asked for');
            bytes.set(chunk, done);
            done += chunk.length;
          });
        } catch (error) {
          answer.response.destroy();
          // What has come so far is kept, and the rest asked for with patience anew.
          throw done > before && error instanceof TransientFailure ? new Progress(error.message) : error;
        }
        if (done < bytes.length) throw done > before ? new Progress('the server ends before what it was asked for', 0) : new TransientFailure('the server sends nothing');
      });
      return bytes;
    } finally {
      this.#requests--;
      this.#waiting.shift()?.();
    }
  }

  /** @throws DiskError when it is not a part of the file that was opened */
  #check(answer: HttpAnswer, start: number): void {
    const { status, response, host } = answer;
    refuseEncoding(this.#client, answer);
    if (status === 416) throw this.#changed('it has become shorter');
    if (status === 200) throw this.#changed('it answers with the whole file where a part was asked for');
    const range = contentRange(this.#client, response);
    if (range.start !== start) throw this.#changed(`it answers with the bytes from ${range.start} on where those from ${start} on were asked for`);
    if (range.total !== undefined && range.total !== this.length) throw this.#changed(`it has ${range.total} bytes now, and had ${this.length}`);
    const now = identityOf(answer, this.length);
    // Mirrors agree on what a file is and when it was changed, but not on its ETag.
    if (host === this.#identity.host && now.etag !== undefined && this.#identity.etag !== undefined && now.etag !== this.#identity.etag) throw this.#changed('its ETag is another now');
    if (now.lastModified !== undefined && this.#identity.lastModified !== undefined && now.lastModified !== this.#identity.lastModified) throw this.#changed(`it was modified, ${now.lastModified}`);
  }

  #changed(how: string): DiskError {
    return new DiskError({ code: 'DISK_IO', kind: 'io', message: `the file on the server is not what it was when it was opened: ${how}`, context: { path: this.name }, hint: 'open it again' });
  }

  write(): never {
    throw refuseWrite(this, 'write');
  }

  discard(): never {
    throw refuseWrite(this, 'discard');
  }

  resize(): never {
    throw refuseWrite(this, 'resize');
  }

  flush(): void { /* nothing is written */ }

  extents(at: number, length: number): Awaitable<readonly StoreExtent[]> {
    return this.#copy?.extents(at, length) ?? (length === 0 ? [] : [{ start: at, length, isData: true }]);
  }

  allocatedBytes(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    this.#client.close();
    await Promise.allSettled(this.#underWay.values());
    await this.#copy?.close();
  }
}

/** Failed after it had got on: patience begins anew. */
class Progress extends TransientFailure {}

async function retry<T>(client: HttpClient, attempts: number, signal: AbortSignal | undefined, action: () => Promise<T>): Promise<T> {
  for (let failures = 0; ;) {
    try {
      return await action();
    } catch (error) {
      const failure = client.failure(error);
      if (failure instanceof DiskError) throw failure;
      failures = failure instanceof Progress ? 0 : failures + 1;
      if (failures >= attempts) throw new DiskError({ code: 'DISK_IO', kind: 'io', message: `${failure.message} (${failures} attempts)`, context: { path: client.name }, cause: error });
      const delayMs = failure.retryAfterMs ?? Math.min(MOST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
      await sleep(delayMs, undefined, signal === undefined ? {} : { signal }).catch((reason: unknown) => { throw client.failure(reason); });
    }
  }
}

async function drain(client: HttpClient, response: IncomingMessage, sink: Sink): Promise<void> {
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) await sink(chunk);
  } catch (error) {
    throw client.failure(error);
  }
}

interface ContentRange {
  readonly start: number;
  readonly last: number;
  /** Undefined where the server does not know. */
  readonly total: number | undefined;
}

const broken = (client: HttpClient, message: string): DiskError => new DiskError({ code: 'DISK_IO', kind: 'io', message, context: { path: client.name } });

/** RFC 9110, section 14.4. */
function contentRange(client: HttpClient, { headers }: IncomingMessage): ContentRange {
  const text = headers['content-range'] ?? '';
  const [, start, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(text) ?? [];
  const range = { start: Number(start), last: Number(last), total: total === '*' ? undefined : Number(total) };
  if (start === undefined || range.last < range.start || !Number.isSafeInteger(range.last) || (range.total !== undefined && (!Number.isSafeInteger(range.total) || range.last >= range.total))) {
    throw broken(client, `the server sends a part of the file and does not say which (Content-Range: ${JSON.stringify(text.slice(0, 100))})`);
  }
  return range;
}

/** No byte of an empty file can be asked for. */
function emptyTotal(client: HttpClient, { headers }: IncomingMessage): number {
  if (headers['content-range'] === 'bytes */0') return 0;
  throw broken(client, 'the server refuses to send the first bytes of the file');
}

/** Positions would be those of the encoded file. */
function refuseEncoding(client: HttpClient, { response }: HttpAnswer): void {
  const encoding = response.headers['content-encoding'];
  if (encoding === undefined || encoding === '' || encoding.toLowerCase() === 'identity') return;
  response.destroy();
  throw new DiskError({ code: 'DISK_FEATURE_UNSUPPORTED', kind: 'unsupported', message: `the server encodes the file (${JSON.stringify(encoding.slice(0, 50))}), although it was asked not to`, context: { path: client.name } });
}

const identityOf = ({ response: { headers }, host }: HttpAnswer, length: number): Identity => ({ length, host, etag: headers.etag, lastModified: headers['last-modified'] });

/** The whole file, of a server that does not say how long it is when it sends a part. */
async function whole(client: HttpClient, part: HttpAnswer): Promise<HttpAnswer> {
  part.response.destroy();
  const answer = await client.get({ start: 0, last: Number.MAX_SAFE_INTEGER });
  if (answer.status === 200) return answer;
  answer.response.destroy();
  throw broken(client, 'the server sends parts of the file and does not say how long it is');
}

async function copyWhole(client: HttpClient, { response }: HttpAnswer, { mostTemporaryBytes = TEMPORARY_BYTES }: HttpOptions, notice: (message: string) => void): Promise<{ path: string; length: number }> {
  const announced = response.headers['content-length'];
  const tooLong = (): DiskError => new DiskError({
    code: 'DISK_IMAGE_LIMIT', kind: 'unsupported', message: `the server gives no parts of files, and the whole is more than ${mostTemporaryBytes} bytes`, context: { path: client.name }, hint: 'fetch it by other means first',
  });
  if (announced !== undefined && Number(announced) > mostTemporaryBytes) {
    response.destroy();
    throw tooLong();
  }
  notice(`the server gives no parts of files (Range): all of it${announced === undefined ? '' : `, ${announced} bytes,`} is copied to a temporary file first`);
  const folder = await mkdtemp(join(tmpdir(), 'worldswitch-http-'));
  const path = join(folder, 'file');
  try {
    const file = await open(path, 'wx', 0o600);
    let length = 0;
    try {
      await drain(client, response, async (chunk) => {
        if (length + chunk.length > mostTemporaryBytes) throw tooLong();
        await file.writeFile(chunk).catch((error: unknown) => { throw systemError(error, { path, offset: length, op: 'write' }); });
        length += chunk.length;
      });
    } finally {
      await file.close();
    }
    if (announced !== undefined && length !== Number(announced)) throw new TransientFailure(`the server sends ${length} of ${announced} bytes`);
    return { path, length };
  } catch (error) {
    response.destroy();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function copyBlock(bytes: Uint8Array, block: number, at: number, into: Uint8Array): void {
  const start = block * BLOCK_BYTES;
  const from = Math.max(at, start), to = Math.min(at + into.length, start + bytes.length);
  into.set(bytes.subarray(from - start, to - start), from - at);
}

/** The least recently used go first. */
class BlockCache {
  readonly most: number;
  readonly #blocks = new Map<number, Uint8Array>();

  constructor(mostBytes: number) {
    this.most = Math.max(1, Math.floor(mostBytes / BLOCK_BYTES));
  }

  has(block: number): boolean {
    return this.#blocks.has(block);
  }

  get(block: number): Uint8Array | undefined {
    const bytes = this.#blocks.get(block);
    if (bytes !== undefined) {
      this.#blocks.delete(block);
      this.#blocks.set(block, bytes);
    }
    return bytes;
  }

  add(block: number, bytes: Uint8Array): void {
    this.#blocks.set(block, bytes);
    if (this.#blocks.size > this.most) this.#blocks.delete(this.#blocks.keys().next().value!);
  }
}
