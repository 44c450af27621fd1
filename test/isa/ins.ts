/**
 * Instruction cases as text, for what recorded vectors cannot hold: privileged instructions, segment loads, far transfers, pages that are not there,
 * code that changes itself.
 *
 *   .mode kernel64
 *   48 0f 20 c0    | mov rax,cr0   | rax=0 => rax=80050033
 *   fb 90 f4       | sti; nop; hlt | interrupt=20 => #32 frame=10000802
 *
 * Bytes, disassembly, state before, `=>`, state after; numbers in hex. What is not named is 0 before (flags 2) and unchanged after; RIP
 * goes past the bytes. `[address]=bytes` is memory at a linear address, `[p13008]=…` at a physical one, `#13(18)` after the arrow an exception with its error
 * code. One instruction is stepped; several are run, until HLT or an exception, and what is named after is all that is compared. `at=` before puts the
 * code at another address, `interrupt=` raises the interrupt line with a vector; `frame=` after is RIP on the handler's stack, `framefl=` the flags.
 * `xmm1=` has 128 bits, `ymm1=` 256, `fpr0=` the 80 of a physical x87 register (MM0 is its low 64); registers of the state block go by their names there (`mxcsr`, `fpuStatus`).
 */

const modes = ['kernel64', 'user64', 'kernel32', 'user32', 'user16', 'protected32', 'protected16', 'ring3', 'v86', 'real'] as const;
export type InsMode = (typeof modes)[number];

export interface Cell {
  readonly address: bigint;
  readonly isPhysical: boolean;
  readonly bytes: Uint8Array;
}

interface InsState {
  readonly registers: ReadonlyMap<string, bigint>;
  readonly memory: readonly Cell[];
  readonly exception?: { readonly vector: number; readonly errorCode: number };
}

export interface InsCase {
  readonly line: number;
  readonly mode: InsMode;
  readonly bytes: Uint8Array;
  readonly disassembly: string;
  readonly isProgram: boolean;
  readonly before: InsState;
  readonly after: InsState;
}

const bytesOf = (text: string): Uint8Array => {
  const digits = text.replace(/\s+/g, '');
  if (!/^([0-9a-f]{2})*$/.test(digits)) throw new SyntaxError(`'${text}' is not bytes in hex`);
  return new Uint8Array(Buffer.from(digits, 'hex'));
};

function parseState(text: string): InsState {
  const registers = new Map<string, bigint>();
  const memory: Cell[] = [];
  let exception: InsState['exception'];
  for (const item of text.trim().split(/\s+/).filter(Boolean)) {
    const fault = /^#(\d+)(?:\(([0-9a-f]+)\))?$/.exec(item);
    const cell = /^\[(p?)([0-9a-f]+)\]=([0-9a-f]+)$/.exec(item);
    const register = /^([a-z][a-z0-9]*)=([0-9a-f]+)$/i.exec(item);
    if (fault) exception = { vector: Number(fault[1]), errorCode: parseInt(fault[2] ?? '0', 16) };
    else if (cell) memory.push({ isPhysical: cell[1] === 'p', address: BigInt(`0x${cell[2]!}`), bytes: bytesOf(cell[3]!) });
    else if (register) registers.set(register[1]!, BigInt(`0x${register[2]!}`));
    else throw new SyntaxError(`'${item}' is neither register=value, [address]=bytes nor #vector`);
  }
  return { registers, memory, ...(exception && { exception }) };
}

export function parseIns(text: string): InsCase[] {
  const cases: InsCase[] = [];
  let mode: InsMode = 'user64';
  text.split('\n').forEach((raw, index) => {
    const line = raw.replace(/(^|\s)\/\/.*$/, '').trim();
    if (!line) return;
    try {
      const directive = /^\.mode (\w+)$/.exec(line);
      if (directive) {
        const wanted = modes.find((m) => m === directive[1]);
        if (!wanted) throw new SyntaxError(`'${directive[1]}' is not a mode`);
        mode = wanted;
        return;
      }
      const [bytes, disassembly, states] = line.split('|');
      const [before, after] = states?.split('=>') ?? [];
      if (bytes === undefined || disassembly === undefined || before === undefined || after === undefined) throw new SyntaxError('a case is: bytes | disassembly | before => after');
      cases.push({
        line: index + 1, mode, bytes: bytesOf(bytes), disassembly: disassembly.trim(), isProgram: disassembly.includes(';'), before: parseState(before), after: parseState(after),
      });
    } catch (error) {
      throw new SyntaxError(`line ${index + 1}: ${(error as Error).message}`, { cause: error });
    }
  });
  return cases;
}
