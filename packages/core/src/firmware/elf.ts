/**
 * The loadable segments of an ELF executable, by physical address.
 *
 * Reference: System V ABI, "ELF Header" and "Program Header"; the i386 and x86-64 supplements for the machine numbers.
 * Missing: relocations and dynamic linking (a kernel has none), big-endian files. The file is hostile: all counts are bounded.
 */

export interface ImageSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
  /** At least `bytes.byteLength`; the rest is zero. */
  readonly memoryBytes: number;
}

export interface ElfSegments {
  readonly segments: readonly ImageSegment[];
  /** Physical entry address. */
  readonly entry: number;
}

export interface ElfProblem {
  readonly problem: string;
  readonly offset: number;
}

const MAGIC = 0x464c_457f;
const CLASS_32 = 1;
const CLASS_64 = 2;
const DATA_LITTLE_ENDIAN = 1;
const MACHINE_386 = 3;
const MACHINE_X86_64 = 62;
const PT_LOAD = 1;
const SEGMENTS_MAX = 1024;

/** Offsets of the fields used, per class. */
const LAYOUT = {
  [CLASS_32]: { headerBytes: 52, entry: 0x18, phoff: 0x1c, phentsize: 0x2a, phnum: 0x2c, offset: 4, vaddr: 8, paddr: 12, filesz: 16, memsz: 20, phBytes: 32 },
  [CLASS_64]: { headerBytes: 64, entry: 0x18, phoff: 0x20, phentsize: 0x36, phnum: 0x38, offset: 8, vaddr: 16, paddr: 24, filesz: 32, memsz: 40, phBytes: 56 },
} as const;

export function readElfSegments(file: Uint8Array): ElfSegments | ElfProblem {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength < LAYOUT[CLASS_32].headerBytes || view.getUint32(0, true) !== MAGIC) return { problem: 'is neither an ELF file nor gives its own load addresses', offset: 0 };
  const elfClass = view.getUint8(4);
  if ((elfClass !== CLASS_32 && elfClass !== CLASS_64) || view.getUint8(5) !== DATA_LITTLE_ENDIAN) return { problem: 'is not a little-endian 32- or 64-bit ELF file', offset: 4 };
  const machine = view.getUint16(0x12, true);
  if (machine !== MACHINE_386 && machine !== MACHINE_X86_64) return { problem: `is an ELF file for another processor (machine ${machine})`, offset: 0x12 };
  const layout = LAYOUT[elfClass];
  if (file.byteLength < layout.headerBytes) return { problem: 'is truncated inside its ELF header', offset: file.byteLength };

  const word = (offset: number): number => (elfClass === CLASS_32 ? view.getUint32(offset, true) : Number(view.getBigUint64(offset, true)));
  const tableAt = word(layout.phoff);
  const entryBytes = view.getUint16(layout.phentsize, true);
  const count = view.getUint16(layout.phnum, true);
  if (count === 0 || count > SEGMENTS_MAX || entryBytes < layout.phBytes) return { problem: `has ${count} program headers of ${entryBytes} bytes, which cannot be right`, offset: layout.phnum };
  if (tableAt + count * entryBytes > file.byteLength) return { problem: 'is truncated: its program headers lie beyond the end of the file', offset: tableAt };

  const virtualEntry = word(layout.entry);
  let entry = virtualEntry;
  const segments: ImageSegment[] = [];
  for (let at = tableAt; at < tableAt + count * entryBytes; at += entryBytes) {
    if (view.getUint32(at, true) !== PT_LOAD) continue;
    const [offset, virtual, address, fileBytes, memoryBytes] = [word(at + layout.offset), word(at + layout.vaddr), word(at + layout.paddr), word(at + layout.filesz), word(at + layout.memsz)];
    if (memoryBytes === 0) continue;
    if (fileBytes > memoryBytes) return { problem: 'has a segment with more bytes in the file than in memory', offset: at };
    if (offset + fileBytes > file.byteLength) return { problem: `is truncated: a segment ends at byte ${offset + fileBytes} and the file has ${file.byteLength}`, offset: at };
    if (address + memoryBytes > 0x1_0000_0000) return { problem: 'has a segment above 4 GiB', offset: at };
    segments.push({ address, bytes: file.subarray(offset, offset + fileBytes), memoryBytes });
    // e_entry is a virtual address; a kernel linked high is entered at the physical address of the segment that holds it.
    if (virtualEntry >= virtual && virtualEntry < virtual + memoryBytes && virtual !== address) entry = virtualEntry - virtual + address;
  }
  if (segments.length === 0) return { problem: 'has no loadable segment', offset: tableAt };
  return { segments, entry };
}
