import { describe, expect, it } from 'vitest';
import { VmxError } from './errors.ts';
import { SymbolTable } from './symbols.ts';

const filler = Array.from({ length: 10 }, (_, n) => `ffffffff8200${n}000 t filler${n}`).join('\n');
const map = `0000000000000000 A fixed_percpu_data
ffffffff81000000 T _stext
ffffffff81000100 T entry_SYSCALL_64
ffffffff81000200 t helper
ffffffff81000200 d not_code
ffffffffc0000000 t module_function\t[module]
${filler}
`;

describe('symbols', () => {
  const symbols = SymbolTable.parse(map, 'System.map');

  it.each([
    [0xffffffff81000000n, { name: '_stext', offset: 0 }], [0xffffffff810001ffn, { name: 'entry_SYSCALL_64', offset: 0xff }],
    [0xffffffff81000200n, { name: 'helper', offset: 0 }], [0xffffffffc0000010n, { name: 'module_function', offset: 0x10 }],
    [0xffffffff80ffffffn, undefined], [0xffffffff81900000n, undefined], [0n, undefined],
  ])('finds the function at %#x', (address, located) => {
    expect(symbols.locate(address)).toEqual(located);
  });

  it('takes the distance of a moved kernel from where system calls enter it', () => {
    expect(symbols.distance({ syscall: 0xffffffff9b000100n, sysenter: 0n })).toBe(0x1a000000n);
    expect(symbols.distance({ syscall: 0xffffffff81000100n, sysenter: 0n })).toBe(0n);
    // not entered yet, or another kernel
    expect(symbols.distance({ syscall: 0n, sysenter: 0n })).toBe(0n);
    expect(symbols.distance({ syscall: 0xffffffff9b000123n, sysenter: 0n })).toBe(0n);
  });

  it('takes it from SYSENTER with a 32-bit kernel', () => {
    const small = SymbolTable.parse(`c1000000 T _stext\nc1a00000 T entry_SYSENTER_32\n${filler}`, 'System.map');
    expect(small.distance({ syscall: 0n, sysenter: 0xc2a00000n })).toBe(0x1000000n);
  });

  it('refuses a file without symbols', async () => {
    expect(() => SymbolTable.parse('ffffffffffffffff B The real System.map is elsewhere\n', 'System.map')).toThrow(/^System.map: has no symbols/);
    await expect(SymbolTable.read('/nowhere/System.map')).rejects.toThrow(VmxError);
  });
});
