/**
 * Downloads with a known size or digest, that continue where an earlier one broke off.
 *
 * Reference: RFC 9110 14 (ranges). file: URIs are read from disk.
 * Missing: HTTP authentication (apt_auth.conf(5)); such a source answers 401 and the next one is tried.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { ProxySettings } from './apt-sources.ts';

const REDIRECT_LIMIT = 5;
const SILENCE_LIMIT_MS = 30_000;
const ATTEMPTS = 3;

export interface Download {
  readonly uri: string;
  /** Where the bytes are collected; a rest of an earlier download there is continued. */
  readonly path: string;
  readonly sha256?: string;
  /** Exact when `sha256` is given, else an upper bound. */
  readonly sizeBytes: number;
}

/** The server's answer was a definite no: another attempt would get the same. */
export class NotFoundError extends Error {}

export class Downloader {
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };

  constructor(proxy: ProxySettings) {
    const proxyEnv = { ...proxy } as NodeJS.ProcessEnv;
    this.#agents = {
      http: new http.Agent({ keepAlive: true, proxyEnv } as http.AgentOptions),
      https: new https.Agent({ keepAlive: true, proxyEnv } as https.AgentOptions),
    };
  }

  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  /** Fetches the file, checks it and returns its bytes; nothing is left at `path`. */
  async fetch(download: Download): Promise<Uint8Array> {
    mkdirSync(dirname(download.path), { recursive: true });
    let last: unknown;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        await this.#transfer(download);
        const bytes = readFileSync(download.path);
        rmSync(download.path, { force: true });
        verify(download, bytes);
        return bytes;
      } catch (error) {
        last = error;
        if (error instanceof NotFoundError) {
          break;
        }
      }
    }
    throw last;
  }

  async #transfer(download: Download): Promise<void> {
    if (download.uri.startsWith('file:')) {
      const path = fileURLToPath(download.uri);
      if (!existsSync(path)) {
        throw new NotFoundError(`${path} is not there`);
      }
      await pipeline(createReadStream(path), createWriteStream(download.path));
      return;
    }
    let have = existsSync(download.path) ? statSync(download.path).size : 0;
    if (download.sha256 === undefined || have >= download.sizeBytes) {
      rmSync(download.path, { force: true }); // what cannot be checked is not continued
      have = 0;
    }
    const response = await this.#request(download.uri, have, REDIRECT_LIMIT);
    if (response.statusCode !== 206) {
      have = 0; // the whole file comes
    }
    let received = have;
    await pipeline(
      response,
      async function* bounded(source: AsyncIterable<Buffer>) {
        for await (const part of source) {
          received += part.length;
          if (received > download.sizeBytes) {
            throw new Error(`${download.uri} is longer than the ${download.sizeBytes} bytes it should have`);
          }
          yield part;
        }
      },
      createWriteStream(download.path, { flags: have > 0 ? 'a' : 'w' }),
    );
  }

  #request(uri: string, from: number, redirects: number): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const secure = uri.startsWith('https:');
      if (!secure && !uri.startsWith('http:')) {
        reject(new NotFoundError(`${uri}: only http, https and file sources can be used`));
        return;
      }
      const headers = from > 0 ? { range: `bytes=${from}-` } : {};
      const request = (secure ? https : http).get(uri, { agent: secure ? this.#agents.https : this.#agents.http, headers }, (response) => {
        const status = response.statusCode ?? 0;
        const location = response.headers.location;
        if (status >= 300 && status < 400 && location !== undefined && redirects > 0) {
          response.resume();
          this.#request(new URL(location, uri).href, from, redirects - 1).then(resolve, reject);
        } else if (status === 200 || status === 206) {
          resolve(response);
        } else {
          response.resume();
          const text = `${uri}: the server answered ${status}`;
          reject(status >= 400 && status < 500 ? new NotFoundError(text) : new Error(text));
        }
      });
      request.setTimeout(SILENCE_LIMIT_MS, () => request.destroy(new Error(`${uri}: no answer for ${SILENCE_LIMIT_MS / 1000} s`)));
      request.on('error', reject);
    });
  }
}

function verify(download: Download, bytes: Uint8Array): void {
  if (download.sha256 === undefined) {
    return;
  }
  const found = createHash('sha256').update(bytes).digest('hex');
  if (bytes.length !== download.sizeBytes || found !== download.sha256) {
    throw new Error(`${download.uri} has ${bytes.length} bytes with SHA-256 ${found}, not ${download.sizeBytes} bytes with ${download.sha256}`);
  }
}
