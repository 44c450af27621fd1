/**
 * Loads a Linux bzImage as a boot loader does and says how the CPU enters it: the 32-bit or the 64-bit boot protocol.
 *
 * Reference: Linux Documentation/arch/x86/boot.rst ("32-bit Boot Protocol", "64-bit Boot Protocol") and zero-page.rst.
 * Missing: the 16-bit entry (the kernel's own real-mode setup code is not run, so there are no BIOS calls), EFI hand-over, setup_data.
 *
 * Low memory while the kernel starts:
 *   0x0400 BIOS data area   0x1000 GDT   0x1_0000 zero page   0x2_0000 command line   0x3_0000 page tables (64-bit entry)   0x9_0000 stack top
 */

import { CoreError, formatSize } from '../errors.ts';
import { parseBzImage, SETUP_HEADER } from './bzimage.ts';
import type { BzImage } from './bzimage.ts';
import { encodeE820, MAX_RAM_BYTES, usableEndAt } from './e820.ts';
import type { MemoryRange } from './e820.ts';
import { alignDown, alignUp, flatGdt } from './guest-memory.ts';
import type { CpuEntry, GuestMemory } from './guest-memory.ts';
import { PAGE_BYTES } from '../memory/layout.ts';

const GDT_ADDRESS = 0x1000;
const ZERO_PAGE_ADDRESS = 0x1_0000;
const COMMAND_LINE_ADDRESS = 0x2_0000;
const PAGE_TABLES_ADDRESS = 0x3_0000;
const STACK_TOP = 0x9_0000;
/** Room between the command line and the page tables. */
const COMMAND_LINE_ROOM = PAGE_TABLES_ADDRESS - COMMAND_LINE_ADDRESS;

/** __BOOT_CS and __BOOT_DS of the protocol. */
const BOOT_CS = 0x10;
const BOOT_DS = 0x18;
const ENTRY_64_OFFSET = 0x200;

/** Fields of struct boot_params outside the setup header (zero-page.rst). */
const ZERO_PAGE = {
  acpiRsdpAddr: 0x70,
  altMemK: 0x1e0,
  e820Entries: 0x1e8,
  e820Table: 0x2d0,
} as const;
const E820_TABLE_MAX = 128;
const LOADER_UNDEFINED = 0xff;
const LOADFLAG_QUIET = 0x20;
const VID_MODE_NORMAL = 0xffff;

/** `auto` takes the 64-bit entry where the kernel has one: it is the shortest way into a 64-bit kernel. */
export type LinuxEntry = 'auto' | '32' | '64';

export interface LinuxBootOptions {
  readonly kernel: Uint8Array;
  /** Names the files in errors. */
  readonly kernelPath: string;
  readonly initrd?: Uint8Array | undefined;
  readonly initrdPath?: string | undefined;
  readonly commandLine: string;
  /** `auto` and `64` need a CPU with long mode. */
  readonly entry: LinuxEntry;
  readonly memoryMap: readonly MemoryRange[];
  /** Physical address of the RSDP, 0 for none. */
  readonly rsdpAddress: number;
}

interface InitrdPlacement {
  readonly address: number;
  readonly sizeBytes: number;
}

/** Writes kernel, initrd, command line and zero page into guest memory. Throws a CoreError before the first write if they do not fit. */
export function loadLinux(memory: GuestMemory, options: LinuxBootOptions): CpuEntry {
  const image = parseBzImage(options.kernel, options.kernelPath);
  const long = chooseEntry(image, options.entry);
  const commandLine = encodeCommandLine(image, options.commandLine);
  const initrd = placeInitrd(image, options);
  if (initrd === undefined) throw memoryTooSmall(image, options);

  memory.write(image.code32Start, image.bytes.subarray(image.kernelOffset));
  if (options.initrd !== undefined && initrd.sizeBytes > 0) memory.write(initrd.address, options.initrd);
  memory.write(COMMAND_LINE_ADDRESS, commandLine);
  memory.write(ZERO_PAGE_ADDRESS, zeroPage(image, options, initrd));

  const gdt = flatGdt(long ? 'long' : 'protected');
  memory.write(GDT_ADDRESS, gdt);
  if (long) memory.write(PAGE_TABLES_ADDRESS, identityPageTables());
  return {
    mode: long ? 'long' : 'protected',
    ip: long ? image.code32Start + ENTRY_64_OFFSET : image.code32Start,
    gdt: { base: GDT_ADDRESS, limit: gdt.byteLength - 1 },
    codeSelector: BOOT_CS,
    dataSelector: BOOT_DS,
    cr3: long ? PAGE_TABLES_ADDRESS : 0,
    rax: 0,
    rbx: 0,
    rsi: ZERO_PAGE_ADDRESS,
    rsp: STACK_TOP,
  };
}

