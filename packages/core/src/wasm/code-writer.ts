/** The bytes of a function's code. */
import { ByteWriter } from './byte-writer.ts';
import { form } from './expression.ts';
import type { Expression } from './expression.ts';

/** The most bytes that an instruction has, `br_table` apart. */
const MOST_BYTES = 18;
const PREFIX = 0xfd;
const LOCAL_GET = 0x20, LOCAL_SET = 0x21, LOCAL_TEE = 0x22;

export class CodeWriter extends ByteWriter {
  /** Where the last `local.set` stands, and its local: a `local.get` of it that follows at once becomes one `local.tee`. */
  #setStart = -1;
  #setEnd = -1;
  #setLocal = -1;

  /** @param encoding as Opcode has it */
  instruction(encoding: number): void {
    this.reserve(MOST_BYTES);
    this.byte(encoding & 0xff);
    if ((encoding & 0xff) === PREFIX) this.unsigned(encoding >> 8);
  }

  /** An instruction and a number that follows it. */
  indexed(encoding: number, index: number): void {
    this.instruction(encoding);
    this.unsigned(index);
  }

  access(encoding: number, offset: number): void {
    this.instruction(encoding);
    this.byte(0); // no promise of alignment
    this.unsigned(offset);
  }

  localSet(index: number): void {
    this.#setStart = this.length;
    this.#setLocal = index;
    this.indexed(LOCAL_SET, index);
    this.#setEnd = this.length;
  }

  #localGet(index: number): void {
    if (this.#setEnd !== this.length || this.#setLocal !== index) {
      this.indexed(LOCAL_GET, index);
      return;
    }
    this.replace(this.#setStart, LOCAL_TEE);
    this.#setEnd = -1;
  }

  /** Its operands first. */
  expression(value: Expression): void {
    const { x, y, z, code, index } = value;
    if (x) this.expression(x);
    if (y) this.expression(y);
    if (z) this.expression(z);
    switch (value.form) {
      case form.local: this.#localGet(index); return;
      case form.plain: this.instruction(code); return;
      case form.access: this.access(code, index); return;
      case form.lane:
        this.instruction(code);
        this.byte(index);
        return;
      case form.i32:
        this.instruction(code);
        this.signed32(index);
        return;
      case form.i64:
        this.instruction(code);
        if (value.detail !== undefined || index !== (index | 0)) this.signed64(value.constant!);
        else this.signed32(index);
        return;
      case form.bytes: case form.literal:
        this.instruction(code);
        this.append(value.detail as ArrayLike<number>);
        return;
      default:
        for (const operand of value.detail as readonly Expression[]) this.expression(operand);
        this.indexed(code, index);
        if (value.form === form.callIndirect) this.byte(0);
    }
  }
}
