/** A record as microcode sees it: fields are read when they are asked for. One object serves all, as microcode does not keep it. */
import type { Interpreter } from '../interpreter/instantiate.ts';
import { accessBit } from '../../memory/mmu.ts';
import { GuestFault, vector } from '../fault.ts';
import type { Instruction } from '../microcode/core.ts';
import { offsetOf, segment } from '../state.ts';
import type { CpuState } from '../state.ts';
import { addressKind, record } from './record.ts';
import { STATE_BASE } from '../../memory/layout.ts';

type Size = 16 | 32 | 64;
const sizeOf = (code: number): Size => (code === 2 ? 64 : code === 1 ? 32 : 16);
const FAR_POINTER = new Set([0x9a, 0xea]);

export class DecodedInstruction implements Instruction {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #state: CpuState;
  readonly #interpreter: Interpreter;
  #at = 0;
  #rip = 0n;

  constructor(memory: WebAssembly.Memory, state: CpuState, interpreter: Interpreter) {
    this.#bytes = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
    this.#state = state;
    this.#interpreter = interpreter;
  }

  attach(at: number): void {
    this.#at = at;
    const linear = this.#state.get64('codePage') + BigInt(this.#view.getUint16(at + record.pageOffset, true));
    this.#rip = BigInt.asUintN(64, linear - this.#state.get64('codeBase'));
    if ((this.#state.get('mode') & 3) !== 2) this.#rip &= 0xffff_ffffn;
  }

  get rip(): bigint { return this.#rip; }

  get nextRip(): bigint {
    const next = this.#rip + BigInt(this.lengthBytes);
    const codeSize = this.#state.get('mode') & 3;
    return BigInt.asUintN(codeSize === 2 ? 64 : codeSize === 1 ? 32 : 16, next);
  }

  get lengthBytes(): number { return this.#bytes[this.#at + record.length]!; }
  get #shape(): number { return this.#bytes[this.#at + record.shape]!; }
  get operandSize(): Size { return sizeOf(this.#shape & 3); }
  get addressSize(): Size { return sizeOf((this.#shape >> 2) & 3); }
  get isRegister(): boolean { return (this.#shape & 0x10) !== 0; }
  get reg(): number { return this.#bytes[this.#at + record.reg]!; }
  get rm(): number { return this.#bytes[this.#at + record.rm]!; }
  get opcode(): number { return this.#bytes[this.#at + record.opcode]!; }
  get repeat(): number { return this.#shape & 0x20 ? 0xf3 : this.#shape & 0x40 ? 0xf2 : 0; }
  get segment(): number { return this.#bytes[this.#at + record.segment]!; }

  get immediate(): bigint {
    if (FAR_POINTER.has(this.opcode)) return this.#view.getBigInt64(this.#at + record.wide, true);
    return BigInt(this.#view.getInt32(this.#at + record.immediate, true));
  }

  get vvvv(): number { return this.#bytes[this.#at + record.vvvv]!; }
  get vectorBits(): 128 | 256 { return this.#bytes[this.#at + record.vexL] ? 256 : 128; }
  get vectorIndex(): number { return this.#bytes[this.#at + record.vectorIndex]!; }
  get scale(): number { return this.#bytes[this.#at + record.scale]!; }

  effectiveAddress(): bigint {
    return BigInt.asUintN(this.addressSize, this.#sum());
  }

  #sum(): bigint {
    const at = this.#at;
    const register = (slot: number): bigint => this.#view.getBigUint64(STATE_BASE + offsetOf.gpr + this.#bytes[at + slot]!, true);
    let sum = register(record.base) + (register(record.index) << BigInt(this.#bytes[at + record.scale]!)) + BigInt(this.#view.getInt32(at + record.displacement, true));
    if (this.#bytes[at + record.addressKind] === addressKind.relative) sum += BigInt(this.#view.getUint16(at + record.pageOffset, true) + this.lengthBytes);
    return sum;
  }

  linearAddress(size: number, write: boolean, displacement: number | bigint = 0): bigint {
    const offset = BigInt.asUintN(this.addressSize, this.#sum() + BigInt(displacement));
    const linear = this.#interpreter.recordLinear(this.#at, BigInt.asIntN(64, offset), size | (write ? accessBit.write : 0));
    const fault = this.#state.get('faultVector');
    if (fault) {
      this.#state.set('faultVector', 0);
      throw new GuestFault(fault - 1, this.#state.get('faultErrorCode'));
    }
    // A stack reference that is not canonical is #SS, not the #GP that the access would raise (SDM vol. 3A, 6.15, interrupt 12).
    if (this.segment === segment.ss && (this.#state.get('mode') & 3) === 2 && BigInt.asIntN(48, linear) !== BigInt.asIntN(64, linear)) throw new GuestFault(vector.ss, 0);
    return BigInt.asUintN(64, linear);
  }
}