function chooseEntry(image: BzImage, entry: LinuxEntry): boolean {
  if (entry === '64' && !image.has64BitEntry) {
    throw new CoreError({
      code: 'CORE_KERNEL_UNSUPPORTED',
      kind: 'unsupported',
      message: `${image.path}: has no 64-bit entry point`,
      context: { path: image.path, offset: SETUP_HEADER.xloadFlags, op: 'load kernel' },
      hint: 'boot it through its 32-bit entry',
    });
  }
  return entry === '64' || (entry === 'auto' && image.has64BitEntry);
}

function encodeCommandLine(image: BzImage, commandLine: string): Uint8Array {
  const text = new TextEncoder().encode(commandLine);
  const most = Math.min(image.commandLineMax, COMMAND_LINE_ROOM - 1);
  if (text.byteLength > most) {
    throw new CoreError({
      code: 'CORE_COMMAND_LINE_TOO_LONG',
      kind: 'range',
      message: `the kernel command line has ${text.byteLength} bytes; ${image.path} takes at most ${most}`,
      context: { path: image.path, op: 'load kernel', lengthBytes: text.byteLength, mostBytes: most },
      hint: 'shorten the command line',
    });
  }
  const bytes = new Uint8Array(text.byteLength + 1);
  bytes.set(text);
  return bytes;
}

/** Where the decompressed kernel runs: the load address aligned, but not below the preferred address (boot.rst, init_size). */
function runtimeStart(image: BzImage): number {
  if (!image.relocatable) return image.prefAddress === 0 ? image.code32Start : image.prefAddress;
  return Math.max(alignUp(image.code32Start, image.kernelAlignment), image.prefAddress);
}

/** End of the memory that the kernel needs until it has read the memory map. */
function kernelMemoryEnd(image: BzImage): number {
  return Math.max(image.code32Start + image.bytes.byteLength - image.kernelOffset, runtimeStart(image) + image.initSize);
}

/**
 * The initrd goes as high as the kernel allows, above the memory it needs to start; where RAM is too small for that, into the hole between
 * the compressed kernel and the address it moves to. Undefined if there is no place.
 */
function placeInitrd(image: BzImage, options: LinuxBootOptions): InitrdPlacement | undefined {
  const ramEnd = usableEndAt(options.memoryMap, image.code32Start);
  const kernelEnd = kernelMemoryEnd(image);
  if (ramEnd < kernelEnd) return undefined;
  // initrd_addr_max is the highest address any byte may have.
  const high = placeBelow(Math.min(ramEnd, image.initrdAddrMax + 1), kernelEnd, options);
  if (high !== undefined || !image.relocatable) return high;
  const loadEnd = image.code32Start + image.bytes.byteLength - image.kernelOffset;
  return placeBelow(runtimeStart(image), loadEnd, options);
}

/** The highest page-aligned place for the initrd between two addresses. */
function placeBelow(end: number, start: number, options: LinuxBootOptions): InitrdPlacement | undefined {
  const sizeBytes = options.initrd?.byteLength ?? 0;
  if (sizeBytes === 0) return { address: 0, sizeBytes };
  const address = alignDown(end - sizeBytes, PAGE_BYTES);
  return address >= start ? { address, sizeBytes } : undefined;
}

