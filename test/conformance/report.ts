/** Counts and listings of a run over one file. */
import type { Difference, Outcome } from './outcome.ts';

/** A vector as a reader of a listing needs it. */
export interface Vector {
  readonly key: string;
  readonly id: number;
  readonly bytes: string;
  readonly disassembly: string;
  input(): string;
}

interface Listing {
  readonly vector: Vector;
  readonly differences: readonly Difference[];
}

interface FormCount {
  passed: number;
  failed: number;
  first: Listing | undefined;
}

/** A listing is for reading: memory gone astray would fill the screen. */
const DIFFERENCES_SHOWN = 12;

export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  readonly listings: Listing[] = [];
  readonly forms = new Map<string, FormCount>();
  readonly reasons = new Map<string, number>();
  readonly #listingLimit: number;

  constructor(listingLimit: number) {
    this.#listingLimit = listingLimit;
  }

  add(vector: Vector, outcome: Outcome): void {
    let form = this.forms.get(vector.key);
    if (!form) this.forms.set(vector.key, (form = { passed: 0, failed: 0, first: undefined }));
    if (outcome.kind === 'passed') {
      this.passed++;
      form.passed++;
    } else if (outcome.kind === 'skipped') {
      this.skipped++;
      this.reasons.set(outcome.reason, (this.reasons.get(outcome.reason) ?? 0) + 1);
    } else {
      this.failed++;
      form.failed++;
      const listing = { vector, differences: outcome.differences };
      form.first ??= listing;
      if (this.listings.length < this.#listingLimit) this.listings.push(listing);
    }
  }
}

export function formatListing({ vector, differences }: Listing): string {
  const bytes = vector.bytes.replace(/../g, '$& ').trim();
  const lines = [`  ${vector.key} #${vector.id}  ${bytes}  ${vector.disassembly}`.trimEnd()];
  const input = vector.input();
  if (input) lines.push(`    in ${input}`);
  for (const { what, expected, got } of differences.slice(0, DIFFERENCES_SHOWN)) lines.push(`    ${what}: expected ${expected}, got ${got}`);
  if (differences.length > DIFFERENCES_SHOWN) lines.push(`    and ${differences.length - DIFFERENCES_SHOWN} more`);
  return lines.join('\n');
}

/** A line for each form that failed, most failures first. */
export function formatSummary(tally: Tally): string {
  const failing = [...tally.forms].filter(([, form]) => form.failed).sort(([, a], [, b]) => b.failed - a.failed);
  if (!failing.length) return '  every form passed';
  return failing.map(([key, { passed, failed, first }]) => {
    const { what, expected, got } = first!.differences[0]!;
    return `  ${key.padEnd(12)} ${String(failed).padStart(5)} of ${passed + failed}  ${first!.vector.bytes} ${first!.vector.disassembly}: ${what} expected ${expected}, got ${got}`;
  }).join('\n');
}

export function formatReasons(tally: Tally): string {
  return [...tally.reasons].sort(([, a], [, b]) => b - a).map(([reason, count]) => `  skipped ${count}: ${reason}`).join('\n');
}
