/** How far a long command is: a bar for a person at a terminal, lines of JSON for a program. */

export type ProgressMode = 'bar' | 'json' | 'none';

export interface ProgressOutput {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressReport {
  /** In bytes. */
  readonly transferred: number;
  readonly size: number;
}

const BAR_INTERVAL_MS = 100;
const JSON_INTERVAL_MS = 500;
const BAR_LETTERS = 24;
const MIB = 1024 * 1024;

export class Progress {
  readonly #output: ProgressOutput;
  readonly #mode: ProgressMode;
  readonly #description: string;
  readonly #now: () => number;
  readonly #startMs: number;
  #shownMs = -Infinity;
  #last: ProgressReport | undefined;
  #lineLetters = 0;

  constructor(output: ProgressOutput, mode: ProgressMode, description: string, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#mode = mode;
    this.#description = description;
    this.#now = now;
    this.#startMs = now();
  }

  /** Cheap to call often: it is shown a few times a second. */
  readonly report = (report: ProgressReport): void => {
    if (this.#mode === 'none') return;
    this.#last = report;
    const now = this.#now();
    if (now - this.#shownMs < (this.#mode === 'bar' ? BAR_INTERVAL_MS : JSON_INTERVAL_MS)) return;
    this.#shownMs = now;
    this.#show(report, now);
  };

  /** The last state, and the line's end. */
  finish(): void {
    if (this.#mode === 'none' || this.#last === undefined) return;
    this.#show(this.#last, this.#now());
    if (this.#mode === 'bar') this.#output.write('\n');
  }

  #show({ transferred, size }: ProgressReport, now: number): void {
    const elapsedMs = now - this.#startMs;
    if (this.#mode === 'json') {
      this.#output.write(`${JSON.stringify({ transferred, size, elapsed: Math.round(elapsedMs) / 1000, description: this.#description })}\n`);
      return;
    }
    const line = progressLine({ transferred, size }, elapsedMs, this.#description).slice(0, (this.#output.columns ?? 80) - 1);
    this.#output.write(`\r${line}${' '.repeat(Math.max(0, this.#lineLetters - line.length))}`);
    this.#lineLetters = line.length;
  }
}

/** `convert [######------] 50 %, 120 MB/s, 5 s left`: megabytes of a million bytes, as disks are sold and as dd counts. */
export function progressLine({ transferred, size }: ProgressReport, elapsedMs: number, description: string): string {
  const part = size === 0 ? 1 : Math.min(1, transferred / size);
  const full = Math.floor(part * BAR_LETTERS);
  const rate = elapsedMs > 0 ? transferred / elapsedMs * 1000 : 0;
  const left = part === 1 ? `${duration(elapsedMs / 1000)} in all` : transferred > 0 && elapsedMs >= 1000 ? `${duration((size - transferred) / rate)} left` : '';
  return [`${description} [${'#'.repeat(full)}${'-'.repeat(BAR_LETTERS - full)}] ${Math.floor(part * 100)} %`, `${rate < 10 * MIB ? (rate / 1e6).toFixed(1) : Math.round(rate / 1e6)} MB/s`, left].filter((text) => text !== '').join(', ');
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
