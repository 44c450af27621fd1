/**
 * Instruction patterns, each a few instructions that are repeated in a loop: the bytes mean the same in 32-bit and in 64-bit code.
 *
 * Their registers: EBP counts the loop and is not touched; EBX = EDI = the address of data that may be written, EDX = 5, ECX = 3, ESI = 7; EDI + 0x40 and ESI
 * where a pattern says so. No system calls and nothing that leaves generated code by design.
 */

export interface Pattern {
  readonly name: string;
  /** As a listing, for the reader. */
  readonly text: string;
  /** The bytes in hexadecimal, or, where they depend on it, for an address and a place in a table of addresses of code. */
  readonly code: string | ((at: number, table: TableOfCode) => string);
  readonly instructions: number;
}

interface TableOfCode {
  /** Address of a function that returns at once. */
  readonly returns: number;
  /** Puts `target` into the table: its displacement from EBX. */
  add(target: number): number;
}

const le32 = (value: number): string => Array.from({ length: 4 }, (_, byte) => ((value >>> (8 * byte)) & 0xff).toString(16).padStart(2, '0')).join(' ');

const pattern = (name: string, text: string, instructions: number, code: Pattern['code']): Pattern => ({ name, text, code, instructions });

export const PATTERNS: readonly Pattern[] = [
  pattern('nothing', 'nop', 1, '90'),
  pattern('alu, registers', 'add eax,edx; xor ecx,eax; sub esi,ecx; and eax,esi', 4, '01 d0  31 c1  29 ce  21 f0'),
  pattern('alu, immediate', 'add eax,0x1234567; xor ecx,5; or eax,ecx', 3, '05 67 45 23 01  83 f1 05  09 c8'),
  pattern('alu, carry', 'add eax,edx; adc ecx,esi; sub eax,7; sbb ecx,0', 4, '01 d0  11 f1  83 e8 07  83 d9 00'),
  pattern('alu, bytes', 'add al,dl; xor dh,al; mov ah,dh', 3, '00 d0  30 c6  88 f4'),
  pattern('alu from memory', 'add eax,[rbx]; xor ecx,[rbx+8]', 2, '03 03  33 4b 08'),
  pattern('alu to memory', 'add [rbx],eax; xor [rbx+8],edx', 2, '01 03  31 53 08'),
  pattern('inc and dec', 'inc eax; dec ecx', 2, 'ff c0  ff c9'),
  pattern('mov', 'mov eax,edx; mov ecx,eax; mov eax,0x1234', 3, '89 d0  89 c1  b8 34 12 00 00'),
  pattern('load', 'mov eax,[rbx]; mov ecx,[rbx+16]', 2, '8b 03  8b 4b 10'),
  pattern('store', 'mov [rbx],eax; mov [rbx+16],ecx', 2, '89 03  89 4b 10'),
  pattern('load, scaled index', 'mov eax,[rbx+rdx*4+8]; mov ecx,[rbx+rsi*8]', 2, '8b 44 93 08  8b 0c f3'),
  pattern('load across pages', 'mov eax,[rbx+0xffe]', 1, '8b 83 fe 0f 00 00'),
  pattern('push and pop', 'push rax; push rcx; pop rax; pop rcx', 4, '50 51 58 59'),
  pattern('call and ret', 'call f; f: ret', 2, (at, table) => `e8 ${le32(table.returns - (at + 5))}`),
  pattern('call through memory', 'call [rbx+n]; f: ret', 2, (_at, table) => `ff 93 ${le32(table.add(table.returns))}`),
  pattern('jmp', 'jmp next', 1, 'eb 00'),
  pattern('jmp through memory', 'jmp [rbx+n]', 1, (at, table) => `ff a3 ${le32(table.add(at + 6))}`),
  pattern('cmp and jcc, taken', 'cmp eax,eax; je next', 2, '39 c0  74 00'),
  pattern('cmp and jcc, not taken', 'cmp eax,eax; jne next', 2, '39 c0  75 00'),
  pattern('test and jcc', 'test edx,edx; jne next', 2, '85 d2  75 00'),
  pattern('setcc and cmov', 'cmp eax,edx; setl cl; cmovge eax,esi', 3, '39 d0  0f 9c c1  0f 4d c6'),
  pattern('shift by a constant', 'shl eax,3; shr ecx,1; sar eax,2', 3, 'c1 e0 03  d1 e9  c1 f8 02'),
  pattern('shift by CL', 'shl eax,cl; shr edx,cl', 2, 'd3 e0  d3 ea'),
  pattern('rotate, double shift', 'rol eax,5; shld ecx,eax,7', 2, 'c1 c0 05  0f a4 c1 07'),
  pattern('imul', 'imul eax,edx; imul ecx,eax,100', 2, '0f af c2  6b c8 64'),
  pattern('mul', 'mul esi', 1, 'f7 e6'),
  pattern('div', 'or eax,0x75bcd15; xor edx,edx; div esi', 3, '0d 15 cd 5b 07  31 d2  f7 f6'),
  pattern('idiv', 'or eax,0x75bcd15; cdq; idiv esi', 3, '0d 15 cd 5b 07  99  f7 fe'),
  pattern('lea', 'lea eax,[rbx+rdx*2]; lea ecx,[rax+16]', 2, '8d 04 53  8d 48 10'),
  pattern('movzx, movsx', 'movzx eax,dl; movsx ecx,al; movzx eax,byte [rbx]', 3, '0f b6 c2  0f be c8  0f b6 03'),
  pattern('bits', 'bt eax,edx; bsf ecx,esi; bswap eax', 3, '0f a3 d0  0f bc ce  0f c8'),
  pattern('xchg', 'xchg [rbx],eax', 1, '87 03'),
  pattern('lock xadd', 'lock xadd [rbx],eax', 1, 'f0 0f c1 03'),
  pattern('lock cmpxchg', 'lock cmpxchg [rbx],edx', 1, 'f0 0f b1 13'),
  pattern('rep movsd, 64 bytes', 'lea esi,[rbx]; lea edi,[rbx+1024]; mov ecx,16; rep movsd', 4, '8d 33  8d bb 00 04 00 00  b9 10 00 00 00  f3 a5'),
  pattern('rep stosd, 64 bytes', 'lea edi,[rbx+1024]; mov ecx,16; rep stosd', 3, '8d bb 00 04 00 00  b9 10 00 00 00  f3 ab'),
  pattern('movsd, stosb', 'lea esi,[rbx]; lea edi,[rbx+1024]; movsd; stosb', 4, '8d 33  8d bb 00 04 00 00  a5  aa'),
  pattern('SSE2, integers', 'paddd xmm0,xmm1; pxor xmm2,xmm0; pshufd xmm3,xmm2,0x1b', 3, '66 0f fe c1  66 0f ef d0  66 0f 70 da 1b'),
  pattern('SSE2, load and store', 'movdqu xmm0,[rbx]; movdqu [rbx+32],xmm0', 2, 'f3 0f 6f 03  f3 0f 7f 43 20'),
  pattern('SSE2, compare bytes', 'pcmpeqb xmm0,[rbx]; pmovmskb eax,xmm0', 2, '66 0f 74 03  66 0f d7 c0'),
  pattern('SSE2, scalar doubles', 'addsd xmm0,xmm1; mulsd xmm0,xmm2', 2, 'f2 0f 58 c1  f2 0f 59 c2'),
  pattern('SSE2, pairs of doubles', 'addpd xmm0,xmm1; mulpd xmm0,xmm2', 2, '66 0f 58 c1  66 0f 59 c2'),
  pattern('SSE2, divide and root', 'divsd xmm3,xmm2; sqrtsd xmm4,xmm2', 2, 'f2 0f 5e da  f2 0f 51 e2'),
  pattern('SSE2, convert', 'cvtsi2sd xmm0,edx; cvttsd2si eax,xmm0', 2, 'f2 0f 2a c2  f2 0f 2c c0'),
  pattern('SSE2, compare and jcc', 'ucomisd xmm1,xmm2; ja next', 2, '66 0f 2e ca  77 00'),
  pattern('x87, add', 'fld1; fld1; faddp; fstp st0', 4, 'd9 e8  d9 e8  de c1  dd d8'),
  pattern('x87, memory', 'fld qword [rbx]; fmul qword [rbx+8]; fstp qword [rbx+16]', 3, 'dd 03  dc 4b 08  dd 5b 10'),
  pattern('x87, divide and root', 'fld1; fldpi; fdivp; fsqrt; fstp st0', 5, 'd9 e8  d9 eb  de f9  d9 fa  dd d8'),
];
