import { expect, it } from 'vitest';
import { renderStatistics } from './statistics.ts';

it('renders the counters as a table, the most frequent exit first', () => {
  const text = renderStatistics({
    exits: [{ reason: 'port-io', count: 250, timeNs: 2_500_000 }, { reason: 'halt', count: 750, timeNs: 750_000 }, { reason: 'never', count: 0, timeNs: 0 }],
    instructions: 1_234_567, wallMs: 2500, guestMs: 10, sleepMs: 2400, slices: 4, sleeps: 3, serialOutBytes: 12_345, serialInBytes: 6, outputStalls: 0, residentBytes: 150 * 1024 ** 2 - 5,
    cpu: { dataTlbMisses: 4321, codeTlbMisses: 99, decodedInstructions: 2000, staleInstructions: 70, discardedPages: 3, emptied: 1 },
    translation: {
      regionsMade: 1500, regionsAlive: 1000, regionsReplaced: 4, regionsDiscarded: 20, regionsEvicted: 480, instructionsTranslated: 30_000, codeBytes: 1_024_000, heldBytes: 1_536_000, generateMs: 1234, compileMs: 5678, modules: 70,
      instructionsInRegions: 617_283, returns: { lookup: 10_000, exit: 20, fault: 3, interpret: 4 },
    },
  });
  expect(text).toBe(`exit reason                       count      %     time ms   ns/exit
halt                                750   75.0         0.8     1,000
port-io                             250   25.0         2.5    10,000
total                             1,000                3.3

instructions  1,234,567 (123.5 MIPS in the guest)
time          2.50 s: 0.01 s in the guest, 2.40 s asleep in 3 halts
serial        12,345 bytes out, 6 in, 0 stalls
TLB misses    4,321 of data, 99 of code
decoded       2,000 instructions, 70 written over; 3 pages discarded, all 1 times
translated    50.0% of the instructions ran in regions; 1,500 regions made of 30,000 instructions, 4 replaced, 20 discarded, 480 evicted, 1,000 alive with 1,000 KiB of 1,500
compiler      70 modules: 1.23 s to generate, 5.68 s to compile
came back     10,000 to look up where to go on, 20 to leave the CPU, 3 with a fault, 4 for an instruction to be interpreted
memory        150M resident
`);
});
