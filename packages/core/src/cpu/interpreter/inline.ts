/**
 * Which handlers are inline in the interpreter's loop. The rest are functions: a call costs about 3 ns more, but the loop has to stay small
 * enough to be compiled well. The list comes from counts over the boots of both Debian kernels; see docs/adr.
 */
import type { Handler } from '../isa/shapes.ts';

const everywhere = new Set(['mov', 'add', 'sub', 'cmp', 'and', 'or', 'xor', 'test', 'lea', 'push', 'pop', 'ret', 'movzx', 'movsx', 'inc', 'dec', 'nop', 'shl', 'shr', 'sar']);

/** Widths of 32 and 64 bits, and bytes for the most common. */
export const isInline = (handler: Handler): boolean => {
  const { name } = handler.semantics;
  if (!everywhere.has(name)) return false;
  const widths = handler.shapes.map((s) => s.width);
  if (widths.includes(16)) return name === 'movzx';
  const memory = handler.shapes.findIndex((s) => s.kind === 'memory');
  if (name === 'shl' || name === 'shr' || name === 'sar') return memory < 0 && handler.shapes[1]!.kind === 'immediate' && widths[0] !== 8;
  if (name === 'inc' || name === 'dec') return memory < 0 && widths[0] !== 8;
  if (name === 'add' || name === 'sub' || name === 'and' || name === 'or' || name === 'xor') return widths[0] !== 8 && memory !== 0;
  return true;
};
