/**
 * Makes a control-flow graph reducible: a loop that is entered at several nodes gets a new node at its head, the dispatcher, which alone leads to them,
 * and every edge to one of them goes to the dispatcher, which is told by a variable which one is meant.
 *
 * Reference: the nesting of strongly connected regions is Steensgaard's (1993); the dispatcher is the usual remedy (Ramsey, "Beyond Relooper", 2022, section 6).
 * A dispatcher heads its region, so each of its targets has no other way in and is never the entry of an inner region: one dispatcher at most for a node.
 */
import type { Flow } from './flow-graph.ts';

interface Dispatched {
  readonly dispatcher: number;
  /** What the variable holds when this node is meant. */
  readonly selector: number;
}

export interface ReducibleFlow extends Flow {
  readonly entry: number;
  /** The nodes, by number, that are reached through a dispatcher only. Node 0 has selector 0: a variable that was never set means the entry. */
  readonly dispatched: ReadonlyMap<number, Dispatched>;
  /** What the dispatchers lead to, in the order of the selectors; the dispatchers are numbered from the count of the original graph. */
  readonly targets: ReadonlyMap<number, readonly number[]>;
}

/** `nodes` are the reachable ones. */
export const makeReducible = (flow: Flow, nodes: readonly number[]): ReducibleFlow => {
  const successors: number[][] = [];
  const predecessors: number[][] = [];
  for (const node of nodes) {
    successors[node] = [...flow.successors(node)];
    for (const to of successors[node]) (predecessors[to] ??= []).push(node);
  }
  const dispatched = new Map<number, Dispatched>();
  const targets = new Map<number, readonly number[]>();
  let count = flow.count;
  let entry = 0;

  const redirect = (entries: readonly number[]): number => {
    const dispatcher = count++;
    const from = new Set(entries.flatMap((node) => predecessors[node] ?? []));
    for (const node of from) successors[node] = successors[node]!.map((to) => (entries.includes(to) ? dispatcher : to));
    successors[dispatcher] = [...entries];
    predecessors[dispatcher] = [...from];
    for (const [selector, node] of entries.entries()) {
      predecessors[node] = [dispatcher];
      dispatched.set(node, { dispatcher, selector });
    }
    if (entries.includes(entry)) entry = dispatcher;
    targets.set(dispatcher, entries);
    return dispatcher;
  };

  const regions: { nodes: ReadonlySet<number>; head: number }[] = [{ nodes: new Set(nodes), head: -1 }];
  for (let region = regions.pop(); region; region = regions.pop()) {
    // without the edges to its head, the region falls into smaller ones
    const inside = new Set(region.nodes);
    inside.delete(region.head);
    for (const part of connectedRegions(inside, (node) => successors[node]!)) {
      const entries = [...part].filter((node) => node === entry || predecessors[node]!.some((from) => !part.has(from))).sort((x, y) => x - y);
      regions.push({ nodes: part, head: entries.length > 1 ? redirect(entries) : entries[0]! });
    }
  }
  return { count, entry, dispatched, targets, successors: (node) => successors[node] ?? [] };
};

/** The strongly connected regions that hold a cycle (Tarjan 1972, with the recursion as a list). */
const connectedRegions = (nodes: ReadonlySet<number>, successorsOf: (node: number) => readonly number[]): Set<number>[] => {
  const numbers: number[] = [];
  const lows: number[] = [];
  let visited = 0;
  const open: number[] = [];
  const closed = new Set<number>();
  const regions: Set<number>[] = [];
  const path: { node: number; next: number }[] = [];
  const enter = (node: number): void => {
    lows[node] = numbers[node] = visited++;
    open.push(node);
    path.push({ node, next: 0 });
  };
  const lower = (node: number, low: number): void => void (lows[node] = Math.min(lows[node]!, low));
  const leave = (node: number): void => {
    path.pop();
    const above = path.at(-1);
    if (above) lower(above.node, lows[node]!);
    if (lows[node] !== numbers[node]) return;
    const region = new Set(open.splice(open.lastIndexOf(node)));
    for (const member of region) closed.add(member);
    if (region.size > 1 || successorsOf(node).includes(node)) regions.push(region);
  };
  for (const start of nodes) {
    if (numbers[start] !== undefined) continue;
    enter(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const successor = successorsOf(top.node)[top.next++];
      if (successor === undefined) leave(top.node);
      else if (!nodes.has(successor)) continue;
      else if (numbers[successor] === undefined) enter(successor);
      else if (!closed.has(successor)) lower(top.node, numbers[successor]);
    }
  }
  return regions;
};
