/** Figures of several rounds, their medians, ratios and limits, as tables for people and as JSON. */
import { availableParallelism, cpus, loadavg } from 'node:os';
import type { PeerName } from './peers.ts';

const OURS = 'vmx';

/** One workload under each peer, a value a round. */
export interface Comparison {
  readonly workload: string;
  readonly kind: 'boot' | 'program';
  readonly arch: string;
  /** By the wall clock. */
  readonly seconds: Map<PeerName, number[]>;
  /** Of all the process' threads, where the system tells. */
  readonly cpuSeconds: Map<PeerName, number[]>;
  /** What went wrong, a line each; ours fails the bench. */
  readonly problems: Map<PeerName, string>;
}

export const CLOCKS = ['wall', 'cpu'] as const;
export type Clock = (typeof CLOCKS)[number];

/** One measured quantity of ours and, where SPECIFICATION.md has one, its promise. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A ratio that SPECIFICATION.md limits. */
export interface Limit {
  readonly name: string;
  readonly value: number;
  readonly atMost: number;
  /** What it is to become. */
  readonly goal: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export const isKept = ({ values, atLeast = -Infinity, atMost = Infinity }: Figure): boolean => median(values) >= atLeast && median(values) <= atMost;

function secondsOf(comparison: Comparison, peer: PeerName, clock: Clock): number | undefined {
  const values = (clock === 'wall' ? comparison.seconds : comparison.cpuSeconds).get(peer);
  // A peer that computed something else did not do the work.
  return values === undefined || values.length === 0 || comparison.problems.has(peer) ? undefined : median(values);
}

/** Ours ÷ that peer's. */
function ratio(comparison: Comparison, peer: PeerName, clock: Clock): number | undefined {
  const ours = secondsOf(comparison, OURS, clock);
  const other = secondsOf(comparison, peer, clock);
  // The CPU clock's ticks are coarse: nothing is no divisor.
  return ours === undefined || other === undefined || other === 0 ? undefined : ours / other;
}

const ratiosOf = (comparisons: readonly Comparison[], arch: string, kind: Comparison['kind'], peer: PeerName, clock: Clock): { workload: string; value: number }[] =>
  comparisons.filter((comparison) => comparison.arch === arch && comparison.kind === kind)
    .map((comparison) => ({ workload: comparison.workload, value: ratio(comparison, peer, clock) }))
    .filter((entry): entry is { workload: string; value: number } => entry.value !== undefined);

/** What is judged, as far as it was measured. */
export function limits(comparisons: readonly Comparison[], clock: Clock): Limit[] {
  const found: Limit[] = [];
  const judge = (arch: string, peer: PeerName, mean: readonly [atMost: number, goal: number], each: readonly [atMost: number, goal: number], boot: readonly [atMost: number, goal: number]): void => {
    const programs = ratiosOf(comparisons, arch, 'program', peer, clock);
    if (programs.length > 0) {
      const slowest = programs.reduce((worst, entry) => (entry.value > worst.value ? entry : worst));
      found.push({ name: `${arch} programs ÷ ${peer}, geometric mean of ${programs.length}`, value: geometricMean(programs.map(({ value }) => value)), atMost: mean[0], goal: mean[1] });
      found.push({ name: `${arch} slowest program ÷ ${peer}: ${slowest.workload}`, value: slowest.value, atMost: each[0], goal: each[1] });
    }
    for (const { value } of ratiosOf(comparisons, arch, 'boot', peer, clock)) {
      found.push({ name: `${arch} boot to init ÷ ${peer}`, value, atMost: boot[0], goal: boot[1] });
    }
  };
  judge('i386', 'v86', [0.65, 0.4], [1, 1], [0.5, 0.3]);
  judge('amd64', 'qemu', [1.3, 0.8], [2.5, 1.3], [2, 1]);
  return found;
}

export function comparisonTable(comparisons: readonly Comparison[], peers: readonly PeerName[], clock: Clock): string {
  const others = peers.filter((peer) => peer !== OURS);
  const rows = comparisons.map((comparison) => [
    `${comparison.arch} ${comparison.workload}`,
    ...peers.map((peer) => (comparison.problems.has(peer) ? 'wrong' : secondsOf(comparison, peer, clock)?.toFixed(2) ?? '–')),
    ...others.map((peer) => ratio(comparison, peer, clock)?.toFixed(2) ?? '–'),
  ]);
  const means = [...new Set(comparisons.map(({ arch }) => arch))].map((arch) => [
    `${arch} programs, geometric mean`,
    ...peers.map(() => ''),
    ...others.map((peer) => {
      const values = ratiosOf(comparisons, arch, 'program', peer, clock).map(({ value }) => value);
      return values.length === 0 ? '–' : geometricMean(values).toFixed(2);
    }),
  ]);
  return table([[clock === 'wall' ? 'seconds, medians' : 'CPU seconds, medians', ...peers, ...others.map((peer) => `${OURS} ÷ ${peer}`)], ...rows, ...means]);
}

export function limitTable(found: readonly Limit[]): string {
  return table([
    ['judged', 'ratio', 'limit', 'goal', ''],
    ...found.map(({ name, value, atMost, goal }) => [name, value.toFixed(2), atMost.toFixed(2), goal.toFixed(2), value > atMost ? 'MISSED' : value > goal ? 'kept' : 'kept, goal reached']),
  ]);
}

export function figureTable(figures: readonly Figure[]): string {
  return table([
    ['', 'median', 'lowest', 'highest', 'unit', 'promise'],
    ...figures.map((figure) => {
      const { name, unit, values, atLeast, atMost } = figure;
      const promise = atLeast === undefined ? (atMost === undefined ? '' : `at most ${brief(atMost)}`) : `at least ${brief(atLeast)}`;
      return [name, brief(median(values)), brief(Math.min(...values)), brief(Math.max(...values)), unit, promise === '' ? '' : `${promise}: ${isKept(figure) ? 'kept' : 'NOT KEPT'}`];
    }),
  ]);
}

export interface Measured {
  readonly rounds: number;
  readonly peers: Readonly<Record<string, string>>;
  readonly compilers: Readonly<Record<string, string>>;
  readonly comparisons: readonly Comparison[];
  readonly figures: readonly Figure[];
  /** By column. */
  readonly translator: readonly { readonly heading: string; readonly values: ReadonlyMap<string, number> }[];
}

export function toJson({ rounds, peers, compilers, comparisons, figures, translator }: Measured): string {
  const values = (by: Map<PeerName, number[]>): Record<string, { median: number; values: number[] }> =>
    Object.fromEntries([...by].map(([peer, seconds]) => [peer, { median: median(seconds), values: seconds }]));
  return `${JSON.stringify({
    date: new Date().toISOString(),
    host: { cpu: cpus()[0]?.model, cpus: availableParallelism(), load: loadavg(), node: process.version },
    rounds, peers, compilers,
    comparisons: comparisons.map(({ workload, kind, arch, seconds, cpuSeconds, problems }) => ({
      workload, kind, arch, seconds: values(seconds), cpuSeconds: values(cpuSeconds), problems: Object.fromEntries(problems),
    })),
    limits: Object.fromEntries(CLOCKS.map((clock) => [clock, limits(comparisons, clock)])),
    translator: translator.map(({ heading, values: numbers }) => ({ heading, values: Object.fromEntries(numbers) })),
    figures: figures.map((figure) => ({ ...figure, median: median(figure.values), kept: isKept(figure) })),
  }, null, 2)}\n`;
}

/** Four digits that count; whole numbers whole. */
const brief = (value: number): string => (Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(4))));

export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  // Words to the left, numbers and their headings to the right.
  const isNumeric = widths.map((_, column) => rows.slice(1).every((row) => /^([\d.,]+|[\d.]+ %|–|wrong|)$/.test(row[column]!)));
  const cell = (text: string, column: number): string => (column > 0 && isNumeric[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!));
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n');
}
