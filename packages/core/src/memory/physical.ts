/**
 * The guest's physical address space: which 4 KiB pages are RAM or ROM, and where they lie in the WebAssembly memory.
 * Everything else goes to the MMIO bus. Addresses of 4 GiB and above hold nothing.
 *
 * Missing: a page that reads ROM and writes RAM at once (i440FX PAM state "write only") drops its writes.
 */
import { PAGE_ATTRIBUTES_BASE, PAGE_BYTES, PAGE_HOST_BASE, RAM_BASE, RAM_LIMIT_BYTES, ROM_BASE, ROM_BYTES, pageAttribute } from './layout.ts';

/** The devices' side of physical memory. Values are unsigned; 8-byte accesses are split by the caller. */
export interface MmioBus {
  read(phys: number, size: 1 | 2 | 4): number;
  write(phys: number, size: 1 | 2 | 4, value: number): void;
}

const nothingThere: MmioBus = { read: (_phys, size) => (size === 4 ? 0xffff_ffff : size === 2 ? 0xffff : 0xff), write: () => undefined };

export class PhysicalMemory {
  readonly wasm: WebAssembly.Memory;
  readonly ramBytes: number;
  readonly bytes: Uint8Array;
  mmio: MmioBus = nothingThere;
  /** Called before bytes of a page with decoded instructions change; `length` is PAGE_BYTES when it is the page itself. */
  onCodeChange: (phys: number, length: number) => void = () => undefined;
  /** Called when the map or A20 changed. */
  onMapChange: () => void = () => undefined;
  readonly #view: DataView;
  readonly #pageHost: Uint32Array;
  readonly #attributes: Uint8Array;
  readonly #roms = new Map<Uint8Array, number>();
  #romEnd = ROM_BASE;
  #a20 = true;

  /** @param ramBytes a multiple of 4 KiB from 1 MiB to 3 GiB */
  constructor(ramBytes: number) {
    if (ramBytes % PAGE_BYTES || ramBytes < 0x10_0000 || ramBytes > RAM_LIMIT_BYTES) throw new RangeError(`guest RAM is ${ramBytes} bytes; it has to be a multiple of 4096 from 1 MiB to 3 GiB`);
    this.ramBytes = ramBytes;
    const pages = Math.ceil((RAM_BASE + ramBytes) / 0x1_0000);
    this.wasm = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.bytes = new Uint8Array(this.wasm.buffer);
    this.#view = new DataView(this.wasm.buffer);
    this.#pageHost = new Uint32Array(this.wasm.buffer, PAGE_HOST_BASE, 0x10_0000);
    this.#attributes = new Uint8Array(this.wasm.buffer, PAGE_ATTRIBUTES_BASE, 0x10_0000);
    this.mapRam(0, Math.min(0xa_0000, ramBytes));
    if (ramBytes > 0x10_0000) this.mapRam(0x10_0000, ramBytes - 0x10_0000);
  }

  /** Pages of 64 KiB, for a module that imports this memory. */
  get wasmPages(): number {
    return this.bytes.length / 0x1_0000;
  }

  get a20(): boolean {
    return this.#a20;
  }

