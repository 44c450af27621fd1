/** A set of 256 interrupt vectors over eight 32-bit registers: ISR, TMR and IRR of a local APIC (SDM vol. 3A, figure 11-20). */
export class VectorSet {
  readonly #words: number[];

  constructor(words: number[]) {
    this.#words = words;
  }

  has(vector: number): boolean {
    return (this.#words[vector >> 5] & (1 << (vector & 31))) !== 0;
  }

  add(vector: number): void {
    this.#words[vector >> 5] = (this.#words[vector >> 5] | (1 << (vector & 31))) >>> 0;
  }

  remove(vector: number): void {
    this.#words[vector >> 5] = (this.#words[vector >> 5] & ~(1 << (vector & 31))) >>> 0;
  }

  clear(): void {
    this.#words.fill(0);
  }

  /** -1 when empty. */
  highest(): number {
    for (let word = 7; word >= 0; word--) {
      if (this.#words[word] !== 0) return 32 * word + 31 - Math.clz32(this.#words[word]);
    }
    return -1;
  }
}
