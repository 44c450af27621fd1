/**
 * WebAssembly instructions: text name, encoding and type, one row each.
 *
 * Reference: WebAssembly Core Specification 2.0, §5.4 (instructions) and its SIMD part; threads proposal for the shared memory.
 * A signature is written `operands:result` with one letter a type: i = i32, l = i64, f = f32, d = f64, v = v128.
 * Missing: reference types other than funcref tables, atomics other than those listed; using one is a type error.
 */
import type { ValueType } from './types.ts';

type Row = readonly [code: number, signature: string];

const integerRows = (first: number, letter: string): Record<string, Row> => {
  const names = ['clz', 'ctz', 'popcnt', 'add', 'sub', 'mul', 'div_s', 'div_u', 'rem_s', 'rem_u', 'and', 'or', 'xor', 'shl', 'shr_s', 'shr_u', 'rotl', 'rotr'];
  return Object.fromEntries(names.map((name, i) => [name, [first + i, i < 3 ? `${letter}:${letter}` : `${letter}${letter}:${letter}`] as const]));
};
const prefixed = (prefix: string, rows: Record<string, Row>): Record<string, Row> =>
  Object.fromEntries(Object.entries(rows).map(([name, row]) => [`${prefix}.${name}`, row]));
const comparisons = (first: number, letter: string): Record<string, Row> =>
  Object.fromEntries(['eq', 'ne', 'lt_s', 'lt_u', 'gt_s', 'gt_u', 'le_s', 'le_u', 'ge_s', 'ge_u'].map((name, i) => [name, [first + i, `${letter}${letter}:i`] as const]));
const floatComparisons = (first: number, letter: string): Record<string, Row> =>
  Object.fromEntries(['eq', 'ne', 'lt', 'gt', 'le', 'ge'].map((name, i) => [name, [first + i, `${letter}${letter}:i`] as const]));
const floatRows = (first: number, letter: string): Record<string, Row> => {
  const names = ['abs', 'neg', 'ceil', 'floor', 'trunc', 'nearest', 'sqrt', 'add', 'sub', 'mul', 'div', 'min', 'max', 'copysign'];
  return Object.fromEntries(names.map((name, i) => [name, [first + i, i < 7 ? `${letter}:${letter}` : `${letter}${letter}:${letter}`] as const]));
};
const SIMD = 0xfd00_0000; // marks an opcode behind the 0xfd prefix
const simd = (shape: string, rows: Record<string, readonly [number, string]>): Record<string, Row> =>
  Object.fromEntries(Object.entries(rows).map(([name, [code, sig]]) => [`${shape}.${name}`, [SIMD + code, sig] as const]));

