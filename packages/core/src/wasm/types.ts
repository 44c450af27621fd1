/** Value types of WebAssembly (Core Specification 2.0, §5.3.1) and their binary codes. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

export const typeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}
