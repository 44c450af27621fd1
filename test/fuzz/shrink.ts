/** Makes a failing scenario small: instructions become NOPs, from the end, as long as it still fails; what is left is listed. */
import { Disassembler } from '../../packages/core/src/cpu/disassemble/disassembler.ts';
import { place } from './places.ts';
import type { Scenario } from './scenario.ts';

const NOP = 0x90;
const disassembler = new Disassembler({ hasFeature: () => true });

export function shrink(scenario: Scenario, fails: (smaller: Scenario) => boolean): Scenario {
  let best = scenario;
  for (let span = Math.ceil(scenario.chunks.length / 2); span >= 1; span = span === 1 ? 0 : Math.ceil(span / 2)) {
    for (let from = best.chunks.length - 1; from >= 0; from -= span) {
      const first = Math.max(0, from - span + 1);
      const chunks = best.chunks.map((chunk, index) => (index >= first && index <= from ? new Uint8Array(chunk.length).fill(NOP) : chunk));
      const candidate = { ...best, chunks };
      if (fails(candidate)) best = candidate;
    }
  }
  return best;
}

export function listing(scenario: Scenario): string[] {
  const lines: string[] = [];
  let offset = scenario.lead;
  for (const chunk of scenario.chunks) {
    if (chunk.some((byte) => byte !== NOP)) {
      const { text } = disassembler.disassemble(chunk, 0, scenario.codeSize, BigInt(offset));
      lines.push(`  ${(place.code + offset).toString(16)}  ${Buffer.from(chunk).toString('hex').padEnd(30)} ${text}`);
    }
    offset += chunk.length;
  }
  return lines;
}
