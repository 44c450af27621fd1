/**
 * What a guest has printed and nobody has waited for yet, as text, for waitFor().
 *
 * Text is UTF-8; bytes that are not give U+FFFD. The newest million characters are kept.
 */
import { VmxError } from './errors.ts';

const KEPT_CHARACTERS = 1024 * 1024;

export interface Match {
  /** What came before the match, since the end of the match before it. */
  readonly before: string;
  /** The matched text. */
  readonly text: string;
  /** Capture groups of a RegExp. */
  readonly groups: readonly (string | undefined)[];
}

interface Waiter {
  readonly pattern: string | RegExp;
  /** Where in #pending the next look for a string begins. */
  searched: number;
  readonly resolve: (match: Match) => void;
  readonly reject: (error: VmxError) => void;
}

export class Transcript {
  #pending = '';
  readonly #decoder = new TextDecoder();
  /** First come, first served: the match of one is where the look of the next begins. */
  readonly #waiters: Waiter[] = [];
  #endedBy: string | undefined;

  append(bytes: Uint8Array): void {
    this.#pending += this.#decoder.decode(bytes, { stream: true });
    const excess = this.#pending.length - KEPT_CHARACTERS;
    // Trimmed by halves, so that a long output is not copied at each byte.
    if (excess > KEPT_CHARACTERS) this.#drop(excess);
    this.#serve();
  }

  /** No more output will come: the waiters that it does not satisfy fail. */
  end(reason: string): void {
    this.#endedBy = reason;
    this.#serve();
    for (const waiter of this.#waiters.splice(0)) waiter.reject(ended(waiter.pattern, reason, this.#pending));
  }

  /**
   * Settles with the first match after the end of the last one.
   * @throws VmxError VMX_WAIT_TIMEOUT after `timeoutMs`, VMX_WAIT_ENDED when the machine ends first
   */
  async waitFor(pattern: string | RegExp, timeoutMs: number | undefined): Promise<Match> {
    return await new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const done = (): void => clearTimeout(timer);
      const waiter: Waiter = {
        pattern, searched: 0,
        resolve: (match) => { done(); resolve(match); },
        reject: (error) => { done(); reject(error); },
      };
      this.#waiters.push(waiter);
      this.#serve();
      const open = this.#waiters.includes(waiter);
      if (open && this.#endedBy !== undefined) {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        waiter.reject(ended(pattern, this.#endedBy, this.#pending));
      } else if (open && timeoutMs !== undefined) {
        timer = setTimeout(() => {
          this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
          reject(timedOut(pattern, timeoutMs, this.#pending));
        }, timeoutMs);
      }
    });
  }

  #serve(): void {
    for (let waiter = this.#waiters[0]; waiter !== undefined; waiter = this.#waiters[0]) {
      const found = this.#find(waiter);
      if (found === undefined) return;
      this.#waiters.shift();
      const before = this.#pending.slice(0, found.index);
      this.#drop(found.index + found.text.length);
      waiter.resolve({ before, text: found.text, groups: found.groups });
    }
  }

  #find(waiter: Waiter): { index: number; text: string; groups: readonly (string | undefined)[] } | undefined {
    const { pattern } = waiter;
    if (typeof pattern === 'string') {
      const index = this.#pending.indexOf(pattern, waiter.searched);
      if (index !== -1) return { index, text: pattern, groups: [] };
      waiter.searched = Math.max(0, this.#pending.length - pattern.length + 1);
      return undefined;
    }
    // A sticky or global RegExp keeps a position of its own, which is not ours.
    const match = new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, '')).exec(this.#pending);
    return match === null ? undefined : { index: match.index, text: match[0], groups: match.slice(1) };
  }

  #drop(characters: number): void {
    this.#pending = this.#pending.slice(characters);
    for (const waiter of this.#waiters) waiter.searched = Math.max(0, waiter.searched - characters);
  }
}

/** The last line or so that the guest printed: what a person needs to see why the text did not come. */
function tail(pending: string): string {
  const lines = pending.trimEnd().split(/\r?\n/);
  return JSON.stringify((lines.at(-1) ?? '').slice(-120));
}

function timedOut(pattern: string | RegExp, timeoutMs: number, pending: string): VmxError {
  return new VmxError({
    code: 'VMX_WAIT_TIMEOUT', kind: 'timeout', message: `${String(pattern)} did not appear within ${timeoutMs} ms; the last line is ${tail(pending)}`,
    context: { pattern: String(pattern), timeoutMs }, hint: 'give waitFor() more time, or look at the output of the guest',
  });
}

function ended(pattern: string | RegExp, reason: string, pending: string): VmxError {
  return new VmxError({
    code: 'VMX_WAIT_ENDED', kind: 'io', message: `the machine ended (${reason}) before ${String(pattern)} appeared; the last line is ${tail(pending)}`,
    context: { pattern: String(pattern), reason }, hint: 'look at the output of the guest',
  });
}
