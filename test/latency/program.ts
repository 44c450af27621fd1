/**
 * A program without an operating system that measures how late its timer interrupts are, by its own clock.
 *
 * The local APIC's timer is in TSC-deadline mode (SDM vol. 3A 11.5.4.1), so the moment that was asked for is known to the tick; the handler's first instruction
 * reads the TSC. Between two interrupts the program does one kind of work. It writes the delays, 32 bits each in ticks, to the debug port 0xe9 and leaves
 * through isa-debug-exit. 32-bit code, as a multiboot loader enters it: flat segments, paging off, interrupts off.
 */
import { makeMultibootElf, MULTIBOOT_ENTRY_OFFSET } from '../../packages/core/src/testing/boot-images.ts';

/** What the CPU does when the interrupt comes. */
export const WORKLOADS = ['loop', 'fresh code', 'slow instructions', 'strings'] as const;
export type Workload = (typeof WORKLOADS)[number];

const ORIGIN = 0x10_0000 + MULTIBOOT_ENTRY_OFFSET;
const DATA = 0x3_0000;
const COUNT = DATA, SEED = DATA + 4, DEADLINE = DATA + 8, NEXT_COPY = DATA + 12, IDT_POINTER = DATA + 16, SCRATCH = DATA + 0x100;
const IDT = 0x4_0000;
const SAMPLES = 0x20_0000;
const COPIES = 0x40_0000;
const COPIES_END = 0x200_0000;
const VECTOR = 0x40;
/** Each copy on a page of its own: code is discarded by the page. */
const STRIDE = 0x1040;
/** Ticks between the handler's end and the next deadline: this, and up to a power of two more. */
const INTERVAL_LEAST = 200_000;
const INTERVAL_MASK = 0x1f_ffff;

type Bytes = readonly number[];
const dword = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
const eax = 0, ecx = 1, edx = 2, esi = 6, edi = 7;
const movImmediate = (reg: number, value: number): number[] => [0xb8 + reg, ...dword(value)];
const load = (reg: number, at: number): number[] => [0x8b, 5 | (reg << 3), ...dword(at)];
const store = (at: number, reg: number): number[] => [0x89, 5 | (reg << 3), ...dword(at)];
const storeImmediate = (at: number, value: number): number[] => [0xc7, 0x05, ...dword(at), ...dword(value)];
const RDTSC = [0x0f, 0x31], WRMSR = [0x0f, 0x30], CPUID = [0x0f, 0xa2], REP = 0xf3;
const jumpBack = (opcode: number, body: number): number[] => [opcode, (-body - 2) & 0xff];

/** `dec ecx; jnz` around a body. */
function repeated(times: number, body: Bytes): number[] {
  return [...movImmediate(ecx, times), ...body, 0x49, ...jumpBack(0x75, body.length + 1)];
}

/** Loads, arithmetic, stores: what a translator makes fast. */
const MIX = [
  ...load(eax, SCRATCH), 0x01, 0xc8, /* add eax, ecx */ 0x6b, 0xc0, 17, /* imul eax, eax, 17 */ 0x31, 0x05, ...dword(SCRATCH + 4), /* xor [], eax */
  0x8d, 0x1c, 0x88, /* lea ebx, [eax+ecx*4] */ 0xc1, 0xcb, 3, /* ror ebx, 3 */ 0x01, 0x1d, ...dword(SCRATCH + 8), /* add [], ebx */
];

const hotLoop = (times: number): number[] => repeated(times, MIX);

/** Copies a loop to an address where no code has been, and calls it there. */
function freshCode(template: number, lengthBytes: number): number[] {
  return [
    ...movImmediate(esi, template), ...load(edi, NEXT_COPY), ...movImmediate(ecx, lengthBytes), REP, 0xa4,
    ...load(edi, NEXT_COPY), 0x81, 0x05, ...dword(NEXT_COPY), ...dword(STRIDE), // add [], STRIDE
    0x81, 0x3d, ...dword(NEXT_COPY), ...dword(COPIES_END), 0x72, 10, ...storeImmediate(NEXT_COPY, COPIES), // cmp, jb
    0xff, 0xd7, // call edi
  ];
}

