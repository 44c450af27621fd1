import { describe, expect, it } from 'vitest';
import { acpiTables, linkAcpi } from './acpi-tables.ts';
import type { AcpiHardware } from './acpi-tables.ts';
import * as aml from './aml.ts';
import { firmwareConfiguration } from './fw-cfg-files.ts';
import { smbios } from './smbios.ts';
import { systemRom } from './system-rom.ts';

const HARDWARE: AcpiHardware = {
  cpus: 2,
  softOffType: 0,
  powerManagement: { port: 0x600, lengthBytes: 0x40 },
  serialPorts: [{ port: 0x3f8, irq: 4 }],
  pirqLines: [5, 10, 11],
  pciMemoryStart: 0x8000_0000,
  hpetAddress: 0xfed0_0000,
  ioApicAddress: 0xfec0_0000,
  sciLine: 9,
  smiCommand: { port: 0xb2, acpiEnable: 0xf1, acpiDisable: 0xf0 },
  pm1EventPort: 0x600,
  pm1ControlPort: 0x604,
  pmTimerPort: 0x608,
  pmTimerIs32Bit: false,
  gpe0: { port: 0x620, lengthBytes: 4 },
  resetPort: 0xcf9,
  resetValue: 6,
  localApicAddress: 0xfee0_0000,
  ioApicId: 0,
  hpetCapabilities: 0x8086_a201,
  centuryIndex: 0x32,
};
const BASE = 0x1ff_0000;

function sum(bytes: Uint8Array): number {
  return bytes.reduce((total, byte) => total + byte, 0) & 0xff;
}

/** Follows RSDP and XSDT or RSDT as an operating system does. */
function follow(root: 'xsdt' | 'rsdt'): Map<string, { at: number; bytes: Uint8Array; view: DataView }> {
  const { blob, rsdp } = linkAcpi(acpiTables(HARDWARE), BASE);
  const at = (address: number): { at: number; bytes: Uint8Array; view: DataView } => {
    const start = address - BASE;
    const length = new DataView(blob.buffer, start).getUint32(4, true);
    return { at: address, bytes: blob.subarray(start, start + length), view: new DataView(blob.buffer, start, length) };
  };
  const rsdpView = new DataView(rsdp.buffer);
  expect(sum(rsdp.subarray(0, 20))).toBe(0);
  expect(sum(rsdp)).toBe(0);
  const rootTable = at(root === 'xsdt' ? Number(rsdpView.getBigUint64(24, true)) : rsdpView.getUint32(16, true));
  expect(sum(rootTable.bytes)).toBe(0);
  const step = root === 'xsdt' ? 8 : 4;
  const tables = new Map<string, ReturnType<typeof at>>();
  for (let offset = 36; offset < rootTable.bytes.length; offset += step) {
    const table = at(root === 'xsdt' ? Number(rootTable.view.getBigUint64(offset, true)) : rootTable.view.getUint32(offset, true));
    tables.set(String.fromCharCode(...table.bytes.subarray(0, 4)), table);
  }
  const fadt = tables.get('FACP');
  if (fadt !== undefined) {
    expect(fadt.view.getUint32(40, true)).toBe(Number(fadt.view.getBigUint64(140, true)));
    tables.set('DSDT', at(fadt.view.getUint32(40, true)));
    tables.set('FACS', at(fadt.view.getUint32(36, true)));
  }
  return tables;
}

describe('the tables', () => {
  it.each(['xsdt', 'rsdt'] as const)('are all found from the %s, with good checksums', (root) => {
    const tables = follow(root);
    expect([...tables.keys()]).toEqual(['FACP', 'APIC', 'HPET', 'DSDT', 'FACS']);
    for (const [signature, { bytes }] of tables) if (signature !== 'FACS') expect(sum(bytes), signature).toBe(0);
    expect((tables.get('FACS')?.at ?? 1) % 64).toBe(0);
  });

  it('describe interrupt controllers: two CPUs, one I/O APIC, the overrides and the NMI', () => {
    const madt = follow('xsdt').get('APIC');
    const entries: number[][] = [];
    for (let at = 44; at < (madt?.bytes.length ?? 0); at += madt?.bytes[at + 1] ?? 1) entries.push([...(madt?.bytes.subarray(at, at + (madt.bytes[at + 1] ?? 1)) ?? [])]);
    expect(entries.filter(([type]) => type === 0).map((entry) => entry[3])).toEqual([0, 1]);
    expect(entries.filter(([type]) => type === 1)).toEqual([[1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0]]);
    expect(entries.filter(([type]) => type === 2).map((entry) => [entry[3], entry[4], entry[8]])).toEqual([[0, 2, 0], [5, 5, 13], [9, 9, 13], [10, 10, 13], [11, 11, 13]]);
    expect(entries.filter(([type]) => type === 4)).toEqual([[4, 6, 0xff, 0, 0, 1]]);
  });

  it('give the fixed hardware in both forms', () => {
    const fadt = follow('xsdt').get('FACP')?.view;
    for (const [legacy, extended, port] of [[56, 148, 0x600], [64, 172, 0x604], [76, 208, 0x608], [80, 220, 0x620]] as const) {
      expect(fadt?.getUint32(legacy, true)).toBe(port);
      expect(fadt?.getUint32(extended + 4, true)).toBe(port);
    }
    expect(fadt?.byteLength).toBe(244);
  });
});

