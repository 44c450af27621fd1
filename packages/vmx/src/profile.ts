/**
 * Where the guest spends its time: the places at which the VMM's slices ended, each weighted with what the slice took.
 *
 * A slice ends where its instructions are used up, so it is a sample every half millisecond that costs nothing between two. It falls on targets of branches only:
 * right by function and by loop, not by instruction. Programs are told from the kernel, not from one another.
 */
import type { KernelEntries, SymbolTable } from './symbols.ts';
import type { CodePosition } from './vmm/guest-machine.ts';

interface Sample extends CodePosition {
  readonly samples: number;
  readonly timeMs: number;
}

export interface GuestProfile {
  readonly samples: readonly Sample[];
  readonly kernelEntries: KernelEntries;
  /** Samples at further places than are kept. */
  readonly lost: number;
}

/** A guest may run for days. */
const PLACES_MOST = 200_000;

/** In the VMM. */
export class ProfileRecorder {
  readonly #places = new Map<bigint, { samples: number; timeMs: number }>();
  #lost = 0;

  record({ linear, isUser }: CodePosition, timeMs: number): void {
    const key = (linear << 1n) | (isUser ? 1n : 0n);
    let place = this.#places.get(key);
    if (place === undefined) {
      if (this.#places.size >= PLACES_MOST) {
        this.#lost++;
        return;
      }
      this.#places.set(key, place = { samples: 0, timeMs: 0 });
    }
    place.samples++;
    place.timeMs += timeMs;
  }

  profile(kernelEntries: KernelEntries): GuestProfile {
    const samples = Array.from(this.#places, ([key, place]) => ({ linear: key >> 1n, isUser: (key & 1n) === 1n, ...place }));
    return { samples, kernelEntries, lost: this.#lost };
  }
}

const LINES_MOST = 50;

export function renderProfile({ samples, kernelEntries, lost }: GuestProfile, symbols: SymbolTable | undefined): string {
  const distance = symbols?.distance(kernelEntries) ?? 0n;
  const total = sum(samples);
  const share = (part: number): string => `${((100 * part) / Math.max(total.timeMs, Number.MIN_VALUE)).toFixed(1)}%`;
  const functionOf = ({ linear, isUser }: CodePosition): { name: string; offset: number } | undefined => (isUser ? undefined : symbols?.locate(linear - distance));
  const row = (part: { samples: number; timeMs: number }, what: string): string => `${part.timeMs.toFixed(1).padStart(10)}${share(part.timeMs).padStart(8)}${String(part.samples).padStart(9)}  ${what}`;
  const table = (rows: readonly (readonly [what: string, part: { samples: number; timeMs: number }])[]): string[] =>
    rows.toSorted(([, x], [, y]) => y.timeMs - x.timeMs).slice(0, LINES_MOST).map(([what, part]) => row(part, what));
  const head = `${'ms'.padStart(10)}${'%'.padStart(8)}${'samples'.padStart(9)}`;
  const user = sum(samples.filter(({ isUser }) => isUser));
  const lines = [
    `${total.samples} samples of ${total.timeMs.toFixed(0)} ms in the guest, ${share(user.timeMs)} in programs${lost > 0 ? `; ${lost} more were not kept` : ''}`,
  ];
  if (symbols !== undefined) {
    const functions = Map.groupBy(samples, (sample) => functionOf(sample)?.name ?? (sample.isUser ? '(programs)' : '(unknown)'));
    lines.push('', `${head}  function${distance === 0n ? '' : ` (the kernel was moved by 0x${distance.toString(16)})`}`, ...table(Array.from(functions, ([name, parts]) => [name, sum(parts)] as const)));
  }
  lines.push('', `${head}  address`, ...table(samples.map((sample) => {
    const at = functionOf(sample);
    const name = at === undefined ? '' : `  ${at.name}+0x${at.offset.toString(16)}`;
    return [`${sample.linear.toString(16).padStart(16, '0')}${sample.isUser ? '  program' : name}`, sample] as const;
  })));
  return `${lines.join('\n')}\n`;
}

const sum = (parts: readonly { readonly samples: number; readonly timeMs: number }[]): { samples: number; timeMs: number } =>
  parts.reduce((whole, part) => ({ samples: whole.samples + part.samples, timeMs: whole.timeMs + part.timeMs }), { samples: 0, timeMs: 0 });
