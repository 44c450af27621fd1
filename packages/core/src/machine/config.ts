/**
 * What a machine is made of, as the embedder states it, and the check that it can be built.
 */

import type { TranslationOptions } from '../cpu/translator/translator.ts';
import { CoreError, formatSize } from '../errors.ts';
import { MAX_RAM_BYTES } from '../firmware/e820.ts';
import type { LinuxEntry } from '../firmware/linux-boot.ts';
import type { MultibootModule } from '../firmware/multiboot.ts';
import { PAGE_BYTES } from '../memory/layout.ts';

/**
 * A Linux bzImage or a multiboot 1 image: which of them, its header says. Paths name the files in errors. Images are asked for at each reset
 * and not kept in between, so they may be getters.
 */
export interface KernelBoot {
  readonly kind: 'kernel';
  readonly kernel: Uint8Array;
  readonly kernelPath: string;
  /** Linux: the initial RAM disk. Multiboot: module 0. */
  readonly initrd?: Uint8Array | undefined;
  readonly initrdPath?: string | undefined;
  readonly commandLine: string;
  /** Further multiboot modules. */
  readonly modules?: readonly MultibootModule[] | undefined;
  /** Default `auto`. */
  readonly linuxEntry?: LinuxEntry | undefined;
}

/** A ROM image that the CPU runs from its reset vector. */
export interface BiosBoot {
  readonly kind: 'bios';
  readonly image: Uint8Array;
  readonly path: string;
}

export interface MachineConfig {
  /** A multiple of 4 KiB from 1 MiB to 3 GiB. */
  readonly memoryBytes: number;
  readonly boot: KernelBoot | BiosBoot;
  /** Time from retired instructions, at this many nanoseconds each; by default time is the host's. */
  readonly virtualTime?: { readonly nsPerInstruction: number } | undefined;
  /** Hot code is translated to WebAssembly; default: everything is interpreted. */
  readonly translation?: TranslationOptions | undefined;
  /** isa-debug-exit at port 0xf4; default: for multiboot kernels only. */
  readonly debugExit?: boolean | undefined;
  /** What a reset or a triple fault does; default `restart`. */
  readonly onReset?: 'restart' | 'end' | undefined;
}

const MIB = 1024 * 1024;

/** @throws CoreError CORE_CONFIG_INVALID */
export function checkConfig(config: MachineConfig): void {
  const { memoryBytes, virtualTime } = config;
  if (!Number.isSafeInteger(memoryBytes) || memoryBytes % PAGE_BYTES !== 0 || memoryBytes < MIB || memoryBytes > MAX_RAM_BYTES) {
    throw invalid(`memory of ${memoryBytes} bytes`, `give a multiple of 4 KiB from 1 MiB to ${formatSize(MAX_RAM_BYTES)}`, { memoryBytes });
  }
  if (virtualTime !== undefined && !(virtualTime.nsPerInstruction > 0 && virtualTime.nsPerInstruction <= 1e6)) {
    throw invalid(`${virtualTime.nsPerInstruction} ns per instruction`, 'give more than 0 and at most a millisecond', { nsPerInstruction: virtualTime.nsPerInstruction });
  }
}

function invalid(what: string, hint: string, context: Readonly<Record<string, number>>): CoreError {
  return new CoreError({ code: 'CORE_CONFIG_INVALID', kind: 'usage', message: `a machine cannot have ${what}`, context, hint });
}
