/** Makes a failing program small, as long as it fails, and writes it down. */
import { Disassembler } from '../../../packages/core/src/cpu/disassemble/disassembler.ts';
import { gprNames } from '../../../packages/core/src/cpu/state.ts';
import { assemble } from './assemble.ts';
import type { Handler, PageChoice, Program, Slice } from './program.ts';
import { PAGE, region } from './regions.ts';

type Fails = (smaller: Program) => boolean;

/** How often a candidate is tried at most: a program of any size takes a while. */
const MOST_TRIES = 1500;

export function shrinkProgram(program: Program, fails: Fails): Program {
  let best = program;
  let tries = 0;
  const attempt = (candidate: Program): boolean => {
    if (++tries > MOST_TRIES || !fails(candidate)) return false;
    best = candidate;
    return true;
  };
  for (let before = -1; before !== sizeOf(best);) {
    before = sizeOf(best);
    shrinkSlices(() => best, attempt);
    shrinkBlocks(() => best, attempt);
    shrinkItems(() => best, attempt);
    shrinkSurroundings(() => best, attempt);
  }
  return best;
}

const sizeOf = ({ blocks, slices }: Program): number => slices.length + blocks.reduce((sum, { items }) => sum + items.length + 1, 0) + slices.reduce((sum, { instructions }) => sum + instructions, 0);

type Attempt = (candidate: Program) => boolean;
type Best = () => Program;

function shrinkSlices(best: Best, attempt: Attempt): void {
  for (let keep = 1; keep < best().slices.length; keep *= 2) if (attempt({ ...best(), slices: best().slices.slice(0, keep) })) break;
  for (let at = best().slices.length - 1; at >= 0; at--) {
    const { slices } = best();
    if (slices.length > 1 && attempt({ ...best(), slices: slices.toSpliced(at, 1) })) continue;
    const { instructions } = slices[at]!;
    if (Object.keys(slices[at]!).length > 1) attempt({ ...best(), slices: slices.with(at, { instructions }) });
    for (let fewer = instructions >> 1; fewer > 0; fewer >>= 1) {
      if (!attempt({ ...best(), slices: best().slices.with(at, { ...best().slices[at]!, instructions: best().slices[at]!.instructions - fewer }) })) continue;
    }
    if (at > 0) {
      const [a, b] = [best().slices[at - 1]!, best().slices[at]!];
      if (b && b.interrupt === undefined && !b.nmi && b.block === undefined) attempt({ ...best(), slices: best().slices.toSpliced(at - 1, 2, { ...a, instructions: a.instructions + b.instructions } satisfies Slice) });
    }
  }
}

/** Blocks keep their numbers, which transfers have: what is taken away is what is in them. */
function shrinkBlocks(best: Best, attempt: Attempt): void {
  const { blocks } = best();
  for (let span = blocks.length; span >= 1; span >>= 1) {
    for (let first = 0; first < blocks.length; first += span) {
      const emptied = best().blocks.map((block, n) => (n >= first && n < first + span ? { ...block, items: [], next: n + 1 < blocks.length ? n + 1 : 0 } : block));
      if (best().blocks.slice(first, first + span).some(({ items }) => items.length)) attempt({ ...best(), blocks: emptied });
    }
  }
  best().blocks.forEach((block, n) => {
    if (block.placement.kind !== 'after' || block.placement.gap) attempt({ ...best(), blocks: best().blocks.with(n, { ...best().blocks[n]!, placement: { kind: 'after', gap: 0 } }) });
    if (block.next !== undefined && block.items.length === 0 && block.next !== n + 1 && n + 1 < best().blocks.length) attempt({ ...best(), blocks: best().blocks.with(n, { ...best().blocks[n]!, next: n + 1 }) });
  });
}

function shrinkItems(best: Best, attempt: Attempt): void {
  for (let n = best().blocks.length - 1; n >= 0; n--) {
    for (let at = best().blocks[n]!.items.length - 1; at >= 0; at--) {
      const block = best().blocks[n]!;
      attempt({ ...best(), blocks: best().blocks.with(n, { ...block, items: block.items.toSpliced(at, 1), next: block.next ?? (n + 1 < best().blocks.length ? n + 1 : 0) }) });
    }
  }
}

