/** How changes of the tables become durable: through the log (2.3), then to their places. A new image that nothing has been promised of writes them to their places at once. */
import { randomBytes } from 'node:crypto';
import { guidText } from '../../layout.ts';
import type { Store } from '../../store/store.ts';
import type { Headers } from './headers.ts';
import { NO_GUID } from './layout.ts';
import { LogWriter } from './log.ts';
import type { LogPage } from './log.ts';

export const newGuid = (): string => guidText(randomBytes(16));

export class Journal {
  readonly #store: Store;
  readonly #headers: Headers;
  #writer: LogWriter | undefined;
  /** Something has been promised to be there after a power cut. */
  isProtected: boolean;

  constructor(store: Store, headers: Headers, isProtected: boolean) {
    this.#store = store;
    this.#headers = headers;
    this.isProtected = isProtected;
  }

  /** When it is through, the pages and all that was written before them will be there after a power cut, the pages of a batch together. */
  async write(pages: readonly LogPage[]): Promise<void> {
    if (!this.isProtected) return this.#writeToPlaces(pages);
    // The data that the pages point to, and the pages of the entry before.
    await this.#store.flush();
    const writer = this.#writer ?? (await this.#open());
    const { mostPages } = writer;
    for (let done = 0; done < pages.length; done += mostPages) {
      if (done > 0) await this.#store.flush();
      const batch = pages.slice(done, done + mostPages);
      await writer.append(batch);
      await this.#store.flush();
      await this.#writeToPlaces(batch);
    }
  }

  async #writeToPlaces(pages: readonly LogPage[]): Promise<void> {
    for (let i = 0; i < pages.length; i++) await this.#store.write(pages[i]!.at, pages[i]!.bytes);
  }

  /** A log is not without an entry when the header names it: one that says nothing is first. */
  async #open(): Promise<LogWriter> {
    const writer = new LogWriter(this.#store, this.#headers.fields, newGuid());
    await writer.append([]);
    await this.#store.flush();
    await this.#headers.update({ logGuid: writer.logGuid });
    return (this.#writer = writer);
  }

  /** What the log says has reached its places, and nobody has to replay it. */
  async close(): Promise<void> {
    if (this.#writer === undefined) return;
    await this.#store.flush();
    await this.#headers.update({ logGuid: NO_GUID });
    this.#writer = undefined;
  }
}
