/**
 * Bytes to text: Intel's syntax as NASM writes it. The reader (decode/reader.ts) selects the row, as it does for execution; the row's
 * semantics or microcode gives the mnemonic and its operand codes the operands, so an instruction that is added can be read at once.
 *
 * What the CPU does not execute is `(bad)`: with a feature turned off its instructions are, too, unless `hasFeature` says otherwise.
 * Not shown: prefixes that change nothing here (BND, NOTRACK, XACQUIRE, XRELEASE, branch hints, REX.W without effect).
 */
import { InstructionReader, MAX_INSTRUCTION_BYTES, reading, repeatPrefix } from '../decode/reader.ts';
import type { OpcodeMaps } from '../decode/reader.ts';
import { features } from '../features.ts';
import { opcodeMaps } from '../isa/maps.ts';
import type { Row, ShownOperand } from '../isa/row.ts';
import { rowsOf } from '../isa/shapes.ts';
import { modeBit } from '../modes.ts';
import { segment } from '../state.ts';
import { defaultOperandSize, OperandText } from './operand-text.ts';

export type CodeSize = 16 | 32 | 64;

export interface Disassembled {
  readonly text: string;
  /** 0: the instruction goes on after the bytes given. */
  readonly lengthBytes: number;
}

export interface DisassemblerOptions {
  readonly maps?: OpcodeMaps;
  readonly hasFeature?: (name: string) => boolean;
}

const isOn = (name: string): boolean => features[name as keyof typeof features]?.enabled ?? false;
const sizeSuffix = { 16: 'w', 32: 'd', 64: 'q' } as const;
const segmentPrefix = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;

/** The row's own name for itself, with its alternatives (see RowOptions.mnemonic). */
export const mnemonicOf = (row: Row): string => row.mnemonic ?? (row.kind === 'semantics' ? row.semantics.name : row.microcode);
export const shownOperands = (row: Row): readonly ShownOperand[] => row.shown ?? row.operands;

const isMemory = (code: string): boolean => /^[EMWQO]/.test(code);
const isStringMemory = (code: string): boolean => code === 'Xs' || code === 'Ys';
const isImplicitMemory = (code: string): boolean => /^[XY]/.test(code);

/** The mnemonic and the kinds of its other operands: what a reader can tell a memory operand's size from. */
const memoryContext = (row: Row): string => mnemonicOf(row) + shownOperands(row).filter((code) => !isMemory(code)).map((code) => ` ${code[0]!}`).join('');

/** Which sizes the memory operand may have in each context, by size letter. */
const memorySizes = (maps: OpcodeMaps): ReadonlyMap<string, ReadonlySet<string>> => {
  const sizes = new Map<string, Set<string>>();
  for (const map of [maps.oneByte, maps.twoByte, maps.map0f38, maps.map0f3a, maps.vex0f, maps.vex0f38, maps.vex0f3a]) {
    for (const entry of Object.values(map)) {
      for (const row of rowsOf(entry)) {
        const letters = sizes.get(memoryContext(row)) ?? new Set();
        sizes.set(memoryContext(row), letters);
        for (const code of shownOperands(row)) if (isMemory(code)) letters.add(code[1]!);
      }
    }
  }
  return sizes;
};

export class Disassembler {
  readonly #reader: InstructionReader;
  readonly #operands: OperandText;
  readonly #memorySizes: ReadonlyMap<string, ReadonlySet<string>>;

  constructor({ maps = opcodeMaps, hasFeature = isOn }: DisassemblerOptions = {}) {
    this.#reader = new InstructionReader(maps, hasFeature);
    this.#operands = new OperandText(this.#reader);
    this.#memorySizes = memorySizes(maps);
  }

