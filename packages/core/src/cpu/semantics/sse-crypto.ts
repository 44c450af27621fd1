/**
 * AES-NI, GFNI, PCLMULQDQ and SHA.
 *
 * Reference: SDM vol. 2, AESENC … and SHA…; FIPS 197 (AES), FIPS 180-4 (SHA). The S-box is computed from its definition when this module
 * is loaded and is applied to 16 bytes at a time through swizzles.
 */
import type { Semantics, Subroutine } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import type { Expression, FunctionBuilder, Local } from '../../wasm/function.ts';
import { bytes, doublewords, imm8, readUnaligned } from './sse-packed.ts';
import { xmm0 } from './sse-shuffle.ts';

// — AES —

/** Product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197, 4.2). */
const multiplyField = (x: number, y: number): number => {
  let product = 0;
  for (let bit = 0, power = x; bit < 8; bit++, power = power & 0x80 ? ((power << 1) ^ 0x11b) : power << 1) if ((y >> bit) & 1) product ^= power;
  return product;
};

const fieldInverse = Uint8Array.from({ length: 256 }, (_, x) => {
  for (let y = 1; y < 256; y++) if (multiplyField(x, y) === 1) return y;
  return 0;
});
/** FIPS 197, 5.1.1: the inverse, then an affine map. */
const sBox = fieldInverse.map((inverse) => {
  const repeated = inverse | (inverse << 8);
  return (inverse ^ (repeated >> 7) ^ (repeated >> 6) ^ (repeated >> 5) ^ (repeated >> 4) ^ 0x63) & 0xff;
});
const inverted = (box: Uint8Array): Uint8Array => {
  const inverse = new Uint8Array(256);
  box.forEach((value, x) => { inverse[value] = x; });
  return inverse;
};
const inverseSBox = inverted(sBox);

/** Sixteen look-ups in each sixteenth of the table: a swizzle gives 0 unless the upper half of the byte is this sixteenth's. */
const substituteBytes = (name: string, table: Uint8Array): Subroutine => ({
  name, params: ['v128'], results: ['v128'],
  build: (f) => {
    const [x] = f.params as [Local];
    const parts = Array.from({ length: 16 }, (_, k) => f.op('i8x16.swizzle', f.v128(table.subarray(16 * k, 16 * k + 16)), f.op('v128.xor', x, bytes(f, () => 16 * k))));
    f.return(parts.reduce((all, part) => f.op('v128.or', all, part)));
  },
});
const subBytes = substituteBytes('aesSubBytes', sBox);
const inverseSubBytes = substituteBytes('aesInverseSubBytes', inverseSBox);
const invertBytes = substituteBytes('gf8Invert', fieldInverse);

/** The state is held in columns: byte i is row i & 3. Row r moves left by r columns. */
const shiftRows = (f: FunctionBuilder, x: Expression, direction: 1 | -1): Expression =>
  f.let(f.shuffle(x, x, Array.from({ length: 16 }, (_, i) => (i + 16 + direction * 4 * (i & 3)) & 15)));
/** Every column turned up by `rows`. */
const rotateColumns = (f: FunctionBuilder, x: Expression, rows: number): Expression =>
  f.shuffle(x, x, Array.from({ length: 16 }, (_, i) => (i & ~3) | ((i + rows) & 3)));
const timesX = (f: FunctionBuilder, x: Expression): Expression =>
  f.let(f.op('v128.xor', f.op('i8x16.shl', x, f.i32(1)), f.op('v128.and', f.op('i8x16.shr_s', x, f.i32(7)), bytes(f, () => 0x1b))));
const sum = (f: FunctionBuilder, ...terms: Expression[]): Expression => f.let(terms.reduce((x, y) => f.op('v128.xor', x, y)));

/** 2 a0 + 3 a1 + a2 + a3 of each column. */
const mixColumns = (f: FunctionBuilder, x: Expression): Expression => {
  const next = f.let(rotateColumns(f, x, 1));
  return sum(f, timesX(f, sum(f, x, next)), next, rotateColumns(f, x, 2), rotateColumns(f, x, 3));
};
/** The inverse is MixColumns after adding 4 (a0 + a2) to each byte. */
const inverseMixColumns = (f: FunctionBuilder, x: Expression): Expression => {
  const four = timesX(f, timesX(f, sum(f, x, rotateColumns(f, x, 2))));
  return mixColumns(f, sum(f, x, four));
};

