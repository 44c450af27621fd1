/** Runs hardware vectors through an executor and compares everything the recording shows: registers, flags, memory, exceptions. */
import type { Executor } from '../../packages/core/src/testing/executor.ts';
import { Disassembler } from '../../packages/core/src/cpu/disassemble/disassembler.ts';
import { offsetOf } from '../../packages/core/src/cpu/state.ts';
import type { CpuState } from '../../packages/core/src/cpu/state.ts';
import { isRepeatedString, operandOffset, scanEncoding } from './encoding.ts';
import { CpuFeatures, featureOf } from './features.ts';
import { undefinedResults } from './hw-undefined.ts';
import type { Undefined } from './hw-undefined.ts';
import type { HexBytes, HwUndefined, HwVector } from './hw-vector.ts';
import { isUndefined } from './hw-vector.ts';
import { CODE_BYTES, DATA_BYTES, HwWorld, STACK_BYTES } from './hw-world.ts';
import type { Delivered } from './hw-world.ts';
import { hex, hexOf, passed } from './outcome.ts';
import type { Difference, Outcome } from './outcome.ts';

const gprNames64 = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'] as const;
/** RF and TF are the recorder's own. */
const RECORDER_FLAGS = 0x1_0100;
/**
 * NT and ID. The recorder's kernel leaves them as the last POPF had them, which `i.fl` does not show; only POPF changes them, so what
 * another instruction ends with is what it began with.
 */
const STICKY_FLAGS = 0x20_4000;
/** The longest operand, FRSTOR's. */
const OPERAND_BYTES = 108;
/** x87, SSE, AVX and the three components of AVX-512. */
const RECORDER_XCR0 = 0xe7;
const UNDEFINED_OPCODE = 6;
const PAGE_FAULT = 14;
/** Every vector's instruction lies here in the code pages. */
const CODE_OFFSET = 0x800;
const REPEAT_LIMIT = 1 << 17;
const disassembler = new Disassembler();
const JUMP_TO_ITSELF = [0xeb, 0xfe];
const notTranslated: Outcome = { kind: 'skipped', reason: 'not translated: the interpreter carries it out' };
const UPPER_HALF = 0x8000_0000_0000_0000n;

const big = (text: string): bigint => BigInt(`0x${text}`);
const nibble = new Uint8Array(128);
for (let i = 0; i < 16; i++) nibble[hex(i).charCodeAt(0)] = i;

function putHex(into: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i += 2) into[at + (i >> 1)] = (nibble[text.charCodeAt(i)]! << 4) | nibble[text.charCodeAt(i + 1)]!;
}

/** An 80-bit pattern as a number whose order is that of the values, so that neighbours differ by one. */
function ordered80(bytes: Uint8Array): bigint {
  const mantissa = bytes.subarray(0, 8).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const exponent = BigInt(bytes[8]! | (bytes[9]! << 8));
  const magnitude = ((exponent & 0x7fffn) << 63n) + (mantissa & 0x7fff_ffff_ffff_ffffn);
  return exponent & 0x8000n ? -magnitude : magnitude;
}

function within80(a: Uint8Array, b: Uint8Array, ulps: number): boolean {
  const difference = ordered80(a) - ordered80(b);
  return difference <= BigInt(ulps) && difference >= BigInt(-ulps);
}

function withinRelative(expected: Uint8Array, got: Uint8Array, tolerance: number): boolean {
  const a = new DataView(expected.buffer, expected.byteOffset, expected.length);
  const b = new DataView(got.buffer, got.byteOffset, got.length);
  for (let i = 0; i < expected.length; i += 4) {
    if (a.getUint32(i, true) === b.getUint32(i, true)) continue;
    const x = a.getFloat32(i, true);
    if (!(Math.abs(b.getFloat32(i, true) - x) <= Math.abs(x) * tolerance)) return false;
  }
  return true;
}

export class HwJudge {
  readonly #executor: Executor;
  readonly #worlds = new Map<number, HwWorld>();
  readonly #features: CpuFeatures;
  /** What data and stack pages have to hold; all zero between vectors. */
  readonly #expected = new Uint8Array(DATA_BYTES + STACK_BYTES);
  /** What the code pages have to hold. */
  readonly #code = new Uint8Array(CODE_BYTES).fill(0xcc);
  /** The instruction; behind it a jump to itself, in place of the random bytes that were recorded with it. */
  readonly #codeBytes = new Uint8Array(20).fill(0xcc);

