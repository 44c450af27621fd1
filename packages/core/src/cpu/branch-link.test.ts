import { expect, it } from 'vitest';
import { createInterpreter } from '../testing/interpreter.ts';
import { segment } from './state.ts';

const CODE = 0x7c00, HANDLER = 0x7d00, STACK = 0x7000, COUNT = 0x6000, GDT = 0x1000, IDT = 0x2000;
const UNDEFINED_OPCODE = 6;

it('a branch whose target faults is not linked to the handler in its page', () => {
  const executor = createInterpreter(0x10_0000);
  const { memory, state } = executor;
  memory.writeU64(GDT + 8, 0x00cf_9b00_0000_ffffn);
  memory.writeU64(GDT + 16, 0x00cf_9300_0000_ffffn);
  memory.writeU64(IDT + 8 * UNDEFINED_OPCODE, BigInt(HANDLER) | (8n << 16n) | (0x8en << 40n));
  memory.write(CODE, Uint8Array.of(0xe9, 0xfb, 0x83, 0x1f, 0x00)); // JMP 200000, where no memory is: #UD at the target
  memory.write(HANDLER, Uint8Array.of(
    0xff, 0x05, 0x00, 0x60, 0x00, 0x00, // INC dword [COUNT]
    0x83, 0x3d, 0x00, 0x60, 0x00, 0x00, 0x03, // CMP dword [COUNT], 3
    0x74, 0x08, // JE to the HLT
    0xc7, 0x04, 0x24, 0x00, 0x7c, 0x00, 0x00, // MOV dword [ESP], CODE
    0xcf, // IRET
    0xf4, // HLT
  ));
  state.set64('cr0', 0x11n);
  state.set64('gdtrBase', BigInt(GDT));
  state.set('gdtrLimit', 0x17);
  state.set64('idtrBase', BigInt(IDT));
  state.set('idtrLimit', 0x7ff);
  for (let n = 0; n < 6; n++) {
    const isCode = n === segment.cs;
    state.set('segmentSelector', isCode ? 8 : 16, n);
    state.set64('segmentBase', 0n, n);
    state.set('segmentLimit', 0xffff_ffff, n);
    state.set('segmentAccess', isCode ? 0xc09b : 0xc093, n);
  }
  state.rip = BigInt(CODE);
  state.setReg(4, BigInt(STACK));
  executor.load(state.u8.slice());
  executor.run(1000);
  expect(state.get('halted')).toBe(1);
  expect(memory.readU32(COUNT)).toBe(3);
  expect(state.reg(4)).toBe(BigInt(STACK - 12));
});
