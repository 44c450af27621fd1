/**
 * Model-specific registers (SDM vol. 4, ch. 2): what each is called, where it lives, and what may be written to it. An index that is not in
 * the table raises #GP, as does a write to one that is read-only.
 *
 * Memory types (MTRRs, PAT) are kept and checked, and have no effect: nothing is cached. Missing: machine-check banks (MCG_CAP counts none),
 * performance counters, branch records (IA32_DEBUGCTL reads 0 and takes only 0), microcode updates.
 */
import { features, isEnabled, physicalAddressBits } from './features.ts';
import type { FeatureName } from './features.ts';
import { cr0, efer, offsetOf } from './state.ts';
import type { FieldName } from './state.ts';
import type { MicrocodeCore } from './microcode/core.ts';
import { gp } from './microcode/raise.ts';
import { isCanonical, readCr0, readEfer, writeEdxEax, writeGpr32 } from './microcode/registers.ts';

interface Msr {
  readonly read: (core: MicrocodeCore) => bigint;
  /** Absent = read-only. Throws #GP for a value that cannot be. */
  readonly write?: (core: MicrocodeCore, value: bigint) => void;
}

type Check = (value: bigint) => boolean;
const anyValue: Check = () => true;
/** At most these bits. */
const within = (mask: bigint): Check => (value) => (value & ~mask) === 0n;
const low32 = within(0xffff_ffffn);

/** A register that is just kept. */
const kept = (field: FieldName, index: number, isValid: Check, after?: (core: MicrocodeCore) => void): Msr => ({
  read: (core) => core.state.get64(field, index),
  write: (core, value) => {
    if (!isValid(value)) throw gp();
    core.state.set64(field, value, index);
    after?.(core);
  },
});
const readOnly = (value: bigint): Msr => ({ read: () => value });
/** Reads as this value; only the same may be written. */
const fixed = (value: bigint): Msr => ({
  read: () => value,
  write: (_core, written) => {
    if (written !== value) throw gp();
  },
});

/** The counter behind IA32_TIME_STAMP_COUNTER, before the guest's offset. */
export const clockTicks = (core: MicrocodeCore): number => Math.floor((core.clock.nowNs() * core.tscHz) / 1e9);

const readTsc = (core: MicrocodeCore): bigint => BigInt.asUintN(64, BigInt(clockTicks(core)) + core.state.get64('tscOffset'));

const offsetWord = offsetOf.tscOffset >> 2;
/** What RDTSC returns, into EDX:EAX. Guests that delay or measure by it do little else, so without an offset it stays with numbers. */
export const loadTsc = (core: MicrocodeCore): void => {
  const { state } = core;
  if (state.u32[offsetWord] || state.u32[offsetWord + 1]) {
    writeEdxEax(state, readTsc(core));
    return;
  }
  const ticks = clockTicks(core);
  writeGpr32(state, 0, ticks % 0x1_0000_0000);
  writeGpr32(state, 2, Math.floor(ticks / 0x1_0000_0000));
};

const adjustTsc = (core: MicrocodeCore, difference: bigint): void => {
  const { state } = core;
  state.set64('tscOffset', BigInt.asUintN(64, state.get64('tscOffset') + difference));
  state.set64('tscAdjust', BigInt.asUintN(64, state.get64('tscAdjust') + difference));
};

const tsc: Msr = { read: readTsc, write: (core, value) => adjustTsc(core, value - readTsc(core)) };
const tscAdjust: Msr = {
  read: (core) => core.state.get64('tscAdjust'),
  write: (core, value) => adjustTsc(core, value - core.state.get64('tscAdjust')),
};

const TSC_DEADLINE = 0x6e0;
/** The APIC knows the counter without the guest's offset; 0 disarms. */
const tscDeadline: Msr = {
  read: (core) => {
    const deadline = core.apic.readMsr(TSC_DEADLINE);
    if (deadline === undefined) throw gp();
    return deadline === 0n ? 0n : BigInt.asUintN(64, deadline + core.state.get64('tscOffset'));
  },
  write: (core, value) => {
    const ticks = BigInt.asIntN(64, value - core.state.get64('tscOffset'));
    const past = ticks < 1n && value < 1n << 63n;
    const deadline = value === 0n ? 0n : past ? 1n : BigInt.asUintN(64, ticks);
    if (!core.apic.writeMsr(TSC_DEADLINE, deadline)) throw gp();
  },
};

const x2apic = (index: number): Msr => ({
  read: (core) => {
    const value = core.apic.readMsr(index);
    if (value === undefined) throw gp();
    return value;
  },
  write: (core, value) => {
    if (!core.apic.writeMsr(index, value)) throw gp();
  },
});

const apicBase: Msr = {
  read: (core) => core.apic.readBaseMsr(),
  write: (core, value) => {
    if (!core.apic.writeBaseMsr(value)) throw gp();
  },
};

const EFER_BITS = BigInt((isEnabled('syscall') ? efer.sce : 0) | (isEnabled('lm') ? efer.lme | efer.lma : 0) | (isEnabled('nx') ? efer.nxe : 0));
/** LMA follows CR0.PG and cannot be written; LME is fixed while paging is on. */
const extendedFeatures: Msr = {
  read: (core) => core.state.get64('efer'),
  write: (core, value) => {
    const { state } = core;
    if (value & ~EFER_BITS) throw gp();
    const old = readEfer(state);
    const changed = old ^ Number(value);
    if (changed & efer.lme && readCr0(state) & cr0.pg) throw gp();
    state.set('efer', (Number(value) & ~efer.lma) | (old & efer.lma));
    if (changed & efer.nxe) core.flushTlb(true);
    core.stateChanged();
  },
};

