/**
 * Loads a Multiboot 1 image (kvm-unit-tests, Xen, GRUB's own kernels) and says how the CPU enters it.
 *
 * Reference: Multiboot Specification 0.6.96, §3.1 (header), §3.2 (machine state), §3.3 (information structure).
 * Missing: video mode requests (flag 2 is accepted and not acted upon), drives, APM, VBE, a configuration table; ELF section headers are
 * not passed (their flag bit stays clear). ELF64 images are loaded by their physical addresses and entered in 32-bit mode.
 * The image is hostile: every offset and length is checked against the file and against RAM before it is used.
 */

import { CoreError, formatSize } from '../errors.ts';
import type { CoreErrorCode } from '../errors.ts';
import { CONVENTIONAL_END, EBDA_START, HIGH_MEMORY_START, usableEndAt } from './e820.ts';
import type { MemoryRange } from './e820.ts';
import { readElfSegments } from './elf.ts';
import type { ImageSegment } from './elf.ts';
import { alignDown, alignUp, flatGdt } from './guest-memory.ts';
import type { CpuEntry, GuestMemory } from './guest-memory.ts';
import { PAGE_BYTES } from '../memory/layout.ts';

const HEADER_MAGIC = 0x1bad_b002;
const LOADER_MAGIC = 0x2bad_b002;
/** The header lies, longword-aligned, within the first 8192 bytes of the file. */
const HEADER_SEARCH_BYTES = 8192;
const HEADER_ADDRESSES_OFFSET = 12;

const REQUEST = { pageAlign: 1 << 0, memoryInfo: 1 << 1, videoMode: 1 << 2, addresses: 1 << 16 } as const;
/** Bits 0–15 are requirements: one that the loader does not know forbids the boot. */
const KNOWN_REQUIREMENTS = REQUEST.pageAlign | REQUEST.memoryInfo | REQUEST.videoMode;

const INFO_FLAG = { memory: 1 << 0, commandLine: 1 << 2, modules: 1 << 3, memoryMap: 1 << 6, loaderName: 1 << 9 } as const;
const INFO = {
  flags: 0,
  memLower: 4,
  memUpper: 8,
  cmdline: 16,
  modsCount: 20,
  modsAddr: 24,
  mmapLength: 44,
  mmapAddr: 48,
  bootLoaderName: 64,
  bytes: 116,
} as const;
const MODULE_ENTRY_BYTES = 16;
const MMAP_ENTRY_BYTES = 24;

const LOADER_NAME = 'Worldswitch';
/** What the loader leaves in memory lies at the top of conventional memory: GDT, information structure with lists and strings, a stack below them. */
const LOADER_END = EBDA_START;
const LOADER_BYTES_MAX = 0x1_0000;
const STACK_BYTES = 0x1000;
/** An image may use conventional memory from here, above the interrupt vectors and the BIOS data area. */
const IMAGE_LOW_START = 0x1000;

export interface MultibootModule {
  readonly bytes: Uint8Array;
  /** The module's string: by custom its file name and arguments. */
  readonly text: string;
}

export interface MultibootOptions {
  readonly image: Uint8Array;
  readonly path: string;
  /** As the image sees it: by custom the image's name comes first. */
  readonly commandLine: string;
  readonly modules: readonly MultibootModule[];
  readonly memoryMap: readonly MemoryRange[];
}

interface Header {
  readonly offset: number;
  readonly flags: number;
}

export function isMultiboot(image: Uint8Array): boolean {
  return findHeader(image) !== undefined;
}

/** Writes image, modules and information structure. Throws a CoreError before the first write if the image is bad or does not fit. */
export function loadMultiboot(memory: GuestMemory, options: MultibootOptions): CpuEntry {
  const header = findHeader(options.image);
  if (header === undefined) {
    throw fail(options, 'CORE_MULTIBOOT_NO_HEADER', 'has no multiboot header in its first 8192 bytes', 'give a multiboot 1 image, unpacked if it was compressed', 0);
  }
  const unknown = header.flags & 0xffff & ~KNOWN_REQUIREMENTS;
  if (unknown !== 0) {
    throw fail(options, 'CORE_MULTIBOOT_UNSUPPORTED', `requires multiboot features 0x${unknown.toString(16)} that this loader does not have`, 'use an image that does without them', header.offset + 4);
  }

  const { segments, entry } = (header.flags & REQUEST.addresses) !== 0 ? addressedImage(header, options) : elfImage(options);
  const ramEnd = usableEndAt(options.memoryMap, HIGH_MEMORY_START);
  const imageEnd = checkSegments(segments, options, ramEnd);
  const modules = placeModules(alignUp(imageEnd, PAGE_BYTES), options, ramEnd);
  const gdt = flatGdt('protected');
  const infoBytes = informationBytes(options);
  const gdtAddress = alignDown(LOADER_END - infoBytes - gdt.byteLength, 16);
  const infoAddress = gdtAddress + gdt.byteLength;

  for (const segment of segments) {
    if (segment.bytes.byteLength > 0) memory.write(segment.address, segment.bytes);
    writeZeros(memory, segment.address + segment.bytes.byteLength, segment.memoryBytes - segment.bytes.byteLength);
  }
  options.modules.forEach((module, index) => memory.write(modules[index] ?? 0, module.bytes));
  memory.write(gdtAddress, gdt);
  memory.write(infoAddress, informationStructure(options, infoAddress, infoBytes, modules, ramEnd));
  return {
    mode: 'protected',
    ip: entry,
    gdt: { base: gdtAddress, limit: gdt.byteLength - 1 },
    codeSelector: 0x10,
    dataSelector: 0x18,
    cr3: 0,
    rax: LOADER_MAGIC,
    rbx: infoAddress,
    rsi: 0,
    rsp: gdtAddress,
  };
}

