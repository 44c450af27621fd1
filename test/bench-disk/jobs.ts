/** What is measured: our command and the peers', on the same file, with what the ratio has to be. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../guests/cache.ts';

const root = join(import.meta.dirname, '../..');

/** Ours ÷ the peer's, medians: at most `must`, better `goal`. */
interface Bar {
  readonly must: number;
  readonly goal: number;
}

interface PeerCommand {
  readonly peer: string;
  readonly command: readonly string[];
  readonly bar: Bar;
}

export interface Job {
  readonly name: string;
  readonly ours: readonly string[];
  readonly peers: readonly PeerCommand[];
  /** Seconds; for jobs that have a limit of their own. */
  readonly atMost?: number;
  /** Our output, to be compared with the disk; and how qemu-img calls its format. */
  readonly output?: { readonly path: string; readonly format: string; readonly sameAs: string };
  /** Made before, once: images that are read. */
  readonly inputs: readonly (readonly string[])[];
}

export interface Paths {
  readonly base: string;
  /** A folder for everything else. */
  readonly folder: string;
}

const MIB = 1024 * 1024;
const TIB = 1024 ** 4;

/** As a user starts it, where it is there; else one conversion as a program of its own, as bin/vmx would start it. */
const program = join(root, 'bin/vmx-disk');
export const hasCommand = existsSync(program);

interface OurConversion {
  readonly from: string;
  readonly fromFormat: string;
  readonly to: string;
  readonly toFormat: string;
  readonly isCompressed?: boolean;
  readonly options?: readonly string[];
}

function ours({ from, fromFormat, to, toFormat, isCompressed = false, options = [] }: OurConversion): readonly string[] {
  const compress = isCompressed ? ['-c'] : [];
  return hasCommand
    ? [program, 'convert', '-f', fromFormat, '-O', toFormat, ...compress, ...options.flatMap((option) => ['-o', option]), from, to]
    : ['env', `NODE_COMPILE_CACHE=${join(cacheFolder(), 'compile')}`, process.execPath, '--max-semi-space-size=1', '--v8-pool-size=2', join(import.meta.dirname, 'convert-process.ts'), from, fromFormat, to, toFormat, ...compress, ...options];
}

/** Ours and qemu-img's names of formats. */
const PLAIN_FORMATS = [['qcow2', 'qcow2'], ['vdi', 'vdi'], ['vhd', 'vpc'], ['vhdx', 'vhdx'], ['parallels', 'parallels']] as const;

