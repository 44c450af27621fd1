/**
 * The options of `vmx run`: their declaration, and what they and a configuration file together ask for.
 * Precedence: command line, then CONFIG.vmx, then the defaults of config/vm-config.ts.
 */
import { readFile } from 'node:fs/promises';
import type { Options } from 'yargs';
import type { VmxSettings } from '../config/from-vmx.ts';
import { readVmxSettings } from '../config/from-vmx.ts';
import type { VmConfig } from '../config/vm-config.ts';
import { VmxFile } from '../config/vmx-file.ts';
import { describeSystemError, VmxError } from '../errors.ts';
import type { SerialSpec } from '../serial/serial-spec.ts';
import { checkOneStdio, parseSerialSpec, SERIAL_FORMS } from '../serial/serial-spec.ts';
import { SERIAL_PORTS } from '../vmm/worker-protocol.ts';
import type { CommandArguments } from './command.ts';

const text = (describe: string): Options => ({ type: 'string', requiresArg: true, describe });
const flag = (describe: string): Options => ({ type: 'boolean', describe });

export const RUN_OPTIONS: Readonly<Record<string, Options>> = {
  kernel: text('Linux bzImage or multiboot kernel to boot directly'),
  initrd: text('initial RAM disk; module 0 of a multiboot kernel'),
  append: text('kernel command line [default for Linux: console=ttyS0]'),
  module: { ...text('further multiboot module, "FILE ARGUMENTS"; repeatable'), array: true },
  bios: text('ROM image to run from the reset vector, instead of a kernel'),
  memory: text('guest memory, 1M to 3G [default: 512M]'),
  cpus: text('virtual CPUs; 1 in this version [default: 1]'),
  serial: { ...text(`what COM1, then COM2, is connected to: ${SERIAL_FORMS} [default: stdio, none]`), array: true },
  debugcon: text('where the debug port 0xe9 writes: stdio or file:PATH'),
  'debug-exit': flag('the isa-debug-exit device at 0xf4 [default: for multiboot kernels]'),
  'no-debug-exit': flag('no isa-debug-exit device'),
  icount: flag('derive guest time from retired instructions, so that a run can be repeated'),
  'no-translate': flag('run hot code in the interpreter, too, instead of translating it'),
  rtc: text('the guest\'s clock at power-on: utc or a date such as 2026-01-31T12:00:00Z [default: utc]'),
  'no-reboot': flag('end when the guest restarts, instead of powering on again'),
  timeout: text('end after so many seconds with status 124 (also 5m, 1h)'),
  'exit-on': text('end with status 0 when this text appears on COM1'),
  stats: flag('print exits by reason, instructions and times at the end'),
  'trace-translate': flag('print a line for each region of code that is translated, replaced, discarded because it was written, or evicted'),
  'dump-wat': text('print the WebAssembly text of regions that hold this linear address (in hex), with the guest\'s code, when they are made'),
  profile: text('write to FILE, or - for standard output, at which addresses the guest spent its time'),
  'system-map': text('names of the kernel\'s functions for --profile: its System.map, or what /proc/kallsyms has'),
  verbose: flag('say which entries of CONFIG.vmx are not used, and how the run ended'),
  'dump-config': flag('print the configuration that results as JSON, and start nothing'),
};

/** Everything that a run needs, from all sources. */
export interface RunSettings {
  readonly config: VmConfig;
  readonly displayName: string | undefined;
  readonly serial: readonly SerialSpec[];
  readonly debugcon: SerialSpec | undefined;
  readonly timeoutMs: number | undefined;
  readonly exitOn: string | undefined;
  readonly stats: boolean;
  /** Where to write it to. */
  readonly profile: string | undefined;
  readonly systemMap: string | undefined;
  readonly verbose: boolean;
  readonly dumpConfig: boolean;
  /** For --verbose: lines about the entries of CONFIG.vmx without effect. */
  readonly unused: readonly string[];
}

/** @throws VmxError of kind `usage`, or VMX_CONFIG_UNREADABLE */
export async function readRunSettings(args: CommandArguments): Promise<RunSettings> {
  const path = one(args, 'config');
  const file = path === undefined ? undefined : await readVmxFile(path);
  const serial = readSerial(args, file);
  const debugcon = readDebugcon(one(args, 'debugcon') ?? file?.debugcon);
  checkOneStdio(serial);
  const profile = nonEmpty('profile', one(args, 'profile'));
  const systemMap = nonEmpty('system-map', one(args, 'system-map'));
  if (systemMap !== undefined && profile === undefined) throw invalid('--system-map is of use with --profile only', 'give --profile FILE as well');
  return {
    config: { ...file?.config, ...readMachine(args), ...(profile === undefined ? {} : { profile: true }) },
    displayName: file?.displayName,
    serial,
    debugcon,
    timeoutMs: readTimeout(one(args, 'timeout')),
    exitOn: nonEmpty('exit-on', one(args, 'exit-on')),
    stats: args.stats === true,
    profile,
    systemMap,
    verbose: args.verbose === true,
    dumpConfig: args['dump-config'] === true,
    unused: file?.unused.map(({ key, value, line }) => `${path}:${line}: ${key} = ${JSON.stringify(value)}: not used by this version`) ?? [],
  };
}