function findHeader(image: Uint8Array): Header | undefined {
  const view = viewOf(image);
  const end = Math.min(image.byteLength, HEADER_SEARCH_BYTES) - HEADER_ADDRESSES_OFFSET;
  for (let offset = 0; offset <= end; offset += 4) {
    if (view.getUint32(offset, true) !== HEADER_MAGIC) continue;
    const flags = view.getUint32(offset + 4, true);
    const checksum = view.getUint32(offset + 8, true);
    if (((HEADER_MAGIC + flags + checksum) >>> 0) === 0) return { offset, flags };
  }
  return undefined;
}

interface LoadedImage {
  readonly segments: readonly ImageSegment[];
  readonly entry: number;
}

/** Flag 16: the header itself gives the load addresses (§3.1.3, the "a.out kludge"). */
function addressedImage(header: Header, options: MultibootOptions): LoadedImage {
  const bad = (what: string): CoreError => fail(options, 'CORE_MULTIBOOT_BAD_IMAGE', what, 'the image is damaged; build or copy it again', header.offset);
  if (header.offset + 32 > options.image.byteLength) throw bad('is truncated inside its multiboot header');
  const view = viewOf(options.image);
  const field = (index: number): number => view.getUint32(header.offset + HEADER_ADDRESSES_OFFSET + index * 4, true);
  const [headerAddress, loadAddress, loadEnd, bssEnd, entry] = [field(0), field(1), field(2), field(3), field(4)];

  if (loadAddress > headerAddress) throw bad('has a load_addr above its header_addr');
  const fileStart = header.offset - (headerAddress - loadAddress);
  if (fileStart < 0) throw bad('has a load_addr before the start of the file');
  // load_end_addr 0: the whole file; bss_end_addr 0: no bss.
  const lengthBytes = loadEnd === 0 ? options.image.byteLength - fileStart : loadEnd - loadAddress;
  if (lengthBytes < 0) throw bad('has a load_end_addr below its load_addr');
  if (fileStart + lengthBytes > options.image.byteLength) {
    throw bad(`is truncated: its header loads ${fileStart + lengthBytes} bytes and the file has ${options.image.byteLength}`);
  }
  const memoryBytes = Math.max(lengthBytes, bssEnd === 0 ? 0 : bssEnd - loadAddress);
  return { segments: [{ address: loadAddress, bytes: options.image.subarray(fileStart, fileStart + lengthBytes), memoryBytes }], entry };
}

function elfImage(options: MultibootOptions): LoadedImage {
  const elf = readElfSegments(options.image);
  if ('problem' in elf) {
    throw fail(options, 'CORE_MULTIBOOT_BAD_IMAGE', elf.problem, 'give an ELF multiboot image for x86, complete and unpacked', elf.offset);
  }
  return elf;
}

/** Every segment lies in RAM at or above 1 MiB, or in conventional memory above what the loader writes. Returns the highest end. */
function checkSegments(segments: readonly ImageSegment[], options: MultibootOptions, ramEnd: number): number {
  let end = HIGH_MEMORY_START;
  for (const segment of segments) {
    const segmentEnd = segment.address + segment.memoryBytes;
    end = Math.max(end, segmentEnd);
    if (segment.address >= IMAGE_LOW_START && segmentEnd <= LOADER_END - LOADER_BYTES_MAX - STACK_BYTES) continue;
    if (segment.address < HIGH_MEMORY_START) {
      const where = `0x${segment.address.toString(16)}–0x${segmentEnd.toString(16)}`;
      throw fail(options, 'CORE_MULTIBOOT_BAD_IMAGE', `loads a segment at ${where}, where there is no RAM for it`, 'link it at 1 MiB or above', 0);
    }
    if (segmentEnd > ramEnd) throw memoryTooSmall(options, segmentEnd, ramEnd, `${options.path} needs`);
  }
  return end;
}

