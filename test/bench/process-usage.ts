/**
 * What a running `vmx run` takes of the machine, read from outside: Linux' /proc/PID/{smaps,pagemap,stat,status} (proc(5)).
 *
 * Missing: other systems; the functions return undefined there, and the figures are skipped.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { PAGE_BYTES, RAM_BASE } from '../../packages/core/src/memory/layout.ts';

export interface MemoryUse {
  readonly residentBytes: number;
  /** Resident pages of the guest's RAM: what the guest, or the loader for it, has touched. */
  readonly guestBytes: number;
  /** The rest of the WebAssembly memory: decoded instructions, TLBs, page tables of the machine. */
  readonly tablesBytes: number;
  /** Pages of files, the Node.js executable above all; other processes share them. */
  readonly filesBytes: number;
}

/** Memory of a process whose machine has `ramBytes` of RAM. */
export function memoryUse(pid: number, ramBytes: number): MemoryUse | undefined {
  const status = readProc(pid, 'status');
  const memory = wasmMemory(pid, RAM_BASE + ramBytes);
  if (status === undefined || memory === undefined) {
    return undefined;
  }
  const guestBytes = presentBytes(pid, memory + RAM_BASE, ramBytes);
  const tablesBytes = presentBytes(pid, memory, RAM_BASE);
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
  return { residentBytes: kilobytes('VmRSS'), guestBytes, tablesBytes, filesBytes: kilobytes('RssFile') };
}

/** Seconds of CPU time that a process has used, all threads. */
export function cpuSeconds(pid: number): number | undefined {
  const TICKS_PER_S = 100; // USER_HZ, the same on every architecture that Node.js runs on
  // The second field is the program's name, which may hold anything.
  const fields = readProc(pid, 'stat')?.replace(/^.*\) /, '').split(' ');
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** Where the machine's WebAssembly memory is mapped: the one writable region of just that size. */
function wasmMemory(pid: number, sizeBytes: number): number | undefined {
  for (const [, start, end] of (readProc(pid, 'maps') ?? '').matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)) {
    if (Number.parseInt(end!, 16) - Number.parseInt(start!, 16) === sizeBytes) {
      return Number.parseInt(start!, 16);
    }
  }
  return undefined;
}

/** Resident pages of a range, from the page map: eight bytes a page, whose highest bit says "present". */
function presentBytes(pid: number, address: number, lengthBytes: number): number {
  const entries = new Uint8Array((lengthBytes / PAGE_BYTES) * 8);
  const file = openSync(`/proc/${pid}/pagemap`, 'r');
  let read = 0;
  try {
    while (read < entries.length) {
      const count = readSync(file, entries, read, entries.length - read, (address / PAGE_BYTES) * 8 + read);
      if (count === 0) {
        break;
      }
      read += count;
    }
  } finally {
    closeSync(file);
  }
  let present = 0;
  for (let at = 7; at < read; at += 8) {
    present += entries[at]! >> 7;
  }
  return present * PAGE_BYTES;
}
