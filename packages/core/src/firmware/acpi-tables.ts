/**
 * The ACPI tables of the PC: RSDP, RSDT, XSDT, FADT, FACS, MADT, HPET and DSDT, as one relocatable blob.
 *
 * The blob's pointers hold offsets into it; `pointers` and `checksums` say what depends on where it is loaded. The same data
 * is linked here for a direct boot (`linkAcpi`), and handed to firmware as a table-loader script (fw-cfg-files.ts).
 *
 * Reference: ACPI 6.4 §5.2.5 (RSDP), §5.2.6–8 (header, RSDT, XSDT), §5.2.9 (FADT), §5.2.10 (FACS), §5.2.12 (MADT); IA-PC HPET 1.0a §3.2.4.
 * Missing: SRAT and SLIT (one NUMA node), MCFG (no PCI Express), BGRT, WAET.
 */

import { ByteWriter, checksum } from './byte-writer.ts';
import { dsdtTerms } from './dsdt.ts';
import type { DsdtHardware } from './dsdt.ts';
import { PAGE_BYTES } from '../memory/layout.ts';

export interface AcpiHardware extends DsdtHardware {
  readonly sciLine: number;
  /** The port that switches ACPI mode, and what is written to it. */
  readonly smiCommand: { readonly port: number; readonly acpiEnable: number; readonly acpiDisable: number };
  readonly pm1EventPort: number;
  readonly pm1ControlPort: number;
  readonly pmTimerPort: number;
  readonly pmTimerIs32Bit: boolean;
  readonly gpe0: { readonly port: number; readonly lengthBytes: number };
  readonly resetPort: number;
  readonly resetValue: number;
  readonly localApicAddress: number;
  readonly ioApicId: number;
  /** Low half of the HPET's General Capabilities and ID register. */
  readonly hpetCapabilities: number;
  /** CMOS index of the century, 0 for none. */
  readonly centuryIndex: number;
}

/** A field of `sizeBytes` at `offset` that holds an offset into the blob, to which the blob's address has to be added. */
export interface TablePointer {
  readonly offset: number;
  readonly sizeBytes: 4 | 8;
}

/** The byte at `offset` makes `start … start + lengthBytes` sum to zero. */
export interface TableChecksum {
  readonly offset: number;
  readonly start: number;
  readonly lengthBytes: number;
}

export interface AcpiTables {
  /** FACS on a page of its own (the firmware shares it with the system at run time), then all other tables. */
  readonly blob: Uint8Array;
  readonly facsBytes: number;
  readonly pointers: readonly TablePointer[];
  readonly checksums: readonly TableChecksum[];
  /** The RSDP; its pointers go into the blob. */
  readonly rsdp: Uint8Array;
  readonly rsdpPointers: readonly TablePointer[];
  readonly rsdpChecksums: readonly TableChecksum[];
}

const OEM_ID = 'WRLDSW';
const OEM_TABLE_ID = 'WSPC';
const CREATOR_ID = 'WSAM';
const HEADER_BYTES = 36;
const CHECKSUM_AT = 9;

export function acpiTables(hardware: AcpiHardware): AcpiTables {
  const out = new ByteWriter();
  const pointers: TablePointer[] = [];
  const checksums: TableChecksum[] = [];

  out.append(facs()).align(PAGE_BYTES);
  const facsBytes = out.length;
  const add = (signature: string, revision: number, body: Uint8Array, bodyPointers: readonly TablePointer[] = []): number => {
    out.align(16);
    const at = out.length;
    out.append(table(signature, revision, body));
    for (const { offset, sizeBytes } of bodyPointers) pointers.push({ offset: at + HEADER_BYTES + offset, sizeBytes });
    checksums.push({ offset: at + CHECKSUM_AT, start: at, lengthBytes: HEADER_BYTES + body.byteLength });
    return at;
  };

  const dsdtAt = add('DSDT', 2, Uint8Array.from(dsdtTerms(hardware)));
  const tables = [
    add('FACP', FADT.revision, fadt(hardware, dsdtAt), FADT.pointers),
    add('APIC', 3, madt(hardware)),
    add('HPET', 1, hpet(hardware)),
  ];
  const list = (sizeBytes: 4 | 8): [Uint8Array, TablePointer[]] => {
    const body = new ByteWriter();
    const fields = tables.map((address, index): TablePointer => {
      if (sizeBytes === 4) body.u32(address);
      else body.u64(address);
      return { offset: index * sizeBytes, sizeBytes };
    });
    return [body.toBytes(), fields];
  };
  const rsdtAt = add('RSDT', 1, ...list(4));
  const xsdtAt = add('XSDT', 1, ...list(8));

  return { blob: out.toBytes(), facsBytes, pointers, checksums, ...rootPointer(rsdtAt, xsdtAt) };
}