/** Modules follow the image, each on a page of its own. */
function placeModules(start: number, options: MultibootOptions, ramEnd: number): number[] {
  const addresses: number[] = [];
  let next = start;
  for (const module of options.modules) {
    addresses.push(next);
    next = alignUp(next + module.bytes.byteLength, PAGE_BYTES);
  }
  if (addresses.length > 0 && next > ramEnd) throw memoryTooSmall(options, next, ramEnd, `${options.path} and its modules need`);
  return addresses;
}

function strings(options: MultibootOptions): Uint8Array[] {
  const encoder = new TextEncoder();
  return [options.commandLine, LOADER_NAME, ...options.modules.map((module) => module.text)].map((text) => encoder.encode(text));
}

function informationBytes(options: MultibootOptions): number {
  const lists = INFO.bytes + options.modules.length * MODULE_ENTRY_BYTES + options.memoryMap.length * MMAP_ENTRY_BYTES;
  const totalBytes = alignUp(strings(options).reduce((sum, text) => sum + text.byteLength + 1, lists), 16);
  if (totalBytes > LOADER_BYTES_MAX - 0x100) {
    throw fail(options, 'CORE_COMMAND_LINE_TOO_LONG', `command line and module strings take ${totalBytes} bytes; at most ${LOADER_BYTES_MAX - 0x100} fit`, 'shorten them', 0);
  }
  return totalBytes;
}

/** The information structure, then the module list, the memory map and the strings, all in one piece at `address`. */
function informationStructure(options: MultibootOptions, address: number, totalBytes: number, modules: readonly number[], ramEnd: number): Uint8Array {
  const modsAt = INFO.bytes;
  const mmapAt = modsAt + modules.length * MODULE_ENTRY_BYTES;
  const stringsAt = mmapAt + options.memoryMap.length * MMAP_ENTRY_BYTES;
  const bytes = new Uint8Array(totalBytes);
  const view = viewOf(bytes);
  const put = (offset: number, value: number): void => view.setUint32(offset, value, true);
  let at = stringsAt;
  const addresses = strings(options).map((text) => {
    bytes.set(text, at);
    const textAddress = address + at;
    at += text.byteLength + 1;
    return textAddress;
  });

  const modulesFlag = modules.length > 0 ? INFO_FLAG.modules : 0;
  put(INFO.flags, INFO_FLAG.memory | INFO_FLAG.commandLine | modulesFlag | INFO_FLAG.memoryMap | INFO_FLAG.loaderName);
  put(INFO.memLower, CONVENTIONAL_END / 1024);
  put(INFO.memUpper, (ramEnd - HIGH_MEMORY_START) / 1024);
  put(INFO.cmdline, addresses[0] ?? 0);
  put(INFO.bootLoaderName, addresses[1] ?? 0);
  put(INFO.modsCount, modules.length);
  put(INFO.modsAddr, address + modsAt);
  modules.forEach((start, index) => {
    const entry = modsAt + index * MODULE_ENTRY_BYTES;
    put(entry, start);
    put(entry + 4, start + (options.modules[index]?.bytes.byteLength ?? 0));
    put(entry + 8, addresses[2 + index] ?? 0);
  });
  put(INFO.mmapLength, options.memoryMap.length * MMAP_ENTRY_BYTES);
  put(INFO.mmapAddr, address + mmapAt);
  options.memoryMap.forEach((range, index) => {
    const entry = mmapAt + index * MMAP_ENTRY_BYTES;
    // `size` does not count itself.
    put(entry, MMAP_ENTRY_BYTES - 4);
    view.setBigUint64(entry + 4, BigInt(range.start), true);
    view.setBigUint64(entry + 12, BigInt(range.lengthBytes), true);
    put(entry + 20, range.type);
  });
  return bytes;
}

function writeZeros(memory: GuestMemory, start: number, lengthBytes: number): void {
  const zeros = new Uint8Array(Math.min(Math.max(lengthBytes, 0), 0x1_0000));
  for (let done = 0; done < lengthBytes; done += zeros.byteLength) {
    memory.write(start + done, zeros.subarray(0, Math.min(zeros.byteLength, lengthBytes - done)));
  }
}

function memoryTooSmall(options: MultibootOptions, end: number, ramEnd: number, whatNeeds: string): CoreError {
  const neededBytes = alignUp(end, 0x10_0000);
  return new CoreError({
    code: 'CORE_MEMORY_TOO_SMALL',
    kind: 'range',
    message: `${whatNeeds} at least ${formatSize(neededBytes)} of memory; the machine has ${formatSize(ramEnd)}`,
    context: { path: options.path, op: 'load multiboot image', neededBytes, ramBytes: ramEnd },
    hint: `give the machine more memory (--memory ${neededBytes / 0x10_0000}M or more)`,
  });
}

function fail(options: MultibootOptions, code: CoreErrorCode, what: string, hint: string, offset: number): CoreError {
  return new CoreError({
    code,
    kind: code === 'CORE_MULTIBOOT_BAD_IMAGE' ? 'corrupt' : 'unsupported',
    message: `${options.path}: ${what}`,
    context: { path: options.path, offset, op: 'load multiboot image' },
    hint,
  });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
