import { describe, expect, it } from 'vitest';
import type { FunctionBuilder } from './function.ts';
import { CodeReader, parseModule } from './module-reader.ts';
import { ModuleBuilder } from './module.ts';
import type { ValueType } from './types.ts';

type Exported = (...values: (number | bigint)[]) => number | bigint;

/** One exported function, over a memory of one page. */
const make = (params: ValueType[], results: ValueType[], build: (f: FunctionBuilder) => void): Exported => {
  const module = new ModuleBuilder();
  module.importMemory(1, 1);
  const callee = module.declare('it', params, results);
  module.define(callee, build);
  module.export(callee);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  return new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), { env: { memory } }).exports.it as unknown as Exported;
};

describe('expressions', () => {
  it('refuses a tree that is used twice, and takes what let() bound', () => {
    expect(() => make(['i32'], ['i32'], (f) => {
      const sum = f.add(f.params[0]!, f.i32(1));
      f.return(f.mul(sum, sum));
    })).toThrow(/used twice/);
    const square = make(['i32'], ['i32'], (f) => {
      const sum = f.let(f.add(f.params[0]!, f.i32(1)));
      f.return(f.mul(sum, sum));
    });
    expect(square(4)).toBe(25);
  });

  it('refuses operands of the wrong type or number', () => {
    expect(() => make(['i64'], ['i32'], (f) => f.return(f.op('i32.add', f.params[0]!, f.i32(1))))).toThrow(/is i64, not i32/);
    expect(() => make([], ['i32'], (f) => f.return(f.op('i32.add', f.i32(1))))).toThrow(/takes 2 operands/);
    expect(() => make([], ['i32'], (f) => f.return(f.op('i32.plus', f.i32(1), f.i32(1))))).toThrow(/no instruction i32.plus/);
  });

  it('folds integer constants with the wrap-around of their type', () => {
    make([], ['i32'], (f) => {
      expect(f.add(f.i32(0x7fff_ffff), f.i32(1)).constant).toBe(-0x8000_0000n);
      expect(f.mul(f.i64(1n << 40n), f.i64(1n << 40n)).constant).toBe(0n);
      f.return(f.i32(0));
    });
  });

  it.each([0n, 1n, -1n, 63n, -64n, 64n, 0x7fff_ffff_ffff_ffffn, -0x8000_0000_0000_0000n])('encodes the i64 constant %s', (value) => {
    expect(make([], ['i64'], (f) => f.return(f.i64(value)))()).toBe(value);
  });

  it.each([0, 1, -1, 63, 64, -65, 0x7fff_ffff, -0x8000_0000])('encodes the i32 constant %s', (value) => {
    expect(make([], ['i32'], (f) => f.return(f.i32(value)))()).toBe(value);
  });
});

describe('control flow', () => {
  it('counts labels through nested blocks and arms', () => {
    const classify = make(['i32'], ['i32'], (f) => {
      const result = f.local('i32');
      f.block((outer) => {
        f.loop((again) => {
          f.if(f.gtS(f.params[0]!, f.i32(10)), () => {
            f.set(f.params[0]!, f.sub(f.params[0]!, f.i32(10)));
            f.set(result, f.add(result, f.i32(100)));
            f.br(again);
          }, () => f.brIf(outer, f.eq(f.params[0]!, f.i32(10))));
          f.set(result, f.add(result, f.params[0]!));
        });
      });
      f.return(result);
    });
    expect([classify(3), classify(10), classify(25), classify(30)]).toEqual([3, 0, 205, 200]);
  });

  it('dispatches by table, with a default', () => {
    const pick = make(['i32'], ['i32'], (f) => {
      f.block((otherwise) => {
        f.block((second) => {
          f.block((first) => f.brTable(f.params[0]!, [first, second], otherwise));
          f.return(f.i32(11));
        });
        f.return(f.i32(22));
      });
      f.return(f.i32(99));
    });
    expect([pick(0), pick(1), pick(2), pick(-1)]).toEqual([11, 22, 99, 99]);
  });

  it('chooses between arms that hold statements', () => {
    const absolute = make(['i64'], ['i64'], (f) => f.return(f.choose('i64', f.ltS(f.params[0]!, f.i64(0)), () => {
      const negated = f.let(f.sub(f.i64(0), f.params[0]!));
      return negated;
    }, () => f.params[0]!)));
    expect([absolute(-7n), absolute(7n)]).toEqual([7n, 7n]);
  });
});

