/**
 * The programs that are timed in a guest, each a line for its shell: busybox' own, and those of test/guests/programs.
 *
 * Each takes about a second under QEMU's TCG and prints a result. The C programs' results are known: they are those of a processor
 * (test/guests/programs.test.ts runs them on the host); the others' have to be the same under all peers.
 */
import { PROGRAM_FOLDER } from '../guests/programs.ts';

/** What each C program prints after `check`. */
export const CHECKS: Readonly<Record<string, string>> = {
  integer: '5041857c',
  sort: '9c429974',
  calls: '9c2a7f98',
  bytecode: '23634b2a',
  sse2: '6afd4031',
  x87: '780f3500',
  memory: 'e2cb3565',
  chase: '0925051c',
  syscalls: '7511b7a9',
  faults: 'd68a81ae',
  fork: '6b1f9aa5',
  pipe: 'e7c5794d',
  selfmod: '502569d0',
};

export interface Workload {
  readonly name: string;
  readonly command: string;
  /** What it has to print; undefined: what it prints for the other peers. */
  readonly expected?: string;
}

const BUSYBOX: readonly Workload[] = [
  { name: 'shell loop', command: 'i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; echo $i', expected: '50000' },
  { name: 'sha256sum', command: 'head -c 4194304 /dev/zero | sha256sum', expected: 'bb9f8df61474d25e71fa00722318cd387396ca1736605e1248821cc0de3d3af8  -' },
  { name: 'gzip', command: 'head -c 2097152 /bin/busybox | gzip -c | wc -c' },
  { name: 'bzip2', command: 'head -c 524288 /bin/busybox | bzip2 -c | wc -c' },
  { name: 'awk', command: "awk 'BEGIN { for (i = 0; i < 100000; i++) s += i % 7; print s }'", expected: '299995' },
  { name: 'processes', command: 'i=0; while [ $i -lt 200 ]; do /bin/busybox true; i=$((i+1)); done; echo $i', expected: '200' },
];

const COMPILED: readonly Workload[] = Object.entries(CHECKS).map(([name, check]) => ({ name, command: `/${PROGRAM_FOLDER}/${name}`, expected: `check ${check}` }));

export const WORKLOADS: readonly Workload[] = [...BUSYBOX, ...COMPILED];

/** Whether it is one of the C programs, which a guest has only where there is a compiler. */
export const isCompiled = (workload: Workload): boolean => COMPILED.includes(workload);
