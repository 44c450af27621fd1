/**
 * Where everything lies in the machine's one WebAssembly memory.
 *
 *   0x0000_0000  unused, so that address 0 can mean "none"
 *   0x0000_1000  CPU state (cpu/state.ts)
 *   0x0000_2000  bounce buffer: accesses that cross a page or reach a device go through it
 *   0x0000_3000  scratch records: single steps, instructions that straddle two pages
 *   0x0001_0000  data TLBs: supervisor, supervisor with AC set, user, and one that stays empty; each with a read and a write half
 *   0x0003_0000  code TLB
 *   0x0003_8000  an empty directory and table of records
 *   0x0004_0000  jump cache: regions by linear address
 *   0x0005_0000  which TLB entries a load of CR3 has to empty
 *   0x0006_0000  where indirect jumps went
 *   0x0007_0000  directories of code pages by physical page
 *   0x0010_0000  PAGE_HOST: u32 a physical page below 4 GiB, the page's address in this memory; 0 = a device's, or nothing
 *   0x0050_0000  PAGE_ATTRIBUTES: u8 a page
 *   0x0060_0000  ROM images
 *   0x0160_0000  CODE_MARKS: 64 bytes a page: where in it instructions are decoded
 *   0x0560_0000  code pages and decoded instructions
 *   0x1000_0000  guest RAM: physical address p is at RAM_BASE + p
 *
 * Untouched pages of it cost nothing. It stays below 4 GiB, so that memory32 needs no bounds checks.
 */
export const STATE_BASE = 0x1000;
export const BOUNCE_BASE = 0x2000;
/** Addresses below are never guest memory: a store that went there has to be carried out by the slow path. */
export const BOUNCE_END = 0x3000;

export const SCRATCH_RECORDS = 0x3000;
/** A directory all of whose tables are the empty one. */
export const EMPTY_DIRECTORY = 0x3_8000;
export const EMPTY_RECORD_TABLE = 0x3_8100;

export const TLB_BASE = 0x1_0000;
export const TLB_ENTRIES = 1024;
/** One entry: i64 tag (linear page number << 12, or -1), u32 addend (page address in memory - low 32 bits of the linear page), u32 not 0 for a global page. */
export const TLB_ENTRY_BYTES = 16;
/** In the tag of a page that may be written, and held decoded code when it was. */
export const TLB_HOLDS_CODE = 1n;
export const TLB_WRITE_HALF = TLB_ENTRIES * TLB_ENTRY_BYTES;
export const TLB_SET_BYTES = 2 * TLB_WRITE_HALF;
/** Which set is in force; `unfilled` sends every access down the slow path (alignment checks, data breakpoints). */
export const tlbSet = { supervisor: 0, supervisorUserAccess: 1, user: 2, unfilled: 3 } as const;
export const TLB_SETS = 4;
export const CODE_TLB_BASE = 0x3_0000;
export const CODE_TLB_ENTRIES = 1024;
/**
 * Code of 32 bits may run with two sets of segments in turn, as a kernel's entry does: `codeSlot` of the state, this or 0, is XORed to an entry's offset, so that a page
 * has an entry for both.
 */
export const CODE_TLB_SLOT = (CODE_TLB_ENTRIES / 2) * 16;

/** One entry: i64 key (linear address and code tag, or -1), u32 place in the function table of the region that can be entered there, u32 which of its entries. Emptied with the code TLB. */
export const JUMP_CACHE_BASE = 0x4_0000;
export const JUMP_CACHE_ENTRIES = 1024;
export const JUMP_CACHE_ENTRY_BYTES = 16;

/** u32 each: addresses of TLB entries that were filled since the last flush with pages that are not global, of data and code. What no longer fits is found by a search. */
export const TLB_LOG_BASE = 0x5_0000;
export const TLB_LOG_ENTRIES = 1024;

/** One entry: u32 record of the jump, i32 count, i64 linear address where it went (cpu/decode/indirect-targets.ts). */
export const INDIRECT_TARGETS_BASE = 0x6_0000;
export const INDIRECT_TARGETS = 4096;
export const INDIRECT_TARGET_BYTES = 16;

/** One entry: u32 physical page, u32 mode word, u32 directory or 0 (cpu/decode/known-pages.ts). */
export const KNOWN_PAGES_BASE = 0x7_0000;
export const KNOWN_PAGES = 4096;
export const KNOWN_PAGE_BYTES = 16;

export const PAGE_HOST_BASE = 0x10_0000;
export const PAGE_ATTRIBUTES_BASE = 0x50_0000;
export const pageAttribute = {
  /** Guest writes do not reach the page (ROM, write-protected shadow RAM). */
  readOnly: 0x01,
  /** Holds decoded instructions: writes take the slow path, which looks whether it is these that change. */
  code: 0x02,
  /** Written since the current dirty epoch began. */
  dirty: 0x04,
} as const;

export const ROM_BASE = 0x60_0000;
export const ROM_BYTES = 0x100_0000;
/**
 * Of each page of `pageAttribute.code`: one bit a chunk, not 0 where there are decoded instructions; i32 `codeMarks.storesLeft`: how many stores to other chunks
 * are carried out as such until the page's code is given up; i32 `codeMarks.timesGivenUp`.
 */
export const CODE_MARKS_BASE = 0x160_0000;
export const CODE_MARKS_BYTES = 64;
export const CODE_CHUNK_BYTES = 16;
export const codeMarks = { storesLeft: 32, timesGivenUp: 36 } as const;
export const ARENA_BASE = 0x560_0000;
export const RAM_BASE = 0x1000_0000;
/** RAM ends where the PCI hole begins. */
export const RAM_LIMIT_BYTES = 0xc000_0000;

export const PAGE_BYTES = 4096;
