/**
 * The 82441FX host bridge (PMC) of the 440FX chipset: PCI configuration mechanism 1, shadow memory and SMRAM.
 *
 * Reference: Intel 440FX PCIset datasheet 290549-001, chapter 3; PCI Local Bus Specification 3.0, 3.2.2.3.2.
 *
 * The DRAM timing and row boundary registers are kept and have no effect: memory is there without them.
 * Missing: error reporting, the turbo and bus arbitration controls (kept, without effect).
 */
import type { AccessSize } from '../bus/port-bus.ts';
import { u32 } from '../struct/fields.ts';
import { defineDevice } from '../devices/device.ts';

const CONFIG_ENABLE = 0x8000_0000;

const READ_ENABLE = 1;
const WRITE_ENABLE = 2;

/** Datasheet 3.2.18: the two segments of each PAM register, 16 KiB each but the BIOS area. */
const SHADOW = [
  { register: 'PAM0', shift: 4, start: 0xf_0000, length: 0x1_0000 },
  ...(['PAM1', 'PAM2', 'PAM3', 'PAM4', 'PAM5', 'PAM6'] as const).flatMap((register, index) => [
    { register, shift: 0, start: 0xc_0000 + 0x8000 * index, length: 0x4000 },
    { register, shift: 4, start: 0xc_4000 + 0x8000 * index, length: 0x4000 },
  ]),
] as const;

const SMRAM_OPEN = 0x40;
const SMRAM_CLOSED = 0x20;
const SMRAM_LOCKED = 0x10;
const SMRAM_ENABLED = 0x08;

export const i440fx = defineDevice({
  name: 'i440fx',
  version: 1,
  reference: 'Intel 440FX PCIset datasheet 290549-001',
  host: {
    /** Configuration cycles of mechanism 1; the target is bus, device and function as in CONFIG_ADDRESS bits 23..8. */
    readConfig: (_target: number, _offset: number, _size: AccessSize): number => 0xffff_ffff,
    writeConfig: (_target: number, _offset: number, _size: AccessSize, _value: number): void => {},
    /** Where reads of a shadow segment go, and whether writes reach memory. */
    mapShadow: (_start: number, _length: number, _read: 'ram' | 'rom', _write: boolean): void => {},
    /** Whether 0xa0000..0xbffff is SMRAM to code outside system management mode. */
    mapSmram: (_open: boolean): void => {},
  },
  ports: { configAddress: [0xcf8, 4, 4], configData: [0xcfc, 4, 4] },
  pci: {
    vendorId: 0x8086,
    deviceId: 0x1237,
    revision: 2,
    classCode: 0x06_0000,
    // QEMU's, by which SeaBIOS and others know that there is a fw_cfg device.
    subsystemVendorId: 0x1af4,
    subsystemId: 0x1100,
    command: { reset: 0x0006, writable: 0x0140 },
    status: 0x0280,
    registers: {
      PMCCFG: { offset: 0x50, sizeBytes: 2, writable: 0x7c38 },
      DETURBO: { offset: 0x52, sizeBytes: 1, writable: 0xff },
      DBC: { offset: 0x53, sizeBytes: 1, reset: 0x80, writable: 0x83 },
      AXC: { offset: 0x54, sizeBytes: 1, writable: 0x80 },
      DRT: { offset: 0x55, sizeBytes: 2, writable: 0xffff },
      DRAMC: { offset: 0x57, sizeBytes: 1, reset: 0x01, writable: 0x3f },
      DRAMT: { offset: 0x58, sizeBytes: 1, reset: 0x10, writable: 0xff },
      PAM0: { offset: 0x59, sizeBytes: 1, writable: 0x30 },
      PAM1: { offset: 0x5a, sizeBytes: 1, writable: 0x33 },
      PAM2: { offset: 0x5b, sizeBytes: 1, writable: 0x33 },
      PAM3: { offset: 0x5c, sizeBytes: 1, writable: 0x33 },
      PAM4: { offset: 0x5d, sizeBytes: 1, writable: 0x33 },
      PAM5: { offset: 0x5e, sizeBytes: 1, writable: 0x33 },
      PAM6: { offset: 0x5f, sizeBytes: 1, writable: 0x33 },
      DRB0: { offset: 0x60, sizeBytes: 4, reset: 0x0101_0101, writable: 0xffff_ffff },
      DRB4: { offset: 0x64, sizeBytes: 4, reset: 0x0101_0101, writable: 0xffff_ffff },
      FDHC: { offset: 0x68, sizeBytes: 1, writable: 0xc0 },
      MTT: { offset: 0x70, sizeBytes: 1, writable: 0xff },
      CLT: { offset: 0x71, sizeBytes: 1, reset: 0x10, writable: 0xff },
      SMRAM: { offset: 0x72, sizeBytes: 1, reset: 0x02, writable: 0x78 },
      ERRCMD: { offset: 0x90, sizeBytes: 1, writable: 0xdf },
      ERRSTS: { offset: 0x91, sizeBytes: 1, clearedByOne: 0x11 },
      TRC: { offset: 0x93, sizeBytes: 1, writable: 0x0e },
    },
  },
  state: { configAddress: u32(0) },
  attach({ state, pci, host }) {
    function mapSegment(segment: (typeof SHADOW)[number]): void {
      const attributes = pci.get(segment.register) >> segment.shift;
      host.mapShadow(segment.start, segment.length, (attributes & READ_ENABLE) !== 0 ? 'ram' : 'rom', (attributes & WRITE_ENABLE) !== 0);
    }

    function mapSmram(): void {
      let value = pci.get('SMRAM');
      // A lock closes the window for good, until a reset (3.2.23).
      if ((value & SMRAM_LOCKED) !== 0) value &= ~SMRAM_OPEN;
      pci.set('SMRAM', value);
      host.mapSmram((value & (SMRAM_OPEN | SMRAM_CLOSED | SMRAM_ENABLED)) === (SMRAM_OPEN | SMRAM_ENABLED));
    }

    const isEnabled = (): boolean => (state.configAddress & CONFIG_ENABLE) !== 0;
    const target = (): number => (state.configAddress >>> 8) & 0xffff;

    return {
      ports: {
        // Only a dword reaches CONFIG_ADDRESS; narrower accesses go on to the ISA bus.
        configAddress: {
          read: (_offset, size) => (size === 4 ? state.configAddress : 0xffff_ffff),
          write(_offset, value, size) {
            if (size === 4) state.configAddress = (value & 0x80ff_fffc) >>> 0;
          },
        },
        configData: {
          read: (offset, size) => (isEnabled() ? host.readConfig(target(), (state.configAddress & 0xfc) + offset, size) : 0xffff_ffff),
          write(offset, value, size) {
            if (isEnabled()) host.writeConfig(target(), (state.configAddress & 0xfc) + offset, size, value);
          },
        },
      },
      configWritten(register) {
        if (register === 'SMRAM') mapSmram();
        for (const segment of SHADOW) if (segment.register === register) mapSegment(segment);
      },
      resume() {
        for (const segment of SHADOW) mapSegment(segment);
        mapSmram();
      },
    };
  },
});