/** Instructions without immediates. */
const plain: Record<string, Row> = {
  'i32.eqz': [0x45, 'i:i'], ...prefixed('i32', comparisons(0x46, 'i')),
  'i64.eqz': [0x50, 'l:i'], ...prefixed('i64', comparisons(0x51, 'l')),
  ...prefixed('f32', floatComparisons(0x5b, 'f')), ...prefixed('f64', floatComparisons(0x61, 'd')),
  ...prefixed('i32', integerRows(0x67, 'i')), ...prefixed('i64', integerRows(0x79, 'l')),
  ...prefixed('f32', floatRows(0x8b, 'f')), ...prefixed('f64', floatRows(0x99, 'd')),
  'i32.wrap_i64': [0xa7, 'l:i'], 'i32.trunc_f32_s': [0xa8, 'f:i'], 'i32.trunc_f64_s': [0xaa, 'd:i'],
  'i64.extend_i32_s': [0xac, 'i:l'], 'i64.extend_i32_u': [0xad, 'i:l'], 'i64.trunc_f32_s': [0xae, 'f:l'], 'i64.trunc_f64_s': [0xb0, 'd:l'],
  'f32.convert_i32_s': [0xb2, 'i:f'], 'f32.convert_i64_s': [0xb4, 'l:f'], 'f32.demote_f64': [0xb6, 'd:f'],
  'f64.convert_i32_s': [0xb7, 'i:d'], 'f64.convert_i64_s': [0xb9, 'l:d'], 'f64.convert_i64_u': [0xba, 'l:d'], 'f64.promote_f32': [0xbb, 'f:d'],
  'i32.reinterpret_f32': [0xbc, 'f:i'], 'i64.reinterpret_f64': [0xbd, 'd:l'], 'f32.reinterpret_i32': [0xbe, 'i:f'], 'f64.reinterpret_i64': [0xbf, 'l:d'],
  'i32.extend8_s': [0xc0, 'i:i'], 'i32.extend16_s': [0xc1, 'i:i'], 'i64.extend8_s': [0xc2, 'l:l'], 'i64.extend16_s': [0xc3, 'l:l'], 'i64.extend32_s': [0xc4, 'l:l'],

  ...simd('i8x16', {
    swizzle: [14, 'vv:v'], splat: [15, 'i:v'], eq: [35, 'vv:v'], ne: [36, 'vv:v'], lt_s: [37, 'vv:v'], lt_u: [38, 'vv:v'], gt_s: [39, 'vv:v'], gt_u: [40, 'vv:v'],
    abs: [96, 'v:v'], neg: [97, 'v:v'], popcnt: [98, 'v:v'], all_true: [99, 'v:i'], bitmask: [100, 'v:i'], narrow_i16x8_s: [101, 'vv:v'], narrow_i16x8_u: [102, 'vv:v'],
    shl: [107, 'vi:v'], shr_s: [108, 'vi:v'], shr_u: [109, 'vi:v'], add: [110, 'vv:v'], add_sat_s: [111, 'vv:v'], add_sat_u: [112, 'vv:v'], sub: [113, 'vv:v'],
    sub_sat_s: [114, 'vv:v'], sub_sat_u: [115, 'vv:v'], min_s: [118, 'vv:v'], min_u: [119, 'vv:v'], max_s: [120, 'vv:v'], max_u: [121, 'vv:v'], avgr_u: [123, 'vv:v'],
  }),
  ...simd('i16x8', {
    splat: [16, 'i:v'], eq: [45, 'vv:v'], ne: [46, 'vv:v'], lt_s: [47, 'vv:v'], gt_s: [49, 'vv:v'], gt_u: [50, 'vv:v'],
    extadd_pairwise_i8x16_s: [124, 'v:v'], extadd_pairwise_i8x16_u: [125, 'v:v'],
    abs: [128, 'v:v'], neg: [129, 'v:v'], q15mulr_sat_s: [130, 'vv:v'], all_true: [131, 'v:i'], bitmask: [132, 'v:i'], narrow_i32x4_s: [133, 'vv:v'], narrow_i32x4_u: [134, 'vv:v'],
    extend_low_i8x16_s: [135, 'v:v'], extend_high_i8x16_s: [136, 'v:v'], extend_low_i8x16_u: [137, 'v:v'], extend_high_i8x16_u: [138, 'v:v'],
    shl: [139, 'vi:v'], shr_s: [140, 'vi:v'], shr_u: [141, 'vi:v'], add: [142, 'vv:v'], add_sat_s: [143, 'vv:v'], add_sat_u: [144, 'vv:v'], sub: [145, 'vv:v'],
    sub_sat_s: [146, 'vv:v'], sub_sat_u: [147, 'vv:v'], mul: [149, 'vv:v'], min_s: [150, 'vv:v'], min_u: [151, 'vv:v'], max_s: [152, 'vv:v'], max_u: [153, 'vv:v'], avgr_u: [155, 'vv:v'],
    extmul_low_i8x16_s: [156, 'vv:v'], extmul_high_i8x16_s: [157, 'vv:v'], extmul_low_i8x16_u: [158, 'vv:v'], extmul_high_i8x16_u: [159, 'vv:v'],
  }),
  ...simd('i32x4', {
    splat: [17, 'i:v'], eq: [55, 'vv:v'], ne: [56, 'vv:v'], lt_s: [57, 'vv:v'], gt_s: [59, 'vv:v'], gt_u: [60, 'vv:v'],
    extadd_pairwise_i16x8_s: [126, 'v:v'], extadd_pairwise_i16x8_u: [127, 'v:v'],
    abs: [160, 'v:v'], neg: [161, 'v:v'], all_true: [163, 'v:i'], bitmask: [164, 'v:i'],
    extend_low_i16x8_s: [167, 'v:v'], extend_high_i16x8_s: [168, 'v:v'], extend_low_i16x8_u: [169, 'v:v'], extend_high_i16x8_u: [170, 'v:v'],
    shl: [171, 'vi:v'], shr_s: [172, 'vi:v'], shr_u: [173, 'vi:v'], add: [174, 'vv:v'], sub: [177, 'vv:v'], mul: [181, 'vv:v'],
    min_s: [182, 'vv:v'], min_u: [183, 'vv:v'], max_s: [184, 'vv:v'], max_u: [185, 'vv:v'], dot_i16x8_s: [186, 'vv:v'],
    extmul_low_i16x8_s: [188, 'vv:v'], extmul_high_i16x8_s: [189, 'vv:v'], extmul_low_i16x8_u: [190, 'vv:v'], extmul_high_i16x8_u: [191, 'vv:v'],
    trunc_sat_f32x4_s: [248, 'v:v'], trunc_sat_f64x2_s_zero: [252, 'v:v'],
  }),
  ...simd('i64x2', {
    splat: [18, 'l:v'], abs: [192, 'v:v'], neg: [193, 'v:v'], all_true: [195, 'v:i'], bitmask: [196, 'v:i'],
    extend_low_i32x4_s: [199, 'v:v'], extend_high_i32x4_s: [200, 'v:v'], extend_low_i32x4_u: [201, 'v:v'], extend_high_i32x4_u: [202, 'v:v'],
    shl: [203, 'vi:v'], shr_s: [204, 'vi:v'], shr_u: [205, 'vi:v'], add: [206, 'vv:v'], sub: [209, 'vv:v'], mul: [213, 'vv:v'],
    eq: [214, 'vv:v'], ne: [215, 'vv:v'], lt_s: [216, 'vv:v'], gt_s: [217, 'vv:v'],
    extmul_low_i32x4_s: [220, 'vv:v'], extmul_high_i32x4_s: [221, 'vv:v'], extmul_low_i32x4_u: [222, 'vv:v'], extmul_high_i32x4_u: [223, 'vv:v'],
  }),
  ...simd('f32x4', {
    splat: [19, 'f:v'], eq: [65, 'vv:v'], ne: [66, 'vv:v'], lt: [67, 'vv:v'], gt: [68, 'vv:v'], le: [69, 'vv:v'], ge: [70, 'vv:v'],
    ceil: [103, 'v:v'], floor: [104, 'v:v'], trunc: [105, 'v:v'], nearest: [106, 'v:v'],
    abs: [224, 'v:v'], neg: [225, 'v:v'], sqrt: [227, 'v:v'], add: [228, 'vv:v'], sub: [229, 'vv:v'], mul: [230, 'vv:v'], div: [231, 'vv:v'],
    min: [232, 'vv:v'], max: [233, 'vv:v'], pmin: [234, 'vv:v'], pmax: [235, 'vv:v'], convert_i32x4_s: [250, 'v:v'], demote_f64x2_zero: [94, 'v:v'],
  }),
  ...simd('f64x2', {
    splat: [20, 'd:v'], eq: [71, 'vv:v'], ne: [72, 'vv:v'], lt: [73, 'vv:v'], gt: [74, 'vv:v'], le: [75, 'vv:v'], ge: [76, 'vv:v'],
    ceil: [116, 'v:v'], floor: [117, 'v:v'], trunc: [122, 'v:v'], nearest: [148, 'v:v'],
    abs: [236, 'v:v'], neg: [237, 'v:v'], sqrt: [239, 'v:v'], add: [240, 'vv:v'], sub: [241, 'vv:v'], mul: [242, 'vv:v'], div: [243, 'vv:v'],
    min: [244, 'vv:v'], max: [245, 'vv:v'], pmin: [246, 'vv:v'], pmax: [247, 'vv:v'], promote_low_f32x4: [95, 'v:v'], convert_low_i32x4_s: [254, 'v:v'],
  }),
  ...simd('v128', { not: [77, 'v:v'], and: [78, 'vv:v'], andnot: [79, 'vv:v'], or: [80, 'vv:v'], xor: [81, 'vv:v'], bitselect: [82, 'vvv:v'], any_true: [83, 'v:i'] }),
};

