/** ADCX and ADOX, of the three-byte map but on general registers: addition through CF or OF alone. Reference: SDM vol. 2A. */
import { semantics } from '../builder/builder.ts';
import type { Semantics } from '../builder/builder.ts';
import { flag } from '../state.ts';

const addThrough = (name: string, carryFlag: number): Semantics => semantics(name, 'rw r', (b, dst, src) => {
  const { f } = b;
  const y = src.read();
  const x = dst.read();
  const carry = f.let(f.and(f.shrU(b.flags.read(), Math.log2(carryFlag)), f.i32(1)));
  const partial = f.let(f.add(x, y));
  const sum = f.let(f.add(partial, x.type === 'i64' ? f.extendU(carry) : carry));
  const out = f.let(f.or(f.ltU(partial, x), f.ltU(sum, partial)));
  dst.write(sum);
  b.flags.update(carryFlag, f.shl(out, Math.log2(carryFlag)));
});

export const adcx = addThrough('adcx', flag.cf);
export const adox = addThrough('adox', flag.of);
