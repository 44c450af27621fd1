// The two address spaces, lines and PCI configuration space.
import { describe, expect, it } from 'vitest';
import { fanOut, Line, WiredOr } from './line.ts';
import { MmioSpace } from './mmio-bus.ts';
import { ConfigSpace } from './pci-config-space.ts';
import type { AccessSize, Claim } from './port-bus.ts';
import { PortSpace } from './port-bus.ts';

function claimOf(owner: string, start: number, length: number, width: AccessSize, log: string[] = []): Claim {
  return {
    owner,
    start,
    length,
    width,
    handler: {
      read(offset, size) {
        log.push(`${owner} read ${offset}/${size}`);
        return 0x4433_2211 >>> (8 * (offset & 3));
      },
      write: (offset, value, size) => void log.push(`${owner} write ${offset}/${size} ${value.toString(16)}`),
    },
  };
}

describe('ports', () => {
  it('splits what is wider than the part, in ascending order', () => {
    const log: string[] = [];
    const ports = new PortSpace();
    ports.claim(claimOf('bytes', 0x40, 4, 1, log));
    ports.claim(claimOf('words', 0x50, 4, 2, log));
    expect(ports.read(0x40, 4)).toBe(0x4433_2211);
    ports.write(0x50, 4, 0xaabb_ccdd);
    expect(log).toEqual(['bytes read 0/1', 'bytes read 1/1', 'bytes read 2/1', 'bytes read 3/1', 'words write 0/2 ccdd', 'words write 2/2 aabb']);
    expect(ports.read(0x42, 1)).toBe(0x33);
  });

  it('gives all ones where nothing is, mixed with what is', () => {
    const ports = new PortSpace();
    const unclaimed: number[] = [];
    ports.traceUnclaimed = ({ address }) => void unclaimed.push(address);
    ports.claim(claimOf('bytes', 0x40, 1, 1));
    expect([ports.read(0x10, 1), ports.read(0x10, 2), ports.read(0x10, 4), ports.read(0x40, 2)]).toEqual([0xff, 0xffff, 0xffff_ffff, 0xff11]);
    expect(ports.read(0xffff, 2)).toBe(0xffff);
    expect(ports.unclaimedCount).toBe(10);
    expect(unclaimed).toEqual([0x10, 0x11, 0x12, 0x13, 0x41, 0xffff, 0x0000]);
  });

  it('lets the narrower of two overlapping claims win, in either order', () => {
    for (const order of [[0, 1], [1, 0]]) {
      const log: string[] = [];
      const ports = new PortSpace();
      const claims = [claimOf('pci', 0xcf8, 4, 4, log), claimOf('reset', 0xcf9, 1, 1, log)];
      for (const index of order) ports.claim(claims[index]);
      ports.write(0xcf8, 4, 1);
      ports.write(0xcf9, 1, 6);
      expect(log).toEqual(['pci write 0/4 1', 'reset write 0/1 6']);
      ports.release(claims[1]);
      ports.write(0xcf9, 1, 6);
      expect(log.at(-1)).toBe('pci write 1/1 6');
    }
  });

  it('refuses two parts of the board at one place, and lets a moved one wait', () => {
    const ports = new PortSpace();
    const first = claimOf('com1', 0x3f8, 8, 1);
    ports.claim(first);
    expect(() => ports.claim(claimOf('com2', 0x3fc, 8, 1))).toThrow('com2: port 0x3fc is taken by com1');
    expect(() => ports.claim(claimOf('far', 0xffff, 2, 1))).toThrow(RangeError);
    const log: string[] = [];
    ports.claim(claimOf('moved', 0x3f8, 8, 1, log), true);
    ports.read(0x3f8, 1);
    expect(log).toEqual([]);
    ports.release(first);
    ports.read(0x3f8, 1);
    expect(log).toEqual(['moved read 0/1']);
  });

  it('traces every access while asked to', () => {
    const ports = new PortSpace();
    const seen: string[] = [];
    ports.claim(claimOf('part', 0x40, 1, 1));
    ports.trace = ({ kind, address, size, value, owner }) => void seen.push(`${kind} ${address}/${size} ${value} ${owner}`);
    ports.read(0x40, 1);
    ports.write(0x41, 1, 5);
    expect(seen).toEqual(['read 64/1 17 part', 'write 65/1 5 undefined']);
  });
});