const SLOW = repeated(100, [
  0x51, 0x53, 0x31, 0xc0, ...CPUID, 0x5b, 0x59, // push ecx, ebx; xor eax, eax; cpuid; pop
  0xe4, 0x61, // in al, 0x61
  0xd9, 0xeb, 0xd9, 0xfe, 0xdd, 0xd8, // fldpi; fsin; fstp st0
]);

const STRINGS = [...movImmediate(esi, 0x100_0000), ...movImmediate(edi, 0x140_0000), ...movImmediate(ecx, 0x4_0000), REP, 0xa5];

const arm = [
  ...load(eax, SEED), 0x69, 0xc0, ...dword(1_103_515_245), 0x05, ...dword(12_345), ...store(SEED, eax), // a linear congruence
  0xc1, 0xe8, 8, 0x25, ...dword(INTERVAL_MASK), 0x05, ...dword(INTERVAL_LEAST), 0x89, 0xc1, // shr, and, add; mov ecx, eax
  ...RDTSC, 0x01, 0xc8, 0x83, 0xd2, 0, ...store(DEADLINE, eax), ...movImmediate(ecx, 0x6e0), ...WRMSR,
];

const handler = [
  0x60, ...RDTSC, 0x2b, 0x05, ...dword(DEADLINE), // pusha; sub eax, []
  ...load(ecx, COUNT), 0x89, 0x04, 0x8d, ...dword(SAMPLES), 0xff, 0x05, ...dword(COUNT), // mov [SAMPLES+ecx*4], eax; inc []
  ...arm, ...storeImmediate(0xfee0_00b0, 0), 0x61, 0xcf, // EOI; popa; iret
];

/** Debug port, then out. */
const finish = (samples: number): number[] => [
  0xfa, ...movImmediate(esi, SAMPLES), ...movImmediate(ecx, samples * 4), ...movImmediate(edx, 0xe9), REP, 0x6e, 0xb0, 0, 0xe6, 0xf4, 0xf4,
];

/** The image. It takes about 1.3 ms a sample. */
export function latencyProgram(workload: Workload, samples: number): Uint8Array {
  const template = [...hotLoop(3000), 0xc3];
  // What comes first has its address before the rest is known.
  const jump = [0xe9, ...dword(handler.length + template.length)];
  const handlerAt = ORIGIN + jump.length;
  const templateAt = handlerAt + handler.length;
  const work: Record<Workload, () => Bytes> = {
    'loop': () => hotLoop(5000),
    'fresh code': () => freshCode(templateAt, template.length),
    'slow instructions': () => [...SLOW, ...hotLoop(2000)],
    'strings': () => STRINGS,
  };
  const setUp = [
    ...movImmediate(4, 0x2_0000), 0xb0, 0xff, 0xe6, 0x21, 0xe6, 0xa1, 0xdb, 0xe3, 0xfc, // esp; PICs masked; fninit; cld
    ...movImmediate(eax, handlerAt & 0xffff), 0x66, 0x8c, 0xcb, 0xc1, 0xe3, 16, 0x09, 0xd8, ...store(IDT + VECTOR * 8, eax), // mov bx, cs; shl ebx, 16; or
    ...storeImmediate(IDT + VECTOR * 8 + 4, ((handlerAt & 0xffff_0000) | 0x8e00) >>> 0),
    ...storeImmediate(IDT_POINTER, 0x7ff), ...storeImmediate(IDT_POINTER + 2, IDT), 0x0f, 0x01, 0x1d, ...dword(IDT_POINTER),
    ...storeImmediate(COUNT, 0), ...storeImmediate(NEXT_COPY, COPIES), ...storeImmediate(SEED, 1),
    ...storeImmediate(0xfee0_00f0, 0x1ff), ...storeImmediate(0xfee0_0320, 0x4_0000 | VECTOR), ...arm, 0xfb,
  ];
  const body = work[workload]();
  const again = [0x81, 0x3d, ...dword(COUNT), ...dword(samples)];
  const back = [0x0f, 0x82, ...dword(-(body.length + again.length + 6))];
  const code = [...jump, ...handler, ...template, ...setUp, ...body, ...again, ...back, ...finish(samples)];
  return makeMultibootElf({ code, memoryBytes: 0x2000 });
}
