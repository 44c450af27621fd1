/**
 * What CPUID returns (SDM vol. 2A, CPUID), from features.ts.
 *
 * Which processor this is: GenuineIntel, family 6, so that SYSCALL, SYSENTER, far pointers and null selectors behave as Intel documents
 * them; model 1ch stepping 10, a Bonnell Atom, because that is what we are in one respect: an in-order machine that never executes
 * speculatively. Operating systems know that model as free of Meltdown, Spectre and their kin and leave the mitigations off, which would
 * cost a guest much and gain nothing. The same is said by IA32_ARCH_CAPABILITIES to those who read it.
 *
 * The hypervisor leaves carry a vendor name that no guest takes for another monitor's, and the VMware-defined timing leaf.
 * TSC and APIC timer frequencies are given (leaves 15h, 16h), so a guest need not calibrate. Missing: several processors (topology
 * leaves describe one core with one thread), performance counters, MONITOR, thermal sensors.
 */
import { featureBits, isEnabled, linearAddressBits, physicalAddressBits, stateComponents, supportedXcr0 } from './features.ts';

/** EAX, EBX, ECX, EDX. */
export type CpuidLeaf = readonly [number, number, number, number];

/** What some leaves depend on besides the model. */
export interface CpuidContext {
  readonly tscHz: number;
  /** IA32_APIC_BASE[11]. */
  readonly apicEnabled: boolean;
  readonly cr4Osxsave: boolean;
  readonly cr4Pke: boolean;
  readonly xcr0: bigint;
  /** Intel reports SYSCALL in 64-bit mode only. */
  readonly is64Bit: boolean;
}

const MAX_BASIC = 0x16;
const HYPERVISOR_BASE = 0x4000_0000;
const HYPERVISOR_TIMING = 0x4000_0010;
const EXTENDED_BASE = 0x8000_0000;
const MAX_EXTENDED = 0x8000_0008;

/** Family 6, model 1ch, stepping 10. */
export const SIGNATURE = 0x0001_06ca;
const VENDOR = 'GenuineIntel';
const HYPERVISOR_VENDOR = 'WorldSwitch\0';
const BRAND = 'Worldswitch virtual x86-64 CPU';
const CLFLUSH_LINE_BYTES = 64;
/** What the local APIC's timer counts, before its divisor. */
const CRYSTAL_HZ = 1_000_000_000;

const none: CpuidLeaf = [0, 0, 0, 0];

const textRegister = (text: string, at: number): number =>
  [0, 1, 2, 3].reduce((value, i) => value | ((text.charCodeAt(at + i) || 0) << (8 * i)), 0) >>> 0;

/** A feature bit that the operating system or a mode turns off. */
const without = (bits: number, bit: number, condition: boolean): number => (condition ? bits & ~(1 << bit) : bits) >>> 0;

const versionLeaf = (context: CpuidContext): CpuidLeaf => {
  const osxsave = context.cr4Osxsave ? 1 << 27 : 0;
  return [
    SIGNATURE,
    (CLFLUSH_LINE_BYTES / 8) << 8 | 1 << 16,
    (featureBits(1, 0, 'ecx') | osxsave) >>> 0,
    without(featureBits(1, 0, 'edx'), 9, !context.apicEnabled),
  ];
};

/** Leaf 4: 32 KiB L1 data, 32 KiB L1 code, 512 KiB L2, lines of 64 bytes. For guests that size their buffers by it. */
const cacheLeaf = (subleaf: number): CpuidLeaf => {
  const cache = (type: number, level: number, ways: number, sets: number): CpuidLeaf => [type | (level << 5) | 0x100, (((ways - 1) << 22) | 63) >>> 0, sets - 1, 0];
  switch (subleaf) {
    case 0: return cache(1, 1, 8, 64);
    case 1: return cache(2, 1, 8, 64);
    case 2: return cache(3, 2, 8, 1024);
    default: return none;
  }
};

/** Leaf 0bh: one thread in one core. */
const topologyLeaf = (subleaf: number): CpuidLeaf => {
  if (subleaf === 0) return [0, 1, 0x100, 0];
  if (subleaf === 1) return [0, 1, 0x201, 0];
  return [0, 0, subleaf & 0xff, 0];
};

/** Bytes of the standard-format XSAVE area for these components. */
const xsaveBytes = (components: bigint): number => {
  let bytes = 576;
  for (const [number, { offset, sizeBytes }] of Object.entries(stateComponents)) {
    if ((components >> BigInt(number)) & 1n) bytes = Math.max(bytes, offset + sizeBytes);
  }
  return bytes;
};