  /** With the A20 gate closed, bit 20 of every physical address is 0. */
  setA20(enabled: boolean): void {
    if (enabled === this.#a20) return;
    this.#a20 = enabled;
    this.onMapChange();
  }

  mapRam(start: number, length: number): void {
    this.#map(start, length, (page) => RAM_BASE + page * PAGE_BYTES, 0);
  }

  /** Maps an image read-only; the same array may be mapped at several places. */
  mapRom(start: number, image: Uint8Array): void {
    let at = this.#roms.get(image);
    if (at === undefined) {
      const length = Math.ceil(image.length / PAGE_BYTES) * PAGE_BYTES;
      if (this.#romEnd + length > ROM_BASE + ROM_BYTES) throw new RangeError(`ROM images exceed ${ROM_BYTES} bytes`);
      at = this.#romEnd;
      this.#romEnd += length;
      this.bytes.set(image, at);
      this.#roms.set(image, at);
    }
    const first = start / PAGE_BYTES;
    const base = at;
    this.#map(start, Math.ceil(image.length / PAGE_BYTES) * PAGE_BYTES, (page) => base + (page - first) * PAGE_BYTES, pageAttribute.readOnly);
  }

  /** i440FX PAM: the region shows RAM or, with `read: 'rom'`, the image whose first byte lies at `start`. */
  mapShadow(start: number, length: number, read: 'ram' | 'rom', write: boolean, rom?: { image: Uint8Array; offset: number }): void {
    if (read === 'ram') this.#map(start, length, (page) => RAM_BASE + page * PAGE_BYTES, write ? 0 : pageAttribute.readOnly);
    else if (rom && this.#roms.has(rom.image)) {
      const base = this.#roms.get(rom.image)! + rom.offset;
      const first = start / PAGE_BYTES;
      this.#map(start, length, (page) => base + (page - first) * PAGE_BYTES, pageAttribute.readOnly);
    } else this.unmap(start, length);
  }

  unmap(start: number, length: number): void {
    this.#map(start, length, () => 0, 0);
  }

  /** The address in `bytes` of a physical address, or 0 when no RAM or ROM is there. */
  hostAddress(phys: number): number {
    if (phys >= 0x1_0000_0000) return 0;
    const page = this.#pageHost[phys >>> 12]!;
    return page && page + (phys & 0xfff);
  }

  isReadOnly(phys: number): boolean {
    return (this.#attributes[phys >>> 12]! & pageAttribute.readOnly) !== 0;
  }

  /** Copies guest memory; what is not RAM or ROM reads as all-ones. */
  read(phys: number, into: Uint8Array): void {
    for (let done = 0; done < into.length;) {
      const length = Math.min(into.length - done, PAGE_BYTES - ((phys + done) % PAGE_BYTES));
      const host = this.hostAddress(phys + done);
      if (host) into.set(this.bytes.subarray(host, host + length), done);
      else into.fill(0xff, done, done + length);
      done += length;
    }
  }

  /** Writes RAM as a DMA master does: decoded code is discarded, ROM is left alone. */
  write(phys: number, from: Uint8Array): void {
    for (let done = 0; done < from.length;) {
      const length = Math.min(from.length - done, PAGE_BYTES - ((phys + done) % PAGE_BYTES));
      const host = this.#writable(phys + done, length);
      if (host) this.bytes.set(from.subarray(done, done + length), host);
      done += length;
    }
  }

  readU8(phys: number): number { const h = this.hostAddress(phys); return h ? this.bytes[h]! : 0xff; }
  readU16(phys: number): number { return this.readU8(phys) | (this.readU8(phys + 1) << 8); }
  readU32(phys: number): number {
    const h = (phys & 0xfff) <= 0xffc ? this.hostAddress(phys) : 0;
    return h ? this.#view.getUint32(h, true) : (this.readU16(phys) | (this.readU16(phys + 2) << 16)) >>> 0;
  }
  readU64(phys: number): bigint { return BigInt(this.readU32(phys)) | (BigInt(this.readU32(phys + 4)) << 32n); }
  writeU8(phys: number, value: number): void { const h = this.#writable(phys, 1); if (h) this.bytes[h] = value; }
  writeU16(phys: number, value: number): void { this.writeU8(phys, value & 0xff); this.writeU8(phys + 1, (value >>> 8) & 0xff); }
  writeU32(phys: number, value: number): void { this.writeU16(phys, value & 0xffff); this.writeU16(phys + 2, value >>> 16); }
  writeU64(phys: number, value: bigint): void { this.writeU32(phys, Number(value & 0xffff_ffffn)); this.writeU32(phys + 4, Number((value >> 32n) & 0xffff_ffffn)); }

  /** Where `length` bytes of one page may be written, or 0. */
  #writable(phys: number, length: number): number {
    const host = this.hostAddress(phys);
    if (!host) return 0;
    const page = phys >>> 12;
    const attributes = this.#attributes[page]!;
    if (attributes & pageAttribute.readOnly) return 0;
    if (attributes & pageAttribute.code) this.onCodeChange(phys, length);
    this.#attributes[page] = this.#attributes[page]! | pageAttribute.dirty;
    return host;
  }

  #map(start: number, length: number, host: (page: number) => number, attributes: number): void {
    if (start % PAGE_BYTES || length % PAGE_BYTES) throw new RangeError(`region ${start.toString(16)}+${length.toString(16)} is not made of 4 KiB pages`);
    for (let page = start / PAGE_BYTES; page < (start + length) / PAGE_BYTES; page++) {
      if (this.#attributes[page]! & pageAttribute.code) this.onCodeChange(page * PAGE_BYTES, PAGE_BYTES);
      this.#pageHost[page] = host(page);
      this.#attributes[page] = attributes;
    }
    this.onMapChange();
  }
}
