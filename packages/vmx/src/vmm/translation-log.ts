/**
 * What `--trace-translate` and `--dump-wat` print: a line a region that is made, discarded or evicted; the guest's code and WebAssembly text of regions
 * that hold an address. The VMM makes the text, because it has the region at hand; nothing of this exists unless it is asked for.
 */
import { guestText, regionHolds, regionText } from '@worldswitch/core';
import type { RegionTarget, TranslationEvent } from '@worldswitch/core';

export interface TraceSpec {
  /** A line for each region. */
  readonly translation: boolean;
  /** Regions that hold this linear address are printed whole when they are made. */
  readonly watAt: bigint | undefined;
}

export class TranslationLog {
  readonly #spec: TraceSpec;
  readonly #memory: () => Uint8Array;
  readonly #say: (text: string) => void;

  /** @param memory the machine's memory, in which the guest's code is */
  constructor(spec: TraceSpec, memory: () => Uint8Array, say: (text: string) => void) {
    this.#spec = spec;
    this.#memory = memory;
    this.#say = say;
  }

  note(event: TranslationEvent, target: RegionTarget | undefined): void {
    if (this.#spec.translation) this.#say(`${describe(event)}\n`);
    const { watAt } = this.#spec;
    if (watAt === undefined || target === undefined || event.kind !== 'made' || !regionHolds(event.job, watAt)) return;
    this.#say(`;; ${describe(event)}\n${guestText(event.job, this.#memory(), event.hosts)}${regionText(event.job, target).text}`);
  }
}

const describe = (event: TranslationEvent): string => {
  const at = `${event.kind} ${event.linear.toString(16).padStart(16, '0')}:`;
  if (event.kind !== 'made') return `${at} ${event.sizeBytes} bytes of wasm`;
  const { job, sizeBytes, milliseconds } = event;
  return `${at} ${job.addresses.length} instructions in ${job.blocks.length} blocks on ${job.pages.length} pages, ${sizeBytes} bytes of wasm, ${milliseconds.toFixed(2)} ms`;
};
