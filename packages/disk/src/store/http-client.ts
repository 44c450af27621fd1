/**
 * GET by HTTP and HTTPS, and nothing else: redirects that are followed as far as is safe, connections that are kept, answers sorted into those that may be better next time
 * and those that will not.
 */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { DiskError } from '../errors.ts';
import type { DiskErrorContext } from '../errors.ts';

export interface HttpClientOptions {
  /** Sent to the server that the URL names, and to no other that it redirects to: `{ authorization: 'Bearer …' }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM, for https; the system's authorities when it is not given. */
  readonly authority?: string | Uint8Array;
  /** The longest silence, in milliseconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface HttpRange {
  readonly start: number;
  /** The last byte, as HTTP counts. */
  readonly last: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly response: IncomingMessage;
  /** Where it came from, after redirects. */
  readonly host: string;
}

/** An answer, or none, that may be better when it is asked for again. */
export class TransientFailure extends Error {
  /** What the server asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number, cause?: unknown) {
    super(message, { cause });
    this.name = 'TransientFailure';
    this.retryAfterMs = retryAfterMs;
  }
}

const MOST_REDIRECTS = 10;
const MOST_CONNECTIONS = 4;
const MOST_RETRY_AFTER_MS = 30_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Too early, too many, and what a gateway says while its server is away. */
const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

export class HttpClient {
  /** Without what is secret: credentials and what follows the question mark. */
  readonly name: string;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #authority: HttpClientOptions['authority'];
  readonly #agents: { readonly 'http:': HttpAgent; readonly 'https:': HttpsAgent };
  /** Where the last redirect led: asking there again keeps to one of several mirrors. */
  #resolved: URL | undefined;

