import loadWabt from 'wabt';
import { describe, expect, it } from 'vitest';
import type { FunctionBuilder } from './function.ts';
import { ModuleBuilder } from './module.ts';
import { laneOpcodes, memoryOpcodes, plainOpcodes } from './opcodes.ts';
import type { FunctionType, ValueType } from './types.ts';
import { functionTexts, moduleText } from './wat.ts';

const all = ['i32', 'i64', 'f32', 'f64', 'v128'] as const;

/** WABT's assembler (Apache-2.0): what another reads in the text. */
const assemble = async (text: string): Promise<Uint8Array> => {
  const { parseWat } = await loadWabt();
  const module = parseWat('module.wat', text, { simd: true, threads: true, tail_call: true, bulk_memory: true, sign_extension: true });
  module.resolveNames();
  return module.toBinary({ write_debug_names: true }).buffer;
};

const local = (f: FunctionBuilder, type: ValueType): ReturnType<FunctionBuilder['local']> => f.params[all.indexOf(type)]!;

/** One function for every row of the tables, whose operands are parameters. */
const everyRow = (module: ModuleBuilder): void => {
  for (const [name, { operands, result }] of [...plainOpcodes, ...laneOpcodes, ...memoryOpcodes]) {
    const callee = module.declare(name, all, result ? [result] : []);
    module.define(callee, (f) => {
      const values = operands.map((type) => local(f, type));
      if (!result) f.store(name, values[0]!, values[1]!, 8);
      else if (plainOpcodes.has(name)) f.return(f.op(name, ...values));
      else if (laneOpcodes.has(name)) f.return(f.lane(name, 1, ...values));
      else f.return(f.load(name, values[0]!, 0x1_0000));
    });
  }
};

const numbers = (f: FunctionBuilder): void => {
  for (const value of [0, 1, -1, 63, 64, -1023, 1024, -0x8000_0000, 0x7fff_ffff]) f.set(local(f, 'i32'), f.i32(value));
  for (const value of [0n, -1n, 1024n, -0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn, 0x1234_5678_9abcn]) f.set(local(f, 'i64'), f.i64(value));
  for (const value of [0, -0, 1.5, -1e-45, 3.4e38, Infinity, -Infinity, NaN]) f.set(local(f, 'f32'), f.f32(value));
  for (const value of [0, -0, 0.1, 5e-324, -1.7976931348623157e308, Infinity, -Infinity, NaN]) f.set(local(f, 'f64'), f.f64(value));
  f.set(local(f, 'v128'), f.v128([1, 2, 3, 4, 0, 0, 0, 0x80, 9, 10, 11, 12, 0xff, 0xff, 0xff, 0xff]));
  f.set(local(f, 'v128'), f.shuffle(local(f, 'v128'), local(f, 'v128'), [0, 31, 1, 30, 2, 29, 3, 28, 4, 27, 5, 26, 6, 25, 7, 24]));
  f.return(f.i32(0));
};

/** Whatever FunctionBuilder can write beside the tables; `sink` takes an i32 and gives one. */
const controls = (f: FunctionBuilder, sink: { type: FunctionType; index: number; name: string }, typeIndex: number): void => {
  const i32 = local(f, 'i32');
  f.block((outer) => {
    f.loop((again) => {
      f.if(i32, () => f.br(again), () => f.brIf(outer, f.eqz(i32)));
      f.block((inner) => f.brTable(i32, [outer, inner, again], inner));
      f.if(f.ltU(i32, f.i32(3)), () => f.drop(f.call(sink, i32)));
    });
    f.set(i32, f.select(i32, f.call(sink, f.i32(1)), f.callIndirect(sink.type, typeIndex, i32, f.i32(2))));
    f.set(local(f, 'v128'), f.select(i32, local(f, 'v128'), local(f, 'v128')));
    f.memoryCopy(i32, i32, i32);
    f.memoryFill(i32, f.i32(0), i32);
    f.block(() => f.unreachable());
    f.if(f.eqz(i32), () => f.returnCallIndirect(sink.type, typeIndex, i32, i32));
  });
  f.returnCall(sink, i32);
};

