/**
 * What is between the VMM and the translator thread: a message port for jobs and modules, and a few words of shared memory.
 *
 * The VMM never returns to its event loop, so it cannot be told: it looks at a word, which costs a load, and fetches a message only when the word says that
 * there is one. The VMX owns the thread, because only an event loop learns that a thread has died; it writes that into a word, too.
 */
import type { MessagePort } from 'node:worker_threads';

/** Places in TranslatorLink.words. */
export const LINK_WORD = { replies: 0, dead: 1 } as const;
const LINK_WORDS = 2;

/** One end. The port moves to the thread that gets it. */
export interface TranslatorLink {
  readonly port: MessagePort;
  /** How many replies were posted; not 0 in `dead` when there will be none any more. */
  readonly words: Int32Array;
}

/** What the translator thread is given: its end of the link, and what the core says of the machine to translate for. */
export interface TranslatorInput {
  readonly link: TranslatorLink;
  readonly target: unknown;
  /** After so long without a job the thread ends, and gives its memory back. */
  readonly idleMs?: number;
}

/** A batch that came out well; or a defect of the translator, which the guest must not notice; or the end of an idle thread, which has not seen what was posted since. */
export type TranslatorReply<Compiled> =
  | { readonly type: 'compiled'; readonly jobs: number; readonly compiled: Compiled }
  | { readonly type: 'failed'; readonly jobs: number; readonly message: string }
  | { readonly type: 'ended'; readonly jobs: 0 };

export const newLinkWords = (): Int32Array => new Int32Array(new SharedArrayBuffer(LINK_WORDS * Int32Array.BYTES_PER_ELEMENT));

export function postReply<Compiled>({ port, words }: TranslatorLink, reply: TranslatorReply<Compiled>): void {
  port.postMessage(reply);
  // Only now: who sees the count finds the message.
  Atomics.add(words, LINK_WORD.replies, 1);
}