describe('mmio', () => {
  it('finds claims, splits, and counts what nothing claims', () => {
    const log: string[] = [];
    const mmio = new MmioSpace();
    for (const start of [0xfee0_0000, 0xfec0_0000, 0xfed0_0000]) mmio.claim(claimOf(start.toString(16), start, 0x1000, 4, log));
    expect(mmio.read(0xfed0_0000, 4)).toBe(0x4433_2211);
    expect(mmio.read(0xfed0_0ffe, 4)).toBe(0xffff_4433);
    mmio.write(0xfec0_0010, 2, 0xabcd);
    expect(log.at(-1)).toBe('fec00000 write 16/2 abcd');
    expect(mmio.read(0xf000_0000, 2)).toBe(0xffff);
    expect(mmio.unclaimedCount).toBe(3);
    // Two bytes of nothing, then the first two of the claim.
    expect(mmio.read(0xfebf_fffe, 4)).toBe(0x2211_ffff);
  });

  it('gives the place of a released claim to one that waits for it', () => {
    const mmio = new MmioSpace();
    const first = claimOf('first', 0x1000, 0x1000, 4);
    mmio.claim(first);
    expect(() => mmio.claim(claimOf('second', 0x1800, 0x1000, 4))).toThrow('taken by first');
    mmio.claim(claimOf('second', 0x1800, 0x1000, 4), true);
    expect(mmio.claims).toHaveLength(1);
    mmio.release(first);
    expect(mmio.claims.map(({ owner }) => owner)).toEqual(['second']);
  });
});

describe('lines', () => {
  it('carry changes only, to all receivers', () => {
    const seen: string[] = [];
    const line = new Line(fanOut((level) => void seen.push(`a ${level}`), (level) => void seen.push(`b ${level}`)));
    line.raise();
    line.raise();
    line.lower();
    expect(seen).toEqual(['a true', 'b true', 'a false', 'b false']);
  });

  it('a wired OR is asserted while any driver is', () => {
    const seen: boolean[] = [];
    const wire = new WiredOr((level) => void seen.push(level));
    const [first, second] = [wire.input(), wire.input()];
    first(true);
    second(true);
    second(true);
    first(false);
    first(false);
    expect(seen).toEqual([true]);
    second(false);
    expect(seen).toEqual([true, false]);
  });
});

describe('PCI configuration space', () => {
  const config = () =>
    new ConfigSpace({
      vendorId: 0x1022,
      deviceId: 0x2000,
      revision: 0x10,
      classCode: 0x02_0000,
      interruptPin: 1,
      command: { reset: 0, writable: 0x0107 },
      registers: { LATCH: { offset: 0x40, sizeBytes: 2, reset: 0x1234, writable: 0x00ff, clearedByOne: 0xf000 } },
      bars: { io: { index: 0, kind: 'io', sizeBytes: 32 }, memory: { index: 1, kind: 'memory', sizeBytes: 4096 } },
    });

  it('sizes and decodes base addresses only while the command register enables them', () => {
    const space = config();
    const io = { index: 0, kind: 'io', sizeBytes: 32 } as const;
    space.writeConfig(0x10, 4, 0xffff_ffff);
    space.writeConfig(0x14, 4, 0xffff_ffff);
    expect([space.readConfig(0x10, 4), space.readConfig(0x14, 4), space.readConfig(0x18, 4)]).toEqual([0xffff_ffe1, 0xffff_f000, 0]);
    space.writeConfig(0x10, 4, 0xc101);
    expect(space.barAddress(io)).toBeUndefined();
    space.writeConfig(4, 2, 1);
    expect(space.barAddress(io)).toBe(0xc100);
    space.writeConfig(0x10, 4, 0xffff_ffe1);
    expect(space.barAddress(io)).toBeUndefined();
  });

  it('applies write masks and write-one-to-clear, and tells which register was written', () => {
    const space = config();
    const written: (string | undefined)[] = [];
    space.onWritten = (register) => void written.push(register);
    space.set('LATCH', 0xf234);
    space.writeConfig(0x41, 1, 0x35);
    space.writeConfig(0x40, 1, 0x77);
    expect(space.get('LATCH')).toBe(0xc277);
    space.writeConfig(0x3c, 1, 11);
    space.writeConfig(0x50, 4, 1);
    expect([space.readConfig(0x3c, 2), space.readConfig(0x50, 4)]).toEqual([0x010b, 0]);
    expect(written).toEqual(['LATCH', 'LATCH', undefined]);
  });
});
