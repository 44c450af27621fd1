/**
 * CPUID features in ONE table: where the guest sees each (SDM vol. 2A, CPUID; AMD APM vol. 3, appendix E), and whether this CPU has it.
 * The decoder gates opcode rows by these names, cpuid.ts builds its leaves from them, control-registers.ts the writable CR4 bits.
 * What is off is absent: CPUID does not show it, and its encodings are #UD. To add an instruction set, write its rows and turn it on here.
 */
type Register = 'eax' | 'ebx' | 'ecx' | 'edx';

export interface Feature {
  readonly leaf: number;
  readonly subleaf: number;
  readonly register: Register;
  readonly bit: number;
  readonly enabled: boolean;
}

const at = (leaf: number, subleaf: number, register: Register) => (bit: number, enabled: 'on' | 'off' = 'on'): Feature => ({
  leaf, subleaf, register, bit, enabled: enabled === 'on',
});
const edx1 = at(1, 0, 'edx');
const ecx1 = at(1, 0, 'ecx');
const eax6 = at(6, 0, 'eax');
const ebx7 = at(7, 0, 'ebx');
const ecx7 = at(7, 0, 'ecx');
const edx7 = at(7, 0, 'edx');
const eaxD1 = at(0xd, 1, 'eax');
const ecxExtended = at(0x8000_0001, 0, 'ecx');
const edxExtended = at(0x8000_0001, 0, 'edx');
const edxPower = at(0x8000_0007, 0, 'edx');

const table = {
  fpu: edx1(0), vme: edx1(1), de: edx1(2), pse: edx1(3), tsc: edx1(4), msr: edx1(5), pae: edx1(6), mce: edx1(7), cx8: edx1(8), apic: edx1(9), sep: edx1(11),
  mtrr: edx1(12), pge: edx1(13), mca: edx1(14), cmov: edx1(15), pat: edx1(16), pse36: edx1(17), clfsh: edx1(19), mmx: edx1(23), fxsr: edx1(24), sse: edx1(25),
  sse2: edx1(26),

  sse3: ecx1(0), pclmulqdq: ecx1(1), ssse3: ecx1(9), fma: ecx1(12), cx16: ecx1(13), pcid: ecx1(17), sse4_1: ecx1(19), sse4_2: ecx1(20),
  x2apic: ecx1(21), movbe: ecx1(22), popcnt: ecx1(23), tscDeadline: ecx1(24), aesni: ecx1(25), xsave: ecx1(26), avx: ecx1(28),
  f16c: ecx1(29), rdrand: ecx1(30), hypervisor: ecx1(31),

  /** The APIC timer does not stop in sleep states. */
  arat: eax6(2),

  fsgsbase: ebx7(0), tscAdjust: ebx7(1), bmi1: ebx7(3), avx2: ebx7(5), smep: ebx7(7), bmi2: ebx7(8), erms: ebx7(9), invpcid: ebx7(10),
  /** FCS and FDS are not kept. Off: they are. */
  fcsFdsDeprecated: ebx7(13, 'off'),
  rdseed: ebx7(18), adx: ebx7(19), smap: ebx7(20), clflushopt: ebx7(23), clwb: ebx7(24), sha: ebx7(29),
  umip: ecx7(2), pku: ecx7(3), gfni: ecx7(8), vaes: ecx7(9), vpclmulqdq: ecx7(10), rdpid: ecx7(22, 'off'), movdiri: ecx7(27),
  fsrm: edx7(4), serialize: edx7(14), archCapabilities: edx7(29),

  xsaveopt: eaxD1(0), xsavec: eaxD1(1), xgetbv1: eaxD1(2), xsaves: eaxD1(3, 'off'),

  lahf64: ecxExtended(0), lzcnt: ecxExtended(5), sse4a: ecxExtended(6), prefetchw: ecxExtended(8),
  syscall: edxExtended(11), nx: edxExtended(20), pdpe1gb: edxExtended(26), rdtscp: edxExtended(27), lm: edxExtended(29),
  invariantTsc: edxPower(8),
} as const satisfies Record<string, Feature>;

export type FeatureName = keyof typeof table;
export const features: Readonly<Record<FeatureName, Feature>> = table;

export const isEnabled = (name: FeatureName): boolean => features[name].enabled;

/** The enabled features' bits of one CPUID register. */
export const featureBits = (leaf: number, subleaf: number, register: Register): number => {
  let bits = 0;
  for (const feature of Object.values(features)) {
    if (feature.enabled && feature.leaf === leaf && feature.subleaf === subleaf && feature.register === register) bits |= 1 << feature.bit;
  }
  return bits >>> 0;
};

/** CPUID.80000008h:EAX. Page-table bits above are reserved. */
export const physicalAddressBits = 40;
export const linearAddressBits = 48;

/** XSAVE state components (SDM vol. 1, 13.1): place in the standard format, by number. */
export interface StateComponent {
  readonly offset: number;
  readonly sizeBytes: number;
}
export const stateComponents: Readonly<Record<number, StateComponent>> = {
  ...(isEnabled('avx') ? { 2: { offset: 576, sizeBytes: 256 } } : {}),
  ...(isEnabled('pku') ? { 9: { offset: 832, sizeBytes: 8 } } : {}),
};
/** Components that XCR0 can enable: x87 (0), SSE (1) and those above. */
export const supportedXcr0 = Object.keys(stateComponents).reduce((bits, number) => bits | (1n << BigInt(number)), 3n);