const module = (): ModuleBuilder => {
  const made = new ModuleBuilder();
  made.importMemory(1, 2);
  const sink = made.importFunction('sink', ['i32'], ['i32']);
  everyRow(made);
  made.define(made.declare('numbers', all, ['i32']), numbers);
  const control = made.declare('controls', all, ['i32']);
  made.define(control, (f) => controls(f, sink, made.typeIndex(sink.type)));
  made.export(control);
  made.tabulate(sink);
  made.tabulate(control);
  return made;
};

describe('the text of a module', () => {
  it('assembles to the same bytes', async () => {
    const bytes = module().toBytes();
    expect(new WebAssembly.Module(bytes)).toBeDefined(); // the engine takes what is compared
    const again = await assemble(moduleText(bytes, { alignments: true }));
    expect(Buffer.compare(withoutNames(again), withoutNames(bytes))).toBe(0);
    expect(functionTexts(again)).toEqual(functionTexts(bytes)); // and so have the names survived
  });

  it('says how long each function is', () => {
    const made = module();
    const sizes = functionTexts(made.toBytes()).map(({ name, sizeBytes }) => [name, sizeBytes] as const);
    expect(new Map(sizes)).toEqual(made.sizes());
  });

  it('folds operands, numbers labels that are used, and keeps the order where a value waits', () => {
    const made = new ModuleBuilder();
    const callee = made.declare('it', ['i32'], ['i32']);
    made.define(callee, (f) => {
      f.block((out) => {
        f.block(() => f.if(f.op('i32.gt_s', f.params[0]!, f.i32(0x1000)), () => f.br(out), () => f.set(f.params[0]!, f.i32(-5))));
      });
      f.return(f.add(f.params[0]!, f.mul(f.params[0]!, f.i32(4))));
    });
    expect(functionTexts(made.toBytes())[0]!.text).toBe(`(func $it (type 0) (param i32) (result i32)  ;; 33 bytes
  (block $1
    (block
      (if (i32.gt_s (local.get 0) (i32.const 0x1000)) (then
        (br $1)
      ) (else
        (local.set 0 (i32.const -5))
      ))
    )
  )
  (return (i32.add (local.get 0) (i32.mul (local.get 0) (i32.const 4))))
)
`);
  });

  it('writes a value that waits before the statement that comes between', async () => {
    const code = [0, 0x41, 7, 0x41, 8, 0x24 - 3, 0, 0x41, 9, 0x6a, 0x0b]; // i32.const 7, i32.const 8, local.set 0, i32.const 9, i32.add
    const bytes = Uint8Array.from([
      0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 3, 2, 1, 0, 10, code.length + 2, 1, code.length, ...code,
    ]);
    expect(moduleText(bytes)).toContain(['(i32.const 7)', '(local.set 0 (i32.const 8))', '(i32.add (i32.const 9))'].map((line) => `    ${line}\n`).join(''));
    expect(Buffer.compare(withoutNames(await assemble(moduleText(bytes))), Buffer.from(bytes))).toBe(0);
  });

  it('names locals where the module does', async () => {
    const made = new ModuleBuilder();
    made.define(made.declare('it', ['i32'], []), (f) => f.set(f.lasting('i64', 'rax'), f.op('i64.extend_i32_u', f.params[0]!)));
    const text = functionTexts(made.toBytes({ localNames: true }))[0]!.text;
    expect(text).toBe('(func $it (type 0) (param i32)  ;; 9 bytes\n  (local $rax i64)\n  (local.set $rax (i64.extend_i32_u (local.get 0)))\n)\n');
    expect(functionTexts(await assemble(moduleText(made.toBytes({ localNames: true }))))[0]!.text).toBe(text);
    expect(functionTexts(made.toBytes())[0]!.text).toContain('(local.set 1 ');
  });

  it('refuses what is cut short, and what it does not know', () => {
    const bytes = module().toBytes();
    expect(() => moduleText(bytes.subarray(0, bytes.length - 40))).toThrow(/bytes are wanted/);
    expect(() => moduleText(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 6, 1, 0]))).toThrow(/section 6 is not read/);
  });
});

/** The bytes before the custom section, which ModuleBuilder and WABT put last. */
const withoutNames = (bytes: Uint8Array): Buffer => {
  const at = Buffer.from(bytes).lastIndexOf('\x04name');
  if (at < 0) return Buffer.from(bytes);
  let start = at - 1;
  while (bytes[start - 1]! >= 0x80) start--; // the section's size; its id, 0, is before it
  return Buffer.from(bytes.subarray(0, start - 1));
};