/** Lane access: one immediate byte, the lane. */
const lanes: Record<string, Row> = {
  ...simd('i8x16', { extract_lane_s: [21, 'v:i'], extract_lane_u: [22, 'v:i'], replace_lane: [23, 'vi:v'] }),
  ...simd('i16x8', { extract_lane_s: [24, 'v:i'], extract_lane_u: [25, 'v:i'], replace_lane: [26, 'vi:v'] }),
  ...simd('i32x4', { extract_lane: [27, 'v:i'], replace_lane: [28, 'vi:v'] }),
  ...simd('i64x2', { extract_lane: [29, 'v:l'], replace_lane: [30, 'vl:v'] }),
  ...simd('f32x4', { extract_lane: [31, 'v:f'], replace_lane: [32, 'vf:v'] }),
  ...simd('f64x2', { extract_lane: [33, 'v:d'], replace_lane: [34, 'vd:v'] }),
};

/** Memory access: an alignment and an offset follow. */
const memory: Record<string, Row> = {
  'i32.load': [0x28, 'i:i'], 'i64.load': [0x29, 'i:l'], 'f32.load': [0x2a, 'i:f'], 'f64.load': [0x2b, 'i:d'],
  'i32.load8_s': [0x2c, 'i:i'], 'i32.load8_u': [0x2d, 'i:i'], 'i32.load16_s': [0x2e, 'i:i'], 'i32.load16_u': [0x2f, 'i:i'],
  'i64.load8_s': [0x30, 'i:l'], 'i64.load8_u': [0x31, 'i:l'], 'i64.load16_s': [0x32, 'i:l'], 'i64.load16_u': [0x33, 'i:l'], 'i64.load32_s': [0x34, 'i:l'], 'i64.load32_u': [0x35, 'i:l'],
  'i32.store': [0x36, 'ii:'], 'i64.store': [0x37, 'il:'], 'f32.store': [0x38, 'if:'], 'f64.store': [0x39, 'id:'],
  'i32.store8': [0x3a, 'ii:'], 'i32.store16': [0x3b, 'ii:'], 'i64.store8': [0x3c, 'il:'], 'i64.store16': [0x3d, 'il:'], 'i64.store32': [0x3e, 'il:'],
  ...simd('v128', { load: [0, 'i:v'], load32_zero: [92, 'i:v'], load64_zero: [93, 'i:v'], store: [11, 'iv:'] }),
};

