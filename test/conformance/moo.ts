/**
 * MOO: the chunked format of the SingleStepTests sets (documented in that project's README). A file is `MOO `, `META` and one
 * `TEST` chunk a case; a chunk is four letters, u32 length, data. Several files may follow each other, each after a `FILE` chunk
 * with its name.
 *
 * Missing: RG32/RM32 chunks (the 80386 set); a file that has them is refused.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { unpacked } from './hw-vector.ts';

export const mooRegisters = ['ax', 'bx', 'cx', 'dx', 'cs', 'ss', 'ds', 'es', 'sp', 'bp', 'si', 'di', 'ip', 'flags'] as const;
export type MooRegister = (typeof mooRegisters)[number];
type MooRegisters = Partial<Record<MooRegister, number>>;

export interface MooTest {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly initial: MooRegisters;
  readonly initialRam: readonly (readonly [address: number, value: number])[];
  /** Only what changed. */
  readonly final: MooRegisters;
  readonly finalRam: readonly (readonly [address: number, value: number])[];
  /** The vector that was taken, and where its frame's FLAGS lie. */
  readonly exception?: { readonly vector: number; readonly flagsAddress: number };
  /** In hex; what a revocation list names. */
  readonly hash?: string;
}

export interface MooFile {
  /** Opcode, `.` and ModRM.reg for a group: `80.1`. */
  readonly opcode: string;
  readonly cpu: string;
  readonly tests: readonly MooTest[];
}

interface Chunk {
  readonly id: string;
  readonly data: Buffer;
}

function* chunks(data: Buffer): Generator<Chunk> {
  for (let at = 0; at + 8 <= data.length;) {
    const length = data.readUInt32LE(at + 4);
    if (at + 8 + length > data.length) throw new RangeError(`chunk ${data.toString('latin1', at, at + 4)} at byte ${at} is cut short`);
    yield { id: data.toString('latin1', at, at + 4), data: data.subarray(at + 8, at + 8 + length) };
    at += 8 + length;
  }
}

function registers(data: Buffer): MooRegisters {
  const present = data.readUInt16LE(0);
  const values: MooRegisters = {};
  let at = 2;
  mooRegisters.forEach((name, bit) => {
    if (!((present >> bit) & 1)) return;
    values[name] = data.readUInt16LE(at);
    at += 2;
  });
  return values;
}

function ram(data: Buffer): [number, number][] {
  const count = data.readUInt32LE(0);
  const cells: [number, number][] = [];
  for (let i = 0, at = 4; i < count; i++, at += 5) cells.push([data.readUInt32LE(at), data[at + 4]!]);
  return cells;
}

function state(data: Buffer): { registers: MooRegisters; ram: [number, number][] } {
  const result: { registers: MooRegisters; ram: [number, number][] } = { registers: {}, ram: [] };
  for (const { id, data: inner } of chunks(data)) {
    if (id === 'REGS') result.registers = registers(inner);
    else if (id === 'RAM ') result.ram = ram(inner);
    else if (id === 'RG32') throw new RangeError('32-bit register chunks (RG32) are not read');
  }
  return result;
}

function test(data: Buffer): MooTest {
  let bytes = new Uint8Array(0);
  let initial: ReturnType<typeof state> = { registers: {}, ram: [] };
  let final = initial;
  let exception: MooTest['exception'];
  let hash: string | undefined;
  for (const { id, data: inner } of chunks(data.subarray(4))) {
    if (id === 'BYTS') bytes = new Uint8Array(inner.subarray(4));
    else if (id === 'INIT') initial = state(inner);
    else if (id === 'FINA') final = state(inner);
    else if (id === 'EXCP') exception = { vector: inner[0]!, flagsAddress: inner.readUInt32LE(1) };
    else if (id === 'HASH') hash = inner.toString('hex');
  }
  return {
    index: data.readUInt32LE(0), bytes,
    initial: initial.registers, initialRam: initial.ram, final: final.registers, finalRam: final.ram,
    ...(exception && { exception }), ...(hash !== undefined && { hash }),
  };
}

/** Every file in the image; `name` is the opcode where no FILE chunk says it. */
export function* parseMoo(image: Buffer, name: string): Generator<MooFile> {
  let opcode = name;
  let cpu = '';
  let tests: MooTest[] = [];
  for (const { id, data } of chunks(image)) {
    if (id === 'FILE') {
      if (tests.length) yield { opcode, cpu, tests };
      opcode = data.toString('latin1');
      tests = [];
    } else if (id === 'MOO ') cpu = data.toString('latin1', 8, 12).trim();
    else if (id === 'TEST') tests.push(test(data));
  }
  if (tests.length) yield { opcode, cpu, tests };
}

export function readMoo(path: string): Generator<MooFile> {
  const file = readFileSync(path);
  return parseMoo(path.endsWith('.gz') ? unpacked(path, file) : file, basename(path).replace(/\.moo(\.gz)?$/i, ''));
}