  constructor(executor: Executor) {
    this.#executor = executor;
    const probe = new HwWorld(executor, 64, { avx: false });
    this.#features = new CpuFeatures(executor, probe);
  }

  judge(vector: HwVector | HwUndefined): Outcome {
    const world = this.#world(vector.m);
    return isUndefined(vector) ? this.#judgeUndefined(world, vector) : this.#judgeVector(world, vector);
  }

  /** The tables are shared, so a world is rebuilt when another mode's turn comes. */
  #world(mode: 16 | 32 | 64): HwWorld {
    let world = this.#worlds.get(mode);
    if (!world) {
      this.#worlds.clear();
      world = new HwWorld(this.#executor, mode, { avx: this.#features.has('AVX') });
      this.#worlds.set(mode, world);
      world.data.fill(0);
      world.stack.fill(0);
    }
    return world;
  }

  #judgeUndefined(world: HwWorld, vector: HwUndefined): Outcome {
    const feature = featureOf(vector.k);
    if (feature?.hostLacks && this.#features.has(feature.name)) return { kind: 'skipped', reason: `${feature.name}: the model has it, the recording processor has not` };
    const { state } = this.#executor;
    this.#executor.load(world.block);
    const base = world.mode === 16 ? 0 : world.placement.stackLinear;
    for (let r = 0; r < 8; r++) state.setReg(r, BigInt((world.mode === 16 ? 0x8000 : base) + 0x1000));
    this.#placeCode(world, vector.b, world.mode === 16 ? 'c800' : '10000800');
    this.#executor.step();
    const delivered = world.delivered();
    world.data.fill(0);
    world.stack.fill(0);
    if (delivered?.vector === UNDEFINED_OPCODE) return this.#executor.lastStep === 'interpreted' ? notTranslated : passed;
    return { kind: 'failed', differences: [{ what: 'exception', expected: '#6', got: delivered ? `#${delivered.vector}` : 'none' }] };
  }

  #judgeVector(world: HwWorld, v: HwVector): Outcome {
    const feature = featureOf(v.k);
    if (feature && !this.#features.has(feature.name)) return { kind: 'skipped', reason: `${feature.name}: not in this CPU's CPUID` };
    if (isLockedCr0(v)) return { kind: 'skipped', reason: 'LOCK MOV CR0 is MOV CR8 on AMD; #UD on Intel' };
    const absent = this.#absentState(v);
    if (absent) return absent;
    if (touchesCode(v)) return { kind: 'skipped', reason: 'the operand lies in the code pages, where stores of earlier, unrecorded vectors may have left anything' };
    this.#load(world, v);
    this.#run(v);
    const delivered = world.delivered();
    const differences: Difference[] = [];
    const mask = undefinedResults(v);
    this.#compareException(v, delivered, differences);
    this.#compareRegisters(v, delivered, mask, differences);
    if (v.i.st) this.#compareX87(v, mask, differences);
    if (v.i.xmm) this.#compareXmm(v, mask, differences);
    this.#compareMemory(world, v, mask, differences);
    if (differences.length) return { kind: 'failed', differences };
    return this.#executor.lastStep === 'tier' || (this.#executor.lastStep === 'left' && delivered) ? passed : notTranslated;
  }

  /** XRSTOR and XSAVEOPT with a state component in EDX:EAX that the recorder's XCR0 had and this one has not. */
  #absentState(v: HwVector): Outcome | undefined {
    const isExtended = /^1\.ae\/[56]/.test(v.k) && scanEncoding(Buffer.from(v.b, 'hex'), v.m).modrm < 0xc0;
    const components = parseInt((v.i['rax'] as string).slice(-2), 16) & RECORDER_XCR0 & ~(this.#features.has('AVX') ? 7 : 3);
    return isExtended && components ? { kind: 'skipped', reason: 'XRSTOR, XSAVEOPT of AVX or AVX-512 state, which is not in XCR0' } : undefined;
  }

