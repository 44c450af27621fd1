/** The programs that are measured, each as a process with the guest's console on its standard input and output. A further peer is one more entry of PEERS. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Guest, GuestArchitecture } from '../guests/guests.ts';
import { obtainSeaBios } from '../guests/seabios.ts';

/** What every peer gets. */
export const MEMORY_MIB = 512;

export const PEER_NAMES = ['vmx', 'v86', 'qemu'] as const;
export type PeerName = (typeof PEER_NAMES)[number];

export type Command = readonly [program: string, ...args: string[]];

export interface Peer {
  readonly name: PeerName;
  /** What it is, with its version, for the report. */
  readonly version: string;
  runs(arch: GuestArchitecture): boolean;
  command(guest: Guest, append: string, more: readonly string[]): Command;
}

/** As a user starts it: this becomes the process that is measured. */
const vmxProgram = join(import.meta.dirname, '../../bin/vmx');

function vmx(): Peer {
  return {
    name: 'vmx', version: 'this clone', runs: () => true,
    command: ({ kernel, initrd }, append, more) => [
      vmxProgram, 'run', '--kernel', kernel, '--initrd', initrd, '--memory', `${MEMORY_MIB}M`, '--append', append, ...more,
    ],
  };
}

async function v86(): Promise<Peer | { missing: string }> {
  let library: string;
  try {
    library = fileURLToPath(import.meta.resolve('v86'));
  } catch {
    return { missing: 'npm package v86 is not installed' };
  }
  const wasm = join(library, '../v86.wasm');
  if (!existsSync(wasm)) {
    return { missing: `${wasm} is not there` };
  }
  const firmware = await obtainSeaBios();
  if ('missing' in firmware) {
    return { missing: `it needs SeaBIOS to start a kernel: ${firmware.missing}` };
  }
  const { version } = await import('v86/package.json', { with: { type: 'json' } }).then(({ default: text }) => text as { version: string });
  return {
    name: 'v86', version, runs: (arch) => arch === 'i386',
    command: ({ kernel, initrd }, append) => [
      process.execPath, join(import.meta.dirname, 'v86-machine.ts'),
      '--wasm', wasm, '--bios', firmware.bios, '--vga-bios', firmware.vgaBios, '--kernel', kernel, '--initrd', initrd, '--memory-mib', String(MEMORY_MIB), '--append', append,
    ],
  };
}

function qemu(): Peer | { missing: string } {
  const programs: Record<GuestArchitecture, string> = { amd64: 'qemu-system-x86_64', i386: 'qemu-system-i386' };
  for (const program of Object.values(programs)) {
    if (spawnSync(program, ['--version']).status !== 0) {
      return { missing: `${program} is not installed` };
    }
  }
  return {
    name: 'qemu', version: /version (\S+)/.exec(spawnSync(programs.amd64, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? 'unknown', runs: () => true,
    // thread=single: one core, as ours; -cpu max: the features that TCG has.
    command: ({ arch, kernel, initrd }, append) => [
      programs[arch], '-accel', 'tcg,thread=single', '-cpu', 'max', '-m', String(MEMORY_MIB), '-nographic', '-no-reboot', '-kernel', kernel, '-initrd', initrd, '-append', append,
    ],
  };
}

/** Those of `names` that this machine has; `tell` hears about the others. Ours is always the first. */
export async function findPeers(names: readonly PeerName[], tell: (line: string) => void): Promise<readonly Peer[]> {
  const found: Peer[] = [];
  for (const name of PEER_NAMES.filter((known) => names.includes(known))) {
    const peer = name === 'vmx' ? vmx() : name === 'v86' ? await v86() : qemu();
    if ('missing' in peer) {
      tell(`skipped: peer ${name}: ${peer.missing.split('\n')[0]}`);
    } else {
      found.push(peer);
    }
  }
  return found;
}