async function readVmxFile(path: string): Promise<VmxSettings> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new VmxError({
      code: 'VMX_CONFIG_UNREADABLE', kind: 'io', cause, message: `${path}: cannot read the configuration: ${describeSystemError(cause)}`, context: { path },
      hint: 'name a readable .vmx file, or boot without one: vmx run --kernel FILE',
    });
  }
  return readVmxSettings(VmxFile.parse(bytes, path));
}

function readMachine(args: CommandArguments): VmConfig {
  const modules = all(args, 'module');
  const given = {
    kernel: nonEmpty('kernel', one(args, 'kernel')),
    initrd: nonEmpty('initrd', one(args, 'initrd')),
    bios: nonEmpty('bios', one(args, 'bios')),
    append: one(args, 'append'),
    modules: modules.length === 0 ? undefined : modules,
    memory: one(args, 'memory'),
    cpus: readCpus(one(args, 'cpus')),
    debugExit: readDebugExit(args),
    icount: args.icount === true ? true : undefined,
    translate: args['no-translate'] === true ? false : undefined,
    traceTranslation: args['trace-translate'] === true ? true : undefined,
    dumpWatAt: readAddress(one(args, 'dump-wat')),
    rtc: readRtc(one(args, 'rtc')),
    reboot: args['no-reboot'] === true ? 'exit' : undefined,
  };
  // An option that was not given must not hide the file's value.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as VmConfig;
}

function readSerial(args: CommandArguments, file: VmxSettings | undefined): SerialSpec[] {
  const given = all(args, 'serial');
  if (given.length > SERIAL_PORTS) throw invalid(`--serial is given ${given.length} times; the machine has ${SERIAL_PORTS} serial ports`, 'give it once for COM1 and once for COM2');
  const specs = given.map((word) => {
    const spec = parseSerialSpec(word);
    if (spec === undefined) throw invalid(`--serial ${word}: not a connection`, `write ${SERIAL_FORMS}`);
    return spec;
  });
  if (specs.length > 0) return [specs[0] ?? { kind: 'none' }, specs[1] ?? { kind: 'none' }];
  return [file?.serial[0] ?? { kind: 'stdio' }, file?.serial[1] ?? { kind: 'none' }];
}

function readDebugcon(word: string | undefined): SerialSpec | undefined {
  if (word === undefined) return undefined;
  const spec = parseSerialSpec(word);
  if (spec?.kind === 'stdio' || spec?.kind === 'file') return spec;
  throw invalid(`--debugcon ${word}: not a place to write to`, 'write stdio or file:PATH');
}

function readCpus(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  if (!/^\d{1,4}$/.test(word)) throw invalid(`--cpus ${word}: not a number of CPUs`, 'write --cpus 1');
  return Number(word);
}

function readDebugExit(args: CommandArguments): boolean | undefined {
  if (args['debug-exit'] === true && args['no-debug-exit'] === true) throw invalid('--debug-exit and --no-debug-exit are both given', 'give one of them');
  if (args['debug-exit'] === true) return true;
  return args['no-debug-exit'] === true ? false : undefined;
}

function readAddress(word: string | undefined): bigint | undefined {
  if (word === undefined) return undefined;
  if (!/^(0x)?[0-9a-f]{1,16}$/i.test(word)) throw invalid(`--dump-wat ${word}: not an address`, 'write it in hex, as --profile and --trace-translate print addresses');
  return BigInt(`0x${word.replace(/^0x/i, '')}`);
}

function readRtc(word: string | undefined): VmConfig['rtc'] {
  if (word === undefined || word === 'utc') return word;
  const date = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?$/.exec(word);
  // A date without a zone is UTC, as the option's other value is; Date would take a time of day as local.
  const ms = date === null ? Number.NaN : Date.parse(date[1] === undefined && word.includes('T') ? `${word}Z` : word);
  if (Number.isNaN(ms)) throw invalid(`--rtc ${word}: not a date`, 'write utc, 2026-01-31 or 2026-01-31T12:00:00Z');
  return new Date(ms);
}

const UNIT_MS: Readonly<Record<string, number>> = { '': 1000, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** setTimeout's limit. */
const TIMEOUT_MOST_MS = 2 ** 31 - 1;

function readTimeout(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(word) ?? [];
  const ms = digits === undefined ? Number.NaN : Number(digits) * (UNIT_MS[unit] ?? Number.NaN);
  if (!(ms > 0 && ms <= TIMEOUT_MOST_MS)) throw invalid(`--timeout ${word}: not a time`, 'write seconds, such as --timeout 30, or 5m');
  return ms;
}

/** The last value of an option that counts once. */
function one(args: CommandArguments, name: string): string | undefined {
  const value = all(args, name).at(-1);
  return value;
}

function all(args: CommandArguments, name: string): string[] {
  const value = args[name];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

function nonEmpty(option: string, value: string | undefined): string | undefined {
  if (value === '') throw invalid(`--${option} has no value`, `write --${option} and a value behind it`);
  return value;
}

function invalid(message: string, hint: string): VmxError {
  return new VmxError({ code: 'VMX_OPTION_INVALID', kind: 'usage', message, hint });
}
