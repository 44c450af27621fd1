/**
 * Puts a CPU fresh from reset into the state in which a boot protocol enters its kernel: flat segments, interrupts off, A20 on.
 *
 * Reference: Linux boot.rst ("32-bit boot protocol", "64-bit boot protocol"); Multiboot 0.6.96 §3.2; SDM vol. 3A 9.8.5 (into IA-32e mode).
 */

import type { Cpu } from '../cpu/cpu.ts';
import { setSegment } from '../cpu/microcode/registers.ts';
import { cr0, cr4, efer, gpr, segment } from '../cpu/state.ts';
import type { CpuEntry } from '../firmware/guest-memory.ts';

/** Descriptor bits 55–40 of flat segments: present, accessed, 4 GiB granularity; code is readable, data writable. */
const ACCESS = { code32: 0xc09b, code64: 0xa09b, data: 0xc093 } as const;
const FLAT_LIMIT = 0xffff_ffff;

export function enterKernel(cpu: Cpu, entry: CpuEntry): void {
  const { state } = cpu;
  const long = entry.mode === 'long';
  setSegment(state, segment.cs, entry.codeSelector, 0n, FLAT_LIMIT, long ? ACCESS.code64 : ACCESS.code32);
  for (const index of [segment.ds, segment.es, segment.fs, segment.gs, segment.ss]) setSegment(state, index, entry.dataSelector, 0n, FLAT_LIMIT, ACCESS.data);
  state.set64('gdtrBase', BigInt(entry.gdt.base));
  state.set('gdtrLimit', entry.gdt.limit);
  // No interrupt may come before the kernel has its own IDT: a fault before that is a triple fault.
  state.set64('idtrBase', 0n);
  state.set('idtrLimit', 0);

  state.set64('cr3', BigInt(entry.cr3));
  state.set64('cr4', BigInt(long ? cr4.pae : 0));
  state.set64('efer', BigInt(long ? efer.lme | efer.lma : 0));
  state.set64('cr0', BigInt((cr0.pe | cr0.et | (long ? cr0.pg : 0)) >>> 0));

  for (let register = 0; register < 16; register++) state.setReg(register, 0n);
  state.setReg(gpr.rax, BigInt(entry.rax));
  state.setReg(gpr.rbx, BigInt(entry.rbx));
  state.setReg(gpr.rsi, BigInt(entry.rsi));
  state.setReg(gpr.rsp, BigInt(entry.rsp));
  state.rip = BigInt(entry.ip);
  state.rflags = 2;
  cpu.flushTlb(true);
  cpu.stateChanged();
}
