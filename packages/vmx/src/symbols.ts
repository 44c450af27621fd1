/**
 * Names of a Linux kernel's functions by address, from its System.map or from /proc/kallsyms, which has the same form: address, type, name.
 *
 * A kernel that was moved at boot (KASLR) differs from its System.map by one distance. Where the CPU enters it for a system call tells which.
 * Missing: symbols of programs.
 */
import { readFile } from 'node:fs/promises';
import { describeSystemError, VmxError } from './errors.ts';

/** Where the kernel has told the CPU to enter it; 0 before it has. */
export interface KernelEntries {
  /** IA32_LSTAR. */
  readonly syscall: bigint;
  /** IA32_SYSENTER_EIP. */
  readonly sysenter: bigint;
}

interface Located {
  readonly name: string;
  readonly offset: number;
}

const ENTRY_NAMES = { syscall: ['entry_SYSCALL_64'], sysenter: ['entry_SYSENTER_compat', 'entry_SYSENTER_32'] } as const;
const PAGE_BYTES = 0x1000n;
/** No function is longer: an address farther behind a symbol lies in no function that the file knows. */
const FUNCTION_MOST_BYTES = 0x2_0000n;
/** Debian puts a file of one line in the place of a kernel's System.map. */
const SYMBOLS_LEAST = 10;

export class SymbolTable {
  readonly #addresses: BigUint64Array;
  readonly #names: readonly string[];

  private constructor(symbols: readonly (readonly [address: bigint, name: string])[]) {
    this.#addresses = BigUint64Array.from(symbols, ([address]) => address);
    this.#names = symbols.map(([, name]) => name);
  }

  /** @throws VmxError VMX_SYMBOLS_UNUSABLE */
  static async read(path: string): Promise<SymbolTable> {
    try {
      return SymbolTable.parse(await readFile(path, 'latin1'), path);
    } catch (cause) {
      if (cause instanceof VmxError) throw cause;
      throw unusable(path, `cannot read symbols: ${describeSystemError(cause)}`, cause);
    }
  }

  /** @throws VmxError VMX_SYMBOLS_UNUSABLE */
  static parse(text: string, path: string): SymbolTable {
    const symbols: [bigint, string][] = [];
    for (const [, address = '', type = '', name = ''] of text.matchAll(/^([0-9a-f]{8,16}) (\w) (\S+)/gm)) {
      if (/[tw]/i.test(type) && !/^0+$/.test(address)) symbols.push([BigInt(`0x${address}`), name]);
    }
    if (symbols.length < SYMBOLS_LEAST) throw unusable(path, symbols.length === 0 ? 'has no symbols' : `has only ${symbols.length} symbols`);
    return new SymbolTable(symbols.sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0)));
  }

  /** How far the kernel was moved from where the file has it. */
  distance(entries: KernelEntries): bigint {
    for (const [instruction, names] of Object.entries(ENTRY_NAMES)) {
      const entry = entries[instruction as keyof KernelEntries];
      const index = this.#names.findIndex((name) => (names as readonly string[]).includes(name));
      const moved = entry - (this.#addresses[index] ?? entry);
      if (entry !== 0n && index >= 0 && moved % PAGE_BYTES === 0n) return moved;
    }
    return 0n;
  }

  /** The function at an address of the file. */
  locate(address: bigint): Located | undefined {
    let low = 0;
    for (let high = this.#addresses.length; low < high;) {
      const middle = (low + high) >> 1;
      if (this.#addresses[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    const name = this.#names[low - 1];
    const offset = address - (this.#addresses[low - 1] ?? 0n);
    return name === undefined || offset >= FUNCTION_MOST_BYTES ? undefined : { name, offset: Number(offset) };
  }
}

function unusable(path: string, what: string, cause?: unknown): VmxError {
  return new VmxError({
    code: 'VMX_SYMBOLS_UNUSABLE', kind: 'io', cause, message: `${path}: ${what}`, context: { path },
    hint: "give the kernel's System.map, or what `cat /proc/kallsyms` prints for root in the guest",
  });
}
