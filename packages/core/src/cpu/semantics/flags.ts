/** Instructions on single flags: CLC, STC, CMC, CLD, STD, LAHF, SAHF, SALC. Reference: SDM vol. 2. */
import { semantics } from '../builder/builder.ts';
import { flag, gpr } from '../state.ts';

export const CLC = semantics('clc', '', (b) => b.flags.update(flag.cf, b.f.i32(0)));
export const STC = semantics('stc', '', (b) => b.flags.update(flag.cf, b.f.i32(flag.cf)));
export const CMC = semantics('cmc', '', (b) => {
  const carry = b.flags.carry();
  b.flags.update(flag.cf, b.f.xor(carry, b.f.i32(1)));
});
export const CLD = semantics('cld', '', (b) => b.flags.update(flag.df, b.f.i32(0)));
export const STD = semantics('std', '', (b) => b.flags.update(flag.df, b.f.i32(flag.df)));

const AH = flag.sf | flag.zf | flag.af | flag.pf | flag.cf;
/** AH is byte 1 of RAX. */
export const LAHF = semantics('lahf', '', (b) => {
  const { f } = b;
  const flags = b.flags.read();
  const ax = b.readRegister(gpr.rax, 16);
  b.writeRegister(gpr.rax, 16, f.or(f.and(ax, f.i32(0xff)), f.shl(f.or(f.and(flags, f.i32(AH)), f.i32(2)), 8)));
});
export const SAHF = semantics('sahf', '', (b) => {
  const { f } = b;
  b.flags.update(AH, f.and(f.shrU(b.readRegister(gpr.rax, 16), 8), f.i32(AH)));
});
/** Undocumented, D6: AL = CF ? FFh : 0. */
export const SALC = semantics('salc', '', (b) => b.writeRegister(gpr.rax, 8, b.f.sub(b.f.i32(0), b.flags.carry())));
