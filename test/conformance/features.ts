/**
 * Which CPUID feature an encoding needs, and what the CPU under test reports. A vector of an absent feature is skipped: without it the
 * encoding raises #UD or is another instruction (LZCNT is BSR), neither of which was recorded.
 */
import type { Executor } from '../../packages/core/src/testing/executor.ts';
import type { HwWorld } from './hw-world.ts';

interface Feature {
  readonly name: string;
  /** Matched against the vector's `k`. */
  readonly forms: RegExp;
  /** CPUID leaf, register (0 EAX, 1 ECX, 2 EDX, 3 EBX) and bit. */
  readonly cpuid: readonly [leaf: number, register: 0 | 1 | 2 | 3, bit: number];
  /** The processor that recorded the vectors has it not: its #UD says nothing about a model that does. */
  readonly hostLacks?: boolean;
}

const features: readonly Feature[] = [
  { name: 'POPCNT', forms: /^1\.b8\.f3/, cpuid: [1, 1, 23] },
  { name: 'LZCNT', forms: /^1\.bd\.f3/, cpuid: [0x8000_0001, 1, 5] },
  { name: 'BMI1', forms: /^1\.bc\.f3|^v..\.2\.f2(?!\.)|^v..\.2\.f3|^v..\.2\.f7$/, cpuid: [7, 3, 3] },
  { name: 'BMI2', forms: /^v..\.2\.f[567]|^v..\.3\.f0/, cpuid: [7, 3, 8] },
  { name: 'MOVBE', forms: /^2\.f[01](\.66)?$/, cpuid: [1, 1, 22] },
  { name: 'SSE4.2', forms: /^2\.f[01]\.f2/, cpuid: [1, 1, 20] },
  { name: 'ADX', forms: /^2\.f6/, cpuid: [7, 3, 19] },
  { name: 'MOVDIRI', forms: /^2\.f9$/, cpuid: [7, 1, 27], hostLacks: true },
  { name: 'SHA', forms: /^2\.c[89abcd]$|^3\.cc$/, cpuid: [7, 3, 29] },
  { name: 'GFNI', forms: /^(2\.cf|3\.c[ef])\.66/, cpuid: [7, 1, 8] },
  { name: 'AES', forms: /^2\.d[bcdef]\.66|^3\.df\.66/, cpuid: [1, 1, 25] },
  { name: 'PCLMULQDQ', forms: /^3\.44\.66/, cpuid: [1, 1, 1] },
  { name: 'SSE4A', forms: /^1\.7[89](\/\d)?\.(66|f2)|^1\.2b\.f[23]/, cpuid: [0x8000_0001, 1, 6] },
  { name: 'AVX512F', forms: /^v..\.(1\.(4[124-7ab]|9[012389])|3\.3[0-3])/, cpuid: [7, 3, 16] },
  { name: 'F16C', forms: /^v..\.(2\.13|3\.1d)/, cpuid: [1, 1, 29] },
  { name: 'FMA', forms: /^v..\.2\.[9ab][6-f]/, cpuid: [1, 1, 12] },
  { name: 'VAES', forms: /^v1.\.(2\.d[cdef]|3\.df)/, cpuid: [7, 1, 9] },
  { name: 'VPCLMULQDQ', forms: /^v1.\.3\.44/, cpuid: [7, 1, 10] },
  { name: 'AVX2', forms: /^v1.\.1\.(6|7[0-7]|7[ef]|d(?!0)|e(?!6)|f(?!0))|^v..\.2\.([1-3]|4[567]|5[89a]|7[89]|8[ce]|9[0-3])|^v1.\.3\.(0[012ef]|3[89]|4[26]|4c)/, cpuid: [7, 3, 5] },
  { name: 'AVX', forms: /^v/, cpuid: [1, 1, 28] },
];

/** The first row that claims the form. */
export const featureOf = (form: string): Feature | undefined => features.find((f) => f.forms.test(form));

export class CpuFeatures {
  readonly #present = new Set<string>();

  /** Asks the CPU under test by running CPUID in it. */
  constructor(executor: Executor, world: HwWorld) {
    const leaves = new Map<number, Uint32Array>();
    for (const { name, cpuid: [leaf, register, bit] } of features) {
      let answer = leaves.get(leaf);
      if (!answer) {
        answer = cpuid(executor, world, leaf);
        leaves.set(leaf, answer);
      }
      if ((answer[register]! >>> bit) & 1) this.#present.add(name);
    }
  }

  has(name: string): boolean {
    return this.#present.has(name);
  }
}

/** EAX, ECX, EDX, EBX. */
function cpuid(executor: Executor, world: HwWorld, leaf: number): Uint32Array {
  executor.load(world.block);
  executor.memory.write(world.codePhysical(world.placement.codeLinear), Uint8Array.of(0x0f, 0xa2));
  executor.state.rip = BigInt(world.placement.codeLinear);
  executor.state.setReg(0, BigInt(leaf));
  executor.state.setReg(1, 0n);
  executor.step();
  return Uint32Array.from({ length: 4 }, (_, r) => Number(executor.state.reg(r) & 0xffff_ffffn));
}
