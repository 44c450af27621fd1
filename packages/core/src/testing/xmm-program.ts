/** Runs MMX and SSE instructions one by one on a bench, named by their place in the opcode maps, for tests that read like a listing. */
import { map0f38, map0f3a } from '../cpu/isa/three-byte.ts';
import type { Entry, OpcodeMap, SemanticRow } from '../cpu/isa/row.ts';
import { sse0f } from '../cpu/isa/sse.ts';
import { flag, offsetOf } from '../cpu/state.ts';
import { STATE_BASE } from '../memory/layout.ts';
import { DATA_BASE, InstructionBench } from './instruction-bench.ts';
import type { Outcome } from './instruction-bench.ts';

type Prefix = 'none' | 'p66' | 'f3' | 'f2';
const maps: Readonly<Record<string, OpcodeMap>> = { '0f': sse0f, '0f38': map0f38, '0f3a': map0f3a };

const select = (entry: Entry | undefined, prefix: Prefix, isRegister: boolean, group: number): SemanticRow => {
  let e = entry;
  while (e && e.kind !== 'semantics') {
    if (e.kind === 'prefix') e = e[prefix];
    else if (e.kind === 'group') e = e.rows[group];
    else if (e.kind === 'form') e = (isRegister ? e.register : e.memory) as Entry | undefined;
    else if (e.kind === 'wide') e = e.w0;
    else break;
  }
  if (!e || e.kind !== 'semantics') throw new Error('no such row');
  return e;
};

const hexBytes = (hex: string): Uint8Array => Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (byte) => parseInt(byte, 16));
export const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export interface Options {
  readonly immediate?: number;
  /** ModRM.reg where it is part of the opcode. */
  readonly group?: number;
  /** Takes the source from memory (at `DATA_BASE`) instead of a register. */
  readonly memory?: boolean;
  readonly operandSize?: 16 | 32 | 64;
}

export class XmmProgram {
  readonly bench = new InstructionBench();
  /** Of the instruction's memory operand. */
  lastAccess: { sizeBytes: number; write: boolean; mustBeAligned: boolean } | undefined;

  get state(): InstructionBench['state'] {
    return this.bench.state;
  }

  constructor() {
    this.mxcsr = 0x1f80;
    this.state.set64('cr4', 0x600n);
    this.state.set('fpuTag', 0xffff);
  }

  get mxcsr(): number { return this.state.get('mxcsr'); }
  set mxcsr(value: number) { this.state.set('mxcsr', value); }
  get arithmeticFlags(): number { return this.state.get('flags') & (flag.cf | flag.pf | flag.af | flag.zf | flag.sf | flag.of); }

  /** XMM register, or 16 bytes of memory, in memory order. */
  xmm(register: number): Uint8Array {
    return this.bench.bytes.subarray(STATE_BASE + offsetOf.xmm + 16 * register, STATE_BASE + offsetOf.xmm + 16 * register + 16);
  }
  get memory(): Uint8Array { return this.bench.bytes.subarray(DATA_BASE, DATA_BASE + 16); }
  setXmm(register: number, value: string | ArrayLike<number>): void { this.xmm(register).set(typeof value === 'string' ? hexBytes(value) : value); }

  setMmx(register: number, value: bigint): void { this.state.set64('fpuMantissa', value, register); }
  mmx(register: number): bigint { return this.state.get64('fpuMantissa', register); }

  /** `run('0f38', 'p66', 0x00, 1, 2)`: PSHUFB xmm1, xmm2. */
  run(map: '0f' | '0f38' | '0f3a', prefix: Prefix, opcode: number, reg: number, rm: number, options: Options = {}): Outcome {
    const isRegister = !options.memory;
    const row = select(maps[map]![opcode], prefix, isRegister, options.group ?? reg);
    return this.bench.run(row, { isRegister, operandSize: options.operandSize ?? 32, reg, rm, immediate: options.immediate ?? 0 }, (sizeBytes, write, mustBeAligned) => {
      this.lastAccess = { sizeBytes, write, mustBeAligned };
      return DATA_BASE;
    });
  }
}
