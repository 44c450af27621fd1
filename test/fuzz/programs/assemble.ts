/** Gives a program's instructions their addresses. */
import { little } from './instruction-writer.ts';
import type { Block, Item, Program } from './program.ts';
import { CODE_BYTES, longDisplacements, PAGE, protectedDisplacements, region, selector } from './regions.ts';

interface Placed {
  readonly block: number;
  /** Undefined: the jump to the next block. */
  readonly item: Item | undefined;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface Assembled {
  /** What lies in the code pages. */
  readonly image: Uint8Array;
  readonly placed: readonly Placed[];
  /** Offset of each block. */
  readonly blockAt: readonly number[];
}

const FILLER = 0x90;
const conditionShort = 0x70, conditionNear = 0x80;
const shortOnly: Readonly<Record<string, number>> = { loopne: 0xe0, loope: 0xe1, loop: 0xe2, jcxz: 0xe3 };

/** How long an item is; it does not depend on where it lies. */
function lengthOf(item: Item, program: Program): number {
  switch (item.kind) {
    case 'code': return item.written.bytes.length;
    case 'address': return program.bits === 64 ? 10 : 5;
    case 'patch': return (item.size === 2 ? 1 : 0) + (program.bits === 64 ? 7 : 6) + item.size;
    case 'transfer':
      if (item.how === 'far') return program.bits === 32 ? 7 : 5;
      if (typeof item.how === 'string' && item.how in shortOnly) return 2;
      return item.isShort && item.how !== 'call' ? 2 : typeof item.how === 'number' ? 6 : 5;
  }
}

/** Undefined where the program does not fit into its pages. */
export function assemble(program: Program): Assembled | undefined {
  const { blocks } = program;
  const tooFar = new Set<Item>();
  for (;;) {
    const layout = layOut(program, tooFar);
    if (!layout) return undefined;
    const found = blocks.flatMap(({ items }, block) => items.filter((item, n) => isTooFar(item, layout, program, block, n, tooFar)));
    if (found.length === 0) return write(program, layout, tooFar);
    for (const item of found) tooFar.add(item);
  }
}

interface Layout {
  readonly blockAt: number[];
  readonly itemAt: number[][];
  readonly ends: number[];
  /** The jump to the next block is needed. */
  readonly jumps: boolean[];
}

const JUMP_BYTES = 5;

function layOut(program: Program, tooFar: ReadonlySet<Item>): Layout | undefined {
  const layout: Layout = { blockAt: [], itemAt: [], ends: [], jumps: [] };
  let at: number = region.code;
  program.blocks.forEach((block, number) => {
    const { placement } = block;
    const before = program.blocks[number - 1];
    let start = at;
    if (placement.kind === 'after') start += placement.gap;
    else {
      start = Math.ceil((at + placement.bytes) / PAGE) * PAGE - placement.bytes;
    }
    // what does not follow directly is jumped to
    if (before?.next !== undefined && (before.next !== number || start !== at)) {
      layout.jumps[number - 1] = true;
      if (start < at + JUMP_BYTES) start = at + JUMP_BYTES;
    }
    layout.blockAt[number] = start;
    at = start;
    layout.itemAt[number] = block.items.map((item) => {
      const here = at;
      at += actualLength(item, program, tooFar);
      return here;
    });
    layout.ends[number] = at;
  });
  const last = program.blocks.at(-1);
  if (last?.next !== undefined) {
    layout.jumps[program.blocks.length - 1] = true;
    at += JUMP_BYTES;
  }
  return at > CODE_BYTES ? undefined : layout;
}

/** Short jumps that do not reach become near ones; LOOP and JCXZ, which have no near form, become NOPs. */
const actualLength = (item: Item, program: Program, tooFar: ReadonlySet<Item>): number =>
  item.kind === 'transfer' && tooFar.has(item) ? (typeof item.how === 'number' ? 6 : typeof item.how === 'string' && item.how in shortOnly ? 2 : 5) : lengthOf(item, program);

const targetOf = (target: number, again: boolean, { blockAt }: Layout): number => (again ? region.codeAgain : 0) + (blockAt[target] ?? 0);

function isTooFar(item: Item, layout: Layout, program: Program, block: number, n: number, tooFar: ReadonlySet<Item>): boolean {
  if (item.kind !== 'transfer' || tooFar.has(item) || lengthOf(item, program) !== 2) return false;
  const distance = targetOf(item.target, item.again, layout) - (layout.itemAt[block]![n]! + 2);
  return distance < -128 || distance > 127;
}

function write(program: Program, layout: Layout, tooFar: ReadonlySet<Item>): Assembled {
  const image = new Uint8Array(CODE_BYTES).fill(FILLER);
  const placed: Placed[] = [];
  const place = (block: number, item: Item | undefined, offset: number, bytes: ArrayLike<number>): void => {
    const array = Uint8Array.from(bytes);
    image.set(array, offset);
    placed.push({ block, item, offset, bytes: array });
  };
  const patches: [number, number, Extract<Item, { kind: 'patch' }>][] = [];
  program.blocks.forEach((block, number) => {
    block.items.forEach((item, n) => {
      const at = layout.itemAt[number]![n]!;
      if (item.kind === 'patch') patches.push([number, at, item]);
      else place(number, item, at, encode(item, at, program, layout, tooFar));
    });
    if (layout.jumps[number]) {
      const at = layout.ends[number]!;
      place(number, undefined, at, [0xe9, ...little(layout.blockAt[block.next!]! - (at + JUMP_BYTES), 4)]);
    }
  });
  // last, as some store what is there
  for (const [number, at, item] of patches) place(number, item, at, encodePatch(item, program, layout, image));
  placed.sort((a, b) => a.offset - b.offset);
  return { image, placed, blockAt: layout.blockAt };
}

function encode(item: Exclude<Item, { kind: 'patch' }>, at: number, program: Program, layout: Layout, tooFar: ReadonlySet<Item>): ArrayLike<number> {
  if (item.kind === 'code') {
    const { bytes, relative } = item.written;
    if (!relative) return bytes;
    const filled = bytes.slice();
    filled.set(little(relative.region - (at + bytes.length), 4), relative.at);
    return filled;
  }
  const target = targetOf(item.target, item.again, layout);
  if (item.kind === 'address') {
    const address = program.base + BigInt(target);
    const opcode = 0xb8 | (item.register & 7);
    if (program.bits === 32) return [opcode, ...little(Number(address & 0xffff_ffffn) | 0, 4)];
    return [0x48 | (item.register >> 3), opcode, ...little(Number(address & 0xffff_ffffn) | 0, 4), ...little(Number(address >> 32n) | 0, 4)];
  }
  const { how } = item;
  if (how === 'far') {
    if (program.bits === 64) return [0xe9, ...little(target - (at + 5), 4)];
    const code = program.isUser ? selector.userCode32 : selector.code32;
    return [0xea, ...little(Number((program.base + BigInt(target)) & 0xffff_ffffn) | 0, 4), code, 0];
  }
  const length = actualLength(item, program, tooFar);
  const distance = target - (at + length);
  if (typeof how === 'string' && how in shortOnly) return tooFar.has(item) ? [0x66, FILLER] : [shortOnly[how]!, distance & 0xff];
  if (length === 2) return [how === 'jmp' ? 0xeb : conditionShort | (how as number), distance & 0xff];
  if (typeof how === 'number') return [0x0f, conditionNear | how, ...little(distance, 4)];
  return [how === 'call' ? 0xe8 : 0xe9, ...little(distance, 4)];
}

/** MOV [site], value. */
function encodePatch({ site, again, size, value }: Extract<Item, { kind: 'patch' }>, program: Program, layout: Layout, image: Uint8Array): number[] {
  const block: Block | undefined = program.blocks[site.block];
  const n = block?.items.indexOf(site.item) ?? -1;
  const start = n < 0 ? (layout.blockAt[site.block] ?? 0) : layout.itemAt[site.block]![n]!;
  const end = n < 0 ? start : layout.itemAt[site.block]![n + 1] ?? layout.ends[site.block]!;
  const at = Math.max(0, Math.min(CODE_BYTES - size, site.offset < 0 ? end + site.offset : start + site.offset));
  const bytes = value === undefined ? [...image.subarray(at, at + size)] : little(value, size);
  const bases = program.bits === 64 ? longDisplacements : protectedDisplacements;
  const address = bases[program.seed % bases.length]! + (again ? region.codeAgain : 0) + at;
  const modrm = program.bits === 64 ? [0x04, 0x25] : [0x05];
  return [...(size === 2 ? [0x66] : []), size === 1 ? 0xc6 : 0xc7, ...modrm, ...little(address, 4), ...bytes];
}