export interface LinkedAcpi {
  readonly blob: Uint8Array;
  readonly rsdp: Uint8Array;
}

/** Both pieces with every pointer and checksum final for a blob at `blobAddress`. */
export function linkAcpi(tables: AcpiTables, blobAddress: number): LinkedAcpi {
  const blob = relocate(tables.blob, tables.pointers, blobAddress);
  const rsdp = relocate(tables.rsdp, tables.rsdpPointers, blobAddress);
  applyChecksums(blob, tables.checksums);
  applyChecksums(rsdp, tables.rsdpChecksums);
  return { blob, rsdp };
}

function relocate(bytes: Uint8Array, pointers: readonly TablePointer[], base: number): Uint8Array {
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  for (const { offset, sizeBytes } of pointers) {
    // Guest RAM ends below 4 GiB: the upper half of a 64-bit pointer stays zero.
    view.setUint32(offset, view.getUint32(offset, true) + base, true);
    if (sizeBytes === 8) view.setUint32(offset + 4, 0, true);
  }
  return out;
}

function applyChecksums(bytes: Uint8Array, checksums: readonly TableChecksum[]): void {
  for (const { offset, start, lengthBytes } of checksums) {
    bytes[offset] = 0;
    bytes[offset] = checksum(bytes.subarray(start, start + lengthBytes));
  }
}

function table(signature: string, revision: number, body: Uint8Array): Uint8Array {
  return new ByteWriter()
    .ascii(signature)
    .u32(HEADER_BYTES + body.byteLength)
    .u8(revision, 0)
    .ascii(OEM_ID)
    .ascii(OEM_TABLE_ID, 8)
    .u32(1)
    .ascii(CREATOR_ID)
    .u32(1)
    .append(body)
    .toBytes();
}

function rootPointer(rsdtAt: number, xsdtAt: number): Pick<AcpiTables, 'rsdp' | 'rsdpPointers' | 'rsdpChecksums'> {
  const REVISION_2 = 2;
  const V1_BYTES = 20;
  const V2_BYTES = 36;
  const rsdp = new ByteWriter().ascii('RSD PTR ').u8(0).ascii(OEM_ID).u8(REVISION_2).u32(rsdtAt).u32(V2_BYTES).u64(xsdtAt).u8(0, 0, 0, 0).toBytes();
  return {
    rsdp,
    rsdpPointers: [
      { offset: 16, sizeBytes: 4 },
      { offset: 24, sizeBytes: 8 },
    ],
    // The extended checksum covers the first one.
    rsdpChecksums: [
      { offset: 8, start: 0, lengthBytes: V1_BYTES },
      { offset: 32, start: 0, lengthBytes: V2_BYTES },
    ],
  };
}

function facs(): Uint8Array {
  const FACS_BYTES = 64;
  const VERSION = 1;
  return new ByteWriter().ascii('FACS').u32(FACS_BYTES).u32(0).u32(0).u32(0).u32(0).u64(0).u8(VERSION).align(FACS_BYTES).toBytes();
}

/** Offsets relative to the table's body. FACS and DSDT are given twice; Xen complains where the two differ. */
const FADT = {
  revision: 3,
  pointers: [
    { offset: 36 - HEADER_BYTES, sizeBytes: 4 },
    { offset: 40 - HEADER_BYTES, sizeBytes: 4 },
    { offset: 132 - HEADER_BYTES, sizeBytes: 8 },
    { offset: 140 - HEADER_BYTES, sizeBytes: 8 },
  ],
} as const;

/** FADT flags, §5.2.9 table 5.10. */
const FADT_FLAG = { wbinvd: 1 << 0, procC1: 1 << 2, sleepButton: 1 << 5, fixRtc: 1 << 6, timerIs32Bit: 1 << 8, resetRegister: 1 << 10 } as const;
/** IA-PC boot architecture flags, table 5.11. */
const BOOT_ARCH = { legacyDevices: 1 << 0, has8042: 1 << 1 } as const;
const SPACE_IO = 1;