/** What stands in the code after an instruction. */
type Immediate =
  | 'none' | 'block type' | 'label' | 'labels' | 'function' | 'type and table' | 'local' | 'types' | 'i32' | 'i64' | 'f32' | 'f64' | '16 bytes'
  | 'lane' | '16 lanes' | 'memory access' | 'memory' | 'two memories';

const BULK = 0xfc00_0000; // marks an opcode behind the 0xfc prefix

/** Instructions whose operands are of any type, or that are written by methods of their own; with the number of operands and of results, the callee's apart. */
const special: readonly (readonly [name: string, code: number, immediate: Immediate, operands: number, results: number])[] = [
  ['unreachable', 0x00, 'none', 0, 0], ['nop', 0x01, 'none', 0, 0], ['block', 0x02, 'block type', 0, 0], ['loop', 0x03, 'block type', 0, 0], ['if', 0x04, 'block type', 1, 0],
  ['else', 0x05, 'none', 0, 0], ['end', 0x0b, 'none', 0, 0], ['br', 0x0c, 'label', 0, 0], ['br_if', 0x0d, 'label', 1, 0], ['br_table', 0x0e, 'labels', 1, 0],
  ['return', 0x0f, 'none', 0, 0], ['call', 0x10, 'function', 0, 0], ['call_indirect', 0x11, 'type and table', 1, 0],
  ['return_call', 0x12, 'function', 0, 0], ['return_call_indirect', 0x13, 'type and table', 1, 0],
  ['drop', 0x1a, 'none', 1, 0], ['select', 0x1b, 'none', 3, 1], ['select', 0x1c, 'types', 3, 1],
  ['local.get', 0x20, 'local', 0, 1], ['local.set', 0x21, 'local', 1, 0], ['local.tee', 0x22, 'local', 1, 1],
  ['i32.const', 0x41, 'i32', 0, 1], ['i64.const', 0x42, 'i64', 0, 1], ['f32.const', 0x43, 'f32', 0, 1], ['f64.const', 0x44, 'f64', 0, 1],
  ['v128.const', SIMD + 12, '16 bytes', 0, 1], ['i8x16.shuffle', SIMD + 13, '16 lanes', 2, 1],
  ['memory.copy', BULK + 10, 'two memories', 3, 0], ['memory.fill', BULK + 11, 'memory', 3, 0],
];

const letters: Record<string, ValueType> = { i: 'i32', l: 'i64', f: 'f32', d: 'f64', v: 'v128' };