  #placeCode(world: HwWorld, bytes: string, rip: string): void {
    this.#codeBytes.fill(0xcc);
    putHex(this.#codeBytes, 0, bytes);
    const { lengthBytes } = disassembler.disassemble(this.#codeBytes, 0, world.mode, 0n);
    this.#codeBytes.set(JUMP_TO_ITSELF, lengthBytes || bytes.length >> 1);
    const linear = parseInt(rip, 16) + (world.mode === 16 ? 0x2000_0000 : 0);
    this.#executor.memory.write(world.codePhysical(linear), this.#codeBytes);
    this.#executor.state.rip = big(rip);
  }

  #load(world: HwWorld, v: HwVector): void {
    const { state } = this.#executor;
    this.#executor.load(world.block);
    for (let r = 0; r < (v.m === 64 ? 16 : 8); r++) state.u64[r] = big(v.i[gprNames64[r]!] as string);
    state.rflags = parseInt(v.i.fl, 16) | (parseInt(v.o.fl, 16) & STICKY_FLAGS);
    if (v.i.xmm) {
      state.set('mxcsr', parseInt(v.i.mxcsr!, 16));
      v.i.xmm.forEach((text, r) => {
        putHex(state.u8, offsetOf.xmm + 16 * r, text.slice(0, 32));
        if (text.length > 32) putHex(state.u8, offsetOf.ymmHigh + 16 * r, text.slice(32));
      });
    }
    if (v.i.st) loadX87(state, v);
    for (const window of v.i.mem ?? []) {
      this.#put(world, window, true);
    }
    this.#placeCode(world, v.b, v.i.rip);
  }

  /** Into the expected image, and into guest memory too when `both`. */
  #put(world: HwWorld, [address, bytes]: HexBytes, both: boolean): void {
    const at = this.#index(world, parseInt(address, 16));
    putHex(this.#expected, at, bytes);
    if (!both) return;
    if (at < DATA_BYTES) putHex(world.data, at, bytes);
    else putHex(world.stack, at - DATA_BYTES, bytes);
  }