describe('AML', () => {
  it('encodes package lengths of one, two and three bytes', () => {
    // Scope with an empty path (\ and the null name are 2 bytes): PkgLength counts itself, the path and the content.
    const filler = (length: number): number[] => new Array<number>(length).fill(0xa3);
    expect(aml.scope('\\', filler(60)).slice(0, 2)).toEqual([0x10, 63]);
    expect(aml.scope('\\', filler(61)).slice(0, 3)).toEqual([0x10, 0x41, 0x04]);
    expect(aml.scope('\\', filler(4091)).slice(0, 3)).toEqual([0x10, 0x4f, 0xff]);
    expect(aml.scope('\\', filler(4092)).slice(0, 4)).toEqual([0x10, 0x81, 0x00, 0x01]);
  });

  it('encodes names, integers and EISA ids', () => {
    expect(aml.reference('\\_SB.PCI0.ISA')).toEqual([0x5c, 0x2f, 3, 0x5f, 0x53, 0x42, 0x5f, 0x50, 0x43, 0x49, 0x30, 0x49, 0x53, 0x41, 0x5f]);
    expect(aml.reference('^X')).toEqual([0x5e, 0x58, 0x5f, 0x5f, 0x5f]);
    expect([0, 1, 2, 0x100, 0x1_0000].map((value) => aml.integer(value))).toEqual([[0], [1], [0x0a, 2], [0x0b, 0, 1], [0x0c, 0, 0, 1, 0]]);
    expect(aml.eisaId('PNP0A03')).toEqual([0x0c, 0x41, 0xd0, 0x0a, 0x03]);
    expect(() => aml.reference('toolong')).toThrow(/not an AML name/);
  });
});

describe('the table-loader script', () => {
  it('links the tables as the direct boot does, wherever the firmware puts them', () => {
    const acpi = acpiTables(HARDWARE);
    const { files } = firmwareConfiguration({ ramBytes: 0x200_0000, cpus: 2, acpi, smbios: smbios({ cpus: 2, ramBytes: 0x200_0000, processorId: [0, 0] }), consolePort: undefined });
    const script = files.get('etc/table-loader') ?? new Uint8Array(0);
    expect(script.length % 128).toBe(0);
    const memory = new Map<string, Uint8Array>();
    const addresses = new Map([['etc/acpi/tables', BASE], ['etc/acpi/rsdp', 0xf_5000]]);
    for (let at = 0; at < script.length; at += 128) {
      const view = new DataView(script.buffer, at, 128);
      const fileAt = (offset: number): string => new TextDecoder().decode(script.subarray(at + offset, at + offset + 56)).replace(/\0+$/, '');
      const bytes = memory.get(fileAt(4)) ?? files.get(fileAt(4))?.slice() ?? new Uint8Array(0);
      memory.set(fileAt(4), bytes);
      const target = new DataView(bytes.buffer);
      switch (view.getUint32(0, true)) {
        case 1:
          expect(view.getUint8(64)).toBe(fileAt(4) === 'etc/acpi/rsdp' ? 2 : 1);
          break;
        case 2: {
          const field = view.getUint32(116, true);
          target.setUint32(field, target.getUint32(field, true) + (addresses.get(fileAt(60)) ?? 0), true);
          break;
        }
        case 3: {
          const [field, start, length] = [view.getUint32(60, true), view.getUint32(64, true), view.getUint32(68, true)];
          bytes[field] = 0;
          bytes[field] = -sum(bytes.subarray(start, start + length)) & 0xff;
          break;
        }
        default:
          throw new Error('unknown command');
      }
    }
    const linked = linkAcpi(acpi, BASE);
    expect(memory.get('etc/acpi/tables')).toEqual(linked.blob);
    expect(memory.get('etc/acpi/rsdp')).toEqual(linked.rsdp);
  });
});

describe('the system ROM', () => {
  it('holds RSDP and SMBIOS where they are looked for, and a reset vector', () => {
    const { rsdp } = linkAcpi(acpiTables(HARDWARE), BASE);
    const { image, address, rsdpAddress } = systemRom(rsdp, smbios({ cpus: 2, ramBytes: 0x200_0000, processorId: [0x663, 0x78b_fbff] }));
    const found = new Map<string, number>();
    for (let at = 0; at < image.length; at += 16) {
      const text = String.fromCharCode(...image.subarray(at, at + 8));
      if (text === 'RSD PTR ') found.set('rsdp', address + at);
      if (text.startsWith('_SM_')) found.set('smbios', address + at);
    }
    expect(found.get('rsdp')).toBe(rsdpAddress);
    const entry = (found.get('smbios') ?? 0) - address;
    expect(sum(image.subarray(entry, entry + 0x1f))).toBe(0);
    expect(sum(image.subarray(entry + 0x10, entry + 0x1f))).toBe(0);
    const view = new DataView(image.buffer);
    // Walk the structures: as many as the entry point says, all of known length.
    let at = view.getUint32(entry + 0x18, true) - address;
    const end = at + view.getUint16(entry + 0x16, true);
    const types: number[] = [];
    while (at < end) {
      types.push(image[at] ?? -1);
      at += image[at + 1] ?? 1;
      while (view.getUint16(at, true) !== 0) at++;
      at += 2;
    }
    expect(at).toBe(end);
    expect(types).toEqual([0, 1, 3, 4, 4, 16, 17, 19, 32, 127]);
    expect(types.length).toBe(view.getUint16(entry + 0x1c, true));
    expect(image[0xfff0]).toBe(0xba);
  });
});
