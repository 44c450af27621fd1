/**
 * How the machine starts: which ROMs it has, what the firmware is told, and what is loaded at each reset.
 */

import type { PhysicalMemory } from '../memory/physical.ts';
import { SIGNATURE } from '../cpu/cpuid.ts';
import { features } from '../cpu/features.ts';
import { acpiTables, linkAcpi } from '../firmware/acpi-tables.ts';
import { writeBiosData } from '../firmware/bios-data.ts';
import { biosRom } from '../firmware/bios-rom.ts';
import { memoryMap } from '../firmware/e820.ts';
import { firmwareConfiguration } from '../firmware/fw-cfg-files.ts';
import type { FirmwareConfiguration } from '../firmware/fw-cfg-files.ts';
import { alignUp } from '../firmware/guest-memory.ts';
import type { CpuEntry } from '../firmware/guest-memory.ts';
import { loadLinux } from '../firmware/linux-boot.ts';
import { isMultiboot, loadMultiboot } from '../firmware/multiboot.ts';
import { smbios } from '../firmware/smbios.ts';
import { systemRom } from '../firmware/system-rom.ts';
import { acpiHardware, SERIAL_PORTS } from './board.ts';
import type { BiosBoot, KernelBoot } from './config.ts';
import { PAGE_BYTES } from '../memory/layout.ts';

export interface BootPlan {
  /** What lies in the area that the host bridge can shadow, ends at 1 MiB and starts at `address`, which is byte `offset` of the image. */
  readonly lowRom: { readonly image: Uint8Array; readonly address: number; readonly offset: number };
  /** The same image below 4 GiB, for firmware. */
  readonly highRomAddress: number | undefined;
  readonly firmware: FirmwareConfiguration;
  /** Loads what a reset loads; undefined where the CPU starts at its reset vector. */
  readonly load: ((memory: PhysicalMemory) => CpuEntry) | undefined;
}

/** @throws CoreError when an image cannot be booted in this much memory */
export function planBoot(boot: KernelBoot | BiosBoot, memoryBytes: number, hpetCapabilities: number): BootPlan {
  const cpus = 1;
  const acpi = acpiTables(acpiHardware(cpus, memoryBytes, hpetCapabilities));
  const dmi = smbios({ cpus, ramBytes: memoryBytes, processorId: [SIGNATURE, featureFlags()] });
  const firmware = firmwareConfiguration({ ramBytes: memoryBytes, cpus, acpi, smbios: dmi, consolePort: SERIAL_PORTS[0].port });
  if (boot.kind === 'bios') {
    const rom = biosRom(boot.image, boot.path);
    return { lowRom: { image: rom.image, ...rom.low }, highRomAddress: rom.address, firmware, load: undefined };
  }

  const blobAddress = memoryBytes - alignUp(acpi.blob.byteLength, PAGE_BYTES);
  const linked = linkAcpi(acpi, blobAddress);
  const rom = systemRom(linked.rsdp, dmi);
  const map = memoryMap(memoryBytes, { nvsBytes: acpi.facsBytes, acpiBytes: memoryBytes - blobAddress - acpi.facsBytes });
  return {
    lowRom: { image: rom.image, address: rom.address, offset: 0 },
    highRomAddress: undefined,
    firmware,
    load(memory) {
      writeBiosData(memory, SERIAL_PORTS);
      memory.write(blobAddress, linked.blob);
      // Once each: an embedder may read them from their files here.
      const { kernel, initrd } = boot;
      if (isMultiboot(kernel)) {
        const first = initrd === undefined ? [] : [{ bytes: initrd, text: boot.initrdPath ?? '' }];
        return loadMultiboot(memory, {
          image: kernel,
          path: boot.kernelPath,
          // The image's own name comes first, as GRUB passes it.
          commandLine: `${boot.kernelPath} ${boot.commandLine}`.trimEnd(),
          modules: [...first, ...(boot.modules ?? [])],
          memoryMap: map,
        });
      }
      return loadLinux(memory, {
        kernel,
        kernelPath: boot.kernelPath,
        initrd,
        initrdPath: boot.initrdPath,
        commandLine: boot.commandLine,
        entry: boot.linuxEntry ?? 'auto',
        memoryMap: map,
        rsdpAddress: rom.rsdpAddress,
      });
    },
  };
}

/** EDX of CPUID leaf 1. */
function featureFlags(): number {
  let flags = 0;
  for (const { leaf, register, bit, enabled } of Object.values(features)) if (leaf === 1 && register === 'edx' && enabled) flags |= 1 << bit;
  return flags >>> 0;
}
