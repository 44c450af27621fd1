/**
 * SMBIOS: what the machine says about itself (DMI). Structure types 0, 1, 3, 4, 16, 17, 19, 32 and 127.
 *
 * Reference: DMTF DSP0134 SMBIOS 2.8.0, §5.2.1 (32-bit entry point), §7 (structures).
 * Missing: base board (type 2), caches, slots, ports, and the 64-bit entry point of 3.0.
 */

import { ByteWriter, checksum } from './byte-writer.ts';
import { BIOS_START } from './e820.ts';

export interface SmbiosOptions {
  readonly cpus: number;
  readonly ramBytes: number;
  /** CPUID leaf 1 EAX and EDX, as the processor structure quotes them. */
  readonly processorId: readonly [eax: number, edx: number];
}

export interface Smbios {
  readonly structures: Uint8Array;
  readonly count: number;
  readonly largestBytes: number;
}

const PRODUCER = 'Worldswitch';
const PRODUCT = 'Worldswitch PC';
const RELEASE = '0.1';
const RELEASE_DATE = '01/01/2026';

const KIB = 1024;
const MIB = 1024 * KIB;
/** The value for "no error information handle". */
const NO_ERROR_HANDLE = 0xfffe;
const HANDLE = { bios: 0x0000, system: 0x0100, chassis: 0x0300, processor: 0x0400, array: 0x1000, memory: 0x1100, mapped: 0x1300, boot: 0x2000, end: 0x7f00 } as const;

/** A structure: its fixed part is filled by `fields`, which numbers strings from 1 in order of use. */
function structure(type: number, handle: number, fields: (writer: ByteWriter, text: (value: string) => number) => void): Uint8Array {
  const strings: string[] = [];
  const text = (value: string): number => strings.push(value);
  const body = new ByteWriter();
  fields(body, text);
  const out = new ByteWriter().u8(type, 4 + body.length).u16(handle).append(body.toBytes());
  for (const value of strings) out.ascii(value).u8(0);
  // The string set ends with an empty string; without any string that takes two zeros.
  if (strings.length === 0) out.u8(0);
  return out.u8(0).toBytes();
}

export function smbios(options: SmbiosOptions): Smbios {
  const structures = [bios(), system(), chassis(), ...Array.from({ length: options.cpus }, (_, index) => processor(options, index)), memoryArray(options), memoryDevice(options), mappedArray(options), bootInformation(), structure(127, HANDLE.end, () => undefined)];
  const out = new ByteWriter();
  for (const bytes of structures) out.append(bytes);
  return { structures: out.toBytes(), count: structures.length, largestBytes: Math.max(...structures.map((bytes) => bytes.byteLength)) };
}

const ENTRY_POINT_BYTES = 0x1f;

/** The entry point for structures at `address`; firmware that relocates them recomputes address and checksums. */
export function smbiosEntryPoint(tables: Smbios, address: number): Uint8Array {
  const VERSION_BCD = 0x28;
  const INTERMEDIATE_AT = 0x10;
  const entry = new ByteWriter().ascii('_SM_').u8(0, ENTRY_POINT_BYTES, 2, 8).u16(tables.largestBytes).u8(0, 0, 0, 0, 0, 0);
  entry.ascii('_DMI_').u8(0).u16(tables.structures.byteLength).u32(address).u16(tables.count).u8(VERSION_BCD);
  const bytes = entry.toBytes();
  bytes[INTERMEDIATE_AT + 5] = checksum(bytes.subarray(INTERMEDIATE_AT));
  bytes[4] = checksum(bytes);
  return bytes;
}

function bios(): Uint8Array {
  const CHARACTERISTICS_UNSUPPORTED = 1 << 3;
  const IS_VIRTUAL_MACHINE = 1 << 4;
  return structure(0, HANDLE.bios, (writer, text) => {
    writer.u8(text(PRODUCER), text(RELEASE)).u16(BIOS_START >> 4).u8(text(RELEASE_DATE), 0).u64(CHARACTERISTICS_UNSUPPORTED);
    writer.u8(0, IS_VIRTUAL_MACHINE, 0, 1, 0xff, 0xff);
  });
}

function system(): Uint8Array {
  const WAKE_UP_POWER_SWITCH = 6;
  return structure(1, HANDLE.system, (writer, text) => {
    // An all-zero UUID says that the system has none.
    writer.u8(text(PRODUCER), text(PRODUCT), text(RELEASE), 0).u64(0).u64(0).u8(WAKE_UP_POWER_SWITCH, 0, 0);
  });
}

function chassis(): Uint8Array {
  const OTHER = 1;
  const SAFE = 3;
  const SECURITY_UNKNOWN = 2;
  return structure(3, HANDLE.chassis, (writer, text) => {
    writer.u8(text(PRODUCER), OTHER, text(RELEASE), 0, 0, SAFE, SAFE, SAFE, SECURITY_UNKNOWN).u32(0).u8(0, 0, 0, 0, 0);
  });
}

function processor({ processorId }: SmbiosOptions, index: number): Uint8Array {
  const CENTRAL = 3;
  const OTHER = 1;
  const POPULATED_ENABLED = 0x41;
  const NO_CACHE_HANDLE = 0xffff;
  const CHARACTERISTICS_UNKNOWN = 1 << 1;
  return structure(4, HANDLE.processor + index, (writer, text) => {
    writer.u8(text(`CPU ${index}`), CENTRAL, OTHER, text(PRODUCER)).u32(processorId[0]).u32(processorId[1]).u8(text(RELEASE), 0).u16(0).u16(0).u16(0);
    writer.u8(POPULATED_ENABLED, OTHER).u16(NO_CACHE_HANDLE).u16(NO_CACHE_HANDLE).u16(NO_CACHE_HANDLE).u8(0, 0, 0, 1, 1, 1).u16(CHARACTERISTICS_UNKNOWN).u16(OTHER);
  });
}

function memoryArray({ ramBytes }: SmbiosOptions): Uint8Array {
  const OTHER = 1;
  const SYSTEM_MEMORY = 3;
  const NO_ERROR_CORRECTION = 3;
  return structure(16, HANDLE.array, (writer) => {
    writer.u8(OTHER, SYSTEM_MEMORY, NO_ERROR_CORRECTION).u32(ramBytes / KIB).u16(NO_ERROR_HANDLE).u16(1).u64(0);
  });
}

function memoryDevice({ ramBytes }: SmbiosOptions): Uint8Array {
  const WIDTH_UNKNOWN = 0xffff;
  const FORM_DIMM = 9;
  const TYPE_RAM = 7;
  const DETAIL_OTHER = 1 << 1;
  return structure(17, HANDLE.memory, (writer, text) => {
    writer.u16(HANDLE.array).u16(NO_ERROR_HANDLE).u16(WIDTH_UNKNOWN).u16(WIDTH_UNKNOWN).u16(Math.ceil(ramBytes / MIB)).u8(FORM_DIMM, 0, text('DIMM 0'), 0, TYPE_RAM);
    writer.u16(DETAIL_OTHER).u16(0).u8(text(PRODUCER), 0, 0, 0, 0).u32(0).u16(0).u16(0).u16(0).u16(0);
  });
}

function mappedArray({ ramBytes }: SmbiosOptions): Uint8Array {
  return structure(19, HANDLE.mapped, (writer) => {
    writer.u32(0).u32(ramBytes / KIB - 1).u16(HANDLE.array).u8(1).u64(0).u64(0);
  });
}

function bootInformation(): Uint8Array {
  return structure(32, HANDLE.boot, (writer) => writer.u8(0, 0, 0, 0, 0, 0, 0));
}
