/** Arithmetic on binary32 (i32 bits), as SSE has it; see arithmetic.ts and conversion.ts for what each reads and raises. */
import { addition, comparison, division, extremum, multiplication, squareRoot } from './arithmetic.ts';
import { binary32, binary64 } from './binary-format.ts';
import { fromInteger, narrowing, roundToIntegral, toInteger, widening } from './conversion.ts';

export const f32Add = addition(binary32, false);
export const f32Sub = addition(binary32, true);
export const f32Mul = multiplication(binary32);
export const f32Div = division(binary32);
export const f32Sqrt = squareRoot(binary32);
export const f32Min = extremum(binary32, false);
export const f32Max = extremum(binary32, true);
/** UCOMISS, and CMPSS predicates that are quiet. -1, 0, 1, or 2 when unordered. */
export const f32CompareQuiet = comparison(binary32, false);
/** COMISS, and CMPSS predicates that signal. */
export const f32CompareSignalling = comparison(binary32, true);
/** (bits, immediate of ROUNDSS). */
export const f32RoundToInt = roundToIntegral(binary32);
export const f32ToF64 = widening(binary32, binary64);
export const f64ToF32 = narrowing(binary64, binary32);
export const f32ToI32 = toInteger(binary32, 32, false);
export const f32ToI64 = toInteger(binary32, 64, false);
export const f32ToI32Truncated = toInteger(binary32, 32, true);
export const f32ToI64Truncated = toInteger(binary32, 64, true);
export const i32ToF32 = fromInteger(binary32, 32);
export const i64ToF32 = fromInteger(binary32, 64);
