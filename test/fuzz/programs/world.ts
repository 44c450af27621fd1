/** The physical memory of a program, and the registers that it starts with. */
import { cr0, efer, segment } from '../../../packages/core/src/cpu/state.ts';
import type { CpuState } from '../../../packages/core/src/cpu/state.ts';
import { setFields, setSegment } from '../../conformance/registers.ts';
import type { Assembled } from './assemble.ts';
import { fixCounter, initialFixes, placeHandlers } from './handlers.ts';
import type { PageChoice, Program } from './program.ts';
import { DEVICE, INTERRUPTS, INTERRUPT_STACK_TOP, KERNEL_STACK_TOP, PAGE, physical, region, selector, SERVICES } from './regions.ts';

const PRESENT = 1n, WRITABLE = 2n, USER = 4n, GLOBAL = 0x100n, NO_EXECUTE = 1n << 63n;
const TOP = PRESENT | WRITABLE | USER;

const descriptor = (base: number, limit: number, access: number): bigint =>
  BigInt(limit & 0xffff) | (BigInt(base & 0xff_ffff) << 16n) | (BigInt(access & 0xff) << 40n) | (BigInt((limit >> 16) & 0xf) << 48n) | (BigInt(access >> 12) << 52n) | (BigInt(base >>> 24) << 56n);

const access = { code64: 0xa09b, code32: 0xc09b, data: 0xc093, userCode64: 0xa0fb, userCode32: 0xc0fb, userData: 0xc0f3, tss: 0x8b, narrow: 0x40f3 } as const;
/** Of the segment with a limit: four data pages and a bit, from before the first. */
const narrowBase = 0x40_0000 + region.data - 0x800, narrowLimit = 0x47f9;

/** Physical memory from the program's first page. */
export function memoryOf(program: Program, assembled: Assembled): Uint8Array {
  const memory = new Uint8Array(physical.count * PAGE);
  const view = new DataView(memory.buffer);
  const put = (page: number, offset: number, value: bigint): void => view.setBigUint64(page * PAGE + offset, BigInt.asUintN(64, value), true);
  const handlers = placeHandlers(program, assembled.blockAt);
  const systemBase = 0x40_0000;
  const long = program.bits === 64;

  const entries: readonly (readonly [number, bigint])[] = [
    [selector.code64, descriptor(0, 0xf_ffff, access.code64)], [selector.data, descriptor(0, 0xf_ffff, access.data)], [selector.code32, descriptor(0, 0xf_ffff, access.code32)],
    [selector.userCode32, descriptor(0, 0xf_ffff, access.userCode32)], [selector.userData, descriptor(0, 0xf_ffff, access.userData)], [selector.userCode64, descriptor(0, 0xf_ffff, access.userCode64)],
    [selector.tss, descriptor(systemBase + region.tss, 0x67, access.tss)], [selector.narrow, descriptor(narrowBase, narrowLimit, access.narrow)],
  ];
  for (const [at, value] of entries) put(physical.gdt, at & ~7, value);
  for (const [number, { isTrapGate, interruptStack }] of program.handlers) {
    const isService = number === 3 || number === 4 || number >= SERVICES;
    const type = (isService ? 0xe0n : 0x80n) | (isTrapGate && number < INTERRUPTS ? 0xfn : 0xen);
    const handler = BigInt(systemBase + handlers.at.get(number)!);
    const code = BigInt(long ? selector.code64 : selector.code32);
    const gate = (handler & 0xffffn) | (code << 16n) | (interruptStack && long ? 1n << 32n : 0n) | (type << 40n) | ((handler >> 16n) << 48n);
    put(physical.idt, number * (long ? 16 : 8), gate);
  }
  const stack = systemBase + KERNEL_STACK_TOP;
  if (long) {
    put(physical.tss, 4, BigInt(stack));
    put(physical.tss, 0x24, BigInt(systemBase + INTERRUPT_STACK_TOP));
  } else {
    view.setUint32(physical.tss * PAGE + 4, stack, true);
    view.setUint32(physical.tss * PAGE + 8, selector.data, true);
  }
  view.setUint16(physical.tss * PAGE + 0x66, 0x68, true);
  view.setUint32(physical.tss * PAGE + fixCounter - region.tss, initialFixes, true);
  memory.set(handlers.page, physical.handlers * PAGE);
  for (const { offset, bytes } of assembled.placed) memory[physical.lengths * PAGE + offset] = bytes.length;
  memory.set(assembled.image, physical.code * PAGE);
  memory.set(otherCode(program, assembled), physical.otherCode * PAGE);
  memory.set(program.data, physical.data * PAGE);
  pageTables(program, view, physical.root, new Map());
  pageTables(program, view, physical.otherRoot, program.otherRoot);
  return memory;
}