export interface Opcode {
  readonly name: string;
  readonly code: number;
  /** As it is written: a byte; or the prefix 0xfd, and above it the number that follows it. */
  readonly encoding: number;
  readonly operands: readonly ValueType[];
  readonly result: ValueType | undefined;
}

const opcode = (name: string, code: number, operands: readonly ValueType[], result: ValueType | undefined): Opcode =>
  ({ name, code, encoding: code >= SIMD ? 0xfd | ((code - SIMD) << 8) : code, operands, result });

const table = (rows: Record<string, Row>): ReadonlyMap<string, Opcode> =>
  new Map(Object.entries(rows).map(([name, [code, signature]]) => {
    const [operands = '', result = ''] = signature.split(':');
    return [name, opcode(name, code, Array.from(operands, (c) => letters[c]!), letters[result])];
  }));

export const plainOpcodes = table(plain);
export const laneOpcodes = table(lanes);
export const memoryOpcodes = table(memory);

export const shuffleOpcode = opcode('i8x16.shuffle', SIMD + 13, ['v128', 'v128'], 'v128');
export const v128ConstOpcode = opcode('v128.const', SIMD + 12, [], 'v128');

const selectOf = (type: ValueType): Opcode => opcode('select', type === 'v128' ? 0x1c : 0x1b, [type, type, 'i32'], type);
export const selectOpcodes: Readonly<Record<ValueType, Opcode>> = { i32: selectOf('i32'), i64: selectOf('i64'), f32: selectOf('f32'), f64: selectOf('f64'), v128: selectOf('v128') };

export type OpcodeByType = Readonly<Record<ValueType, Opcode | string>>;

/** One instruction for every type that has it; its name for the others. */
const byType = (name: string): OpcodeByType => {
  const of = (type: ValueType): Opcode | string => plainOpcodes.get(`${type}.${name}`) ?? `${type}.${name}`;
  return { i32: of('i32'), i64: of('i64'), f32: of('f32'), f64: of('f64'), v128: of('v128') };
};

export const typedOpcodes = {
  add: byType('add'), sub: byType('sub'), mul: byType('mul'), and: byType('and'), or: byType('or'), xor: byType('xor'), shl: byType('shl'), shrU: byType('shr_u'), shrS: byType('shr_s'),
  eqz: byType('eqz'), eq: byType('eq'), ne: byType('ne'), ltU: byType('lt_u'), ltS: byType('lt_s'), leU: byType('le_u'), leS: byType('le_s'),
  gtU: byType('gt_u'), gtS: byType('gt_s'), geU: byType('ge_u'), geS: byType('ge_s'),
} as const;

/** What operations do to integer constants, apart from the wrap-around of their type. */
export const foldable: ReadonlyMap<Opcode, (x: bigint, y: bigint) => bigint> = new Map(Object.entries({
  add: (x: bigint, y: bigint) => x + y, sub: (x: bigint, y: bigint) => x - y, mul: (x: bigint, y: bigint) => x * y,
  and: (x: bigint, y: bigint) => x & y, or: (x: bigint, y: bigint) => x | y, xor: (x: bigint, y: bigint) => x ^ y,
}).flatMap(([name, fold]) => [[plainOpcodes.get(`i32.${name}`)!, fold] as const, [plainOpcodes.get(`i64.${name}`)!, fold] as const]));

/** An instruction as a reader of code meets it. */
export interface Instruction {
  readonly name: string;
  readonly immediate: Immediate;
  readonly operands: number;
  readonly results: number;
}

let byCode: ReadonlyMap<number, Instruction> | undefined;

/** The instruction of an opcode byte, and of the number that follows it when the byte is the prefix 0xfc or 0xfd. */
export const instructionOf = (code: number, behindPrefix: number): Instruction | undefined => {
  byCode ??= new Map([
    ...special.map(([name, at, immediate, operands, results]) => [at, { name, immediate, operands, results }] as const),
    ...([[plainOpcodes, 'none'], [laneOpcodes, 'lane'], [memoryOpcodes, 'memory access']] as const).flatMap(([opcodes, immediate]) =>
      [...opcodes.values()].map((o) => [o.code, { name: o.name, immediate, operands: o.operands.length, results: o.result ? 1 : 0 }] as const)),
  ]);
  return byCode.get(isPrefix(code) ? code * 0x100_0000 + behindPrefix : code);
};

export const isPrefix = (code: number): boolean => code === 0xfc || code === 0xfd;
