/**
 * QEMU's firmware configuration device: numbered items and named files that the board hands to firmware and kernels.
 *
 * Reference: QEMU docs/specs/fw_cfg.rst; item numbers from the same document and its x86 additions.
 *
 * Items are configuration, not state: whoever builds the machine adds them, also before a restore. Saved are only the selector, the position and the
 * DMA address. Reading past the end of an item, or an item that does not exist, gives zeros.
 *
 * Missing: writable items (a DMA write answers with the error bit).
 */
import { u16, u32 } from '../struct/fields.ts';
import { defineDevice } from './device.ts';

export const FW_CFG = {
  signature: 0x00,
  id: 0x01,
  uuid: 0x02,
  ramSize: 0x03,
  noGraphic: 0x04,
  cpuCount: 0x05,
  kernelAddress: 0x07,
  kernelSize: 0x08,
  initrdAddress: 0x0a,
  initrdSize: 0x0b,
  bootDevice: 0x0c,
  numa: 0x0d,
  bootMenu: 0x0e,
  maxCpus: 0x0f,
  kernelEntry: 0x10,
  kernelData: 0x11,
  initrdData: 0x12,
  commandLineAddress: 0x13,
  commandLineSize: 0x14,
  commandLineData: 0x15,
  setupAddress: 0x16,
  setupSize: 0x17,
  setupData: 0x18,
  fileDirectory: 0x19,
  acpiTables: 0x8000,
  smbiosEntries: 0x8001,
  irq0Override: 0x8002,
  e820Table: 0x8003,
  hpet: 0x8004,
} as const;

const FILE_FIRST = 0x20;
const FILE_NAME_BYTES = 56;
const DIRECTORY_ENTRY_BYTES = 64;
/** The write channel bit is history and ignored. */
const SELECTOR_MASK = 0xbfff;

const ID_TRADITIONAL = 1;
const ID_DMA = 2;
/** "QEMU CFG", big endian, read from the DMA address register. */
const DMA_SIGNATURE = new TextEncoder().encode('QEMU CFG');

const DMA = { error: 1, read: 2, skip: 4, select: 8, write: 16 } as const;
const DMA_CHUNK_BYTES = 0x1_0000;
const EMPTY = new Uint8Array(0);

export const fwCfg = defineDevice({
  name: 'fw-cfg',
  version: 1,
  reference: 'QEMU docs/specs/fw_cfg.rst',
  dma: true,
  ports: { selectorAndData: [0x510, 2, 2], dma: [0x514, 8, 4] },
  state: { selector: u16(0), position: u32(0), dmaAddressHigh: u32(0), dmaAddressLow: u32(0) },
  attach({ state, dma }) {
    const items = new Map<number, Uint8Array>();
    const files = new Map<string, Uint8Array>();
    const names: string[] = [];

    function content(): Uint8Array {
      const { selector } = state;
      if (selector < FILE_FIRST || selector >= FILE_FIRST + names.length) return items.get(selector) ?? EMPTY;
      return files.get(names[selector - FILE_FIRST]) ?? EMPTY;
    }

    function select(selector: number): void {
      state.selector = selector & SELECTOR_MASK;
      state.position = 0;
    }

    function readByte(): number {
      const bytes = content();
      if (state.position >= bytes.length) return 0;
      return bytes[state.position++];
    }

    /** Files are numbered in the order of their names, as QEMU does it. */
    function buildDirectory(): void {
      const directory = new Uint8Array(4 + DIRECTORY_ENTRY_BYTES * names.length);
      const view = new DataView(directory.buffer);
      view.setUint32(0, names.length);
      for (const [index, name] of names.entries()) {
        const at = 4 + DIRECTORY_ENTRY_BYTES * index;
        view.setUint32(at, files.get(name)?.length ?? 0);
        view.setUint16(at + 4, FILE_FIRST + index);
        directory.set(new TextEncoder().encode(name), at + 8);
      }
      items.set(FW_CFG.fileDirectory, directory);
    }

    function copyToGuest(address: number, length: number): void {
      const bytes = content();
      const available = Math.min(length, Math.max(0, bytes.length - state.position));
      dma.write(address, bytes.subarray(state.position, state.position + available));
      state.position += available;
      const zeros = new Uint8Array(Math.min(DMA_CHUNK_BYTES, length - available));
      for (let done = available; done < length; done += zeros.length) {
        dma.write(address + done, zeros.subarray(0, Math.min(zeros.length, length - done)));
      }
    }

    /** One FWCfgDmaAccess structure: control, length, address, all big endian. */
    function transfer(structure: number): void {
      const bytes = new Uint8Array(16);
      dma.read(structure, bytes);
      const view = new DataView(bytes.buffer);
      const control = view.getUint32(0);
      const length = view.getUint32(4);
      const address = view.getUint32(8) * 2 ** 32 + view.getUint32(12);
      if ((control & DMA.select) !== 0) select(control >>> 16);
      let result = 0;
      if ((control & DMA.read) !== 0) copyToGuest(address, length);
      else if ((control & DMA.write) !== 0) result = DMA.error;
      else if ((control & DMA.skip) !== 0) state.position = Math.min(content().length, state.position + length);
      view.setUint32(0, result);
      dma.write(structure, bytes.subarray(0, 4));
    }

    function writeDmaAddress(offset: number, value: number, size: number): void {
      if (size !== 4) return;
      const bigEndian = swap32(value);
      if (offset === 0) state.dmaAddressHigh = bigEndian;
      else if (offset === 4) {
        // The low half starts the transfer.
        const structure = state.dmaAddressHigh * 2 ** 32 + bigEndian;
        state.dmaAddressHigh = 0;
        transfer(structure);
      }
    }

    const setNumber = (key: number, bytes: 2 | 4 | 8, value: number): void => {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, BigInt(value), true);
      items.set(key, new Uint8Array(view.buffer, 0, bytes));
    };

    items.set(FW_CFG.signature, new TextEncoder().encode('QEMU'));
    setNumber(FW_CFG.id, 4, ID_TRADITIONAL | ID_DMA);
    buildDirectory();

    return {
      ports: {
        selectorAndData: {
          read: (offset, size) => (size === 1 && offset === 1 ? readByte() : 0),
          write(offset, value, size) {
            if (offset === 0 && size === 2) select(value);
          },
        },
        dma: {
          read(offset, size) {
            let value = 0;
            for (let index = 0; index < size; index++) value |= (DMA_SIGNATURE[offset + index] ?? 0) << (8 * index);
            return value >>> 0;
          },
          write: writeDmaAddress,
        },
      },
      inputs: {
        setItem: (key: number, bytes: Uint8Array): void => void items.set(key, bytes),
        setU16: (key: number, value: number): void => setNumber(key, 2, value),
        setU32: (key: number, value: number): void => setNumber(key, 4, value),
        setU64: (key: number, value: number): void => setNumber(key, 8, value),
        setFile(name: string, bytes: Uint8Array): void {
          if (new TextEncoder().encode(name).length >= FILE_NAME_BYTES) throw new RangeError(`fw_cfg file name ${name} is longer than ${FILE_NAME_BYTES - 1} bytes`);
          if (!files.has(name)) {
            names.push(name);
            names.sort();
          }
          files.set(name, bytes);
          buildDirectory();
        },
      },
    };
  },
});

function swap32(value: number): number {
  return ((value >>> 24) | ((value >>> 8) & 0xff00) | ((value << 8) & 0xff_0000) | (value << 24)) >>> 0;
}