/** The first two pages of code with every third instruction replaced by NOPs. */
function otherCode(program: Program, { image, placed }: Assembled): Uint8Array {
  const pages = image.slice(0, 2 * PAGE);
  placed.forEach(({ offset, bytes, item }, n) => {
    if (item?.kind === 'code' && (n + program.seed) % 3 === 0 && offset + bytes.length <= pages.length) pages.fill(0x90, offset, offset + bytes.length);
  });
  return pages;
}

function pageTables(program: Program, view: DataView, root: number, instead: ReadonlyMap<number, PageChoice>): void {
  const isPae = program.paging !== 'two';
  const first = program.physicalPage;
  const put = (page: number, index: number, value: bigint): void => {
    if (isPae) view.setBigUint64(page * PAGE + 8 * index, value, true);
    else view.setUint32(page * PAGE + 4 * index, Number(value & 0xffff_ffffn), true);
  };
  const to = (page: number): bigint => BigInt(first + page) << 12n;
  const table = root + 3;
  if (program.paging === 'four') {
    for (const index of [0, 1, 256, 511]) put(root, index, to(root + 1) | TOP);
    for (const index of [0, 1, 3, 510]) put(root + 1, index, to(root + 2) | TOP);
    put(root + 2, 2, to(table) | TOP);
  } else if (program.paging === 'pae') {
    for (const index of [0, 1, 3]) put(root, index, to(root + 2) | PRESENT);
    put(root + 2, 2, to(table) | TOP);
  } else for (const index of [1, 0x101, 0x301]) put(root, index, to(table) | TOP);

  // what nobody maps is mapped by handlers that make pages present, and then shows data
  for (let number = 0; number < region.system / PAGE; number++) put(table, number, to(physical.data + (number % physical.dataPages)) | WRITABLE | USER);
  const choice = (page: number, choices: readonly PageChoice[], start: number): void => {
    const number = start / PAGE + page;
    const { kind, index, writable, user, executable, global } = instead.get(number) ?? choices[page]!;
    const frame = kind === 'device' ? BigInt(DEVICE + index * PAGE) : to({ memory: physical.data, absent: physical.data, code: physical.code, stack: physical.stack, otherCode: physical.otherCode }[kind] + (kind === 'stack' ? index % 2 : index));
    put(table, number, frame | (kind === 'absent' ? 0n : PRESENT) | (writable ? WRITABLE : 0n) | (user ? USER : 0n) | (global ? GLOBAL : 0n) | (executable || !isPae ? 0n : NO_EXECUTE));
  };
  for (let page = 0; page < region.codePages; page++) {
    choice(page, program.codePages, region.code);
    const number = region.code / PAGE + page;
    const shown = instead.get(number) ?? program.codePages[page]!;
    if (shown.kind === 'code' || shown.kind === 'otherCode') {
      put(table, region.codeAgain / PAGE + page, to((shown.kind === 'code' ? physical.code : physical.otherCode) + shown.index) | PRESENT | WRITABLE | (shown.user ? USER : 0n));
    }
  }
  for (let page = 0; page < region.dataPages; page++) choice(page, program.dataPages, region.data);
  for (let page = 0; page < region.stackPages; page++) choice(page, program.stackPages, region.stack);
  const system = (offset: number, page: number): void => put(table, offset / PAGE, to(page) | PRESENT | WRITABLE);
  for (const [offset, page] of [[region.gdt, physical.gdt], [region.idt, physical.idt], [region.tss, physical.tss], [region.kernelStack, physical.kernelStack], [region.handlers, physical.handlers]] as const) system(offset, page);
  for (let page = 0; page < region.codePages; page++) system(region.lengths + page * PAGE, physical.lengths + page);
  system(region.tables, physical.root + 3);
  system(region.otherTables, physical.otherRoot + 3);
}