  #clear(world: HwWorld, [address, bytes]: HexBytes): void {
    const at = this.#index(world, parseInt(address, 16));
    const end = at + (bytes.length >> 1);
    this.#expected.fill(0, at, end);
    if (at < DATA_BYTES) world.data.fill(0, at, end);
    else world.stack.fill(0, at - DATA_BYTES, end - DATA_BYTES);
  }

  #index(world: HwWorld, linear: number): number {
    const inStack = linear - world.placement.stackLinear;
    return inStack >= 0 && inStack < STACK_BYTES ? DATA_BYTES + inStack : linear - world.placement.dataLinear;
  }

  #run(v: HwVector): void {
    const { state } = this.#executor;
    const start = state.rip;
    this.#executor.step();
    if (state.rip !== start || !isRepeatedString(scanEncoding(Buffer.from(v.b, 'hex'), v.m))) return;
    for (let i = 0; i < REPEAT_LIMIT && state.rip === start && state.get('cpl') === 3; i++) this.#executor.step();
  }

  #compareException(v: HwVector, delivered: Delivered | undefined, differences: Difference[]): void {
    const { state } = this.#executor;
    const show = (vector: number, code: number, address: bigint | undefined): string => `#${vector} error code ${hex(code)}${address === undefined ? '' : ` cr2 ${hex(address)}`}`;
    const got = delivered ? show(delivered.vector, delivered.errorCode, delivered.vector === PAGE_FAULT ? state.get64('cr2') : undefined) : 'none';
    if (!v.x) {
      if (delivered) differences.push({ what: 'exception', expected: 'none', got });
      return;
    }
    const cr2 = v.x.cr2 === undefined ? undefined : big(v.x.cr2);
    // the recorder's own kernel is mapped in the upper half; here nothing of the kind is, so P in the error code is its, not the instruction's
    const foreign = cr2 !== undefined && cr2 >= UPPER_HALF ? 1 : 0;
    const code = parseInt(v.x.e, 16) & ~foreign;
    const expected = show(v.x.v, code, cr2);
    if (got !== expected) differences.push({ what: 'exception', expected, got });
  }

  #compareRegisters(v: HwVector, delivered: Delivered | undefined, mask: Undefined, differences: Difference[]): void {
    const { state } = this.#executor;
    for (let r = 0; r < (v.m === 64 ? 16 : 8); r++) {
      const name = gprNames64[r]!;
      const whole = r === 4 && delivered ? delivered.rsp : state.u64[r]!;
      const got = v.m === 64 ? whole : whole & 0xffff_ffffn;
      const expected = big((v.o[name] ?? v.i[name]) as string);
      if (got !== expected && mask.gpr !== r) differences.push({ what: name, expected: hex(expected), got: hex(got) });
    }
    const rip = delivered ? delivered.rip : state.rip;
    if (rip !== big(v.o.rip)) differences.push({ what: 'rip', expected: v.o.rip, got: hex(rip) });
    const ignored = mask.flags | RECORDER_FLAGS;
    const expectedFlags = parseInt(v.o.fl, 16) & ~ignored;
    const flags = (delivered ? delivered.rflags : state.rflags) & ~ignored;
    if (flags !== expectedFlags) differences.push({ what: ignored === RECORDER_FLAGS ? 'flags' : `flags & ~${hex(mask.flags)}`, expected: hex(expectedFlags), got: hex(flags) });
    if (!delivered && state.get('halted')) differences.push({ what: 'activity', expected: 'running', got: 'halted' });
  }

  #compareX87(v: HwVector, mask: Undefined, differences: Difference[]): void {
    const { state } = this.#executor;
    const compare = (what: 'fcw' | 'fsw' | 'ftw', got: number, ignored: number): void => {
      const expected = parseInt((v.o[what] ?? v.i[what])!, 16) & ~ignored;
      if ((got & ~ignored) !== expected) differences.push({ what, expected: hex(expected), got: hex(got & ~ignored) });
    };
    compare('fcw', state.get('fpuControl'), 0);
    compare('fsw', state.get('fpuStatus'), mask.fpuStatus);
    compare('ftw', abridgedTag(state), 0);
    const expected = new Uint8Array(10);
    const got = new Uint8Array(10);
    for (let i = 0; i < 8; i++) {
      putHex(expected, 0, v.o.st?.[i] ?? v.i.st![i]!);
      readSt(state, i, got);
      if (Buffer.compare(expected, got) !== 0 && !(mask.ulps && within80(expected, got, mask.ulps))) differences.push({ what: `st${i}`, expected: hexOf(expected), got: hexOf(got) });
    }
  }

  #compareXmm(v: HwVector, mask: Undefined, differences: Difference[]): void {
    const { state } = this.#executor;
    const mxcsr = parseInt(v.o.mxcsr ?? v.i.mxcsr!, 16);
    if (state.get('mxcsr') !== mxcsr) differences.push({ what: 'mxcsr', expected: hex(mxcsr), got: hex(state.get('mxcsr')) });
    const wide = v.i.xmm![0]!.length > 32;
    const expected = new Uint8Array(wide ? 32 : 16);
    const got = new Uint8Array(expected.length);
    for (let r = 0; r < v.i.xmm!.length; r++) {
      putHex(expected, 0, v.o.xmm?.[r] ?? v.i.xmm![r]!);
      got.set(state.u8.subarray(offsetOf.xmm + 16 * r, offsetOf.xmm + 16 * r + 16));
      if (wide) got.set(state.u8.subarray(offsetOf.ymmHigh + 16 * r, offsetOf.ymmHigh + 16 * r + 16), 16);
      if (Buffer.compare(expected, got) !== 0 && !(mask.relative && withinRelative(expected, got, mask.relative))) differences.push({ what: `${wide ? 'ymm' : 'xmm'}${r}`, expected: hexOf(expected), got: hexOf(got) });
    }
  }

  /** An instruction may have stored to the code pages, which the recording does not show and the next vector must not see. */
  #restoreCode(world: HwWorld): void {
    this.#code.set(this.#codeBytes, CODE_OFFSET);
    if (Buffer.compare(world.code, this.#code) !== 0) this.#executor.memory.write(world.codePhysical(world.placement.codeLinear), this.#code);
  }

  /** MXCSR_MASK, at byte 1c of an XSAVE area, has bit 17 on AMD: the misaligned SSE mode, which no Intel processor has. */
  #ignoreMisalignedMode(world: HwWorld): void {
    for (let at = 0x1e; at < DATA_BYTES; at += 64) if (this.#expected[at] === 2 && world.data[at] === 0) this.#expected[at] = 0;
  }

  /** All of the data and stack pages; whatever the instruction wrote besides shows here. */
  #compareMemory(world: HwWorld, v: HwVector, mask: Undefined, differences: Difference[]): void {
    for (const change of v.o.mem ?? []) this.#put(world, change, false);
    this.#restoreCode(world);
    if (v.k.startsWith('1.ae/6')) this.#ignoreMisalignedMode(world);
    const sameData = Buffer.compare(world.data, this.#expected.subarray(0, DATA_BYTES)) === 0;
    const sameStack = Buffer.compare(world.stack, this.#expected.subarray(DATA_BYTES)) === 0;
    if (sameData && sameStack) {
      for (const window of v.i.mem ?? []) this.#clear(world, window);
      for (const change of v.o.mem ?? []) this.#clear(world, change);
      return;
    }
    if (!mask.memory) {
      listMemory(world.data, this.#expected.subarray(0, DATA_BYTES), world.placement.dataLinear, differences);
      listMemory(world.stack, this.#expected.subarray(DATA_BYTES), world.placement.stackLinear, differences);
    }
    this.#expected.fill(0);
    world.data.fill(0);
    world.stack.fill(0);
  }
}

/** A 16-bit vector's memory operand is in the code pages, which share its segment. */
function touchesCode(v: HwVector): boolean {
  if (v.m !== 16 || v.x) return false;
  const bytes = Buffer.from(v.b, 'hex');
  const registers = gprNames64.slice(0, 8).map((name) => parseInt(v.i[name] as string, 16));
  const offset = operandOffset(bytes, scanEncoding(bytes, 16), 16, registers);
  return offset !== undefined && offset > 0xc000 - OPERAND_BYTES && offset < 0xc000 + CODE_BYTES;
}

function isLockedCr0(v: HwVector): boolean {
  if (!/^1\.2[02]/.test(v.k)) return false;
  const e = scanEncoding(Buffer.from(v.b, 'hex'), v.m);
  return e.prefixes.includes(0xf0) && (e.modrm & 0x38) === 0 && (e.rex & 4) === 0;
}

function listMemory(got: Uint8Array, expected: Uint8Array, base: number, differences: Difference[]): void {
  for (let at = 0; at < got.length; at++) {
    if (got[at] === expected[at]) continue;
    let end = at + 1;
    while (end < got.length && end < at + 16 && got.subarray(end, end + 4).some((byte, i) => byte !== expected[end + i])) end++;
    differences.push({ what: `[${hex(base + at)}]`, expected: hexOf(expected.subarray(at, end)), got: hexOf(got.subarray(at, end)) });
    at = end;
  }
}

/** FXSAVE's tag byte: a bit for each physical register that is not empty. */
function abridgedTag(state: CpuState): number {
  const tag = state.get('fpuTag');
  let abridged = 0;
  for (let r = 0; r < 8; r++) if (((tag >> (2 * r)) & 3) !== 3) abridged |= 1 << r;
  return abridged;
}

function loadX87(state: CpuState, v: HwVector): void {
  const status = parseInt(v.i.fsw!, 16);
  const valid = parseInt(v.i.ftw!, 16);
  let tag = 0;
  for (let r = 0; r < 8; r++) if (!((valid >> r) & 1)) tag |= 3 << (2 * r);
  state.set('fpuControl', parseInt(v.i.fcw!, 16));
  state.set('fpuStatus', status);
  state.set('fpuTag', tag);
  v.i.st!.forEach((text, i) => {
    const r = (i + (status >> 11)) & 7;
    putHex(state.u8, offsetOf.fpuMantissa + 8 * r, text.slice(0, 16));
    putHex(state.u8, offsetOf.fpuExponent + 2 * r, text.slice(16));
  });
}

function readSt(state: CpuState, i: number, into: Uint8Array): void {
  const r = (i + (state.get('fpuStatus') >> 11)) & 7;
  into.set(state.u8.subarray(offsetOf.fpuMantissa + 8 * r, offsetOf.fpuMantissa + 8 * r + 8));
  into.set(state.u8.subarray(offsetOf.fpuExponent + 2 * r, offsetOf.fpuExponent + 2 * r + 2), 8);
}
