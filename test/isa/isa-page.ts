/** docs/isa.md: the instructions there are, from the opcode maps and the feature table. */
import { mnemonicOf, shownOperands } from '../../packages/core/src/cpu/disassemble/disassembler.ts';
import { features } from '../../packages/core/src/cpu/features.ts';
import type { FeatureName } from '../../packages/core/src/cpu/features.ts';
import { opcodeMaps } from '../../packages/core/src/cpu/isa/maps.ts';
import type { Entry, OpcodeMap, Row } from '../../packages/core/src/cpu/isa/row.ts';

interface Encoding {
  readonly text: string;
  readonly row: Row;
  /** `otherwise` of a row whose feature may be absent. */
  readonly without?: string | undefined;
}

/** What has been decided on the way from the opcode to a row. */
interface Path {
  readonly prefix?: string;
  readonly opcode: string;
  readonly digit?: number;
  readonly form?: 'mem' | 'reg' | number;
  readonly suffix?: string;
}

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');

/** The manual's notation: `66 0F 3A 14 /r`, `B8+r`; `mem` and `reg` where only that form is meant. */
const notation = ({ prefix = '', opcode, digit, form, suffix = '' }: Path, row: Row): string => {
  // the register is in the low three bits
  if (row.operands.some((code) => code[0] === 'Z')) return `${prefix}${opcode.slice(0, -2)}${hex(parseInt(opcode.slice(-2), 16) & 0xf8)}+r${suffix}`;
  const modrm = typeof form === 'number' ? ` ${hex(0xc0 | ((digit ?? 0) << 3) | form)}` : digit === undefined ? (row.facts.usesModrm ? ' /r' : '') : ` /${digit}`;
  const only = typeof form === 'number' ? '' : (form ?? { memory: 'mem', register: 'reg', none: '' }[row.facts.form ?? 'none']);
  const { vex } = row;
  if (!vex) return `${prefix}${opcode}${modrm}${only && ` ${only}`}${suffix}`;
  const lead = prefix ? opcode.replace('VEX.', `VEX.${prefix.trim()}.`) : opcode;
  const length = vex.l === undefined || suffix.includes(', L') ? '' : `, L${vex.l}`;
  return `${lead}${modrm}${only && ` ${only}`}${length}${vex.w === undefined ? '' : `, W${vex.w}`}${suffix}`;
};

function* encodings(entry: Entry | undefined, path: Path): Generator<Encoding> {
  if (!entry) return;
  switch (entry.kind) {
    case 'semantics': case 'microcode':
      yield { text: notation(path, entry), row: entry, without: entry.otherwise && mnemonicOf(entry.otherwise) };
      return;
    case 'group': for (const [digit, e] of entry.rows.entries()) yield* encodings(e, { ...path, digit }); return;
    case 'prefix': {
      const { none, p66, f3, f2 } = entry;
      yield* encodings(none, path);
      // where 66 selects the same row it is the operand size and no mandatory prefix
      if (p66 !== none) yield* encodings(p66, { ...path, prefix: '66 ' });
      if (f3 !== none) yield* encodings(f3, { ...path, prefix: 'F3 ' });
      if (f2 !== none) yield* encodings(f2, { ...path, prefix: 'F2 ' });
      return;
    }
    case 'form': {
      yield* encodings(entry.memory, { ...path, form: 'mem' });
      const { register } = entry;
      if (!Array.isArray(register)) yield* encodings(register as Entry | undefined, { ...path, form: 'reg' });
      else for (const [rm, e] of (register as (Entry | undefined)[]).entries()) yield* encodings(e, { ...path, form: rm });
      return;
    }
    case 'mode':
      yield* encodings(entry.legacy, { ...path, suffix: `${path.suffix ?? ''}, not in 64-bit mode` });
      yield* encodings(entry.long, { ...path, suffix: `${path.suffix ?? ''}, 64-bit mode` });
      return;
    case 'wide':
      yield* encodings(entry.w0, { ...path, suffix: `${path.suffix ?? ''}, W0` });
      yield* encodings(entry.w1, { ...path, suffix: `${path.suffix ?? ''}, W1` });
      return;
    case 'length':
      yield* encodings(entry.l0, { ...path, suffix: `${path.suffix ?? ''}, L0` });
      yield* encodings(entry.l1, { ...path, suffix: `${path.suffix ?? ''}, L1` });
      return;
    case 'extension':
      yield* encodings(entry.plain, path);
      yield* encodings(entry.extended, { ...path, suffix: ', REX.B' });
  }
}

