/** Collects what was measured, round by round, and compares what the peers' programs printed. */
import type { Timing } from './guest-process.ts';
import type { Sample } from './measurements.ts';
import type { PeerName } from './peers.ts';
import type { Comparison, Figure } from './report.ts';

type Subject = Pick<Comparison, 'workload' | 'kind' | 'arch'>;

/** Whose result counts where none is known beforehand. */
const REFERENCES: readonly PeerName[] = ['qemu', 'v86', 'vmx'];

export class Results {
  readonly #comparisons = new Map<string, Comparison>();
  readonly #figures = new Map<string, Figure & { values: number[] }>();
  readonly #outputs = new Map<Comparison, Map<PeerName, string>>();
  readonly #tell: (line: string) => void;

  /** `tell` hears every value as it comes. */
  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  time(subject: Subject, peer: PeerName, { seconds, cpuSeconds }: Timing): void {
    const comparison = this.#comparison(subject);
    const add = (values: Map<PeerName, number[]>, value: number): Map<PeerName, number[]> => values.set(peer, [...(values.get(peer) ?? []), value]);
    add(comparison.seconds, seconds);
    if (cpuSeconds !== undefined) {
      add(comparison.cpuSeconds, cpuSeconds);
    }
    this.#tell(`${subject.arch} ${subject.workload}, ${peer}: ${seconds.toFixed(2)} s${cpuSeconds === undefined ? '' : `, CPU ${cpuSeconds.toFixed(2)} s`}`);
  }

  /** A program's time and its result, which has to be `expected` or, where nothing is, the other peers'. */
  program(subject: Subject, peer: PeerName, outcome: (Timing & { readonly output: string }) | Error, expected?: string): void {
    if (outcome instanceof Error) {
      this.failed(subject, peer, outcome);
      return;
    }
    const comparison = this.#comparison(subject);
    this.time(subject, peer, outcome);
    const { output } = outcome;
    const outputs = this.#outputs.get(comparison) ?? new Map<PeerName, string>();
    this.#outputs.set(comparison, outputs);
    const earlier = outputs.get(peer);
    if (expected !== undefined && output !== expected) {
      this.#wrong(comparison, peer, `printed ${JSON.stringify(output)}, not ${JSON.stringify(expected)}`);
    } else if (earlier !== undefined && earlier !== output) {
      this.#wrong(comparison, peer, `printed ${JSON.stringify(output)} after ${JSON.stringify(earlier)}`);
    } else {
      outputs.set(peer, output);
      this.#compare(comparison, outputs);
    }
  }

  failed(subject: Subject, peer: PeerName, error: Error): void {
    const LENGTH = 300;
    this.#wrong(this.#comparison(subject), peer, error.message.slice(0, LENGTH));
  }

  add(samples: readonly Sample[]): void {
    for (const { value, ...figure } of samples) {
      const known = this.#figures.get(figure.name);
      if (known === undefined) {
        this.#figures.set(figure.name, { ...figure, values: [value] });
      } else {
        known.values.push(value);
      }
      this.#tell(`${figure.name}: ${value.toPrecision(4)} ${figure.unit}`);
    }
  }

  get comparisons(): readonly Comparison[] {
    return [...this.#comparisons.values()];
  }

  get figures(): readonly Figure[] {
    return [...this.#figures.values()];
  }

  #comparison(subject: Subject): Comparison {
    const key = `${subject.arch} ${subject.workload}`;
    const known = this.#comparisons.get(key);
    if (known !== undefined) {
      return known;
    }
    const comparison: Comparison = { ...subject, seconds: new Map(), cpuSeconds: new Map(), problems: new Map() };
    this.#comparisons.set(key, comparison);
    return comparison;
  }

  #compare(comparison: Comparison, outputs: ReadonlyMap<PeerName, string>): void {
    const reference = REFERENCES.find((peer) => outputs.has(peer));
    const wanted = reference === undefined ? undefined : outputs.get(reference);
    for (const [peer, output] of outputs) {
      if (output !== wanted) {
        this.#wrong(comparison, peer, `printed ${JSON.stringify(output)}, ${reference} ${JSON.stringify(wanted)}`);
      }
    }
  }

  #wrong(comparison: Comparison, peer: PeerName, problem: string): void {
    if (!comparison.problems.has(peer)) {
      comparison.problems.set(peer, problem);
      this.#tell(`wrong: ${comparison.arch} ${comparison.workload}, ${peer}: ${problem}`);
    }
  }
}
