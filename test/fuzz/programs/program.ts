/**
 * What a fuzzed program is: blocks of instructions with jumps between them, the pages that it finds, the registers that it starts with, and the slices that it
 * is run in. It is a plain value, so that shrinking can take things away from it; assemble.ts gives the instructions their addresses.
 */
import type { Bits, Purposes, Written } from './instruction-writer.ts';

/** A number 0–15 is the condition of a Jcc; `loop` and its kin are short. `far` names the code segment. */
export type Transfer = 'jmp' | 'call' | 'far' | 'loopne' | 'loope' | 'loop' | 'jcxz' | number;

/** A place in the code, by what lies there. */
interface Site {
  readonly block: number;
  readonly item: Item;
  /** From the item's first byte, or from its end where negative. */
  readonly offset: number;
}

export type Item =
  | { readonly kind: 'code'; readonly written: Written }
  /** `again`: to the second place where the target's page is mapped. */
  | { readonly kind: 'transfer'; readonly how: Transfer; readonly target: number; readonly again: boolean; readonly isShort: boolean }
  /** A register gets the address of a block. */
  | { readonly kind: 'address'; readonly register: number; readonly target: number; readonly again: boolean }
  /** A store into code; `bytes` absent: of what is there. */
  | { readonly kind: 'patch'; readonly site: Site; readonly again: boolean; readonly size: 1 | 2 | 4; readonly value: number | undefined };

export type Placement =
  /** Behind the block before, so many bytes further. */
  | { readonly kind: 'after'; readonly gap: number }
  /** So that the end of a page lies so many bytes into the block. */
  | { readonly kind: 'across'; readonly bytes: number };

export interface Block {
  readonly items: readonly Item[];
  readonly placement: Placement;
  /** Where it goes on behind its last instruction; undefined: that one does not end. */
  readonly next: number | undefined;
}

export type PageKind = 'memory' | 'absent' | 'device' | 'code' | 'stack' | 'otherCode';
export interface PageChoice {
  readonly kind: PageKind;
  /** Which physical page of that kind. */
  readonly index: number;
  readonly writable: boolean;
  readonly user: boolean;
  readonly executable: boolean;
  readonly global: boolean;
}

/** What the handler of a vector does. */
export type HandlerStyle =
  /** Over the instruction; outside of the code, and where no instruction is known, to the recovery block. */
  | { readonly kind: 'skip' }
  | { readonly kind: 'count' }
  /** Makes the page accessible, a few times; then as `skip`. */
  | { readonly kind: 'fix' }
  | { readonly kind: 'elsewhere'; readonly target: number }
  /** Clears CR0.TS. */
  | { readonly kind: 'clearTaskSwitched' }
  /** Clears TF in the frame. */
  | { readonly kind: 'endTrap' }
  | { readonly kind: 'clearFloat' }
  | { readonly kind: 'reloadRoot' }
  | { readonly kind: 'switchRoot' }
  /** Inverts bits of a page's entry, and invalidates it. */
  | { readonly kind: 'changePage'; readonly page: number; readonly bits: number }
  | { readonly kind: 'invalidate'; readonly page: number }
  /** Inverts bits of a byte of code. */
  | { readonly kind: 'patch'; readonly region: number; readonly bits: number }
  | { readonly kind: 'toggleTaskSwitched' };

export interface Handler {
  readonly style: HandlerStyle;
  readonly isTrapGate: boolean;
  readonly interruptStack: boolean;
}

export interface Slice {
  readonly instructions: number;
  /** What happens before it. */
  readonly interrupt?: number;
  readonly nmi?: boolean;
  /** The block where it goes on, unless it is in a handler. */
  readonly block?: number;
}

export interface InitialRegisters {
  readonly general: readonly bigint[];
  readonly flags: number;
  readonly xmm: readonly bigint[];
  readonly ymmHigh: readonly bigint[];
  readonly mxcsr: number;
  readonly x87: { readonly control: number; readonly status: number; readonly tag: number; readonly mantissas: readonly bigint[]; readonly exponents: readonly number[] };
  readonly fsBase: bigint;
  readonly gsBase: bigint;
}

export type Paging = 'two' | 'pae' | 'four';

export interface Program {
  readonly seed: number;
  readonly bits: Bits;
  readonly paging: Paging;
  readonly isUser: boolean;
  readonly base: bigint;
  /** First of the physical pages. */
  readonly physicalPage: number;
  readonly purposes: Purposes;
  readonly blocks: readonly Block[];
  readonly recovery: number;
  readonly codePages: readonly PageChoice[];
  readonly dataPages: readonly PageChoice[];
  readonly stackPages: readonly PageChoice[];
  /** Of both kinds of pages: what the second root has in their place, by page number in the region. */
  readonly otherRoot: ReadonlyMap<number, PageChoice>;
  readonly handlers: ReadonlyMap<number, Handler>;
  readonly data: Uint8Array;
  readonly controls: { readonly cr0: number; readonly cr4: number; readonly avx: boolean };
  readonly narrowSegments: readonly number[];
  readonly registers: InitialRegisters;
  readonly slices: readonly Slice[];
}