const modes = (row: Row): string => [row.no64 && 'not 64', row.only64 && '64 only', row.protectedOnly && 'not real, V86'].filter(Boolean).join(', ');
const executed = (row: Row): string => (row.kind === 'microcode' ? `microcode \`${row.microcode}\`` : 'generated');
const title = (row: Row): string => mnemonicOf(row).replace(/~$| to$/, '').replaceAll('|', '/').toUpperCase();

const line = ({ text, row, without }: Encoding): string =>
  `| ${title(row)} | ${shownOperands(row).join(', ')} | ${text} | ${row.feature ?? ''}${row.vex?.wide ? ` (L1 ${row.vex.wide})` : ''}${without ? ` (else ${without})` : ''} | ${modes(row)} | ${row.lock ? 'LOCK' : ''} | ${executed(row)} |`;

const mapTitles = {
  oneByte: ['One byte', ''], twoByte: ['0F', '0F '], map0f38: ['0F 38', '0F 38 '], map0f3a: ['0F 3A', '0F 3A '],
  vex0f: ['VEX 0F', 'VEX.0F '], vex0f38: ['VEX 0F 38', 'VEX.0F38 '], vex0f3a: ['VEX 0F 3A', 'VEX.0F3A '],
} as const;

const encodingsOf = (map: OpcodeMap, lead: string): Encoding[] => {
  const found = Object.entries(map).flatMap(([opcode, entry]) => [...encodings(entry, { opcode: lead + hex(Number(opcode)) })]);
  const lines = new Set<string>();
  // rows that one opcode map repeats for each register, and entries that several prefixes share
  return found.filter((encoding) => !lines.has(line(encoding)) && lines.add(line(encoding)));
};

const featureLines = (all: readonly Encoding[]): string[] => {
  const counts = new Map<string, number>();
  for (const { row } of all) for (const name of [row.feature, row.vex?.wide]) if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([name, count]) => {
    const { leaf, subleaf, register, bit, enabled } = features[name as FeatureName];
    return `| ${name} | ${leaf.toString(16).toUpperCase()}h${subleaf ? `.${subleaf}` : ''}:${register.toUpperCase()}[${bit}] | ${enabled ? 'on' : 'off'} | ${count} |`;
  });
};

export const isaPage = (): string => {
  const maps = (Object.keys(mapTitles) as (keyof typeof mapTitles)[]).map((name) => ({ name, found: encodingsOf(opcodeMaps[name], mapTitles[name][1]) }));
  const all = maps.flatMap(({ found }) => found);
  const microcoded = all.filter(({ row }) => row.kind === 'microcode').length;
  const mnemonics = new Set(all.flatMap(({ row }) => title(row).split('/')));
  return [
    '# The instruction set', '',
    'Written by `npm run docs:isa` from the opcode maps (`packages/core/src/cpu/isa`) and the feature table (`cpu/features.ts`); a test fails when it is out of date.', '',
    `${all.length} encodings of ${mnemonics.size} mnemonics: ${all.length - microcoded} executed by generated code (\`cpu/semantics\`), ${microcoded} by microcode (\`cpu/microcode\`).`, '',
    'Operands are in the vocabulary of SDM vol. 2D, appendix A; `cpu/isa/row.ts` explains the letters. Modes: empty is all. Vectors are of 128 bits and, with VEX.L, of 256 where nothing else is said. What is not here is #UD.', '',
    '## CPUID features', '', 'Encodings that CPUID announces; with a feature off they are #UD. What has no feature here belongs to every x86-64 processor.', '',
    '| feature | CPUID | state | encodings |', '|---|---|---|---|', ...featureLines(all), '',
    ...maps.flatMap(({ name, found }) => [
      `## ${mapTitles[name][0]}`, '', '| mnemonic | operands | encoding | feature | modes | | executed |', '|---|---|---|---|---|---|---|', ...found.map(line), '',
    ]),
  ].join('\n');
};
