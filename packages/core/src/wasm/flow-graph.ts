/**
 * What structuring needs to know of a control-flow graph: reverse postorder, forward and back edges, dominators, natural loops.
 *
 * Reference: Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001); natural loops as in Aho, Lam, Sethi and Ullman, "Compilers", 9.6.
 * Missing: loops with more than one entry have no natural loop here; `reducible` is false then, and reducible.ts removes them first.
 */

export interface Flow {
  /** Number of nodes; node 0 is the entry. */
  readonly count: number;
  /** A node that may be gone to from several places of one body is listed as often. */
  successors(node: number): readonly number[];
}

/** Nodes are named by their place in reverse postorder, except where it says `node`. Unreachable nodes have no place. */
export class FlowGraph {
  /** The node at each place. */
  readonly order: readonly number[];
  /** The place of each node, -1 for one that is unreachable. */
  readonly places: Int32Array;
  readonly successors: readonly (readonly number[])[];
  readonly predecessors: readonly (readonly number[])[];
  readonly immediateDominators: Int32Array;
  /** Edges from an earlier place, each as often as it is listed. */
  readonly forwardEdges: Int32Array;
  /** Every edge to an earlier place goes to a dominator of where it comes from. */
  readonly reducible: boolean;
  /** Whether a back edge goes to the place. */
  readonly heads: Uint8Array;
  /** The head of the smallest loop around the place, not counting the loop that it heads itself; -1 without one. */
  readonly outerHeads: Int32Array;

  constructor(flow: Flow, entry = 0) {
    this.places = new Int32Array(flow.count).fill(-1);
    this.order = reversePostorder(flow, entry);
    for (let place = 0; place < this.order.length; place++) this.places[this.order[place]!] = place;
    this.successors = this.order.map((node) => flow.successors(node).map((successor) => this.places[successor]!));
    const predecessors: number[][] = this.order.map(() => []);
    this.forwardEdges = new Int32Array(this.order.length);
    for (let from = 0; from < this.successors.length; from++) {
      for (const to of this.successors[from]!) {
        predecessors[to]!.push(from);
        if (to > from) this.forwardEdges[to]!++;
      }
    }
    this.predecessors = predecessors;
    this.immediateDominators = this.#dominators();
    this.heads = new Uint8Array(this.order.length);
    this.reducible = this.#findHeads();
    this.outerHeads = this.#loops();
  }

  dominates(dominator: number, place: number): boolean {
    let at = place;
    while (at > dominator) at = this.immediateDominators[at]!;
    return at === dominator;
  }

  /** The head of the smallest loop that holds the place, which may be the place itself. */
  loopOf(place: number): number {
    return this.heads[place] ? place : this.outerHeads[place]!;
  }

  inLoop(head: number, place: number): boolean {
    let at = this.loopOf(place);
    while (at > head) at = this.outerHeads[at]!; // a head comes before all of its loop
    return at === head;
  }

  #dominators(): Int32Array {
    const dominators = new Int32Array(this.order.length).fill(-1);
    dominators[0] = 0;
    for (let changed = true; changed;) {
      changed = false;
      for (let place = 1; place < this.order.length; place++) {
        let dominator = -1;
        for (const predecessor of this.predecessors[place]!) {
          if (dominators[predecessor] === -1) continue;
          dominator = dominator === -1 ? predecessor : meet(dominators, predecessor, dominator);
        }
        if (dominators[place] !== dominator) {
          dominators[place] = dominator;
          changed = true;
        }
      }
    }
    return dominators;
  }

  #findHeads(): boolean {
    let reducible = true;
    for (let from = 0; from < this.successors.length; from++) {
      for (const to of this.successors[from]!) {
        if (to > from) continue;
        if (this.dominates(to, from)) this.heads[to] = 1;
        else reducible = false;
      }
    }
    return reducible;
  }

  /** Inner loops first; a loop that is found within another is from then on walked as one place, its head. */
  #loops(): Int32Array {
    const outer = new Int32Array(this.order.length).fill(-1);
    const outermost = (place: number): number => {
      let at = place;
      while (outer[at] !== -1) at = outer[at]!;
      return at;
    };
    for (let head = this.order.length - 1; head >= 0; head--) {
      if (!this.heads[head]) continue;
      const waiting = this.predecessors[head]!.filter((place) => place >= head && this.dominates(head, place));
      for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
        const whole = outermost(place);
        if (whole === head) continue;
        outer[whole] = head;
        for (const predecessor of this.predecessors[whole]!) if (this.dominates(head, predecessor)) waiting.push(predecessor);
      }
    }
    return outer;
  }
}

/** The nearest place that dominates both. */
const meet = (dominators: Int32Array, x: number, y: number): number => {
  let [a, b] = [x, y];
  while (a !== b) {
    while (a > b) a = dominators[a]!;
    while (b > a) b = dominators[b]!;
  }
  return a;
};

const reversePostorder = (flow: Flow, entry: number): number[] => {
  const seen = new Uint8Array(flow.count);
  const path: { node: number; next: number }[] = [{ node: entry, next: 0 }];
  const postorder: number[] = [];
  seen[entry] = 1;
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const successor = flow.successors(top.node)[top.next++];
    if (successor === undefined) {
      postorder.push(top.node);
      path.pop();
    } else if (!seen[successor]) {
      seen[successor] = 1;
      path.push({ node: successor, next: 0 });
    }
  }
  return postorder.reverse();
};
