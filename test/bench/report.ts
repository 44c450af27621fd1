/** Figures of several rounds, their medians and promises, as tables for people and as JSON. */
import { availableParallelism, cpus, loadavg } from 'node:os';

/** Seconds of one workload under each peer, a value a round. */
export interface Comparison {
  readonly workload: string;
  readonly arch: string;
  readonly seconds: Map<string, number[]>;
}

/** One measured quantity of ours and, where SPECIFICATION.md has one, its promise. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  readonly atLeast?: number;
  readonly atMost?: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const isKept = ({ values, atLeast = -Infinity, atMost = Infinity }: Figure): boolean => median(values) >= atLeast && median(values) <= atMost;

export function comparisonTable(comparisons: readonly Comparison[], peers: readonly string[]): string {
  const [ours = '', ...others] = peers;
  const rows = comparisons.map(({ workload, arch, seconds }) => {
    const of = (peer: string): number | undefined => (seconds.has(peer) ? median(seconds.get(peer)!) : undefined);
    const reference = of(ours);
    return [
      `${arch} ${workload}`,
      ...peers.map((peer) => of(peer)?.toFixed(2) ?? '–'),
      ...others.map((peer) => (reference === undefined || of(peer) === undefined ? '–' : (reference / of(peer)!).toFixed(2))),
    ];
  });
  return table([['seconds, medians', ...peers, ...others.map((peer) => `${ours} ÷ ${peer}`)], ...rows]);
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

export function toJson(comparisons: readonly Comparison[], figures: readonly Figure[], rounds: number): string {
  return `${JSON.stringify({
    date: new Date().toISOString(),
    host: { cpu: cpus()[0]?.model, cpus: availableParallelism(), load: loadavg(), node: process.version },
    rounds,
    comparisons: comparisons.map(({ workload, arch, seconds }) => ({
      workload, arch, peers: Object.fromEntries([...seconds].map(([peer, values]) => [peer, { medianS: median(values), valuesS: values }])),
    })),
    figures: figures.map((figure) => ({ ...figure, median: median(figure.values), kept: isKept(figure) })),
  }, null, 2)}\n`;
}

/** Four digits that count; whole numbers whole. */
const brief = (value: number): string => (Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(4))));

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  // Words to the left, numbers to the right.
  const cell = (text: string, column: number): string => (column === 0 || !/^[\d.,–-]+$/.test(text) && column > 3 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!));
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n');
}
