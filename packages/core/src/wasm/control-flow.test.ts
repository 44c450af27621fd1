import { describe, expect, it } from 'vitest';
import { emitStructured } from './control-flow.ts';
import type { GoTo } from './control-flow.ts';
import type { Flow } from './flow-graph.ts';
import { FunctionBuilder } from './function.ts';
import type { Expression, Label } from './function.ts';
import { ModuleBuilder } from './module.ts';

type Graph = readonly (readonly number[])[];

const asFlow = (graph: Graph): Flow => ({ count: graph.length, successors: (node) => graph[node]! });

const DECISIONS = 0x8000;
const steps = 300;

/** xorshift32: a failure repeats from its seed. */
const random = (seed: number): ((below: number) => number) => {
  let state = (seed + 1) * 0x9e37_79b1 | 0;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
};

/** Chooses a successor in one of the shapes that a body may have; `choice` is less than the number of successors. */
const choose = (f: FunctionBuilder, shape: number, choice: Expression, successors: readonly number[], goTo: GoTo): void => {
  if (!successors.length) return f.return(f.i32(1));
  const [first = 0, ...rest] = successors;
  if (!rest.length) return goTo(first);
  const next = (): Expression => f.let(f.sub(choice, f.i32(1)));
  if (shape === 0) {
    f.if(f.eqz(choice), () => goTo(first));
    choose(f, 1, next(), rest, goTo);
  } else if (shape === 1) {
    f.if(f.ne(choice, f.i32(0)), () => choose(f, 2, next(), rest, goTo), () => goTo(first));
  } else {
    const outer = f.local('i32');
    f.block((skip: Label) => {
      f.brIf(skip, f.ne(choice, f.i32(0)));
      f.if(f.eqz(outer), () => goTo(first));
      f.unreachable();
    });
    choose(f, 0, next(), rest, goTo);
  }
};

interface Run { readonly trace: number[]; readonly ended: boolean; readonly tables: number; readonly bytes: Uint8Array }

/** Structures the graph, and runs it: each node notes its number, and the next decision says where it goes on. */
const run = (graph: Graph, decisions: readonly number[], shapes: (below: number) => number): Run => {
  const module = new ModuleBuilder();
  module.importMemory(1, 1);
  const callee = module.declare('graph', [], ['i32']);
  let tables = 0;
  module.define(callee, (f) => {
    const brTable = f.brTable.bind(f);
    f.brTable = (...all): void => { tables++; brTable(...all); };
    const step = f.local('i32');
    emitStructured(f, asFlow(graph), (node, goTo) => {
      f.if(f.eq(step, f.i32(steps)), () => f.return(f.i32(0)));
      const at = f.let(f.mul(step, f.i32(2)));
      f.store('i32.store16', at, f.i32(node));
      f.set(step, f.add(step, f.i32(1)));
      const choice = f.let(f.op('i32.rem_u', f.load('i32.load16_u', at, DECISIONS), f.i32(Math.max(1, graph[node]!.length))));
      choose(f, shapes(3), choice, graph[node]!, goTo);
    });
  });
  module.export(callee);
  const bytes = module.toBytes();
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const words = new Uint16Array(memory.buffer);
  words.fill(0xffff, 0, steps);
  words.set(decisions, DECISIONS / 2);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const ended = (instance.exports.graph as () => number)() === 1;
  const length = words.indexOf(0xffff);
  return { trace: [...words.subarray(0, length === -1 || length > steps ? steps : length)], ended, tables, bytes };
};

const walk = (graph: Graph, decisions: readonly number[]): { trace: number[]; ended: boolean } => {
  const trace: number[] = [];
  let node = 0;
  for (;;) {
    if (trace.length === steps) return { trace, ended: false };
    const choice = decisions[trace.push(node) - 1]!;
    const successors = graph[node]!;
    if (!successors.length) return { trace, ended: true };
    node = successors[choice % successors.length]!;
  }
};

const check = (graph: Graph, seed: number): Run => {
  const draw = random(seed);
  const decisions = Array.from({ length: steps }, () => draw(0x1_0000));
  const result = run(graph, decisions, draw);
  expect({ seed, trace: result.trace, ended: result.ended }).toEqual({ seed, ...walk(graph, decisions) });
  return result;
};

/** Any graph: edges lead anywhere. */
const anyGraph = (draw: (below: number) => number): Graph => {
  const count = 1 + draw(24);
  return Array.from({ length: count }, () => Array.from({ length: draw(4) }, () => draw(count)));
};