const stateChanged = (core: MicrocodeCore): void => core.stateChanged();

const bytesAre = (types: readonly number[]): Check => (value) => {
  for (let shift = 0n; shift < 64n; shift += 8n) if (!types.includes(Number((value >> shift) & 0xffn))) return false;
  return true;
};
/** UC, WC, WT, WP, WB (SDM vol. 3A, table 11-8); PAT has UC- besides. */
const memoryTypes = [0, 1, 4, 5, 6];
const isPat = bytesAre([...memoryTypes, 7]);
const isFixedMtrr = bytesAre(memoryTypes);
const physicalPage = ((1n << BigInt(physicalAddressBits)) - 1n) & ~0xfffn;
const isMtrrBase: Check = (value) => (value & ~(physicalPage | 0xffn)) === 0n && memoryTypes.includes(Number(value & 0xffn));
const isMtrrMask = within(physicalPage | 0x800n);
const isMtrrDefault: Check = (value) => (value & ~0xcffn) === 0n && memoryTypes.includes(Number(value & 0xffn));
/** WC, fixed ranges, eight variable ranges. */
const MTRR_CAP = 0x508n;

/** RDCL, SKIP_L1DFL_VMENTRY, SSB, MDS, PSCHANGE_MC, TAA, SBDR_SSDP, FBSDP, PSDP, BHI, PBRSB, GDS, RFDS: not affected. */
const ARCH_CAPABILITIES = [0, 3, 4, 5, 6, 8, 13, 14, 15, 20, 24, 26, 27].reduce((bits, bit) => bits | (1n << BigInt(bit)), 0n);

/** Read back after CPUID as a microcode revision (SDM vol. 3A, 9.11.7); any number but 0. */
const MICROCODE_REVISION = 1n << 32n;
const signature: Msr = { read: () => MICROCODE_REVISION, write: () => undefined };

const msrs = new Map<number, Msr>([
  [0x0, fixed(0n)], // IA32_P5_MC_ADDR
  [0x1, fixed(0n)], // IA32_P5_MC_TYPE
  [0x10, tsc],
  [0x17, readOnly(0n)], // IA32_PLATFORM_ID
  [0x1b, apicBase],
  [0x2a, fixed(0n)], // EBL_CR_POWERON
  [0x3a, readOnly(1n)], // IA32_FEATURE_CONTROL: locked, nothing enabled
  [0x8b, signature], // IA32_BIOS_SIGN_ID
  [0xfe, readOnly(MTRR_CAP)],
  [0x174, kept('sysenterCs', 0, low32)],
  [0x175, kept('sysenterEsp', 0, isCanonical)],
  [0x176, kept('sysenterEip', 0, isCanonical)],
  [0x179, readOnly(0n)], // IA32_MCG_CAP
  [0x17a, fixed(0n)], // IA32_MCG_STATUS
  [0x1a0, kept('miscEnable', 0, anyValue)],
  [0x1d9, fixed(0n)], // IA32_DEBUGCTL
  [0x277, kept('pat', 0, isPat)],
  [0x2ff, kept('mtrrDefault', 0, isMtrrDefault)],
  [0xc000_0080, extendedFeatures],
  [0xc000_0081, kept('star', 0, anyValue)],
  [0xc000_0082, kept('lstar', 0, isCanonical)],
  [0xc000_0083, kept('cstar', 0, isCanonical)],
  [0xc000_0084, kept('sfmask', 0, low32)],
  [0xc000_0100, kept('segmentBase', 4, isCanonical, stateChanged)],
  [0xc000_0101, kept('segmentBase', 5, isCanonical, stateChanged)],
  [0xc000_0102, kept('kernelGsBase', 0, isCanonical)],
]);
for (let i = 0; i < 16; i++) msrs.set(0x200 + i, kept('mtrrVariable', i, i % 2 ? isMtrrMask : isMtrrBase));
[0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f].forEach((index, i) => msrs.set(index, kept('mtrrFixed', i, isFixedMtrr)));
for (let index = 0x800; index < 0x900; index++) msrs.set(index, x2apic(index));

/** Registers that come with a feature. */
const optional: readonly (readonly [FeatureName, number, Msr])[] = [
  ['tscAdjust', 0x3b, tscAdjust],
  ['archCapabilities', 0x10a, readOnly(ARCH_CAPABILITIES)],
  ['tscDeadline', TSC_DEADLINE, tscDeadline],
  ['rdtscp', 0xc000_0103, kept('tscAux', 0, low32)],
];
for (const [feature, index, msr] of optional) if (features[feature].enabled) msrs.set(index, msr);

export const readMsr = (core: MicrocodeCore, index: number): bigint => {
  const msr = msrs.get(index);
  if (!msr) throw gp();
  return msr.read(core);
};

export const writeMsr = (core: MicrocodeCore, index: number, value: bigint): void => {
  const msr = msrs.get(index);
  if (!msr?.write) throw gp();
  msr.write(core, value);
};