const aesRound = (name: string, direction: 'encrypt' | 'decrypt', isLast: boolean): Semantics => semantics(name, 'rw r', (b, dst, src) => {
  const { f } = b;
  const key = src.read();
  const shifted = shiftRows(f, dst.read(), direction === 'encrypt' ? 1 : -1);
  const substituted = f.let(b.call(direction === 'encrypt' ? subBytes : inverseSubBytes, shifted));
  const mixed = isLast ? substituted : direction === 'encrypt' ? mixColumns(f, substituted) : inverseMixColumns(f, substituted);
  dst.write(f.op('v128.xor', mixed, key));
});

/** Lanes 1 and 3: substituted, and substituted, rotated and the round constant added. */
const aeskeygenassist = semantics('aeskeygenassist', 'w r r', (b, dst, src, control) => {
  const { f } = b;
  const substituted = f.let(b.call(subBytes, src.read()));
  const arranged = f.shuffle(substituted, substituted, [4, 5, 6, 7, 5, 6, 7, 4, 12, 13, 14, 15, 13, 14, 15, 12]);
  const constant = f.op('v128.and', f.op('i32x4.splat', imm8(b, control)), doublewords(f, (i) => (i & 1 ? 0xffff_ffff : 0)));
  dst.write(f.op('v128.xor', arranged, constant));
});

// — GFNI —

const gf2p8mulb = semantics('gf2p8mulb', 'rw r', (b, dst, src) => {
  const { f } = b;
  const y = src.read();
  let power = dst.read();
  let product: Expression | undefined;
  for (let bit = 0; bit < 8; bit++) {
    const isSet = f.op('i8x16.shr_s', f.op('i8x16.shl', y, f.i32(7 - bit)), f.i32(7));
    const term = f.op('v128.and', power, isSet);
    product = f.let(product ? f.op('v128.xor', product, term) : term);
    if (bit < 7) power = timesX(f, power);
  }
  dst.write(product!);
});

/** Bit i of a result byte is the parity of (byte 7 - i of the matrix AND the byte), then imm is added. */
const affine = (name: string, invertFirst: boolean): Semantics => semantics(name, 'rw r r', (b, dst, src, control) => {
  const { f } = b;
  const matrix = src.read();
  const x = invertFirst ? f.let(b.call(invertBytes, dst.read())) : dst.read();
  let result = f.op('i8x16.splat', imm8(b, control));
  for (let bit = 0; bit < 8; bit++) {
    const matrixRow = f.shuffle(matrix, matrix, Array.from({ length: 16 }, (_, i) => (i & 8) + 7 - bit));
    const parity = f.op('v128.and', f.op('i8x16.popcnt', f.op('v128.and', matrixRow, x)), bytes(f, () => 1));
    result = f.op('v128.xor', result, f.op('i8x16.shl', parity, f.i32(bit)));
  }
  dst.write(result);
});

// — PCLMULQDQ —

/** The 128-bit product without carries. */
const carrylessProduct: Subroutine = {
  name: 'carrylessProduct', params: ['i64', 'i64'], results: ['v128'],
  build: (f) => {
    const [x, y] = f.params as [Local, Local];
    const [low, high, bit] = [f.local('i64'), f.local('i64'), f.local('i64')];
    f.set(low, f.i64(0));
    f.set(high, f.i64(0));
    f.set(bit, f.i64(0));
    f.loop((again) => {
      const mask = f.let(f.sub(f.i64(0), f.and(f.shrU(y, bit), f.i64(1))));
      f.set(low, f.xor(low, f.and(mask, f.shl(x, bit))));
      // In two steps, since a shift by 64 would be one by 0.
      f.set(high, f.xor(high, f.and(mask, f.shrU(f.shrU(x, 1), f.sub(f.i64(63), bit)))));
      f.set(bit, f.add(bit, f.i64(1)));
      f.brIf(again, f.ltU(bit, f.i64(64)));
    });
    f.return(f.lane('i64x2.replace_lane', 1, f.op('i64x2.splat', low), high));
  },
};

const pclmulqdq = semantics('pclmulqdq', 'rw r r', (b, dst, src, control) => {
  const { f } = b;
  const y = src.read();
  const x = dst.read();
  const imm = imm8(b, control);
  const half = (value: Expression, bit: number): Expression => f.select(f.and(imm, f.i32(bit)), f.lane('i64x2.extract_lane', 1, value), f.lane('i64x2.extract_lane', 0, value));
  dst.write(b.call(carrylessProduct, half(x, 0x01), half(y, 0x10)));
});

