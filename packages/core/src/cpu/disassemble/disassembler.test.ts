import { describe, expect, it } from 'vitest';
import { map0f38 } from '../isa/three-byte.ts';
import { oneByte } from '../isa/one-byte.ts';
import { row } from '../isa/row.ts';
import { NOP } from '../semantics/move.ts';
import { twoByte } from '../isa/two-byte.ts';
import { Disassembler } from './disassembler.ts';
import type { CodeSize } from './disassembler.ts';

const all = new Disassembler({ hasFeature: () => true });
const read = (bytes: string, codeSize: CodeSize = 64, rip = 0x1000n, disassembler = all): string =>
  disassembler.disassemble(new Uint8Array(Buffer.from(bytes.replaceAll(' ', ''), 'hex')), 0, codeSize, rip).text;

describe('disassembler', () => {
  it.each([
    [16, '00 56 f3', 'add [bp-0Dh],dl'], [64, '48 89 e5', 'mov rbp,rsp'], [64, '88 e5', 'mov ch,ah'], [64, '40 88 e5', 'mov bpl,spl'],
    [32, '8b 04 8d 78 56 34 12', 'mov eax,[ecx*4+12345678h]'], [64, '8b 05 10 00 00 00', 'mov eax,[rel 1016h]'], [64, '64 48 8b 04 25 28 00 00 00', 'mov rax,[fs:28h]'],
    [64, '48 b8 88 77 66 55 44 33 22 11', 'mov rax,1122334455667788h'], [16, '67 a1 00 00 01 00', 'mov ax,[dword 10000h]'],
  ] as const)('addresses and registers: %i-bit %s is %s', (codeSize, bytes, text) => {
    expect(read(bytes, codeSize)).toBe(text);
  });

  it.each([
    ['c6 00 05', 'mov byte [rax],5'], ['48 c7 00 ff ff ff ff', 'mov qword [rax],0FFFFFFFFFFFFFFFFh'], ['0f b6 00', 'movzx eax,byte [rax]'], ['48 63 07', 'movsxd rax,[rdi]'],
    ['0f 00 10', 'lldt [rax]'], ['d9 00', 'fld dword [rax]'], ['0f 60 00', 'punpcklbw mm0,[rax]'], ['f3 0f 2a 00', 'cvtsi2ss xmm0,dword [rax]'], ['8e 18', 'mov ds,[rax]'],
  ])('the size of a memory operand is told when nothing else tells it: %s is %s', (bytes, text) => {
    expect(read(bytes)).toBe(text);
  });

  it.each([
    [16, '98', 'cbw'], [32, '98', 'cwde'], [64, '48 98', 'cdqe'], [64, '66 9c', 'pushfw'], [32, '9c', 'pushf'], [64, '48 cf', 'iretq'], [32, '67 e3 00', 'jcxz 00001003h'],
    [64, 'f3 48 a5', 'rep movsq'], [32, '26 a7', 'es cmpsd'], [64, '67 e2 fe', 'loop 0000000000001001h,ecx'], [32, '66 06', 'o16 push es'], [64, 'f0 48 0f c1 07', 'lock xadd [rdi],rax'],
  ] as const)('names by operand and address size: %i-bit %s is %s', (codeSize, bytes, text) => {
    expect(read(bytes, codeSize)).toBe(text);
  });

  it.each([
    [64, '74 7e', 'je short 0000000000001080h'], [64, '0f 84 00 00 00 00', 'je near 0000000000001006h'], [32, '9a 78 56 34 12 08 00', 'call 8:12345678h'],
    [16, '66 ff 2e 00 10', 'jmp dword far [1000h]'], [64, '0f 20 c0', 'mov rax,cr0'], [32, '0f 21 f8', 'mov eax,dr7'], [64, 'f3 0f 1e fa', 'endbr64'],
  ] as const)('branches and system registers: %i-bit %s is %s', (codeSize, bytes, text) => {
    expect(read(bytes, codeSize)).toBe(text);
  });

  it.each([
    ['c5 fc 58 c1', 'vaddps ymm0,ymm0,ymm1'], ['c4 41 7b 58 00', 'vaddsd xmm8,xmm0,[r8]'], ['c4 e3 7d 19 c1 01', 'vextractf128 xmm1,ymm0,1'], ['c4 e2 7d 20 07', 'vpmovsxbw ymm0,[rdi]'],
    ['c4 e3 71 4a c2 30', 'vblendvps xmm0,xmm1,xmm2,xmm3'], ['c4 e2 6d 90 04 8f', 'vpgatherdd ymm0,[rdi+ymm1*4],ymm2'], ['c4 e2 ed 92 04 8f', 'vgatherdpd ymm0,[rdi+xmm1*4],ymm2'],
    ['c4 e2 6d 91 04 8f', 'vpgatherqd xmm0,[rdi+ymm1*4],xmm2'], ['c4 e2 f0 f2 c2', 'andn rax,rcx,rdx'], ['c4 e2 78 f3 c9', 'blsr eax,ecx'], ['c5 f8 77', 'vzeroupper'], ['c5 fd 7f 07', 'vmovdqa [rdi],ymm0'],
  ])('VEX: %s is %s', (bytes, text) => {
    expect(read(bytes)).toBe(text);
  });

  it('VEX has to be as the row wants it', () => {
    for (const bytes of ['66 c5 fc 58 c1', 'f3 c5 fc 58 c1', '48 c5 fc 58 c1', 'f0 c5 fc 58 c1']) expect(read(bytes)).toBe('(bad)');
    expect(read('c5 f4 77')).toBe('(bad)'); // VEX.vvvv names a register of which the instruction has no use
    expect(read('c4 e3 79 19 c1 01')).toBe('(bad)'); // VEX.L = 0
    expect(read('c5 07', 32)).toBe('lds eax,[edi]');
  });

  it('what the CPU does not execute is bad', () => {
    expect(read('0f 0e')).toBe('(bad)');
    expect(read('06')).toBe('(bad)');
    expect(read('f0 89 c0')).toBe('(bad)');
  });

  it('tells how long an instruction is, or that it goes on', () => {
    expect(all.disassemble(new Uint8Array([0x90, 0x0f, 0x05]), 1, 64, 0n)).toEqual({ text: 'syscall', lengthBytes: 2 });
    expect(all.disassemble(new Uint8Array([0x0f]), 0, 64, 0n)).toEqual({ text: '(incomplete)', lengthBytes: 0 });
    expect(all.disassemble(new Uint8Array(20).fill(0x66), 0, 64, 0n)).toEqual({ text: '(bad)', lengthBytes: 15 });
  });

  it('an instruction whose feature is off is bad', () => {
    expect(read('0f 01 e8', 64, 0n, new Disassembler({ hasFeature: (name) => name !== 'serialize' }))).toBe('(bad)');
  });

  it('a new row is read at once', () => {
    const maps = { oneByte, twoByte: { ...twoByte, 0x0e: row({ ...NOP, name: 'newcomer' }, 'Gv Eb') }, map0f38, map0f3a: {}, vex0f: {}, vex0f38: {}, vex0f3a: {} };
    expect(read('0f 0e 07', 64, 0n, new Disassembler({ maps }))).toBe('newcomer eax,[rdi]');
  });
});