export function jobsFor({ base, folder }: Paths): readonly Job[] {
  const at = (name: string): string => join(folder, name);
  const qemu = (...words: readonly string[]): readonly string[] => ['qemu-img', 'convert', ...words];
  const result = at('ours'), peerResult = at('peer');
  const check = (format: string): NonNullable<Job['output']> => ({ path: result, format, sameAs: base });
  const packed = (name: string, toFormat: string, qemuWords: readonly string[], options: readonly string[], bars: readonly [Bar, Bar], second: readonly string[]): Job => ({
    name, inputs: [], output: check(toFormat),
    ours: ours({ from: base, fromFormat: 'raw', to: result, toFormat, isCompressed: toFormat === 'qcow2', options }),
    peers: [
      { peer: 'qemu-img', command: qemu('-f', 'raw', ...qemuWords, base, peerResult), bar: bars[0] },
      { peer: second[0] === 'qemu-img' ? 'qemu-img -W -m16' : second[0]!, command: second, bar: bars[1] },
    ],
  });
  const unpacked = (name: string, format: string, image: string, make: readonly string[]): Job => ({
    name, inputs: [make], output: check('raw'),
    ours: ours({ from: image, fromFormat: format, to: result, toFormat: 'raw' }),
    peers: [{ peer: 'qemu-img', command: qemu('-f', format, '-O', 'raw', image, peerResult), bar: { must: 0.7, goal: 0.5 } }],
  });
  return [
    packed('raw to streamOptimized VMDK', 'vmdk', ['-O', 'vmdk', '-o', 'subformat=streamOptimized'], ['subformat=streamOptimized'], [{ must: 0.36, goal: 0.3 }, { must: 0.75, goal: 0.6 }],
      ['vmdk-convert', '-n', '2', '-c', '6', base, peerResult]),
    packed('raw to qcow2, zlib', 'qcow2', ['-c', '-O', 'qcow2'], [], [{ must: 0.3, goal: 0.26 }, { must: 0.55, goal: 0.5 }], qemu('-W', '-m', '16', '-c', '-f', 'raw', '-O', 'qcow2', base, peerResult)),
    packed('raw to qcow2, zstd', 'qcow2', ['-c', '-O', 'qcow2', '-o', 'compression_type=zstd'], ['compression_type=zstd'], [{ must: 0.55, goal: 0.45 }, { must: 0.83, goal: 0.65 }],
      qemu('-W', '-m', '16', '-c', '-f', 'raw', '-O', 'qcow2', '-o', 'compression_type=zstd', base, peerResult)),
    unpacked('streamOptimized VMDK to raw', 'vmdk', at('stream.vmdk'), ours({ from: base, fromFormat: 'raw', to: at('stream.vmdk'), toFormat: 'vmdk', options: ['subformat=streamOptimized'] })),
    unpacked('qcow2, zlib, to raw', 'qcow2', at('zlib.qcow2'), ours({ from: base, fromFormat: 'raw', to: at('zlib.qcow2'), toFormat: 'qcow2', isCompressed: true })),
    unpacked('qcow2, zstd, to raw', 'qcow2', at('zstd.qcow2'), ours({ from: base, fromFormat: 'raw', to: at('zstd.qcow2'), toFormat: 'qcow2', isCompressed: true, options: ['compression_type=zstd'] })),
    {
      name: 'raw to monolithicSparse VMDK', inputs: [], output: check('vmdk'), ours: ours({ from: base, fromFormat: 'raw', to: result, toFormat: 'vmdk' }),
      peers: [{ peer: 'qemu-img', command: qemu('-f', 'raw', '-O', 'vmdk', base, peerResult), bar: { must: 0.55, goal: 0.4 } }],
    },
    {
      name: 'raw to raw', inputs: [], output: check('raw'), ours: ours({ from: base, fromFormat: 'raw', to: result, toFormat: 'raw' }),
      peers: [{ peer: 'qemu-img', command: qemu('-f', 'raw', '-O', 'raw', base, peerResult), bar: { must: 1.5, goal: 1 } }],
    },
    ...PLAIN_FORMATS.flatMap(([name, qemuName]): Job[] => [
      {
        name: `raw to ${name}`, inputs: [], output: check(qemuName), ours: ours({ from: base, fromFormat: 'raw', to: result, toFormat: name }),
        peers: [{ peer: 'qemu-img', command: qemu('-f', 'raw', '-O', qemuName, base, peerResult), bar: { must: 1.5, goal: 1 } }],
      },
      {
        name: `${name} to raw`, inputs: [ours({ from: base, fromFormat: 'raw', to: at(`plain.${name}`), toFormat: name })], output: check('raw'),
        ours: ours({ from: at(`plain.${name}`), fromFormat: name, to: result, toFormat: 'raw' }),
        peers: [{ peer: 'qemu-img', command: qemu('-f', qemuName, '-O', 'raw', at(`plain.${name}`), peerResult), bar: { must: 1.5, goal: 1 } }],
      },
    ]),
    ...([['raw', 'qcow2'], ['qcow2', 'raw']] as const).map(([from, to]): Job => ({
      name: `1 TiB of nothing, ${from} to ${to}`, atMost: 0.1, inputs: [['qemu-img', 'create', '-q', '-f', from, at(`empty.${from}`), String(TIB)]],
      ours: ours({ from: at(`empty.${from}`), fromFormat: from, to: result, toFormat: to }), peers: [],
    })),
    ...(hasCommand ? commandJobs(at, ours) : []),
  ];
}

function commandJobs(at: (name: string) => string, convert: typeof ours): Job[] {
  const image = at('plain.qcow2'), huge = at('preallocated.qcow2');
  const make = convert({ from: at('base.raw'), fromFormat: 'raw', to: image, toFormat: 'qcow2' });
  return [
    ...(['info', 'map', 'check'] as const).map((command): Job => ({ name: `${command} of a qcow2`, atMost: 0.06, inputs: [make], ours: [program, command, image], peers: [] })),
    {
      name: 'check of a qcow2 of 4 TiB, preallocated', inputs: [['qemu-img', 'create', '-q', '-f', 'qcow2', '-o', 'preallocation=metadata', huge, String(4 * TIB)]],
      ours: [program, 'check', huge], peers: [{ peer: 'qemu-img', command: ['qemu-img', 'check', huge], bar: { must: 3, goal: 3 } }],
    },
  ];
}

/** Peak of any of ours, in bytes. */
export const MEMORY_BAR = { must: 160 * MIB, goal: 100 * MIB } as const;
