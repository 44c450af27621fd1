import { describe, expect, it } from 'vitest';
import { TestBoard, testDevice } from '../testing/device.ts';
import { FW_CFG, fwCfg } from './fw-cfg.ts';

function powered() {
  const board = new TestBoard();
  const { inputs } = fwCfg.place(board);
  const read = (key: number, length: number): number[] => {
    board.ports.write(0x510, 2, key);
    return Array.from({ length }, () => board.in8(0x511));
  };
  /** Runs a DMA command; gives the control word afterwards. */
  const dma = (control: number, length: number, address: number): number => {
    const view = new DataView(board.memory.buffer, 0x100);
    view.setUint32(0, control);
    view.setUint32(4, length);
    view.setBigUint64(8, BigInt(address));
    board.ports.write(0x514, 4, 0);
    board.ports.write(0x518, 4, 0x0001_0000);
    return view.getUint32(0);
  };
  return { board, inputs, read, dma };
}

const ascii = (bytes: Iterable<number>): string => String.fromCharCode(...bytes);

describe('fw_cfg', () => {
  it('signs itself and offers DMA', () => {
    const { board, read } = powered();
    expect(ascii(read(FW_CFG.signature, 4))).toBe('QEMU');
    expect(read(FW_CFG.id, 4)).toEqual([3, 0, 0, 0]);
    expect([board.ports.read(0x514, 4), board.ports.read(0x518, 4)]).toEqual([0x554d_4551, 0x4746_4320]);
  });

  it('gives numbers little endian and zeros past the end', () => {
    const { inputs, read } = powered();
    inputs.setU16(FW_CFG.cpuCount, 2);
    inputs.setU64(FW_CFG.ramSize, 0x1_2345_6789);
    expect(read(FW_CFG.cpuCount, 4)).toEqual([2, 0, 0, 0]);
    expect(read(FW_CFG.ramSize, 9)).toEqual([0x89, 0x67, 0x45, 0x23, 1, 0, 0, 0, 0]);
    expect(read(0x3333, 2)).toEqual([0, 0]);
  });

  it('lists files by name', () => {
    const { inputs, read } = powered();
    inputs.setFile('opt/b', Uint8Array.of(1, 2, 3));
    inputs.setFile('etc/a', Uint8Array.of(9));
    inputs.setFile('opt/b', Uint8Array.of(4, 5));
    const directory = read(FW_CFG.fileDirectory, 4 + 128);
    expect(directory.slice(0, 12)).toEqual([0, 0, 0, 2, 0, 0, 0, 1, 0, 0x20, 0, 0]);
    expect(ascii(directory.slice(12, 18))).toBe('etc/a\0');
    expect(directory.slice(68, 76)).toEqual([0, 0, 0, 2, 0, 0x21, 0, 0]);
    expect(read(0x21, 3)).toEqual([4, 5, 0]);
    expect(() => inputs.setFile('x'.repeat(56), Uint8Array.of())).toThrow(RangeError);
  });

  it('reads, skips and selects by DMA', () => {
    const { board, inputs, dma } = powered();
    inputs.setItem(FW_CFG.commandLineData, new TextEncoder().encode('console=ttyS0'));
    board.memory.fill(0xee, 0x200, 0x240);
    expect(dma((FW_CFG.commandLineData << 16) | 0x0a, 8, 0x200)).toBe(0);
    expect(ascii(board.memory.subarray(0x200, 0x209))).toBe('console=\xee');
    expect(dma(0x04, 3, 0)).toBe(0);
    expect(dma(0x02, 6, 0x220)).toBe(0);
    expect([...board.memory.subarray(0x220, 0x227)]).toEqual([0x53, 0x30, 0, 0, 0, 0, 0xee]);
    expect(dma((FW_CFG.signature << 16) | 0x18, 4, 0x200)).toBe(1);
  });
});

testDevice(fwCfg, {
  prepare(_board, { inputs }) {
    inputs.setFile('etc/test', new Uint8Array(300).map((_, index) => index));
  },
  steps: 150,
});