/** Structured code with early exits: reducible, as each loop is entered at its head only. */
const structuredGraph = (draw: (below: number) => number): Graph => {
  const graph: number[][] = [];
  const node = (): number => graph.push([]) - 1;
  const sequence = (from: number, heads: readonly number[], exits: readonly number[], depth: number): number => {
    let at = from;
    for (let n = draw(4); n >= 0; n--) at = piece(at, heads, exits, depth);
    return at;
  };
  const piece = (from: number, heads: readonly number[], exits: readonly number[], depth: number): number => {
    const kind = draw(depth > 4 || graph.length > 150 ? 2 : 6);
    const after = node();
    if (kind === 0 && heads.length) graph[from]!.push(after, heads[draw(heads.length)]!);
    else if (kind === 1 && exits.length) graph[from]!.push(exits[draw(exits.length)]!, after);
    else if (kind === 2 || kind === 3) {
      const arms = [node(), node()];
      graph[from]!.push(...arms);
      for (const arm of arms) graph[sequence(arm, heads, exits, depth + 1)]!.push(after);
    } else if (kind > 3) {
      const head = node();
      graph[from]!.push(head);
      graph[sequence(head, [...heads, head], [...exits, after], depth + 1)]!.push(head, after);
    } else graph[from]!.push(after);
    return after;
  };
  sequence(node(), [], [], 0);
  return graph;
};

describe('structured control flow', () => {
  it.each<[string, Graph]>([
    ['one node', [[]]],
    ['a node that repeats itself', [[0, 1], []]],
    ['a loop without end', [[1], [0]]],
    ['a diamond', [[1, 2], [3], [3], []]],
    ['a node that is gone to twice', [[1, 1, 2], [2], []]],
    ['a loop with two ways out to one place', [[1], [2, 4], [3, 4], [1], []]],
    ['a loop in a loop with one head', [[1], [1, 2], [1, 0, 3], []]],
    ['a chain of loops', [[0, 1], [1, 2], [2, 3], [3, 4], []]],
    ['a way out of two loops at once', [[1], [2], [3, 5], [2, 1, 4], [0, 5], []]],
    ['unreachable nodes', [[2], [2, 0], [], [1]]],
  ])('%s', (_, graph) => {
    for (let seed = 0; seed < 20; seed++) expect(check(graph, seed).tables).toBe(0);
  });

  it.each<[string, number, Graph]>([
    ['a loop with two entries', 1, [[1, 2], [2, 3], [1], []]],
    ['two of them, one after the other', 2, [[1, 2], [2, 3], [1], [4, 5], [5], [4, 6], []]],
    ['one within the other', 2, [[1, 4], [2, 3], [3], [2, 4], [1, 5], []]],
    ['the entry among the heads', 1, [[1, 2], [2], [1, 0, 3], []]],
    ['three entries', 1, [[1, 2, 3], [2], [3], [1, 4], []]],
    ['a loop with two entries beside one with one', 1, [[1, 2], [2, 3], [1], [4], [3, 5], []]],
  ])('dispatches in the region that needs it only: %s', (_, tables, graph) => {
    for (let seed = 0; seed < 20; seed++) expect(check(graph, seed).tables).toBe(tables);
  });

  it('runs random graphs as a direct walk does', () => {
    let dispatched = 0;
    for (let seed = 0; seed < 400; seed++) if (check(anyGraph(random(seed)), seed).tables) dispatched++;
    expect(dispatched).toBeGreaterThan(40);
    expect(dispatched).toBeLessThan(360);
  });

  it('runs random structured code without a table', () => {
    for (let seed = 0; seed < 100; seed++) expect(check(structuredGraph(random(seed)), seed).tables).toBe(0);
  });

  it('writes what follows a loop after its end', () => {
    const f = new FunctionBuilder('chain', { params: ['i32'], results: ['i32'] });
    const deepest: number[] = [];
    emitStructured(f, asFlow([[0, 1], [1, 2], [2, 3], []]), (node, goTo) => {
      f.block(({ depth }) => deepest.push(depth));
      if (node === 3) return f.return(f.i32(0));
      f.if(f.params[0]!, () => goTo(node));
      goTo(node + 1);
    });
    expect(deepest).toEqual([3, 3, 3, 1]); // each in its loop, in the block that its exit leaves; the last after all
  });

  it('refuses a successor that is not listed, and one that is used more often than listed', () => {
    const f = new FunctionBuilder('wrong', { params: [], results: [] });
    expect(() => emitStructured(f, asFlow([[1], [], []]), (_, goTo) => goTo(2))).toThrow(/node 0 goes to 2, which is not listed/);
    expect(() => emitStructured(f, asFlow([[1], []]), (node, goTo) => {
      if (node === 1) return f.return();
      f.if(f.i32(1), () => goTo(1));
      goTo(1);
    })).toThrow(/node 1 is gone to more often/);
  });
});
