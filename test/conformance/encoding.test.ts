import { describe, expect, it } from 'vitest';
import { operandOffset, scanEncoding } from './encoding.ts';

const offset = (hex: string, mode: 16 | 32, registers: readonly number[]): number | undefined => {
  const bytes = new Uint8Array(Buffer.from(hex, 'hex'));
  return operandOffset(bytes, scanEncoding(bytes, mode), mode, registers);
};
const registers = [0x1_0000, 1, 2, 0x2_0300, 0x4000, 0x50, 6, 0xfff0];

describe('scanEncoding', () => {
  it('takes the last repeat prefix, and the operand size from 66 and REX.W', () => {
    expect(scanEncoding(new Uint8Array([0xf2, 0xf3, 0xa4]), 32)).toMatchObject({ repeat: 0xf3, map: 0, opcode: 0xa4, operandSize: 32 });
    expect(scanEncoding(new Uint8Array([0x66, 0x0f, 0x38, 0xf0, 0x01]), 32)).toMatchObject({ map: 2, opcode: 0xf0, modrm: 1, operandSize: 16 });
    expect(scanEncoding(new Uint8Array([0x66, 0x48, 0x01, 0xc0]), 64)).toMatchObject({ rex: 0x48, opcode: 1, operandSize: 64 });
  });

  it('has no 66 and 0F on parts before the 80386', () => {
    expect(scanEncoding(new Uint8Array([0xf1, 0x66, 0x01]), 16, 'early')).toMatchObject({ prefixes: [0xf1], opcode: 0x66 });
  });
});

describe('operandOffset', () => {
  it('adds 16-bit registers and displacement within 64 KiB', () => {
    expect(offset('8b00', 16, registers)).toBe(0x306);
    expect(offset('8b41fe', 16, registers)).toBe(0x2ee);
    expect(offset('8b063412', 16, registers)).toBe(0x1234);
    expect(offset('0fb68600ff', 16, registers)).toBe(0xff50);
  });

  it('knows SIB and the 67 prefix', () => {
    expect(offset('678b4c8b10', 16, registers)).toBe(0x2_0300 + 4 + 0x10);
    expect(offset('8b0578563412', 32, registers)).toBe(0x1234_5678);
    expect(offset('8bc1', 32, registers)).toBeUndefined();
  });
});