  /** @throws DiskError where `url` is none of http or https */
  constructor(url: string, { headers = {}, authority, timeoutMs = 30_000, signal }: HttpClientOptions = {}) {
    this.#url = parseUrl(url, undefined, url);
    this.name = nameOf(this.#url);
    const { username, password } = this.#url;
    const basic = username === '' && password === '' ? {} : { authorization: `Basic ${Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64')}` };
    this.#headers = { ...basic, ...headers };
    this.#url.username = this.#url.password = '';
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
    this.#authority = authority;
    const keep = { keepAlive: true, maxSockets: MOST_CONNECTIONS };
    this.#agents = { 'http:': new HttpAgent(keep), 'https:': new HttpsAgent(keep) };
  }

  /**
   * Answers 200, 206 and 416 are given back, with the body still to be read.
   * @throws DiskError what is not going to change; TransientFailure
   */
  async get(range: HttpRange): Promise<HttpAnswer> {
    const resolved = this.#resolved;
    if (resolved !== undefined) {
      try {
        return await this.#follow(resolved, range);
      } catch (error) {
        // Signed links expire: the way there may be found anew from the beginning.
        this.#resolved = undefined;
        if (!(error instanceof DiskError) || error.code === 'DISK_ABORTED') throw error;
      }
    }
    return this.#follow(this.#url, range);
  }

  async #follow(from: URL, range: HttpRange): Promise<HttpAnswer> {
    let url = from;
    for (let count = 0; count <= MOST_REDIRECTS; count++) {
      const response = await this.#request(url, range);
      const status = response.statusCode ?? 0;
      if (status === 200 || status === 206 || status === 416) {
        if (url !== this.#url) this.#resolved = url;
        return { status, response, host: url.host };
      }
      response.destroy();
      if (!REDIRECTS.has(status)) throw this.#refusal(status, response);
      const target = response.headers.location;
      if (target === undefined) throw this.#error('io', `the server answers ${status} and does not say where to`);
      url = parseUrl(target, url, this.name);
    }
    throw this.#error('io', `the server redirects more than ${MOST_REDIRECTS} times`);
  }

  #request(url: URL, { start, last }: HttpRange): Promise<IncomingMessage> {
    const isSameOrigin = url.origin === this.#url.origin;
    return new Promise((resolve, reject) => {
      const options = {
        agent: this.#agents[url.protocol as 'http:' | 'https:'],
        headers: { ...(isSameOrigin ? this.#headers : {}), range: `bytes=${start}-${last}`, 'accept-encoding': 'identity' },
        timeout: this.#timeoutMs,
        ...(this.#signal === undefined ? {} : { signal: this.#signal }),
      };
      try {
        const request = url.protocol === 'https:' ? httpsRequest(url, { ...options, ...(this.#authority === undefined ? {} : { ca: Buffer.from(this.#authority) }) }) : httpRequest(url, options);
        request.on('response', resolve).on('timeout', () => request.destroy(new Error(`the server is silent for ${this.#timeoutMs / 1000} s`))).on('error', (error) => reject(this.failure(error))).end();
      } catch (error) {
        // Headers that are none.
        reject(this.#error('usage', error instanceof Error ? error.message : String(error)));
      }
    });
  }

  /** What went wrong on the way. */
  failure(error: unknown): DiskError | TransientFailure {
    if (error instanceof DiskError || error instanceof TransientFailure) return error;
    if (this.#signal?.aborted === true) return new DiskError({ code: 'DISK_ABORTED', kind: 'aborted', message: 'was interrupted', context: this.#where });
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // A certificate that is not good, and what is no HTTP, will not become so.
    if (/CERT|SIGNATURE|^ERR_(?:TLS|SSL)|^HPE_|^EPROTO/.test(code)) return this.#error('io', message);
    return new TransientFailure(message, undefined, error);
  }

  #refusal(status: number, { headers, statusMessage }: IncomingMessage): DiskError | TransientFailure {
    const message = `the server answers ${status}${statusMessage === undefined || statusMessage === '' ? '' : ` ${statusMessage.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 100)}`}`;
    if (TRANSIENT.has(status)) return new TransientFailure(message, retryAfter(headers['retry-after']));
    if (status === 401 || status === 403 || status === 407) return this.#error('denied', message, 'give credentials in the URL or by a header');
    if (status === 404 || status === 410) return new DiskError({ code: 'DISK_NOT_FOUND', kind: 'not-found', message, context: this.#where });
    return this.#error('io', message);
  }

  get #where(): DiskErrorContext {
    return { path: this.name };
  }

  #error(kind: 'io' | 'denied' | 'usage', message: string, hint?: string): DiskError {
    return new DiskError({ code: 'DISK_IO', kind, message, context: this.#where, ...(hint === undefined ? {} : { hint }) });
  }

  close(): void {
    this.#agents['http:'].destroy();
    this.#agents['https:'].destroy();
  }
}

/** @param from where the server that names it is: HTTPS does not lead to HTTP */
function parseUrl(text: string, from: URL | undefined, name: string): URL {
  const refuse = (message: string, hint?: string): DiskError => new DiskError({
    code: from === undefined ? 'DISK_OPTION_INVALID' : 'DISK_REFERENCE_DENIED', kind: from === undefined ? 'usage' : 'denied', message, context: { path: from === undefined ? '' : name }, ...(hint === undefined ? {} : { hint }),
  });
  let url: URL;
  try {
    url = new URL(text, from);
  } catch {
    throw refuse('this is no URL');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refuse(from === undefined ? `${url.protocol} is neither http: nor https:` : `the server redirects to ${url.protocol}, which is not followed`);
  if (from?.protocol === 'https:' && url.protocol === 'http:') throw refuse(`the server redirects from https: to http:, which is not followed`);
  // What a server puts into a redirect is no credential of the user's.
  if (from !== undefined) url.username = url.password = '';
  url.hash = '';
  return url;
}

const nameOf = ({ protocol, host, pathname, search }: URL): string => `${protocol}//${host}${pathname}${search === '' ? '' : '?…'}`;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function retryAfter(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.min(MOST_RETRY_AFTER_MS, Math.max(0, ms)) : undefined;
}
