/**
 * A region that is to be translated, and who does it. A job holds copies of the records, so that code can be made from it on another thread while
 * the guest runs on, and the records perhaps change.
 */

export interface RegionBlock {
  /** Its instructions: a range of the job's records. */
  readonly first: number;
  readonly count: number;
  /** Index of the page it lies in. */
  readonly page: number;
  /** Where its branch goes to: a block, or -1 outside the region. */
  readonly taken: number;
  /** Where its indirect jump or its return is expected to go: blocks, the most frequent first. */
  readonly targets: readonly number[];
  /** A return to the one place from which its code was called, which the region has therefore seen. */
  readonly returnsToCaller: boolean;
  /** What follows it in memory: a block; or -1, and the record where the interpreter goes on, if it gets there. */
  readonly next: number;
  readonly nextRecord: number;
  /** Where the region ends for its size alone: the offset from the entry's page at which other regions may go on. */
  readonly continuesAt: number | undefined;
  /** Whether a new page begins with `next`: time is looked at. */
  readonly crosses: boolean;
}

/** Where a region may be entered: at the start of a block of the first page. */
export interface RegionEntry {
  readonly block: number;
  /** The record with which the interpreter goes on there. */
  readonly record: number;
}

export interface RegionPage {
  /** Linear page relative to the first page's, in pages. */
  readonly delta: number;
  /** Address of the page's directory of records: what the code TLB has to show for the region to be this one. */
  readonly directory: number;
  /** Checked when the region is entered; others, of code that is called, each time that it is. */
  readonly isHome: boolean;
}

export interface RegionJob {
  readonly id: number;
  /** The region's place in the function table. */
  readonly slot: number;
  /** Where the guest's code is, for people: the linear address of the entry when the region was chosen. */
  readonly linear: bigint;
  readonly mode: number;
  /** Whether the code segment reaches to the end of the address space; where it did, the region is made for that alone. */
  readonly isCodeFlat: boolean;
  /** The first is where it was hot; it is called with the index of one. */
  readonly entries: readonly RegionEntry[];
  /** Whether accesses share look-ups (anchors.ts). */
  readonly isAnchored: boolean;
  /** Jumps to where the region does not lead are noted; these and anchors that fail are counted in this entry record; 0: not. */
  readonly missesIn: number;
  readonly pages: readonly RegionPage[];
  /** Block 0 is the first entry. */
  readonly blocks: readonly RegionBlock[];
  /** RECORD_BYTES each, and where in memory they lie. */
  readonly records: Uint8Array<ArrayBuffer>;
  readonly addresses: Uint32Array<ArrayBuffer>;
}

export interface CompiledRegion {
  readonly id: number;
  readonly slot: number;
  readonly sizeBytes: number;
}

export interface CompiledRegions {
  readonly module: WebAssembly.Module;
  readonly regions: readonly CompiledRegion[];
  /** Time to make the code, and to compile it. */
  readonly generateMs: number;
  readonly compileMs: number;
}

/** Makes code of jobs: at once, or on another thread. */
export interface RegionCompiler {
  submit(job: RegionJob): void;
  /** A module that is ready; to be called until it gives nothing. */
  take(): CompiledRegions | undefined;
  /** Jobs that were submitted and not taken yet. */
  readonly pending: number;
}

/** What the compiler has to know of the machine for which it works. Structured-cloneable. */
export interface RegionTarget {
  readonly memoryPages: number;
  /** Entries of the function table. */
  readonly tableSize: number;
  /** Handlers from this number on are functions, at `number - firstFunction` in the table. */
  readonly firstFunction: number;
}
