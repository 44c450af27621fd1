/**
 * The configuration of a virtual machine as the API takes it, checked and completed.
 *
 * Ranges are those of the platform: RAM ends below the PCI hole at 3 GiB. Missing: more than one virtual CPU.
 */
import { VmxError } from '../errors.ts';
import { formatSizeBytes, parseSizeBytes } from '../size.ts';

/** A file by its path, or its content. */
export type ImageSource = string | Uint8Array;

export interface VmConfig {
  /** Guest memory: bytes, or a size such as `'512M'`. 1M to 3G; default 512M. */
  readonly memory?: number | string;
  /** Virtual CPUs; only 1 for now. */
  readonly cpus?: number;
  /** A Linux bzImage or a multiboot 1 kernel, booted directly. */
  readonly kernel?: ImageSource;
  /** The initial RAM disk of a Linux kernel; module 0 of a multiboot kernel. */
  readonly initrd?: ImageSource;
  /** Kernel command line. Default for Linux: `console=ttyS0`. */
  readonly append?: string;
  /** Further multiboot modules. A path may be followed by a space and the module's command line. */
  readonly modules?: readonly ImageSource[];
  /** A ROM image, run from the reset vector instead of a kernel. 64 KiB to 16 MiB, in steps of 64 KiB. */
  readonly bios?: ImageSource;
  /** isa-debug-exit at port 0xf4. Default: present for multiboot kernels only. */
  readonly debugExit?: boolean;
  /** Guest time follows retired instructions, so that a run can be repeated bit for bit. */
  readonly icount?: boolean;
  /** Translate hot code to WebAssembly, in a thread of its own. Default true. A guest sees the difference in its speed only. */
  readonly translate?: boolean;
  /** A line to VM.onTrace for each region of code that is translated, and for each that is given up. */
  readonly traceTranslation?: boolean;
  /** The WebAssembly text of regions that hold this linear address to VM.onTrace, when they are made. */
  readonly dumpWatAt?: bigint;
  /** Samples where the guest spends its time; see VmStatistics.profile. */
  readonly profile?: boolean;
  /** The guest's clock at power-on: `'utc'` (the host's time) or a date. Default `'utc'`; with icount 2024-01-01T00:00:00Z. */
  readonly rtc?: 'utc' | Date;
  /** What a reset or a triple fault of the guest does: power on again (the default) or end the run. */
  readonly reboot?: 'restart' | 'exit';
}

/** A VmConfig without defaults left open. */
export interface CheckedConfig {
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly kernel: ImageSource | undefined;
  readonly initrd: ImageSource | undefined;
  readonly append: string | undefined;
  readonly modules: readonly ImageSource[];
  readonly bios: ImageSource | undefined;
  readonly debugExit: boolean | undefined;
  readonly icount: boolean;
  readonly translate: boolean;
  readonly traceTranslation: boolean;
  readonly dumpWatAt: bigint | undefined;
  readonly profile: boolean;
  readonly rtcMs: number | 'utc';
  readonly reboot: 'restart' | 'exit';
}

const MIB = 1024 ** 2;
const MEMORY_LEAST_BYTES = MIB;
export const MEMORY_MOST_BYTES = 3 * 1024 * MIB;
const MEMORY_DEFAULT_BYTES = 512 * MIB;
const PAGE_BYTES = 4096;
/** A fixed power-on date makes deterministic runs alike. */
const ICOUNT_RTC_MS = Date.UTC(2024, 0, 1);

/** @throws VmxError VMX_OPTION_INVALID or VMX_NOTHING_TO_BOOT, kind `usage` */
export function checkConfig(config: VmConfig): CheckedConfig {
  if (config.kernel === undefined && config.bios === undefined) {
    throw new VmxError({
      code: 'VMX_NOTHING_TO_BOOT', kind: 'usage', message: 'nothing to boot',
      hint: 'give --kernel FILE (with --initrd and --append as needed), --bios FILE, or a CONFIG.vmx that has worldswitch.kernel or bios440.filename',
    });
  }
  if (config.kernel !== undefined && config.bios !== undefined) {
    throw invalid('a kernel and a BIOS image are both given', 'give --kernel to boot a kernel directly, or --bios to run a ROM image');
  }
  for (const [name, value] of [['initrd', config.initrd], ['append', config.append], ['module', config.modules?.[0]]] as const) {
    if (value !== undefined && config.kernel === undefined) throw invalid(`--${name} needs a kernel`, 'give --kernel FILE');
  }
  const icount = config.icount ?? false;
  return {
    memoryBytes: checkMemory(config.memory ?? MEMORY_DEFAULT_BYTES),
    cpus: checkCpus(config.cpus ?? 1),
    kernel: config.kernel,
    initrd: config.initrd,
    append: config.append,
    modules: config.modules ?? [],
    bios: config.bios,
    debugExit: config.debugExit,
    icount,
    translate: config.translate ?? true,
    traceTranslation: config.traceTranslation ?? false,
    dumpWatAt: config.dumpWatAt,
    profile: config.profile ?? false,
    rtcMs: checkRtc(config.rtc ?? (icount ? new Date(ICOUNT_RTC_MS) : 'utc')),
    reboot: config.reboot ?? 'restart',
  };
}

function checkMemory(memory: number | string): number {
  const sizeBytes = typeof memory === 'number' ? memory : parseSizeBytes(memory);
  const hint = 'write a size such as 64M, 512M or 3G';
  if (sizeBytes === undefined || !Number.isSafeInteger(sizeBytes)) throw invalid(`--memory ${memory}: not a size`, hint);
  if (sizeBytes < MEMORY_LEAST_BYTES || sizeBytes > MEMORY_MOST_BYTES) {
    throw invalid(`--memory ${memory}: the machine takes ${formatSizeBytes(MEMORY_LEAST_BYTES)} to ${formatSizeBytes(MEMORY_MOST_BYTES)}`, hint);
  }
  if (sizeBytes % PAGE_BYTES !== 0) throw invalid(`--memory ${memory}: not a multiple of 4K`, hint);
  return sizeBytes;
}

function checkCpus(cpus: number): number {
  if (!Number.isInteger(cpus) || cpus < 1) throw invalid(`--cpus ${cpus}: not a number of CPUs`, 'write --cpus 1');
  if (cpus > 1) throw invalid(`--cpus ${cpus}: this version has one virtual CPU`, 'write --cpus 1');
  return cpus;
}

function checkRtc(rtc: 'utc' | Date): number | 'utc' {
  if (rtc === 'utc') return rtc;
  const ms = rtc.getTime();
  // The CMOS century byte is BCD, and ACPI's day counters begin in 1970.
  if (!(ms >= 0 && ms < Date.UTC(2100, 0, 1))) throw invalid('--rtc: the clock counts from 1970 to 2099', 'write --rtc utc or --rtc 2026-01-31T12:00:00Z');
  return ms;
}

function invalid(message: string, hint: string): VmxError {
  return new VmxError({ code: 'VMX_OPTION_INVALID', kind: 'usage', message, hint });
}
