/**
 * A region for people: the guest's code, block by block, and the WebAssembly that is made of it. State, and places where the interpreter goes on, are named in
 * comments; so what is printed is still WebAssembly text.
 */
import { PAGE_BYTES, STATE_BASE } from '../../memory/layout.ts';
import { functionTexts } from '../../wasm/wat.ts';
import { RECORD_BYTES, record } from '../decode/record.ts';
import { Disassembler } from '../disassemble/disassembler.ts';
import type { CodeSize } from '../disassemble/disassembler.ts';
import { atRecord } from '../interpreter/region-result.ts';
import { modeBit } from '../modes.ts';
import { gprNames, offsetOf, stateFields } from '../state.ts';
import type { FieldName } from '../state.ts';
import { generateRegions } from './compile.ts';
import type { RegionJob, RegionTarget } from './region-job.ts';

export interface RegionText {
  readonly sizeBytes: number;
  readonly text: string;
}

interface Located {
  readonly page: number;
  readonly offset: number;
  readonly lengthBytes: number;
  readonly linear: bigint;
}

const codeSizes: readonly CodeSize[] = [16, 32, 64];
const sizeOfField = { u8: 1, u16: 2, u32: 4, u64: 8 } as const;

/** Linear addresses of the guest's instructions, in the order of the blocks. */
const locate = (job: RegionJob): Located[] => {
  const records = new DataView(job.records.buffer, job.records.byteOffset, job.records.byteLength);
  const entryPage = job.linear & ~BigInt(PAGE_BYTES - 1);
  return job.blocks.flatMap(({ first, count, page }) => Array.from({ length: count }, (_, n) => {
    const at = (first + n) * RECORD_BYTES;
    const offset = records.getUint16(at + record.pageOffset, true);
    const linear = BigInt.asUintN(64, entryPage + BigInt(job.pages[page]!.delta * PAGE_BYTES + offset));
    return { page, offset, lengthBytes: records.getUint8(at + record.length), linear };
  }));
};

/** The bytes of which the region consists, as ranges of linear addresses: does it hold the address? */
export const regionHolds = (job: RegionJob, linear: bigint): boolean =>
  locate(job).some((instruction) => linear >= instruction.linear && linear < instruction.linear + BigInt(instruction.lengthBytes));

/** A line an instruction. @param hosts where in `memory` the bytes of each page are; what they are now, which may not be what was translated */
export const guestText = (job: RegionJob, memory: Uint8Array, hosts: readonly number[]): string => {
  const disassembler = new Disassembler();
  const codeSize = codeSizes[job.mode & modeBit.codeSize]!;
  const located = locate(job);
  const byte = (page: number, offset: number): number => {
    if (offset < PAGE_BYTES) return memory[hosts[page]! + offset]!;
    const next = job.pages.findIndex(({ delta }) => delta === job.pages[page]!.delta + 1);
    return next < 0 ? 0 : memory[hosts[next]! + offset - PAGE_BYTES]!;
  };
  const lines: string[] = [];
  let at = 0;
  for (const [n, { count }] of job.blocks.entries()) {
    lines.push(`;; block ${n}`);
    for (const { page, offset, lengthBytes, linear } of located.slice(at, at += count)) {
      const bytes = Uint8Array.from({ length: lengthBytes }, (_, i) => byte(page, offset + i));
      lines.push(`;;   ${linear.toString(16).padStart(codeSize / 4, '0')}  ${disassembler.disassemble(bytes, 0, codeSize, linear).text}`);
    }
  }
  return `${lines.join('\n')}\n`;
};

export const regionText = (job: RegionJob, target: RegionTarget): RegionText => {
  const [only] = functionTexts(generateRegions([job], target, { localNames: true }).bytes);
  return { sizeBytes: only!.sizeBytes, text: annotated(only!.text, job) };
};

const annotated = (text: string, job: RegionJob): string => {
  const records = new Map<number, bigint>();
  for (const [n, { linear, lengthBytes }] of locate(job).entries()) {
    records.set(job.addresses[n]!, linear);
    const follows = job.addresses[n]! + RECORD_BYTES;
    if (!records.has(follows)) records.set(follows, linear + BigInt(lengthBytes));
  }
  return text
    .replaceAll(/offset=(\w+) \(i32\.const 0\)/g, (whole, offset: string) => `${whole}${comment(fieldAt(Number(offset) - STATE_BASE))}`)
    .replaceAll(/\(i32\.const (0x\w+)\)/g, (whole, value: string) => {
      const place = records.get(Number(value) & -RECORD_BYTES);
      const how = Number(value) & (RECORD_BYTES - 1);
      const word = how === atRecord.interpret ? 'interpret ' : how === atRecord.fault ? 'fault ' : how === 0 ? '' : undefined;
      return place === undefined || word === undefined ? whole : `${whole}${comment(`${word}${place.toString(16)}`)}`;
    });
};

const comment = (words: string | undefined): string => (words ? ` (;${words};)` : '');

const fieldAt = (offset: number): string | undefined => {
  for (const name of Object.keys(stateFields) as FieldName[]) {
    const [type, count] = stateFields[name];
    const size = sizeOfField[type];
    const within = offset - offsetOf[name];
    if (within < 0 || within >= size * count) continue;
    const index = Math.floor(within / size);
    if (name === 'gpr') return gprNames[index];
    if (name === 'xmm' || name === 'ymmHigh') return `${name}${index >> 1}`;
    return count > 1 ? `${name}[${index}]` : name;
  }
  return undefined;
};
