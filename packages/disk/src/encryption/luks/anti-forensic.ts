/**
 * The anti-forensic splitter of LUKS 1, section 2.4: a key is spread over so many bytes that some of them will be gone when it has been erased, and without all of them it
 * cannot be had back.
 */
import { hash } from 'node:crypto';

/** Each piece of `block` of a digest's length becomes its own digest, numbered; the last is cut. */
function diffuse(hashName: string, block: Uint8Array, digestBytes: number): void {
  const input = new Uint8Array(4 + digestBytes);
  for (let done = 0, number = 0; done < block.length; done += digestBytes, number++) {
    const piece = block.subarray(done, done + digestBytes);
    new DataView(input.buffer).setUint32(0, number);
    input.set(piece, 4);
    piece.set(hash(hashName, input.subarray(0, 4 + piece.length), 'buffer').subarray(0, piece.length));
  }
}

const digestLength = (hashName: string): number => hash(hashName, '', 'buffer').length;

function addInto(into: Uint8Array, stripe: Uint8Array): void {
  for (let i = 0; i < into.length; i++) into[i]! ^= stripe[i]!;
}

/** @returns `stripes` times the key's length */
export function splitKey(hashName: string, key: Uint8Array, stripes: number, random: (length: number) => Uint8Array): Uint8Array {
  const material = new Uint8Array(key.length * stripes);
  const sum = new Uint8Array(key.length);
  const digestBytes = digestLength(hashName);
  material.set(random(key.length * (stripes - 1)));
  for (let stripe = 0; stripe < stripes - 1; stripe++) {
    addInto(sum, material.subarray(stripe * key.length, (stripe + 1) * key.length));
    diffuse(hashName, sum, digestBytes);
  }
  addInto(sum, key);
  material.set(sum, (stripes - 1) * key.length);
  return material;
}

export function mergeKey(hashName: string, material: Uint8Array, keyBytes: number): Uint8Array {
  const sum = new Uint8Array(keyBytes);
  const digestBytes = digestLength(hashName);
  const last = material.length - keyBytes;
  for (let at = 0; at < last; at += keyBytes) {
    addInto(sum, material.subarray(at, at + keyBytes));
    diffuse(hashName, sum, digestBytes);
  }
  addInto(sum, material.subarray(last));
  return sum;
}
