/** What became of one vector, and the differences as a listing. */

export interface Difference {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

export type Outcome =
  | { readonly kind: 'passed' }
  /** Not judged, because the model differs from the recorded part by design; the reason is from a declared table. */
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly differences: readonly Difference[] };

export const passed: Outcome = { kind: 'passed' };
export const hex = (value: number | bigint, digits = 1): string => value.toString(16).padStart(digits, '0');
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