// — SHA: Zen parts take unaligned memory operands, where the SDM's exception class would have #GP —

const lane = (f: FunctionBuilder, x: Expression, i: number): Expression => f.lane('i32x4.extract_lane', i, x);
const vectorOf = (f: FunctionBuilder, lanes: readonly Expression[]): Expression =>
  lanes.reduce<Expression>((vector, value, i) => (i === 0 ? f.op('i32x4.splat', value) : f.lane('i32x4.replace_lane', i, vector, value)), lanes[0]!);
const rotateLeft = (f: FunctionBuilder, x: Expression, bits: number): Expression => f.op('i32.rotl', x, f.i32(bits));
const rotateRight = (f: FunctionBuilder, x: Expression, bits: number): Expression => f.op('i32.rotr', x, f.i32(bits));

const bitwiseChoice = (f: FunctionBuilder, x: Expression, y: Expression, z: Expression): Expression => f.xor(f.and(x, y), f.and(f.xor(x, f.i32(-1)), z));
const majority = (f: FunctionBuilder, x: Expression, y: Expression, z: Expression): Expression => f.xor(f.xor(f.and(x, y), f.and(x, z)), f.and(y, z));

/** Four rounds of SHA-1 on (ABCD with A in lane 3, W+E with the first in lane 3, which function). FIPS 180-4, 6.1.2. */
const sha1Rounds: Subroutine = {
  name: 'sha1Rounds', params: ['v128', 'v128', 'i32'], results: ['v128'],
  build: (f) => {
    const [state, message, which] = f.params as [Local, Local, Local];
    const is = (n: number): Expression => f.eq(which, f.i32(n));
    const choose = (values: readonly (() => Expression)[]): Expression => f.select(is(0), values[0]!(), f.select(is(1), values[1]!(), f.select(is(2), values[2]!(), values[3]!())));
    const constant = f.let(choose([0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6].map((k) => () => f.i32(k | 0))));
    let [a, b, c, d] = [f.let(lane(f, state, 3)), f.let(lane(f, state, 2)), f.let(lane(f, state, 1)), f.let(lane(f, state, 0))];
    let e: Expression = f.i32(0);
    for (let round = 0; round < 4; round++) {
      const [x, y, z] = [b, c, d];
      const parity = (): Expression => f.xor(f.xor(x, y), z);
      const mixed = choose([() => bitwiseChoice(f, x, y, z), parity, () => majority(f, x, y, z), parity]);
      const next = f.let(f.add(f.add(f.add(mixed, rotateLeft(f, a, 5)), f.add(lane(f, message, 3 - round), constant)), e));
      [e, d, c, b, a] = [d, c, f.let(rotateLeft(f, b, 30)), a, next];
    }
    f.return(vectorOf(f, [d, c, b, a]));
  },
};

const sha1nexte = semantics('sha1nexte', 'rw r', (b, dst, src) => {
  const { f } = b;
  const y = readUnaligned(b, src);
  const x = dst.read();
  dst.write(f.lane('i32x4.replace_lane', 3, y, f.add(lane(f, y, 3), rotateLeft(f, lane(f, x, 3), 30))));
});
const sha1msg1 = semantics('sha1msg1', 'rw r', (b, dst, src) => {
  const y = readUnaligned(b, src);
  const x = dst.read();
  // W2 W3 W4 W5 with W2 in lane 3: lanes 1 and 0 of dst, 3 and 2 of src.
  dst.write(b.f.op('v128.xor', x, b.f.shuffle(y, x, [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])));
});
const sha1msg2 = semantics('sha1msg2', 'rw r', (b, dst, src) => {
  const { f } = b;
  const y = readUnaligned(b, src);
  const x = dst.read();
  const word = (i: number, other: Expression): Expression => f.let(rotateLeft(f, f.xor(lane(f, x, i), other), 1));
  const w16 = word(3, lane(f, y, 2));
  const w17 = word(2, lane(f, y, 1));
  const w18 = word(1, lane(f, y, 0));
  const w19 = word(0, w16);
  dst.write(vectorOf(f, [w19, w18, w17, w16]));
});

