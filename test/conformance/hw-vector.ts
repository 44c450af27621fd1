/**
 * Recorded hardware vectors: one instruction, the registers and memory before, and what a real processor made of them.
 * One JSON object a line, in `hw*.jsonl` or `hw*.jsonl.gz`; README.md describes the fields and the recording machine's contract.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Bytes at a linear address, both in hex. */
export type HexBytes = readonly [address: string, bytes: string];

interface HwRegisters {
  readonly [register: string]: unknown;
  readonly rip: string;
  readonly fl: string;
  readonly mxcsr?: string;
  readonly fcw?: string;
  readonly fsw?: string;
  /** Abridged tag byte, as FXSAVE stores it. */
  readonly ftw?: string;
  readonly mem?: readonly HexBytes[];
}

interface HwInput extends HwRegisters {
  /** In memory order; 32 hex digits, or 64 for YMM. */
  readonly xmm?: readonly string[];
  /** ST(0) first, ten bytes each. */
  readonly st?: readonly string[];
}

/** Only what changed, but RIP and the flags always. */
interface HwOutput extends HwRegisters {
  readonly xmm?: Readonly<Record<string, string>>;
  readonly st?: Readonly<Record<string, string>>;
}

interface HwException {
  readonly v: number;
  readonly e: string;
  readonly cr2?: string;
}

export interface HwVector {
  readonly id: number;
  readonly m: 16 | 32 | 64;
  /** map.opcode[/reg][.mandatory prefix]; VEX forms begin with v, L and W. */
  readonly k: string;
  readonly b: string;
  readonly i: HwInput;
  readonly o: HwOutput;
  readonly x?: HwException;
  /** Disassembly, and the RFLAGS bits that the manual leaves undefined, where the file was annotated. */
  readonly n?: string;
  readonly u?: string;
}

/** An encoding that raises #UD on the recording machine. */
export interface HwUndefined {
  readonly id: number;
  readonly m: 16 | 32 | 64;
  readonly k: string;
  readonly b: string;
  readonly ud: 1;
}

export function readLines(path: string): Buffer[] {
  const file = readFileSync(path);
  const text = path.endsWith('.gz') ? unpacked(path, file) : file;
  const lines: Buffer[] = [];
  for (let at = 0; at < text.length;) {
    const end = text.indexOf(10, at);
    const stop = end < 0 ? text.length : end;
    if (stop > at) lines.push(text.subarray(at, stop));
    at = stop + 1;
  }
  return lines;
}

/** A packed file's content. */
export function unpacked(path: string, file: Buffer): Buffer {
  try {
    return gunzipSync(file);
  } catch (error) {
    throw new RangeError(`${path}: ${(error as Error).message}; it is damaged or cut short`, { cause: error });
  }
}

export function parseLine(line: Buffer): HwVector | HwUndefined {
  try {
    return JSON.parse(line.toString('latin1')) as HwVector | HwUndefined;
  } catch (error) {
    throw new RangeError(`'${line.toString('latin1', 0, 60)}…' is not a vector: ${(error as Error).message}`, { cause: error });
  }
}

export const isUndefined = (vector: HwVector | HwUndefined): vector is HwUndefined => 'ud' in vector;
