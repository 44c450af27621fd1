/** Machine code of the handlers of exceptions, interrupts and services; they are guest code as the program is, and are translated as it is. */
import { little } from './instruction-writer.ts';
import type { Handler, Program } from './program.ts';
import { CODE_BYTES, PAGE, region, STACK_TOP } from './regions.ts';

/** Displacements with which handlers reach the system's pages. */
const LOW = 0x40_0000;
const withErrorCode = new Set([8, 10, 11, 12, 13, 14, 17]);
const FIXES = 6;
export const fixCounter = region.counters + 0xf0;
export const initialFixes = FIXES;
const HANDLER_SLOT = 0x20;

const RAX = 0, RCX = 1;

/** Bytes with forward jumps, which are short. */
class Code {
  readonly bytes: number[] = [];
  readonly #bits: 32 | 64;
  readonly #labels = new Map<string, number>();
  readonly #jumps: [at: number, label: string][] = [];

  constructor(bits: 32 | 64) {
    this.#bits = bits;
  }

  put(...bytes: number[]): this {
    this.bytes.push(...bytes);
    return this;
  }

  /** With REX.W in 64-bit code. */
  wide(...bytes: number[]): this {
    return this.put(...(this.#bits === 64 ? [0x48] : []), ...bytes);
  }

  /** An operation on memory of the system's; by SS, as programs may have changed DS. */
  at(opcode: readonly number[], digit: number, offset: number, immediate: readonly number[] = []): this {
    return this.put(...(this.#bits === 64 ? [] : [0x36]), ...opcode, (digit << 3) | (this.#bits === 64 ? 4 : 5), ...(this.#bits === 64 ? [0x25] : []), ...little(LOW + offset, 4), ...immediate);
  }

  /** The same with RAX << scale as index. */
  indexed(opcode: readonly number[], digit: number, scale: number, offset: number, immediate: readonly number[] = []): this {
    return this.put(...(this.#bits === 64 ? [] : [0x36]), ...opcode, (digit << 3) | 4, (scale << 6) | (RAX << 3) | 5, ...little(LOW + offset, 4), ...immediate);
  }

  /** A slot of the frame, counted from RIP, under two pushed registers. */
  frame(opcode: number, register: number, slot: number): this {
    const bytes = this.#bits / 8;
    return this.wide(opcode, 0x44 | (register << 3), 0x24, (2 + slot) * bytes);
  }

  jump(opcode: number, label: string): this {
    this.put(opcode, 0);
    this.#jumps.push([this.bytes.length, label]);
    return this;
  }

  label(name: string): this {
    this.#labels.set(name, this.bytes.length);
    return this;
  }

  load(register: number, value: bigint): this {
    return this.wide(0xb8 | register, ...little(Number(value & 0xffff_ffffn) | 0, 4), ...(this.#bits === 64 ? little(Number(value >> 32n & 0xffff_ffffn) | 0, 4) : []));
  }

  finish(): number[] {
    for (const [at, label] of this.#jumps) this.bytes[at - 1] = (this.#labels.get(label)! - at) & 0xff;
    return this.bytes;
  }
}

const drop = (code: Code, bits: 32 | 64): Code => code.wide(0x83, 0xc4, bits / 8);
const leave = (code: Code): Code => code.put(0x58 | RCX, 0x58 | RAX).wide(0xcf);
const enter = (code: Code): Code => code.put(0x50 | RAX, 0x50 | RCX);

/** What is above: RIP, CS, flags, SP. */
const SLOT_RIP = 0, SLOT_FLAGS = 2, SLOT_SP = 3;

/** Goes on behind the instruction in the frame, or at the recovery block with a new stack. */
const skip = (code: Code, program: Program, blockAt: readonly number[]): Code => {
  enter(code).frame(0x8b, RAX, SLOT_RIP);
  // all bases have these bits alike; those below are beyond the code
  code.put(0x89, 0xc1, 0x81, 0xe1, ...little(0x3ffe_0000, 4), 0x81, 0xf9, ...little(LOW, 4)).jump(0x75, 'recover');
  code.put(0x25, ...little(0xffff, 4), 0x3d, ...little(CODE_BYTES, 4)).jump(0x73, 'recover');
  code.indexed([0x0f, 0xb6], RCX, 0, region.lengths).put(0x85, 0xc9).jump(0x74, 'recover');
  code.frame(0x01, RCX, SLOT_RIP).label('done');
  leave(code).label('recover');
  code.at([0xff], 0, region.counters).load(RAX, program.base + BigInt(blockAt[program.recovery]!)).frame(0x89, RAX, SLOT_RIP);
  // without a change of privilege 32-bit frames have no SP
  if (program.bits === 64 || program.isUser) code.load(RAX, program.base + BigInt(STACK_TOP - 0x800)).frame(0x89, RAX, SLOT_SP);
  return code.jump(0xeb, 'done');
};

/** Makes the page of CR2 present, writable and the user's, in both roots; executable, too. */
const fix = (code: Code, program: Program): Code => {
  const isPae = program.paging !== 'two', entry = isPae ? 3 : 2;
  enter(code);
  code.put(0x0f, 0x20, 0xd0, 0x89, 0xc1, 0x81, 0xe1, ...little(0x3fe0_0000, 4), 0x81, 0xf9, ...little(LOW, 4)).jump(0x75, 'giveUp');
  code.put(0xc1, 0xe8, 12).put(0x25, ...little(0x1ff, 4), 0x3d, ...little(region.system / PAGE, 4)).jump(0x73, 'giveUp');
  code.at([0xff], 1, fixCounter).jump(0x78, 'giveUp');
  for (const tables of [region.tables, region.otherTables]) {
    code.indexed([0x83], 1, entry, tables, [7]);
    if (isPae) code.indexed([0x83], 4, entry, tables + 4, [0]);
  }
  code.put(0x0f, 0x20, 0xd0, 0x0f, 0x01, 0x38, 0x58 | RCX, 0x58 | RAX);
  drop(code, program.bits).wide(0xcf).label('giveUp').put(0x58 | RCX, 0x58 | RAX);
  return code;
};

function handlerCode(number: number, { style }: Handler, program: Program, blockAt: readonly number[]): number[] {
  const { bits } = program;
  const code = new Code(bits);
  const count = (): Code => code.at([0xff], 0, region.counters + 4 * (number & 0x1f));
  const hasErrorCode = withErrorCode.has(number);
  if (style.kind === 'fix' && hasErrorCode) {
    // two pieces, as labels are of one
    const second = new Code(bits);
    skip(drop(second, bits), program, blockAt);
    return [...fix(code, program).finish(), ...second.finish()];
  }
  if (hasErrorCode) drop(code, bits);
  const root = (physicalPage: number): bigint => BigInt(physicalPage) << 12n;
  switch (style.kind) {
    case 'skip': case 'fix': return skip(code, program, blockAt).finish();
    case 'count': return count().wide(0xcf).finish();
    case 'elsewhere': return leave(enter(code).load(RAX, program.base + BigInt(blockAt[style.target] ?? 0)).frame(0x89, RAX, SLOT_RIP)).finish();
    case 'clearTaskSwitched': return code.put(0x0f, 0x06).wide(0xcf).finish();
    case 'endTrap': return leave(enter(code).frame(0x8b, RAX, SLOT_FLAGS).put(0x80, 0xe4, 0xfe).frame(0x89, RAX, SLOT_FLAGS)).finish();
    case 'clearFloat': return code.put(0xdb, 0xe2).wide(0xcf).finish();
    case 'reloadRoot': return leave(enter(count()).put(0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8)).finish();
    case 'switchRoot':
      enter(code).put(0x0f, 0x20, 0xd8);
      // between the two by their difference, which is one bit of a counter as well
      return leave(code.load(RCX, root(program.physicalPage + 11) ^ root(program.physicalPage + 15)).wide(0x31, 0xc8).put(0x0f, 0x22, 0xd8)).finish();
    case 'changePage': {
      const entry = style.page * (program.paging === 'two' ? 4 : 8);
      return code.at([0x80], 6, region.tables + entry, [style.bits]).at([0x0f, 0x01], 7, style.page * PAGE).wide(0xcf).finish();
    }
    case 'invalidate': return code.at([0x0f, 0x01], 7, style.page * PAGE).wide(0xcf).finish();
    case 'patch': return code.at([0x80], 6, style.region, [style.bits]).wide(0xcf).finish();
    case 'toggleTaskSwitched': return leave(enter(code).put(0x0f, 0x20, 0xc0, 0x83, 0xf0, 0x08, 0x0f, 0x22, 0xc0)).finish();
  }
}

export interface PlacedHandlers {
  readonly page: Uint8Array;
  /** Offset in the region, by vector. */
  readonly at: ReadonlyMap<number, number>;
  readonly syscall: number;
}

export function placeHandlers(program: Program, blockAt: readonly number[]): PlacedHandlers {
  const page = new Uint8Array(PAGE).fill(0xcc);
  const known = new Map<string, number>();
  const at = new Map<number, number>();
  let end = 0;
  const place = (bytes: readonly number[]): number => {
    const key = bytes.join();
    let start = known.get(key);
    if (start === undefined) {
      start = end;
      page.set(bytes, start);
      end = Math.ceil((start + bytes.length) / HANDLER_SLOT) * HANDLER_SLOT;
      known.set(key, start);
    }
    return region.handlers + start;
  };
  // SYSRET would leave a supervisor's ring: PUSH R11; POPF; JMP RCX
  const syscall = place(program.isUser ? [0x48, 0x0f, 0x07] : [0x41, 0x53, 0x9d, 0xff, 0xe1]);
  for (const [number, handler] of program.handlers) at.set(number, place(handlerCode(number, handler, program, blockAt)));
  return { page, at, syscall };
}
