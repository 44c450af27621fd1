/**
 * What the translator did over a boot and a few seconds of work: whatever numbers the machine's statistics have under `translation`, by their
 * names there. The machine is a library's, apart from the timed ones.
 */
import { VM } from '@worldswitch/vmx';
import type { Guest } from '../guests/guests.ts';
import { PROMPT } from './guest-process.ts';
import type { Sample } from './measurements.ts';
import { MEMORY_MIB } from './peers.ts';

const BOOT_LIMIT_MS = 240_000;
const WORK = 'head -c 1048576 /bin/busybox | gzip -c | sha256sum';

export async function translatorFigures(guest: Guest): Promise<Sample[]> {
  await using vm = await VM.start({ kernel: guest.kernel, initrd: guest.initrd, append: 'console=ttyS0 quiet', memory: `${MEMORY_MIB}M` });
  await vm.waitFor(PROMPT, { timeoutMs: BOOT_LIMIT_MS });
  await vm.exec(WORK);
  const translation: unknown = (await vm.statistics() as { readonly translation?: unknown } | undefined)?.translation;
  if (translation === undefined) {
    console.log(`skipped: ${guest.arch} translator: this machine has none`);
    return [];
  }
  return numbersOf(translation).map(({ path, value }) => ({ name: `${guest.arch} translator: ${path}`, unit: unitOf(path), value }));
}

/** Every number in a tree of plain objects, with the names on the way to it. */
export function numbersOf(tree: unknown, path = ''): { path: string; value: number }[] {
  if (typeof tree === 'number') {
    return [{ path, value: tree }];
  }
  if (typeof tree !== 'object' || tree === null) {
    return [];
  }
  return Object.entries(tree).flatMap(([name, value]) => numbersOf(value, path === '' ? name : `${path} ${name}`));
}

/** Names end in their unit. */
export const unitOf = (name: string): string => ({ Bytes: 'bytes', Ns: 'ns', Us: 'µs', Ms: 'ms' })[/(Bytes|Ns|Us|Ms)$/.exec(name)?.[0] ?? ''] ?? '';
