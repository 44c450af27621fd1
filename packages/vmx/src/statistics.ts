/**
 * The counters of a run as a table, after the manner of kvm_stat: one line an exit reason, the most frequent first.
 */
import { formatSizeBytes } from './size.ts';
import type { VmStatistics } from './vm.ts';

/** Made when it is needed: the locale data that it brings in is 5 MiB of resident memory. */
const formatInteger = (value: number): string => value.toLocaleString('en-US');

export function renderStatistics(statistics: VmStatistics): string {
  const { exits, instructions, guestMs } = statistics;
  const totalCount = exits.reduce((sum, { count }) => sum + count, 0);
  const rows = exits.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  const mips = guestMs > 0 ? (instructions / guestMs / 1000).toFixed(1) : '0.0';
  const lines = [
    line('exit reason', 'count', '%', 'time ms', 'ns/exit'),
    ...rows.map(({ reason, count, timeNs }) => line(
      reason, formatInteger(count), ((count / totalCount) * 100).toFixed(1), (timeNs / 1e6).toFixed(1), formatInteger(Math.round(timeNs / count)),
    )),
    line('total', formatInteger(totalCount), '', (rows.reduce((sum, { timeNs }) => sum + timeNs, 0) / 1e6).toFixed(1), ''),
    '',
    `instructions  ${formatInteger(instructions)} (${mips} MIPS in the guest)`,
    `time          ${seconds(statistics.wallMs)}: ${seconds(guestMs)} in the guest, ${seconds(statistics.sleepMs)} asleep in ${formatInteger(statistics.sleeps)} halts`,
    `serial        ${formatInteger(statistics.serialOutBytes)} bytes out, ${formatInteger(statistics.serialInBytes)} in, ${formatInteger(statistics.outputStalls)} stalls`,
    ...cpuLines(statistics),
    `memory        ${formatSizeBytes(Math.ceil(statistics.residentBytes / 1024 ** 2) * 1024 ** 2)} resident`,
  ];
  return `${lines.map((text) => text.trimEnd()).join('\n')}\n`;
}

/** Who ran the instructions, what the translator did for that, and how often the caches of the CPU did not have what was wanted. */
function cpuLines({ cpu, translation, instructions }: VmStatistics): string[] {
  if (cpu === undefined) return [];
  const lines = [
    `TLB misses    ${formatInteger(cpu.dataTlbMisses)} of data, ${formatInteger(cpu.codeTlbMisses)} of code`,
    `decoded       ${formatInteger(cpu.decodedInstructions)} instructions, ${formatInteger(cpu.staleInstructions)} written over; ${formatInteger(cpu.discardedPages)} pages discarded, all ${formatInteger(cpu.emptied)} times`,
  ];
  if (translation === undefined) return lines;
  const { regionsMade, regionsAlive, regionsReplaced, regionsDiscarded, regionsEvicted, instructionsTranslated, codeBytes, heldBytes, generateMs, compileMs, modules, instructionsInRegions, returns } = translation;
  const share = instructions > 0 ? ((100 * instructionsInRegions) / instructions).toFixed(1) : '0.0';
  return [
    ...lines,
    `translated    ${share}% of the instructions ran in regions; ${formatInteger(regionsMade)} regions made of ${formatInteger(instructionsTranslated)} instructions, ${formatInteger(regionsReplaced)} replaced, ${
      formatInteger(regionsDiscarded)} discarded, ${formatInteger(regionsEvicted)} evicted, ${formatInteger(regionsAlive)} alive with ${formatInteger(Math.round(codeBytes / 1024))} KiB of ${formatInteger(Math.round(heldBytes / 1024))}`,
    `compiler      ${formatInteger(modules)} modules: ${(generateMs / 1000).toFixed(2)} s to generate, ${(compileMs / 1000).toFixed(2)} s to compile`,
    `came back     ${Object.entries(returns).map(([reason, count]) => `${formatInteger(count)} ${RETURNS[reason] ?? reason}`).join(', ')}`,
  ];
}

/** Why a region gave control back to the interpreter. */
const RETURNS: Readonly<Record<string, string>> = { lookup: 'to look up where to go on', exit: 'to leave the CPU', fault: 'with a fault', interpret: 'for an instruction to be interpreted' };

function line(reason: string, count: string, percent: string, timeMs: string, each: string): string {
  return `${reason.padEnd(24)}${count.padStart(15)}${percent.padStart(7)}${timeMs.padStart(12)}${each.padStart(10)}`;
}