function memoryTooSmall(image: BzImage, options: LinuxBootOptions): CoreError {
  const ramBytes = installedBytes(options.memoryMap);
  const reservedBytes = ramBytes - usableEndAt(options.memoryMap, image.code32Start);
  const initrdBytes = options.initrd?.byteLength ?? 0;
  const initrdName = options.initrdPath === undefined ? '' : ` ${options.initrdPath}`;
  const whatNeeds = initrdBytes === 0 ? `${image.path} needs` : `${image.path} and its initrd${initrdName} (${formatSize(initrdBytes)}) need`;
  const neededBytes = alignUp(alignUp(kernelMemoryEnd(image), PAGE_BYTES) + alignUp(initrdBytes, PAGE_BYTES) + reservedBytes, 0x10_0000);
  return new CoreError({
    code: 'CORE_MEMORY_TOO_SMALL',
    kind: 'range',
    message: `${whatNeeds} at least ${formatSize(neededBytes)} of memory; the machine has ${formatSize(ramBytes)}`,
    context: { path: image.path, op: 'load kernel', neededBytes, ramBytes },
    hint: `give the machine more memory (--memory ${neededBytes / 0x10_0000}M or more)`,
  });
}

/** RAM as installed: the last range that lies in RAM ends there. */
function installedBytes(ranges: readonly MemoryRange[]): number {
  const ends = ranges.map((r) => r.start + r.lengthBytes).filter((end) => end <= MAX_RAM_BYTES);
  return Math.max(0, ...ends);
}

function zeroPage(image: BzImage, options: LinuxBootOptions, initrd: InitrdPlacement): Uint8Array {
  const page = new Uint8Array(PAGE_BYTES);
  const view = new DataView(page.buffer);
  page.set(image.bytes.subarray(SETUP_HEADER.start, image.headerEnd), SETUP_HEADER.start);

  view.setUint16(SETUP_HEADER.vidMode, VID_MODE_NORMAL, true);
  view.setUint8(SETUP_HEADER.typeOfLoader, LOADER_UNDEFINED);
  // QUIET_FLAG would suppress the early messages, and with them what a failed boot has to say.
  view.setUint8(SETUP_HEADER.loadFlags, view.getUint8(SETUP_HEADER.loadFlags) & ~LOADFLAG_QUIET);
  view.setUint32(SETUP_HEADER.code32Start, image.code32Start, true);
  view.setUint32(SETUP_HEADER.ramdiskImage, initrd.address, true);
  view.setUint32(SETUP_HEADER.ramdiskSize, initrd.sizeBytes, true);
  view.setUint32(SETUP_HEADER.cmdLinePtr, COMMAND_LINE_ADDRESS, true);

  // screen_info stays zero: with no lines and columns the decompressor leaves alone the VGA that is not there.
  view.setBigUint64(ZERO_PAGE.acpiRsdpAddr, BigInt(options.rsdpAddress), true);
  view.setUint32(ZERO_PAGE.altMemK, (usableEndAt(options.memoryMap, image.code32Start) - 0x10_0000) / 1024, true);
  const ranges = options.memoryMap.slice(0, E820_TABLE_MAX);
  view.setUint8(ZERO_PAGE.e820Entries, ranges.length);
  page.set(encodeE820(ranges), ZERO_PAGE.e820Table);
  return page;
}

/** PML4, PDPT and four page directories of 2 MiB pages: the first 4 GiB mapped one to one, present and writable. */
function identityPageTables(): Uint8Array {
  const PRESENT_WRITE = 0x3n;
  const LARGE = 0x80n;
  const ENTRIES = 512;
  const tables = new BigUint64Array(6 * ENTRIES);
  const tableAddress = (index: number): bigint => BigInt(PAGE_TABLES_ADDRESS + index * PAGE_BYTES);
  tables[0] = tableAddress(1) | PRESENT_WRITE;
  for (let directory = 0; directory < 4; directory++) {
    tables[ENTRIES + directory] = tableAddress(2 + directory) | PRESENT_WRITE;
    for (let i = 0; i < ENTRIES; i++) {
      const physical = BigInt(directory * ENTRIES + i) << 21n;
      tables[(2 + directory) * ENTRIES + i] = physical | LARGE | PRESENT_WRITE;
    }
  }
  return new Uint8Array(tables.buffer);
}
