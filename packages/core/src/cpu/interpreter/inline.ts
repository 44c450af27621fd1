/**
 * Which handlers are inline in the interpreter's loop; the others are functions. Measured over the boot of the amd64 kernel: all as functions
 * take 1.8 times the CPU time. But the loop has to stay small enough to be compiled well, so forms that are rare stay out
 * (docs/adr/0006).
 */
import type { Handler } from '../isa/shapes.ts';

/** With register, memory and immediate operands of 32 and 64 bits. */
const everywhere = new Set(['mov', 'add', 'sub', 'cmp', 'and', 'or', 'xor', 'test', 'lea', 'push', 'pop', 'ret', 'movzx', 'movsx', 'nop']);
/** With registers and immediates alone. */
const onRegisters = new Set(['adc', 'sbb', 'imul', 'inc', 'dec', 'neg', 'not', 'xchg', 'bt', 'leave', 'shl', 'shr', 'sar']);
const modifying = new Set(['add', 'sub', 'and', 'or', 'xor']);
const conditional = /^(set|cmov)/;

export const isInline = (handler: Handler): boolean => {
  const { semantics: { name }, shapes } = handler;
  const [first, second] = shapes;
  const inRegisters = shapes.every((s) => s.kind !== 'memory');
  const narrow = first?.width === 8 || first?.width === 16;
  if (conditional.test(name)) return inRegisters && first?.width !== 16;
  if (name === 'shl' || name === 'shr' || name === 'sar') return inRegisters && !narrow && second?.kind === 'immediate';
  if (onRegisters.has(name)) return inRegisters && !narrow;
  if (!everywhere.has(name)) return false;
  if (shapes.some((s) => s.width === 16)) return name === 'movzx';
  return !(modifying.has(name) && (first?.width === 8 || first?.kind === 'memory'));
};
