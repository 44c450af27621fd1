/**
 * The directories of code pages by physical page and mode, for generated code: it fills the code TLB by itself when a page that is known is mapped again,
 * as after each switch of address spaces. A table of fixed size, of which code-cache.ts knows all.
 */
import { CODE_TLB_BASE, KNOWN_PAGES, KNOWN_PAGES_BASE, KNOWN_PAGE_BYTES } from '../../memory/layout.ts';
import { accessBit, hostAddress, logTlbEntry, walk, walked as walkedBits } from '../../memory/mmu.ts';
import type { Subroutine } from '../builder/builder.ts';
import { codeTlbEntry, loadField, storeField } from '../builder/fields.ts';
import { modeBit } from '../modes.ts';
import { segment } from '../state.ts';

/** Fields of an entry. */
const physicalPage = 0, mode = 4, directory = 8;

/** Bits of the mode word that tell two kinds of code in one page apart are spread over the index. */
const MODE_FACTOR = 0x9e37;

export class KnownPages {
  readonly #words: Uint32Array;

  constructor(memory: ArrayBufferLike) {
    this.#words = new Uint32Array(memory, KNOWN_PAGES_BASE, (KNOWN_PAGES * KNOWN_PAGE_BYTES) / 4);
  }

  #entry(page: number, modeWord: number): number {
    return ((page ^ Math.imul(modeWord, MODE_FACTOR)) & (KNOWN_PAGES - 1)) * (KNOWN_PAGE_BYTES / 4);
  }

  add(page: number, modeWord: number, directoryAddress: number): void {
    const entry = this.#entry(page, modeWord);
    this.#words[entry + physicalPage / 4] = page;
    this.#words[entry + mode / 4] = modeWord;
    this.#words[entry + directory / 4] = directoryAddress;
  }

  remove(page: number, modeWord: number, directoryAddress: number): void {
    const entry = this.#entry(page, modeWord);
    if (this.#words[entry + directory / 4] === directoryAddress) this.#words[entry + directory / 4] = 0;
  }

  clear(): void {
    this.#words.fill(0);
  }
}

/** (linear page, its directory, not 0 for a global page): an entry of the code TLB. */
export const fillCodeTlb: Subroutine = {
  name: 'fillCodeTlb', params: ['i64', 'i32', 'i32'], results: [],
  build: (f, call) => {
    const [page, pageDirectory, isGlobal] = f.parameters;
    const at = f.let(codeTlbEntry(f, f.wrap(page)));
    f.store('i64.store', at, f.or(page, loadField(f, 'codeTag')), CODE_TLB_BASE);
    f.store('i32.store', at, pageDirectory, CODE_TLB_BASE + 8);
    // where entries of the data TLBs have it
    f.store('i32.store', at, isGlobal, CODE_TLB_BASE + 12);
    f.if(f.eqz(isGlobal), () => f.perform(call(logTlbEntry), f.add(at, f.i32(CODE_TLB_BASE))));
  },
};

/**
 * (linear page) -> its directory, which is now in the code TLB; 0 where TypeScript has to look: the page is not known, or something is to be
 * checked or to fail. A fault that is left in the state then is left again.
 */
export const knownPage: Subroutine = {
  name: 'knownPage', params: ['i64'], results: ['i32'],
  build: (f, call) => {
    const [page] = f.parameters;
    const giveUp = (): void => f.return(f.i32(0));
    const modeWord = f.let(loadField(f, 'mode'));
    f.if(loadField(f, 'stepping'), giveUp);
    f.if(f.eq(f.and(modeWord, f.i32(modeBit.codeSize)), f.i32(2)), () => {
      f.if(f.ne(f.shrS(f.shl(page, 16), 16), page), giveUp);
    }, () => f.if(f.ne(loadField(f, 'segmentLimit', segment.cs), f.i32(-1)), giveUp));
    const found = f.let(f.call(call(walk), page, f.i32(accessBit.fetch)));
    f.if(f.eq(found, f.i64(-1)), () => {
      storeField(f, 'faultVector', f.i32(0));
      giveUp();
    });
    f.if(f.eqz(f.call(call(hostAddress), found)), giveUp);
    const number = f.let(f.wrap(f.shrU(f.and(found, loadField(f, 'a20Mask')), 12)));
    const entry = f.let(f.mul(f.and(f.xor(number, f.mul(modeWord, f.i32(MODE_FACTOR))), f.i32(KNOWN_PAGES - 1)), f.i32(KNOWN_PAGE_BYTES)));
    const known = f.let(f.load('i32.load', entry, KNOWN_PAGES_BASE + directory));
    f.if(f.or(f.ne(f.load('i32.load', entry, KNOWN_PAGES_BASE + physicalPage), number), f.ne(f.load('i32.load', entry, KNOWN_PAGES_BASE + mode), modeWord)), giveUp);
    f.if(f.eqz(known), giveUp);
    f.perform(call(fillCodeTlb), page, known, f.and(f.wrap(found), f.i32(Number(walkedBits.global))));
    f.return(known);
  },
};
