/** Arithmetic on binary64 (i64 bits), as SSE has it; see arithmetic.ts and conversion.ts for what each reads and raises. */
import { addition, comparison, division, extremum, multiplication, squareRoot } from './arithmetic.ts';
import { binary64 } from './binary-format.ts';
import { fromInteger, roundToIntegral, toInteger } from './conversion.ts';

export const f64Add = addition(binary64, false);
export const f64Sub = addition(binary64, true);
export const f64Mul = multiplication(binary64);
export const f64Div = division(binary64);
export const f64Sqrt = squareRoot(binary64);
export const f64Min = extremum(binary64, false);
export const f64Max = extremum(binary64, true);
/** UCOMISD, and CMPSD predicates that are quiet. -1, 0, 1, or 2 when unordered. */
export const f64CompareQuiet = comparison(binary64, false);
/** COMISD, and CMPSD predicates that signal. */
export const f64CompareSignalling = comparison(binary64, true);
/** (bits, immediate of ROUNDSD). */
export const f64RoundToInt = roundToIntegral(binary64);
export const f64ToI32 = toInteger(binary64, 32, false);
export const f64ToI64 = toInteger(binary64, 64, false);
export const f64ToI32Truncated = toInteger(binary64, 32, true);
export const f64ToI64Truncated = toInteger(binary64, 64, true);
export const i64ToF64 = fromInteger(binary64, 64);
