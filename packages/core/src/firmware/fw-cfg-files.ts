/**
 * What the firmware configuration interface offers to SeaBIOS and other firmware: the machine's sizes and its ready-made tables.
 *
 * Reference: QEMU docs/specs/fw_cfg.rst (selector keys, files); the table-loader commands are those of SeaBIOS's "romfile loader": allocate a file in
 * guest memory, add the address of one file to a field of another, compute a checksum. Each command takes 128 bytes.
 * Missing: `bootorder`, option ROM files and WRITE_POINTER commands; the firmware then uses its own order.
 */

import type { AcpiTables, TableChecksum, TablePointer } from './acpi-tables.ts';
import { ByteWriter } from './byte-writer.ts';
import { hardwareE820 } from './e820.ts';
import { smbiosEntryPoint } from './smbios.ts';
import type { Smbios } from './smbios.ts';
import { PAGE_BYTES } from '../memory/layout.ts';

/** Selector keys with fixed meaning. Signature, revision and file directory belong to the device itself. */
const KEY = { uuid: 0x02, ramSize: 0x03, noGraphic: 0x04, cpus: 0x05, bootMenu: 0x0e, maxCpus: 0x0f } as const;

export interface FirmwareConfiguration {
  readonly keys: ReadonlyMap<number, Uint8Array>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface FirmwareConfigurationOptions {
  readonly ramBytes: number;
  readonly cpus: number;
  readonly acpi: AcpiTables;
  readonly smbios: Smbios;
  /** Port of the serial line that the firmware mirrors its screen to. */
  readonly consolePort: number | undefined;
}

const TABLES_FILE = 'etc/acpi/tables';
const RSDP_FILE = 'etc/acpi/rsdp';

export function firmwareConfiguration(options: FirmwareConfigurationOptions): FirmwareConfiguration {
  const u16 = (value: number): Uint8Array => new ByteWriter().u16(value).toBytes();
  const u64 = (value: number): Uint8Array => new ByteWriter().u64(value).toBytes();
  const keys = new Map<number, Uint8Array>([
    [KEY.uuid, new Uint8Array(16)],
    [KEY.ramSize, u64(options.ramBytes)],
    [KEY.noGraphic, u16(1)],
    [KEY.cpus, u16(options.cpus)],
    [KEY.bootMenu, u16(0)],
    [KEY.maxCpus, u16(options.cpus)],
  ]);
  const files = new Map<string, Uint8Array>([
    ['etc/e820', hardwareE820(options.ramBytes)],
    ['etc/max-cpus', u64(options.cpus)],
    [RSDP_FILE, options.acpi.rsdp],
    [TABLES_FILE, options.acpi.blob],
    ['etc/table-loader', tableLoaderScript(options.acpi)],
    ['etc/smbios/smbios-tables', options.smbios.structures],
    ['etc/smbios/smbios-anchor', smbiosEntryPoint(options.smbios, 0)],
  ]);
  if (options.consolePort !== undefined) files.set('etc/sercon-port', u64(options.consolePort));
  return { keys, files };
}

const COMMAND = { allocate: 1, addPointer: 2, addChecksum: 3 } as const;
const COMMAND_BYTES = 128;
const FILE_NAME_BYTES = 56;
const ZONE = { high: 1, fseg: 2 } as const;

function tableLoaderScript(acpi: AcpiTables): Uint8Array {
  const script = new ByteWriter();
  const command = (kind: number, fields: (writer: ByteWriter) => void): void => {
    script.u32(kind);
    fields(script);
    script.align(COMMAND_BYTES);
  };
  const fileName = (writer: ByteWriter, file: string): ByteWriter => writer.ascii(file, FILE_NAME_BYTES, '\0');
  const allocate = (file: string, alignment: number, zone: number): void => command(COMMAND.allocate, (writer) => fileName(writer, file).u32(alignment).u8(zone));
  const link = (file: string, pointers: readonly TablePointer[]): void => {
    for (const { offset, sizeBytes } of pointers) command(COMMAND.addPointer, (writer) => fileName(fileName(writer, file), TABLES_FILE).u32(offset).u8(sizeBytes));
  };
  const sum = (file: string, checksums: readonly TableChecksum[]): void => {
    for (const { offset, start, lengthBytes } of checksums) command(COMMAND.addChecksum, (writer) => fileName(writer, file).u32(offset).u32(start).u32(lengthBytes));
  };

  allocate(TABLES_FILE, PAGE_BYTES, ZONE.high);
  allocate(RSDP_FILE, 16, ZONE.fseg);
  link(TABLES_FILE, acpi.pointers);
  link(RSDP_FILE, acpi.rsdpPointers);
  sum(TABLES_FILE, acpi.checksums);
  sum(RSDP_FILE, acpi.rsdpChecksums);
  return script.toBytes();
}
