import { describe, expect, it } from 'vitest';
import { parseMoo } from './moo.ts';

const chunk = (id: string, ...parts: (Buffer | number[])[]): Buffer => {
  const data = Buffer.concat(parts.map((p) => Buffer.from(p as number[])));
  const header = Buffer.alloc(8);
  header.write(id, 0, 'latin1');
  header.writeUInt32LE(data.length, 4);
  return Buffer.concat([header, data]);
};

const initial = chunk('INIT', chunk('REGS', [0x01, 0x30, 0x34, 0x12, 0x00, 0x01, 0x02, 0xf0]), chunk('RAM ', [1, 0, 0, 0, 0x78, 0x56, 0x04, 0, 0x90]));
const final = chunk('FINA', chunk('REGS', [0x00, 0x10, 0x01, 0x01]), chunk('RAM ', [0, 0, 0, 0]));
const one = chunk('TEST', [7, 0, 0, 0], chunk('BYTS', [1, 0, 0, 0, 0x90]), initial, final, chunk('EXCP', [13, 0x10, 0x20, 0, 0]));
const header = chunk('MOO ', [1, 0, 0, 0, 1, 0, 0, 0], Buffer.from('C286'));

describe('parseMoo', () => {
  it('reads registers by their bit in the mask, memory and the exception', () => {
    const [file] = [...parseMoo(Buffer.concat([header, one]), '90')];
    expect(file).toMatchObject({ opcode: '90', cpu: 'C286' });
    expect(file!.tests).toEqual([{
      index: 7, bytes: new Uint8Array([0x90]),
      initial: { ax: 0x1234, ip: 0x100, flags: 0xf002 }, initialRam: [[0x45678, 0x90]],
      final: { ip: 0x101 }, finalRam: [], exception: { vector: 13, flagsAddress: 0x2010 },
    }]);
  });

  it('separates files that were put behind each other', () => {
    const image = Buffer.concat([chunk('FILE', Buffer.from('80.1')), header, one, one, chunk('FILE', Buffer.from('90')), header, one]);
    expect([...parseMoo(image, 'x')].map((f) => [f.opcode, f.tests.length])).toEqual([['80.1', 2], ['90', 1]]);
  });

  it('refuses a chunk that is longer than the file', () => {
    expect(() => [...parseMoo(Buffer.concat([header, one]).subarray(0, -3), '90')]).toThrow(/TEST.*cut short/);
  });
});