  /** The instruction at `bytes[at]`, which runs at `rip`. */
  disassemble(bytes: Uint8Array, at: number, codeSize: CodeSize, rip: bigint): Disassembled {
    const reader = this.#reader;
    const outcome = reader.read(bytes, at, bytes.length, (codeSize >> 5) | modeBit.protected);
    if (outcome === reading.incomplete) {
      return bytes.length - at < MAX_INSTRUCTION_BYTES ? { text: '(incomplete)', lengthBytes: 0 } : { text: '(bad)', lengthBytes: MAX_INSTRUCTION_BYTES };
    }
    const { row, lengthBytes } = reader;
    if (outcome === reading.undefinedOpcode || !row) return { text: '(bad)', lengthBytes };
    this.#operands.attach(codeSize, rip + BigInt(lengthBytes), this.#showsMemorySize(row));
    const operands = shownOperands(row).map((code) => this.#operands.text(code)).filter(Boolean).join(',');
    const head = `${this.#prefixes(row, codeSize)}${this.#mnemonic(row, codeSize)}`;
    return { text: operands ? `${head} ${this.#distance(row)}${operands}` : head, lengthBytes };
  }

  /** Is a memory operand's size to be told, because neither the mnemonic nor a register does? */
  #showsMemorySize(row: Row): boolean {
    const shown = shownOperands(row);
    const size = shown.find(isMemory)?.[1];
    if (size === undefined || size === 's' || row.mnemonic?.includes('/')) return false;
    if (size === 't') return true;
    const byRegister = shown.some((code) => (/^[GVPRZ]/.test(code) && code[1] === size) || (code === 'eAX' && size === 'v') || (code === 'AL' && size === 'b'));
    return !byRegister && (size === 'v' || size === 'y' || this.#memorySizes.get(memoryContext(row))!.size > 1);
  }

  #mnemonic(row: Row, codeSize: CodeSize): string {
    const { operandSize, addressSize } = this.#reader;
    const name = mnemonicOf(row);
    if (name.includes('/')) return name.split('/')[operandSize >> 5]!;
    if (name.includes('|')) return name.split('|')[addressSize >> 5]!;
    if (!name.endsWith('~')) return name;
    const own = codeSize === 64 && row.size64 ? 64 : defaultOperandSize(codeSize);
    return name.slice(0, -1) + (operandSize === own ? '' : sizeSuffix[operandSize]);
  }

  /** `short`, and `near` for a conditional jump that could be short. */
  #distance(row: Row): string {
    const name = mnemonicOf(row);
    if (row.kind !== 'semantics' || name[0] !== 'j' || name.includes('|')) return '';
    return row.operands[0] === 'Jb' ? 'short ' : row.operands[0] === 'Jz' && name !== 'jmp' ? 'near ' : '';
  }

  #prefixes(row: Row, codeSize: CodeSize): string {
    const reader = this.#reader;
    const { operands } = row;
    let text = '';
    const hasOffset = operands.some((code) => code[0] === 'O');
    const isImplicit = operands.some(isImplicitMemory);
    if (reader.addressSize !== codeSize && (isImplicit || (hasOffset && codeSize === 64))) text += `a${reader.addressSize} `;
    if (this.#sizeIsHidden(row, codeSize)) text += `o${reader.operandSize} `;
    if (reader.override >= 0 && reader.override !== segment.ds && operands.some((code) => code[0] === 'X')) text += `${segmentPrefix[reader.override]!} `;
    if (reader.lock) text += 'lock ';
    if (reader.repeat && operands.some(isStringMemory)) {
      const compares = /^(cmps|scas)/.test(mnemonicOf(row));
      text += reader.repeat === repeatPrefix.f2 ? 'repne ' : compares ? 'repe ' : 'rep ';
    }
    return text;
  }

  /** An operand size that matters to the stack or to RIP, is not the code's own, and is seen in no operand. */
  #sizeIsHidden(row: Row, codeSize: CodeSize): boolean {
    const { operandSize } = this.#reader;
    const shown = shownOperands(row);
    if (operandSize === codeSize || /[/~]/.test(mnemonicOf(row)) || !(row.size64 || shown.some((code) => /^[c-gs]s$/.test(code)))) return false;
    return shown.every((code) => !/^[EGZRM].$|^eAX$|^Jz$|^Ap$/.test(code));
  }
}