function genericAddress(writer: ByteWriter, port: number, bits: number, accessSize: number): void {
  if (port === 0) writer.u8(0, 0, 0, 0).u64(0);
  else writer.u8(SPACE_IO, bits, 0, accessSize).u64(port);
}

function fadt(hardware: AcpiHardware, dsdtAt: number): Uint8Array {
  const FACS_AT = 0;
  const PROFILE_UNSPECIFIED = 0;
  const NO_C2 = 0xfff;
  const NO_C3 = 0xfff;
  const body = new ByteWriter();
  body.u32(FACS_AT).u32(dsdtAt).u8(0, PROFILE_UNSPECIFIED).u16(hardware.sciLine);
  body.u32(hardware.smiCommand.port).u8(hardware.smiCommand.acpiEnable, hardware.smiCommand.acpiDisable, 0, 0);
  body.u32(hardware.pm1EventPort).u32(0).u32(hardware.pm1ControlPort).u32(0).u32(0).u32(hardware.pmTimerPort);
  body.u32(hardware.gpe0.port).u32(0);
  body.u8(4, 2, 0, 4, hardware.gpe0.lengthBytes, 0, 0, 0);
  body.u16(NO_C2).u16(NO_C3).u16(0).u16(0).u8(0, 0);
  body.u8(0, 0, hardware.centuryIndex).u16(BOOT_ARCH.legacyDevices | BOOT_ARCH.has8042).u8(0);
  const timerFlag = hardware.pmTimerIs32Bit ? FADT_FLAG.timerIs32Bit : 0;
  body.u32(FADT_FLAG.wbinvd | FADT_FLAG.procC1 | FADT_FLAG.sleepButton | FADT_FLAG.fixRtc | timerFlag | FADT_FLAG.resetRegister);
  genericAddress(body, hardware.resetPort, 8, 1);
  body.u8(hardware.resetValue, 0, 0, 0);
  body.u64(FACS_AT).u64(dsdtAt);
  genericAddress(body, hardware.pm1EventPort, 32, 2);
  genericAddress(body, 0, 0, 0);
  genericAddress(body, hardware.pm1ControlPort, 16, 2);
  genericAddress(body, 0, 0, 0);
  genericAddress(body, 0, 0, 0);
  genericAddress(body, hardware.pmTimerPort, 32, 3);
  genericAddress(body, hardware.gpe0.port, hardware.gpe0.lengthBytes * 8, 1);
  genericAddress(body, 0, 0, 0);
  return body.toBytes();
}

/** MPS INTI flags, §5.2.12.5 table 5.26. */
const INTI = { conforming: 0, activeHigh: 0x01, level: 0x0c } as const;

function madt(hardware: AcpiHardware): Uint8Array {
  const PCAT_COMPAT = 1;
  const ENABLED = 1;
  const ALL_PROCESSORS = 0xff;
  const NMI_LINT = 1;
  const body = new ByteWriter().u32(hardware.localApicAddress).u32(PCAT_COMPAT);
  for (let cpu = 0; cpu < hardware.cpus; cpu++) body.u8(0, 8, cpu, cpu).u32(ENABLED);
  body.u8(1, 12, hardware.ioApicId, 0).u32(hardware.ioApicAddress).u32(0);
  const override = (irq: number, gsi: number, flags: number): void => void body.u8(2, 10, 0, irq).u32(gsi).u16(flags);
  // The 8254 reaches input 2 of the I/O APIC; PCI and SCI lines are level-triggered and, after the PIIX3, active high.
  override(0, 2, INTI.conforming);
  const levelLines = new Set([hardware.sciLine, ...hardware.pirqLines]);
  for (const line of [...levelLines].sort((a, b) => a - b)) override(line, line, INTI.activeHigh | INTI.level);
  body.u8(4, 6, ALL_PROCESSORS).u16(INTI.conforming).u8(NMI_LINT);
  return body.toBytes();
}

function hpet(hardware: AcpiHardware): Uint8Array {
  const SPACE_MEMORY = 0;
  const MINIMUM_TICK = 0;
  const NO_PAGE_PROTECTION = 0;
  return new ByteWriter().u32(hardware.hpetCapabilities).u8(SPACE_MEMORY, 0, 0, 0).u64(hardware.hpetAddress).u8(0).u16(MINIMUM_TICK).u8(NO_PAGE_PROTECTION).toBytes();
}
