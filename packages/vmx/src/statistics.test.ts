import { expect, it } from 'vitest';
import { renderStatistics } from './statistics.ts';

it('renders the counters as a table, the most frequent exit first', () => {
  const text = renderStatistics({
    exits: [{ reason: 'port-io', count: 250, timeNs: 2_500_000 }, { reason: 'halt', count: 750, timeNs: 750_000 }, { reason: 'never', count: 0, timeNs: 0 }],
    instructions: 1_234_567, wallMs: 2500, guestMs: 10, sleepMs: 2400, slices: 4, sleeps: 3, serialOutBytes: 12_345, serialInBytes: 6, outputStalls: 0, residentBytes: 150 * 1024 ** 2 - 5,
  });
  expect(text).toBe(`exit reason                       count      %     time ms   ns/exit
halt                                750   75.0         0.8     1,000
port-io                             250   25.0         2.5    10,000
total                             1,000                3.3

instructions  1,234,567 (123.5 MIPS in the guest)
time          2.50 s: 0.01 s in the guest, 2.40 s asleep in 3 halts
serial        12,345 bytes out, 6 in, 0 stalls
memory        150M resident
`);
});
