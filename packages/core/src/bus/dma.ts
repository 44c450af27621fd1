/** Guest memory as a bus master sees it: physical addresses, no paging. Claimed in a device definition by `dma: true`. */
export interface DmaAccess {
  read(phys: number, into: Uint8Array): void;
  write(phys: number, from: Uint8Array): void;
}
