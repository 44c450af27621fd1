/** How many references each cluster of a file has, as counted by a walk over all tables: a byte a cluster, in segments that are made when they are touched. */

const SEGMENT_CLUSTERS = 65_536;
const BYTE_MOST = 255;

export class ReferenceCounts {
  /** Of the file; references beyond are not counted. */
  readonly clusters: number;
  readonly #segments: (Uint8Array | undefined)[] = [];
  /** What a byte cannot hold. */
  readonly #larger = new Map<number, number>();

  constructor(clusters: number) {
    this.clusters = clusters;
  }

  get(cluster: number): number {
    const count = this.#segments[Math.floor(cluster / SEGMENT_CLUSTERS)]?.[cluster % SEGMENT_CLUSTERS] ?? 0;
    return count === BYTE_MOST ? this.#larger.get(cluster) ?? BYTE_MOST : count;
  }

  add(cluster: number, times = 1): void {
    const index = Math.floor(cluster / SEGMENT_CLUSTERS);
    const segment = (this.#segments[index] ??= new Uint8Array(SEGMENT_CLUSTERS));
    const place = cluster % SEGMENT_CLUSTERS;
    const sum = segment[place]! + times;
    if (sum < BYTE_MOST) segment[place] = sum;
    else {
      this.#larger.set(cluster, this.get(cluster) + times);
      segment[place] = BYTE_MOST;
    }
  }

  remove(cluster: number): void {
    const count = this.get(cluster);
    if (count === 0) return;
    const segment = this.#segments[Math.floor(cluster / SEGMENT_CLUSTERS)]!;
    if (count - 1 >= BYTE_MOST) this.#larger.set(cluster, count - 1);
    else {
      this.#larger.delete(cluster);
      segment[cluster % SEGMENT_CLUSTERS] = count - 1;
    }
  }

  /** Is any cluster from `from` to `to - 1` referred to? */
  hasAny(from: number, to: number): boolean {
    for (let cluster = from; cluster < to;) {
      const index = Math.floor(cluster / SEGMENT_CLUSTERS);
      const end = Math.min(to, (index + 1) * SEGMENT_CLUSTERS);
      const segment = this.#segments[index];
      if (segment !== undefined) for (let i = cluster; i < end; i++) if (segment[i % SEGMENT_CLUSTERS] !== 0) return true;
      cluster = end;
    }
    return false;
  }

  /** One more than the last cluster that is referred to. */
  end(): number {
    for (let index = this.#segments.length - 1; index >= 0; index--) {
      const segment = this.#segments[index];
      if (segment === undefined) continue;
      for (let i = SEGMENT_CLUSTERS - 1; i >= 0; i--) if (segment[i] !== 0) return index * SEGMENT_CLUSTERS + i + 1;
    }
    return 0;
  }
}