export function setUp(program: Program, assembled: Assembled, state: CpuState): void {
  const { bits, isUser, registers, controls, base } = program;
  const long = bits === 64, isPae = program.paging !== 'two';
  const linear = (offset: number): bigint => BigInt(0x40_0000 + offset);
  setFields(state, {
    cr0: BigInt((cr0.pe | cr0.et | 0x8000_0000 | controls.cr0) >>> 0), cr3: BigInt(program.physicalPage + physical.root) << 12n, cr4: BigInt(controls.cr4 | (isPae ? 0x20 : 0)), cr2: 0n,
    efer: BigInt((long ? efer.lme | efer.lma : 0) | efer.sce | (isPae ? efer.nxe : 0)), xcr0: controls.avx ? 7n : 3n,
    gdtrBase: linear(region.gdt), gdtrLimit: 0x4fn, idtrBase: linear(region.idt), idtrLimit: 0xfffn, cpl: isUser ? 3n : 0n,
    star: (BigInt(selector.userCode32) << 48n) | (BigInt(selector.code64) << 32n), lstar: linear(placeHandlers(program, assembled.blockAt).syscall), sfmask: 0x700n,
    mxcsr: BigInt(registers.mxcsr), fpuControl: BigInt(registers.x87.control), fpuStatus: BigInt(registers.x87.status), fpuTag: BigInt(registers.x87.tag),
  });
  const flat = isUser ? [selector.userData, 0n, 0xffff_ffff, access.userData] as const : [selector.data, 0n, 0xffff_ffff, access.data] as const;
  const code = long ? (isUser ? [selector.userCode64, access.userCode64] as const : [selector.code64, access.code64] as const) : (isUser ? [selector.userCode32, access.userCode32] as const : [selector.code32, access.code32] as const);
  setSegment(state, segment.cs, [code[0], 0n, 0xffff_ffff, code[1]]);
  for (const index of [segment.es, segment.ss, segment.ds, segment.fs, segment.gs]) setSegment(state, index, flat);
  for (const index of program.narrowSegments) setSegment(state, index, [selector.narrow, BigInt(narrowBase), narrowLimit, access.narrow]);
  if (long) {
    state.set64('segmentBase', registers.fsBase, segment.fs);
    state.set64('segmentBase', registers.gsBase, segment.gs);
    state.set64('kernelGsBase', registers.gsBase);
  }
  setSegment(state, segment.tr, [selector.tss, linear(region.tss), 0x67, access.tss]);
  setSegment(state, segment.ldtr, [0, 0n, 0, 0]);
  registers.general.forEach((value, index) => state.setReg(index, value));
  state.rip = base + BigInt(assembled.blockAt[0]!);
  state.rflags = registers.flags;
  registers.xmm.forEach((value, index) => state.set64('xmm', value, index));
  registers.ymmHigh.forEach((value, index) => state.set64('ymmHigh', value, index));
  registers.x87.mantissas.forEach((value, index) => state.set64('fpuMantissa', value, index));
  registers.x87.exponents.forEach((value, index) => state.set('fpuExponent', value, index));
}
