/** Numbers in assembler text: decimal below ten, otherwise hex with an `h`, and a zero before a leading letter. */

const suffixed = (digits: string): string => `${/^[A-F]/.test(digits) ? '0' : ''}${digits}h`;

/** `value` is not negative. */
export const numberText = (value: bigint): string => (value < 10n ? `${value}` : suffixed(value.toString(16).toUpperCase()));

/** A branch target has all digits of its width. */
export const targetText = (value: bigint, bits: number): string => suffixed(BigInt.asUintN(bits, value).toString(16).toUpperCase().padStart(bits / 4, '0'));