/** Bytes of the compacted format: components follow one another. */
const compactedBytes = (components: bigint): number => {
  let bytes = 576;
  for (const [number, { sizeBytes }] of Object.entries(stateComponents)) if ((components >> BigInt(number)) & 1n) bytes += sizeBytes;
  return bytes;
};

const xsaveLeaf = (subleaf: number, context: CpuidContext): CpuidLeaf => {
  if (!isEnabled('xsave')) return none;
  if (subleaf === 0) return [Number(supportedXcr0 & 0xffff_ffffn), xsaveBytes(context.xcr0), xsaveBytes(supportedXcr0), Number(supportedXcr0 >> 32n)];
  if (subleaf === 1) return [featureBits(0xd, 1, 'eax'), compactedBytes(context.xcr0), 0, 0];
  const component = stateComponents[subleaf];
  return component ? [component.sizeBytes, component.offset, 0, 0] : none;
};

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** Leaf 15h: TSC = crystal x EBX / EAX. */
const timeLeaf = (context: CpuidContext): CpuidLeaf => {
  const divisor = greatestCommonDivisor(context.tscHz, CRYSTAL_HZ);
  return [CRYSTAL_HZ / divisor, context.tscHz / divisor, CRYSTAL_HZ, 0];
};

const basicLeaf = (leaf: number, subleaf: number, context: CpuidContext): CpuidLeaf => {
  const megahertz = Math.round(context.tscHz / 1e6);
  switch (leaf) {
    case 0: return [MAX_BASIC, textRegister(VENDOR, 0), textRegister(VENDOR, 8), textRegister(VENDOR, 4)];
    case 1: return versionLeaf(context);
    // 64 data and code TLB entries for 4 KiB pages (5bh, 50h); caches are in leaf 4 (ffh)
    case 2: return [0x00ff_5b01, 0, 0, 0x50];
    case 4: return cacheLeaf(subleaf);
    case 6: return [featureBits(6, 0, 'eax'), 0, 0, 0];
    case 7: {
      const ospke = context.cr4Pke ? 1 << 4 : 0;
      return subleaf === 0 ? [0, featureBits(7, 0, 'ebx'), (featureBits(7, 0, 'ecx') | ospke) >>> 0, featureBits(7, 0, 'edx')] : none;
    }
    case 0xb: return topologyLeaf(subleaf);
    case 0xd: return xsaveLeaf(subleaf, context);
    case 0x15: return timeLeaf(context);
    case 0x16: return [megahertz, megahertz, Math.round(CRYSTAL_HZ / 1e6), 0];
    default: return none;
  }
};

const hypervisorLeaf = (leaf: number, context: CpuidContext): CpuidLeaf => {
  if (leaf === HYPERVISOR_BASE) return [HYPERVISOR_TIMING, textRegister(HYPERVISOR_VENDOR, 0), textRegister(HYPERVISOR_VENDOR, 4), textRegister(HYPERVISOR_VENDOR, 8)];
  if (leaf === HYPERVISOR_TIMING) return [Math.round(context.tscHz / 1000), CRYSTAL_HZ / 1000, 0, 0];
  return none;
};

const extendedLeaf = (leaf: number, context: CpuidContext): CpuidLeaf => {
  switch (leaf) {
    case EXTENDED_BASE: return [MAX_EXTENDED, 0, 0, 0];
    case 0x8000_0001: return [0, 0, featureBits(leaf, 0, 'ecx'), without(featureBits(leaf, 0, 'edx'), 11, !context.is64Bit)];
    case 0x8000_0002: case 0x8000_0003: case 0x8000_0004: {
      const at = (leaf - 0x8000_0002) * 16;
      return [textRegister(BRAND, at), textRegister(BRAND, at + 4), textRegister(BRAND, at + 8), textRegister(BRAND, at + 12)];
    }
    // L2: 512 KiB, 8 ways, lines of 64 bytes
    case 0x8000_0006: return [0, 0, 0x0200_6040, 0];
    case 0x8000_0007: return [0, 0, 0, featureBits(leaf, 0, 'edx')];
    case 0x8000_0008: return [physicalAddressBits | (linearAddressBits << 8), 0, 0, 0];
    default: return none;
  }
};

/** A leaf that does not exist gives the highest basic one, as Intel's processors do it. */
export const cpuidLeaf = (leaf: number, subleaf: number, context: CpuidContext): CpuidLeaf => {
  if (leaf <= MAX_BASIC) return basicLeaf(leaf, subleaf, context);
  if (isEnabled('hypervisor') && leaf >>> 8 === HYPERVISOR_BASE >>> 8) return hypervisorLeaf(leaf, context);
  if (leaf >= EXTENDED_BASE && leaf <= MAX_EXTENDED) return extendedLeaf(leaf, context);
  return basicLeaf(MAX_BASIC, subleaf, context);
};
