/** Near jumps, calls and returns, loops. Reference: SDM vol. 2. Far transfers are microcode. */
import { semantics } from '../builder/builder.ts';
import type { Builder, ConditionCode, Semantics } from '../builder/builder.ts';
import { gpr } from '../state.ts';
import { conditionNames } from './move.ts';
import type { Expression } from '../../wasm/function.ts';

type CodeWidth = 16 | 32 | 64;
const codeWidth = (width: number): CodeWidth => width as CodeWidth;

/** Row operand: Jz or Jb, whose width is the operand size. */
export const JMP = semantics('jmp', 'r', (b, target) => b.jumpRelative(codeWidth(target.width)));

export const JCC: readonly Semantics[] = conditionNames.map((cc, code) => semantics(`j${cc}`, 'r', (b, target) => {
  b.f.if(b.flags.condition(code as ConditionCode), () => b.jumpRelative(codeWidth(target.width)));
}));

const truncated = (b: Builder, width: CodeWidth, rip: Expression): Expression => (width === 64 ? rip : b.f.wrap(rip));

export const CALL = semantics('call', 'r', (b, target) => {
  const width = codeWidth(target.width);
  b.checkRelative(width);
  b.push(width, truncated(b, width, b.nextRip()));
  b.jumpRelative(width);
});

/** An i64 target of the width, checked before anything changes: SDM vol. 2A, JMP, CALL; vol. 2B, RET. */
const checked = (b: Builder, width: CodeWidth, value: Expression): Expression => {
  const rip = width === 64 ? value : b.f.let(b.f.extendU(value));
  b.checkTarget(width, rip);
  return rip;
};

export const JMP_TO = semantics('jmp', 'r', (b, target) => {
  const width = codeWidth(target.width);
  b.jump(width, checked(b, width, target.read()), 'indirect');
});

export const CALL_TO = semantics('call', 'r', (b, target) => {
  const width = codeWidth(target.width);
  const rip = checked(b, width, target.read());
  b.push(width, truncated(b, width, b.nextRip()));
  b.jump(width, rip, 'indirect');
});

/** Row operands: the accumulator, for its width, and the bytes to release. */
export const RET = semantics('ret', 'a', (b, accumulator) => {
  const width = codeWidth(accumulator.width);
  const rip = checked(b, width, b.peek(width));
  b.release(width);
  b.jump(width, rip, 'return');
});
export const RET_RELEASING = semantics('ret', 'a r', (b, accumulator, bytes) => {
  const width = codeWidth(accumulator.width);
  const rip = checked(b, width, b.peek(width));
  b.release(width, bytes.read());
  b.jump(width, rip, 'return');
});

// LOOP, JCXZ: the counter's width is the address size, which the decoder puts into the operand that comes first
const counter = (b: Builder, width: number): Expression => b.readRegister(gpr.rcx, codeWidth(width));
const looping = (name: string, more: (b: Builder) => Expression | undefined): Semantics => semantics(name, 'a r', (b, count, target) => {
  const { f } = b;
  const left = counter(b, count.width as number);
  const next = f.let(f.sub(left, f.constant(left.type, 1)));
  const nonZero = count.width === 16 ? f.and(next, f.i32(0xffff)) : next;
  const again = f.let(f.ne(nonZero, f.constant(left.type, 0)));
  const condition = more(b);
  const taken = f.let(condition ? f.and(again, condition) : again);
  b.writeRegister(gpr.rcx, codeWidth(count.width as number), next);
  f.if(taken, () => b.jumpRelative(codeWidth(target.width)));
});
export const LOOP = looping('loop', () => undefined);
export const LOOPE = looping('loope', (b) => b.flags.condition(4));
export const LOOPNE = looping('loopne', (b) => b.flags.condition(5));
export const JCXZ = semantics('jcxz', 'a r', (b, count, target) => {
  b.f.if(b.f.eqz(counter(b, count.width as number)), () => b.jumpRelative(codeWidth(target.width)));
});