describe('modules', () => {
  it('refuses a function without a body, and an import after a function', () => {
    const module = new ModuleBuilder();
    module.declare('empty', [], []);
    expect(() => module.toBytes()).toThrow(/empty has no body/);
    expect(() => module.importFunction('late', [], [])).toThrow(/after a function/);
  });
});

describe('locals', () => {
  it('are kept on the stack where what was set is asked for at once', () => {
    const sizes: number[] = [];
    const twice = make(['i32'], ['i32'], (f) => {
      const x = f.local('i32');
      f.set(x, f.add(f.params[0]!, f.i32(1)));
      sizes.push(f.sizeBytes);
      f.set(f.params[0]!, f.add(x, x));
      sizes.push(f.sizeBytes);
      f.return(f.params[0]!);
      sizes.push(f.sizeBytes);
    });
    expect(twice(20)).toBe(42);
    expect([sizes[1]! - sizes[0]!, sizes[2]! - sizes[1]!]).toEqual([5, 1]); // local.tee instead of local.set, and no local.get
  });

  it('are asked for again after a branch may have come', () => {
    const pick = make(['i32'], ['i32'], (f) => {
      const x = f.local('i32');
      f.block((skip) => {
        f.set(x, f.i32(1));
        f.brIf(skip, f.params[0]!);
        f.set(x, f.i32(2));
      });
      f.return(x);
    });
    expect([pick(1), pick(0)]).toEqual([1, 2]);
    const either = make(['i32'], ['i32'], (f) => {
      const x = f.local('i32');
      f.if(f.params[0]!, () => f.set(x, f.i32(5)), () => undefined);
      f.return(x);
    });
    expect([either(1), either(0)]).toEqual([5, 0]);
  });

  it('alone can be set', () => {
    expect(() => make([], [], (f) => f.set(f.i32(1), f.i32(2)))).toThrow(/only a local can be set/);
  });
});

describe('branch hints', () => {
  /** Offset in the body and value, of the one function's hints. */
  const hintsOf = (bytes: Uint8Array): [number, number][] => {
    const reader = new CodeReader(bytes, 8);
    for (;;) {
      const id = reader.byte();
      const section = reader.part(reader.unsigned());
      if (id === 10) return [];
      if (id !== 0 || section.name() !== 'metadata.code.branch_hint') continue;
      return section.list(() => (section.unsigned(), section.list((): [number, number] => [section.unsigned(), (section.byte(), section.byte())])))[0]!;
    }
  };

  it('say of each `if` which arm is taken seldom, and stand before the code', () => {
    const module = new ModuleBuilder();
    module.importMemory(1, 1);
    const callee = module.declare('it', ['i32'], ['i32']);
    module.define(callee, (f) => {
      const x = f.local('i32');
      f.if(f.eqz(f.params[0]!), () => {
        f.if(x, () => f.rarely());
        f.rarely();
        f.return(f.i32(1));
      });
      f.if(f.params[0]!, () => f.set(x, f.i32(2)), () => f.rarely());
      f.if(x, () => f.set(x, f.i32(3)));
      f.return(x);
    });
    module.export(callee);
    const bytes = module.toBytes();
    const hints = hintsOf(bytes);
    expect(hints.map(([, value]) => value)).toEqual([0, 0, 1]);
    const { sizeBytes } = parseModule(bytes).bodies[0]!;
    const end = bytes.findIndex((_, i) => i > 8 && new TextDecoder().decode(bytes.subarray(i, i + 4)) === 'name') - 3;
    for (const [offset] of hints) expect(bytes[end - sizeBytes + offset]).toBe(0x04);
  });

  it('are not there where nothing is known', () => {
    const module = new ModuleBuilder();
    module.importMemory(1, 1);
    module.define(module.declare('it', ['i32'], []), (f) => f.if(f.params[0]!, () => f.return()));
    expect(hintsOf(module.toBytes())).toEqual([]);
  });
});