function shrinkSurroundings(best: Best, attempt: Attempt): void {
  const handlers = new Map(best().handlers);
  const plain = (number: number, { style }: Handler): Handler => ({ style: { kind: number >= 0x20 || style.kind === 'count' ? 'count' : 'skip' }, isTrapGate: false, interruptStack: false });
  for (const [number, handler] of best().handlers) handlers.set(number, plain(number, handler));
  if (!attempt({ ...best(), handlers })) {
    for (const [number, handler] of best().handlers) {
      if (handler.style.kind !== 'skip' && handler.style.kind !== 'count') attempt({ ...best(), handlers: new Map(best().handlers).set(number, plain(number, handler)) });
    }
  }
  if (best().otherRoot.size) attempt({ ...best(), otherRoot: new Map() });
  if (best().narrowSegments.length) attempt({ ...best(), narrowSegments: [] });
  attempt({ ...best(), data: new Uint8Array(best().data.length) });
  const plainPage = (page: PageChoice, n: number, kind: PageChoice['kind']): PageChoice => ({ ...page, kind, index: kind === 'code' ? n : n % 2, writable: true, executable: true, global: false });
  attempt({ ...best(), dataPages: best().dataPages.map((page, n) => plainPage(page, n, 'memory')) });
  best().dataPages.forEach((page, n) => { if (page.kind !== 'memory' || !page.writable) attempt({ ...best(), dataPages: best().dataPages.with(n, plainPage(page, n, 'memory')) }); });
  attempt({ ...best(), codePages: best().codePages.map((page, n) => plainPage(page, n, 'code')) });
  attempt({ ...best(), stackPages: best().stackPages.map((page, n) => plainPage(page, n, 'stack')) });
  const { registers } = best();
  attempt({ ...best(), registers: { ...registers, xmm: registers.xmm.map(() => 0n), ymmHigh: registers.ymmHigh.map(() => 0n) } });
  attempt({ ...best(), registers: { ...best().registers, x87: { control: 0x37f, status: 0, tag: 0xffff, mantissas: registers.x87.mantissas.map(() => 0n), exponents: registers.x87.exponents.map(() => 0) } } });
  attempt({ ...best(), registers: { ...best().registers, flags: 2 } });
  attempt({ ...best(), registers: { ...best().registers, mxcsr: 0x1f80 } });
  registers.general.forEach((value, n) => { if (value && n !== 4) attempt({ ...best(), registers: { ...best().registers, general: best().registers.general.with(n, 0n) } }); });
}

const disassembler = new Disassembler({ hasFeature: () => true });

/** The program as text: what is not as usual, and the code with its addresses. */
export function listProgram(program: Program): string[] {
  const { bits, isUser, paging, base, registers, controls, slices } = program;
  const assembled = assemble(program);
  if (!assembled) return ['does not fit'];
  const general = registers.general.map((value, n) => (value ? `${gprNames[n]!}=${value.toString(16)}` : '')).filter(Boolean);
  const pages = (name: string, choices: readonly PageChoice[]): string => `${name} ${choices.map(({ kind, index, writable, user, executable, global }) => `${kind === 'memory' ? 'm' : kind}${index}${writable ? '' : ' ro'}${user ? '' : ' s'}${executable ? '' : ' nx'}${global ? ' g' : ''}`).join(', ')}`;
  const handlers = [...program.handlers].filter(([, { style }]) => style.kind !== 'skip' && style.kind !== 'count').map(([number, { style }]) => `${number}:${Object.values(style).join(' ')}`);
  const used = assembled.placed.filter(({ block }) => program.blocks[block]!.items.length > 0 || program.blocks[block]!.next !== block + 1);
  let last = -1;
  return [
    `${bits}-bit ${isUser ? 'user' : 'supervisor'} code at ${base.toString(16)}, paging ${paging}, cr0 ${controls.cr0.toString(16)} cr4 ${controls.cr4.toString(16)}${controls.avx ? ' avx' : ''}${program.narrowSegments.length ? ` narrow ${program.narrowSegments.join()}` : ''}`,
    `slices ${slices.map(({ instructions, interrupt, nmi, block }) => `${instructions}${interrupt === undefined ? '' : ` int ${interrupt.toString(16)}`}${nmi ? ' nmi' : ''}${block === undefined ? '' : ` at block ${block}`}`).join(', ')}; starts at block 0, ${assembled.blockAt[0]!.toString(16)}`,
    `${general.join(' ')} flags=${registers.flags.toString(16)} mxcsr=${registers.mxcsr.toString(16)}`,
    pages('code', program.codePages), pages('data', program.dataPages), pages('stack', program.stackPages),
    ...(program.otherRoot.size ? [pages('other root', [...program.otherRoot.values()])] : []), ...(handlers.length ? [`handlers ${handlers.join(', ')}; recovery block ${program.recovery}`] : []),
    ...used.flatMap(({ block, offset, bytes }) => {
      const rip = base + BigInt(offset);
      const { text } = disassembler.disassemble(bytes, 0, bits, rip);
      const head = block === last ? [] : [`block ${block}:`];
      last = block;
      return [...head, `  ${rip.toString(16)}  ${Buffer.from(bytes).toString('hex').padEnd(22)} ${text}`];
    }),
    `(data at ${(base + BigInt(region.data)).toString(16)}, ${region.dataPages} pages of ${PAGE.toString(16)}; stack at ${(base + BigInt(region.stack)).toString(16)})`,
  ];
}
