/** The functions that opcode tables refer to by name: `micro('lgdt', …)`. */
import type { MicrocodeFunction } from './core.ts';
import { clts, invlpg, invpcid, lmsw, mov_from_cr, mov_to_cr, rdpkru, smsw, wbinvd, wrpkru, xgetbv, xsetbv } from './control-registers.ts';
import { mov_from_dr, mov_to_dr } from './debug-registers.ts';
import { lgdt, lidt, lldt, ltr, sgdt, sidt, sldt, str } from './descriptor-tables.ts';
import { ret_far, ret_far_imm } from './far-return.ts';
import { call_far, call_far_mem, jmp_far, jmp_far_mem } from './far-transfers.ts';
import { clac, cli, popf, pushf, stac, sti } from './flags.ts';
import { fxrstor, fxsave, ldmxcsr, stmxcsr, vldmxcsr, vstmxcsr, xrstor, xsave, xsavec, xsaveopt } from './fpu-state.ts';
import { bound, enter } from './frames.ts';
import { int1, int3, int_imm, into } from './interrupts.ts';
import { ins, outs, port_in, port_out } from './io.ts';
import { iret } from './iret.ts';
import { maskmovdqu, maskmovq } from './masked-move.ts';
import { arpl, lar, lsl, verr, verw } from './segment-queries.ts';
import { load_far_pointer, mov_from_sreg, mov_sreg, pop_sreg, push_sreg } from './segments.ts';
import { syscall, sysenter, sysexit, sysret } from './syscall.ts';
import {
  clflush, cpuid, hlt, rdfsbase, rdgsbase, rdmsr, rdpmc, rdrand, rdtsc, rdtscp, swapgs, undefined_opcode, wrfsbase, wrgsbase, wrmsr,
} from './system.ts';
import { gather_dwords, gather_qwords, masked_load_dwords, masked_load_qwords, masked_store_dwords, masked_store_qwords } from './vector-memory.ts';
import { fldenv, fnsave, fnstenv, frstor } from './x87-environment.ts';

export const microcode = {
  mov_sreg, mov_from_sreg, push_sreg, pop_sreg, load_far_pointer,
  call_far, call_far_mem, jmp_far, jmp_far_mem, ret_far, ret_far_imm,
  int_imm, int3, into, int1, iret,
  syscall, sysret, sysenter, sysexit,
  mov_to_cr, mov_from_cr, mov_to_dr, mov_from_dr, clts, lmsw, smsw, xgetbv, xsetbv, rdpkru, wrpkru,
  invlpg, invpcid, wbinvd, invd: wbinvd, clflush,
  lgdt, lidt, sgdt, sidt, lldt, ltr, sldt, str,
  lar, lsl, verr, verw, arpl,
  cli, sti, pushf, popf, clac, stac,
  hlt, cpuid, rdtsc, rdtscp, rdpmc, rdmsr, wrmsr, rdrand, rdseed: rdrand, swapgs, rdfsbase, rdgsbase, wrfsbase, wrgsbase,
  ud: undefined_opcode, rsm: undefined_opcode, getsec: undefined_opcode, vmcall: undefined_opcode, monitor: undefined_opcode, mwait: undefined_opcode,
  xsaves: undefined_opcode, xrstors: undefined_opcode,
  bound, enter, maskmovq, maskmovdqu,
  in: port_in, out: port_out, ins, outs,
  fxsave, fxrstor, xsave, xsavec, xsaveopt, xrstor, fnsave, frstor, fnstenv, fldenv, ldmxcsr, stmxcsr, vldmxcsr, vstmxcsr,
  gather_dwords, gather_qwords, masked_load_dwords, masked_load_qwords, masked_store_dwords, masked_store_qwords,
} as const satisfies Record<string, MicrocodeFunction>;
