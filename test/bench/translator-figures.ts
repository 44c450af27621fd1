/**
 * What the translator did over a boot, and after some work besides: whatever numbers the machine's statistics have under `translation`, by their names
 * there, and what follows from them. The machine is a library's, apart from the timed ones.
 */
import { VM, type VmStatistics } from '@worldswitch/vmx';
import type { Guest } from '../guests/guests.ts';
import { PROMPT } from './guest-process.ts';
import { MEMORY_MIB } from './peers.ts';
import { table } from './report.ts';

const BOOT_LIMIT_MS = 240_000;
const WORK = { name: 'and gzip', command: 'head -c 1048576 /bin/busybox | gzip -c | sha256sum' } as const;

/** Figures of one machine at one time: a column of the table. */
export interface TranslatorColumn {
  readonly heading: string;
  readonly values: ReadonlyMap<string, number>;
}

export async function translatorFigures(guest: Guest): Promise<readonly TranslatorColumn[]> {
  await using vm = await VM.start({ kernel: guest.kernel, initrd: guest.initrd, append: 'console=ttyS0 quiet', memory: `${MEMORY_MIB}M` });
  await vm.waitFor(PROMPT, { timeoutMs: BOOT_LIMIT_MS });
  const afterBoot = figuresOf(await vm.statistics());
  await vm.exec(WORK.command);
  const afterWork = figuresOf(await vm.statistics());
  if (afterBoot === undefined || afterWork === undefined) {
    console.log(`skipped: ${guest.arch} translator: this machine has none`);
    return [];
  }
  return [{ heading: `${guest.arch} boot`, values: afterBoot }, { heading: WORK.name, values: afterWork }];
}

type Counters = Pick<VmStatistics, 'translation' | 'instructions' | 'guestMs'>;

export function figuresOf(statistics: Counters | undefined): ReadonlyMap<string, number> | undefined {
  if (statistics?.translation === undefined) {
    return undefined;
  }
  const { translation, instructions, guestMs } = statistics;
  const { regionsMade, regionsAlive, instructionsTranslated, codeBytes, generateMs, compileMs, instructionsInRegions } = translation;
  return new Map([
    ['instructions', instructions],
    ['guestMs', guestMs],
    ['in regions, %', (100 * instructionsInRegions) / instructions],
    ['instructions a region', instructionsTranslated / regionsMade],
    ['code bytes a region', codeBytes / regionsAlive],
    ['µs to generate an instruction', (1000 * generateMs) / instructionsTranslated],
    ['µs to compile an instruction', (1000 * compileMs) / instructionsTranslated],
    ...numbersOf(translation),
  ].filter((entry): entry is [string, number] => Number.isFinite(entry[1])));
}

/** Every number in a tree of plain objects, with the names on the way to it. */
export function numbersOf(tree: unknown, path = ''): [path: string, value: number][] {
  if (typeof tree === 'number') {
    return [[path, tree]];
  }
  if (typeof tree !== 'object' || tree === null) {
    return [];
  }
  return Object.entries(tree).flatMap(([name, value]) => numbersOf(value, path === '' ? name : `${path} ${name}`));
}

export function translatorTable(columns: readonly TranslatorColumn[]): string {
  const names = [...new Set(columns.flatMap(({ values }) => [...values.keys()]))];
  const text = (value: number | undefined): string => (value === undefined ? '–' : value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 1000 ? 1 : 0 }));
  return table([['translator', ...columns.map(({ heading }) => heading)], ...names.map((name) => [name, ...columns.map(({ values }) => text(values.get(name)))])]);
}
