/** Addresses that mean something to a program: mostly of memory that it may read and write, often at the edge of a page, where the next one may be another matter. */
import type { Random } from '../random.ts';
import type { PageChoice } from './program.ts';
import { PAGE, region } from './regions.ts';

export class Addresses {
  readonly #random: Random;
  /** Data pages that can be used. */
  readonly #good: readonly number[];
  /** Percent of addresses that are well within a usable page: half of the programs seldom fault. */
  readonly #calm: number;

  constructor(random: Random, dataPages: readonly PageChoice[], isUser: boolean) {
    this.#random = random;
    const good = dataPages.flatMap((page, n) => (page.kind === 'memory' && page.writable && (page.user || !isUser) ? [n] : []));
    this.#good = good.length ? good : [0];
    this.#calm = random.chance(50) ? 80 : 0;
  }

  /** An offset in the region; most are multiples of 16. */
  some(): number {
    const random = this.#random;
    const kind = random.chance(this.#calm) ? 0 : random.below(100);
    const edge = random.between(-16, 8);
    const inside = random.chance(75) ? random.below(PAGE / 16) * 16 : random.below(PAGE - 16);
    if (kind < 50) return region.data + PAGE * random.pick(this.#good) + inside;
    if (kind < 72) return region.data + PAGE * (random.pick(this.#good) + random.below(2)) + edge;
    if (kind < 82) return region.data + PAGE * random.below(region.dataPages) + (random.chance(50) ? inside : edge);
    if (kind < 90) return region.stack + PAGE * random.below(region.stackPages) + (random.chance(70) ? inside : edge);
    if (kind < 98) return Math.max(0, random.pick([region.code, region.code, region.codeAgain]) + PAGE * random.below(region.codePages) + (random.chance(60) ? edge : random.below(0x400)));
    return region.system + PAGE * random.below(0x20) + inside;
  }

  /** Without the code. */
  someData(): number {
    for (;;) {
      const offset = this.some();
      if (offset >= region.data) return offset;
    }
  }
}