/** Two rounds of SHA-256 on (CDGH, ABEF, XMM0 = W+K of both rounds). FIPS 180-4, 6.2.2. */
const sha256Rounds: Subroutine = {
  name: 'sha256Rounds', params: ['v128', 'v128', 'v128'], results: ['v128'],
  build: (f) => {
    const [cdgh, abef, message] = f.params as [Local, Local, Local];
    const of = (vector: Expression, i: number): Expression => f.let(lane(f, vector, i));
    let [a, b, c, d] = [of(abef, 3), of(abef, 2), of(cdgh, 3), of(cdgh, 2)];
    let [e, g, h, k] = [of(abef, 1), of(abef, 0), of(cdgh, 1), of(cdgh, 0)]; // E F G H
    for (let round = 0; round < 2; round++) {
      const sigma1 = f.xor(f.xor(rotateRight(f, e, 6), rotateRight(f, e, 11)), rotateRight(f, e, 25));
      const t1 = f.let(f.add(f.add(bitwiseChoice(f, e, g, h), sigma1), f.add(lane(f, message, round), k)));
      const sigma0 = f.xor(f.xor(rotateRight(f, a, 2), rotateRight(f, a, 13)), rotateRight(f, a, 22));
      const newA = f.let(f.add(f.add(t1, majority(f, a, b, c)), sigma0));
      const newE = f.let(f.add(t1, d));
      [k, h, g, e, d, c, b, a] = [h, g, e, newE, c, b, a, newA];
    }
    f.return(vectorOf(f, [g, e, b, a]));
  },
};

const sha256rnds2 = semantics('sha256rnds2', 'rw r', (b, dst, src) => {
  const y = readUnaligned(b, src);
  dst.write(b.call(sha256Rounds, dst.read(), y, xmm0(b)));
});
/** σ0 of FIPS 180-4, 4.1.2, of the word after each. */
const sha256msg1 = semantics('sha256msg1', 'rw r', (b, dst, src) => {
  const { f } = b;
  const y = readUnaligned(b, src);
  const x = dst.read();
  const next = f.let(f.shuffle(x, y, Array.from({ length: 16 }, (_, i) => i + 4)));
  const rotated = (bits: number): Expression => f.op('v128.or', f.op('i32x4.shr_u', next, f.i32(bits)), f.op('i32x4.shl', next, f.i32(32 - bits)));
  const sigma = f.op('v128.xor', f.op('v128.xor', rotated(7), rotated(18)), f.op('i32x4.shr_u', next, f.i32(3)));
  dst.write(f.op('i32x4.add', x, sigma));
});
/** Adds σ1 of the two words before. */
const sha256msg2 = semantics('sha256msg2', 'rw r', (b, dst, src) => {
  const { f } = b;
  const y = readUnaligned(b, src);
  const x = dst.read();
  const sigma = (w: Expression): Expression => f.xor(f.xor(rotateRight(f, w, 17), rotateRight(f, w, 19)), f.shrU(w, 10));
  const word = (i: number, before: Expression): Expression => f.let(f.add(lane(f, x, i), sigma(before)));
  const w16 = word(0, f.let(lane(f, y, 2)));
  const w17 = word(1, f.let(lane(f, y, 3)));
  const w18 = word(2, w16);
  const w19 = word(3, w17);
  dst.write(vectorOf(f, [w16, w17, w18, w19]));
});

export const crypto = {
  aesenc: aesRound('aesenc', 'encrypt', false), aesenclast: aesRound('aesenclast', 'encrypt', true),
  aesdec: aesRound('aesdec', 'decrypt', false), aesdeclast: aesRound('aesdeclast', 'decrypt', true),
  aesimc: semantics('aesimc', 'w r', (b, dst, src) => dst.write(inverseMixColumns(b.f, src.read()))),
  aeskeygenassist, pclmulqdq, gf2p8mulb, gf2p8affineqb: affine('gf2p8affineqb', false), gf2p8affineinvqb: affine('gf2p8affineinvqb', true),
  sha1rnds4: semantics('sha1rnds4', 'rw r r', (b, dst, src, control) => {
    const y = readUnaligned(b, src);
    dst.write(b.call(sha1Rounds, dst.read(), y, b.f.and(control.read(), b.f.i32(3))));
  }),
  sha1nexte, sha1msg1, sha1msg2, sha256rnds2, sha256msg1, sha256msg2,
};
