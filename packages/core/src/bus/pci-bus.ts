/**
 * One PCI bus: 32 devices of 8 functions, addressed in configuration space (PCI Local Bus Specification 3.0, 3.2.2.3).
 *
 * Missing: bridges. Only bus 0 exists; a configuration cycle to another bus ends in a master abort (all ones).
 */
import type { AccessSize } from './port-bus.ts';

export interface PciFunction {
  readConfig(offset: number, size: AccessSize): number;
  writeConfig(offset: number, size: AccessSize, value: number): void;
}

/** Where a function sits; `pin` follows from its configuration space. */
export interface PciAddress {
  readonly device: number;
  readonly function: number;
}

export class PciBus {
  readonly #functions: (PciFunction | undefined)[] = new Array<PciFunction | undefined>(256).fill(undefined);

  attach(address: PciAddress, pciFunction: PciFunction): void {
    const index = (address.device << 3) | address.function;
    if (this.#functions[index] !== undefined) throw new Error(`PCI ${address.device}.${address.function} is taken`);
    this.#functions[index] = pciFunction;
  }

  /** `target` is bits 23..8 of CONFIG_ADDRESS: bus, device, function. */
  read(target: number, offset: number, size: AccessSize): number {
    const pciFunction = target < 256 ? this.#functions[target] : undefined;
    if (pciFunction !== undefined) return pciFunction.readConfig(offset, size);
    return size === 4 ? 0xffff_ffff : size === 2 ? 0xffff : 0xff;
  }

  write(target: number, offset: number, size: AccessSize, value: number): void {
    if (target < 256) this.#functions[target]?.writeConfig(offset, size, value);
  }
}
