/** What was measured, and whether it is what it has to be. */
import { median } from '../bench/report.ts';
import { MEMORY_BAR } from './jobs.ts';
import type { Job } from './jobs.ts';

export interface Outcome {
  readonly job: Job;
  /** Seconds, a value a round. */
  readonly ours: number[];
  readonly peers: Map<string, number[]>;
  /** Of the processor, a value a round: `ours` and each peer. */
  readonly cpuSeconds: Map<string, number[]>;
  peakBytes: number;
  /** What went wrong; undefined where nothing did. */
  problem: string | undefined;
  /** Of what was written, in bytes. */
  sizes?: { readonly ours: number; readonly peer: number };
}

interface Limit {
  /** A peer, or `seconds`. */
  readonly name: string;
  readonly value: number;
  readonly must: number;
  readonly goal: number;
}

export interface Judgement {
  readonly outcome: Outcome;
  readonly limits: readonly Limit[];
  readonly isKept: boolean;
  readonly isGoalReached: boolean;
}

/** Compressed output may be this much larger than the peer's. */
const SIZE_TOLERANCE = 1.02;

export function judge(outcome: Outcome): Judgement {
  const { job, ours, peers, peakBytes, problem, sizes } = outcome;
  const seconds = ours.length === 0 ? Infinity : median(ours);
  const limits: Limit[] = job.peers.filter(({ peer }) => peers.has(peer)).map(({ peer, bar }) => ({ name: peer, value: seconds / median(peers.get(peer)!), ...bar }));
  if (job.atMost !== undefined) limits.push({ name: 'seconds', value: seconds, must: job.atMost, goal: job.atMost });
  if (peakBytes > 0) limits.push({ name: 'peak bytes', value: peakBytes, ...MEMORY_BAR });
  if (sizes !== undefined && sizes.peer > 0 && sizes.ours > 0) limits.push({ name: 'size', value: sizes.ours / sizes.peer, must: SIZE_TOLERANCE, goal: SIZE_TOLERANCE });
  const isRight = problem === undefined && ours.length > 0;
  return { outcome, limits, isKept: isRight && limits.every(({ value, must }) => value <= must), isGoalReached: isRight && limits.every(({ value, goal }) => value <= goal) };
}

export function toRows(judgements: readonly Judgement[]): string[][] {
  const peers = [...new Set(judgements.flatMap(({ outcome }) => [...outcome.peers.keys()]))];
  return [
    ['seconds, medians', 'ours', ...peers, ...peers.map((peer) => `ours ÷ ${peer}`), 'peak MiB', ''],
    ...judgements.map(({ outcome, limits, isKept, isGoalReached }) => [
      outcome.job.name,
      outcome.ours.length === 0 ? 'wrong' : median(outcome.ours).toFixed(2),
      ...peers.map((peer) => (outcome.peers.has(peer) ? median(outcome.peers.get(peer)!).toFixed(2) : '–')),
      ...peers.map((peer) => limits.find(({ name }) => name === peer)?.value.toFixed(2) ?? '–'),
      (outcome.peakBytes / (1024 * 1024)).toFixed(0),
      isGoalReached ? 'kept, goal reached' : isKept ? 'kept' : `MISSED${missed(limits)}`,
    ]),
  ];
}

const missed = (limits: readonly Limit[]): string => limits.filter(({ value, must }) => value > must).map(({ name, value, must }) => `: ${name} ${Number(value.toPrecision(4))}, at most ${must}`).join('');
