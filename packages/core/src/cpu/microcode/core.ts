/**
 * What microcode may touch. Microcode is the TypeScript side of the CPU: instructions too rare or too intricate to be worth
 * generating (far transfers, task switches, CPUID, MSRs …) and the delivery of interrupts. Interpreter and translator both call it.
 *
 * Contract of an instruction's function: RIP is the instruction's own while it runs. It checks everything first and throws a
 * `GuestFault` with the state untouched; then it changes the state. Afterwards RIP becomes `instruction.nextRip`,
 * unless it called `jump`.
 */
import type { Clock } from '../../time/clock.ts';
import type { PhysicalMemory } from '../../memory/physical.ts';
import type { PortBus } from '../../bus/port-bus.ts';
import type { CpuState } from '../state.ts';

/** Guest memory by linear address, through paging. All methods throw GuestFault (#PF, #GP/#SS for non-canonical addresses). Multi-byte accesses may cross pages. */
export interface LinearMemory {
  /** With the privilege of the current CPL. */
  read(linear: bigint, size: 1 | 2 | 4 | 8): bigint;
  write(linear: bigint, size: 1 | 2 | 4 | 8, value: bigint): void;
  /** Raises the fault a write of `size` bytes would raise, writes nothing. */
  probeWrite(linear: bigint, size: number): void;
  /** Implicit supervisor accesses, whatever the CPL: GDT, LDT, IDT, TSS (SDM vol. 3A, 4.6), and stacks of an inner privilege level. */
  readSystem(linear: bigint, size: 1 | 2 | 4 | 8): bigint;
  writeSystem(linear: bigint, size: 1 | 2 | 4 | 8, value: bigint): void;
  probeWriteSystem(linear: bigint, size: number): void;
}

/** A decoded instruction, as microcode sees it. */
export interface Instruction {
  /** RIP (EIP, IP) of the next instruction, already truncated to the code size. */
  readonly nextRip: bigint;
  readonly lengthBytes: number;
  /** 16, 32 or 64. */
  readonly operandSize: 16 | 32 | 64;
  readonly addressSize: 16 | 32 | 64;
  /** ModRM.mod is 3. */
  readonly isRegister: boolean;
  /** ModRM.reg with REX.R, and ModRM.rm with REX.B (a register's number; only when isRegister). */
  readonly reg: number;
  readonly rm: number;
  /** The low opcode byte. */
  readonly opcode: number;
  /** F3 or F2 prefix: 0xf3, 0xf2 or 0. */
  readonly repeat: number;
  /** Sign-extended immediate. ptr16:16 and ptr16:32: offset | selector << 32. ENTER: frame bytes | level << 16. */
  readonly immediate: bigint;
  /** Segment register (0–5) of the memory operand, override applied. */
  readonly segment: number;
  /** With a VEX prefix: VEX.vvvv as a register number, the vector's length, the vector register that is the index of the address, log2 of its factor. */
  readonly vvvv: number;
  readonly vectorBits: 128 | 256;
  readonly vectorIndex: number;
  readonly scale: number;
  /** Offset of the memory operand within its segment (effective address). */
  effectiveAddress(): bigint;
  /** Linear address of `size` bytes at the memory operand, `displacement` further; segment checks done (#GP, #SS). */
  linearAddress(size: number, write: boolean, displacement?: number | bigint): bigint;
}

/** The local APIC, where the CPU reaches it other than by memory. */
export interface LocalApicPort {
  /** IA32_APIC_BASE. */
  readBaseMsr(): bigint;
  /** False = the value is invalid: #GP. */
  writeBaseMsr(value: bigint): boolean;
  /** CR8: the high four bits of TPR. */
  readTpr(): number;
  writeTpr(value: number): void;
  /** x2APIC MSRs 0x800–0x8ff and IA32_TSC_DEADLINE (0x6e0), the latter in ticks of the clock without the guest's TSC offset; undefined/false = #GP. */
  readMsr(index: number): bigint | undefined;
  writeMsr(index: number, value: bigint): boolean;
}

export interface MicrocodeCore {
  readonly state: CpuState;
  readonly memory: LinearMemory;
  readonly physical: PhysicalMemory;
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly apic: LocalApicPort;
  readonly tscHz: number;
  /** 32 random bits. */
  random(): number;
  /** Continues at `rip` instead of at the next instruction. */
  jump(rip: bigint): void;
  /** After a change of CS, SS, CPL, EFLAGS.VM/AC/IF, CR0, CR3, CR4, EFER, any segment register or a debug register: recomputes what the decoder, TLBs and run loop derive. */
  stateChanged(): void;
  /** CR3 load and INVPCID; `global` includes global pages. */
  flushTlb(global: boolean): void;
  flushTlbPage(linear: bigint): void;
  /** Ends the run loop's slice after this instruction. */
  requestExit(): void;
}

export type MicrocodeFunction = (core: MicrocodeCore, instruction: Instruction) => void;
