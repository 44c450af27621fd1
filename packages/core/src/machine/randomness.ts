/**
 * 32 random bits at a time for RDRAND and RDSEED: the host's, or a fixed sequence for runs that have to repeat.
 *
 * Reference: Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (2003), §3 (period 2^32 - 1).
 */

const POOL_WORDS = 256;

export function hostRandomness(fill: (into: Uint8Array) => void): () => number {
  const words = new Uint32Array(POOL_WORDS);
  let next = POOL_WORDS;
  return () => {
    if (next === POOL_WORDS) {
      fill(new Uint8Array(words.buffer));
      next = 0;
    }
    return words[next++] ?? 0;
  };
}

export function repeatableRandomness(): () => number {
  let word = 0x9e37_79b9;
  return () => {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    return word >>> 0;
  };
}
