/**
 * The setup header of a Linux bzImage: read, and every field that is used later checked against the image.
 *
 * Reference: Linux Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header" (protocol 2.02 to 2.15).
 * Missing: zImage (kernels below 512 KiB, loaded at 0x10000) and protocols before 2.02: refused with a clear error.
 * The image is hostile: no length or offset of it is believed before it is compared with the bytes that are there.
 */

import { CoreError, formatSize } from '../errors.ts';
import type { CoreErrorCode } from '../errors.ts';

/** Offsets from the start of the image, and so from the start of the zero page, which mirrors them. */
export const SETUP_HEADER = {
  start: 0x1f1,
  setupSects: 0x1f1,
  sysSize: 0x1f4,
  vidMode: 0x1fa,
  bootFlag: 0x1fe,
  jumpLength: 0x201,
  magic: 0x202,
  version: 0x206,
  typeOfLoader: 0x210,
  loadFlags: 0x211,
  code32Start: 0x214,
  ramdiskImage: 0x218,
  ramdiskSize: 0x21c,
  cmdLinePtr: 0x228,
  initrdAddrMax: 0x22c,
  kernelAlignment: 0x230,
  relocatableKernel: 0x234,
  xloadFlags: 0x236,
  cmdlineSize: 0x238,
  prefAddress: 0x258,
  initSize: 0x260,
} as const;

const BOOT_FLAG = 0xaa55;
const MAGIC_HDRS = 0x5372_6448;
const LOADED_HIGH = 0x01;
const XLF_KERNEL_64 = 0x01;
const SECTOR_BYTES = 512;
const OLDEST_PROTOCOL = 0x0202;
/** No field of any protocol lies beyond this: the E820 table of the zero page follows. */
const HEADER_END_MAX = 0x290;

export interface BzImage {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** 0x020f is protocol 2.15. */
  readonly version: number;
  /** The setup header as the zero page takes it: image bytes from 0x1f1 to here. */
  readonly headerEnd: number;
  /** Where the protected-mode kernel starts in the image. */
  readonly kernelOffset: number;
  /** Where it is loaded and entered. */
  readonly code32Start: number;
  readonly initrdAddrMax: number;
  readonly kernelAlignment: number;
  readonly relocatable: boolean;
  readonly has64BitEntry: boolean;
  /** Longest command line without its terminating zero. */
  readonly commandLineMax: number;
  readonly prefAddress: number;
  /** Linear memory needed from the run address until the kernel has read the memory map; 0 before protocol 2.10. */
  readonly initSize: number;
}

type Fail = (code: CoreErrorCode, what: string, hint: string, offset: number) => CoreError;

export function parseBzImage(bytes: Uint8Array, path: string): BzImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail: Fail = (code, what, hint, offset) =>
    new CoreError({
      code,
      kind: code === 'CORE_KERNEL_TRUNCATED' ? 'corrupt' : 'unsupported',
      message: `${path}: ${what}`,
      context: { path, offset, op: 'load kernel' },
      hint,
    });
  checkMagic(view, fail);

  const version = view.getUint16(SETUP_HEADER.version, true);
  if (version < OLDEST_PROTOCOL) {
    throw fail('CORE_KERNEL_UNSUPPORTED', `boot protocol ${formatVersion(version)} is too old`, 'use a kernel with boot protocol 2.02 or newer (Linux 2.4 and later)', SETUP_HEADER.version);
  }
  const headerEnd = Math.min(SETUP_HEADER.magic + view.getUint8(SETUP_HEADER.jumpLength), HEADER_END_MAX);
  checkPresent(bytes, headerEnd, 'its setup header', fail);
  if ((view.getUint8(SETUP_HEADER.loadFlags) & LOADED_HIGH) === 0) {
    throw fail('CORE_KERNEL_UNSUPPORTED', 'is a zImage, which loads below 1 MiB', 'use a bzImage (make bzImage)', SETUP_HEADER.loadFlags);
  }

  // A setup_sects of 0 means 4, for kernels from before the field (boot.rst).
  const setupSects = view.getUint8(SETUP_HEADER.setupSects);
  const kernelOffset = ((setupSects === 0 ? 4 : setupSects) + 1) * SECTOR_BYTES;
  checkPresent(bytes, kernelOffset + 1, 'the code of its setup sectors', fail);
  // syssize counts 16-byte paragraphs, the last of which may be incomplete; it has 32 bits since 2.04.
  if (version >= 0x0204) {
    const declaredEnd = kernelOffset + view.getUint32(SETUP_HEADER.sysSize, true) * 16;
    checkPresent(bytes, declaredEnd - 15, 'the kernel', fail);
  }

  const since = <T>(protocol: number, offset: number, read: () => T, otherwise: T): T =>
    version >= protocol && offset < headerEnd ? read() : otherwise;
  const u32 = (offset: number): number => view.getUint32(offset, true);
  const image: BzImage = {
    path,
    bytes,
    version,
    headerEnd,
    kernelOffset,
    code32Start: u32(SETUP_HEADER.code32Start),
    initrdAddrMax: since(0x0203, SETUP_HEADER.initrdAddrMax, () => u32(SETUP_HEADER.initrdAddrMax), 0x37ff_ffff),
    kernelAlignment: since(0x0205, SETUP_HEADER.kernelAlignment, () => u32(SETUP_HEADER.kernelAlignment), 0),
    relocatable: since(0x0205, SETUP_HEADER.relocatableKernel, () => view.getUint8(SETUP_HEADER.relocatableKernel) !== 0, false),
    has64BitEntry: since(0x020c, SETUP_HEADER.xloadFlags, () => (view.getUint16(SETUP_HEADER.xloadFlags, true) & XLF_KERNEL_64) !== 0, false),
    commandLineMax: since(0x0206, SETUP_HEADER.cmdlineSize, () => u32(SETUP_HEADER.cmdlineSize), 255),
    prefAddress: since(0x020a, SETUP_HEADER.prefAddress, () => Number(view.getBigUint64(SETUP_HEADER.prefAddress, true)), 0),
    initSize: since(0x020a, SETUP_HEADER.initSize, () => u32(SETUP_HEADER.initSize), 0),
  };
  checkAddresses(image, fail);
  return image;
}

function checkMagic(view: DataView, fail: Fail): void {
  const truncated = view.byteLength < SETUP_HEADER.version + 2;
  if (!truncated && view.getUint32(SETUP_HEADER.magic, true) === MAGIC_HDRS && view.getUint16(SETUP_HEADER.bootFlag, true) === BOOT_FLAG) return;
  const [what, hint] = describeOther(view);
  if (truncated && what === undefined) {
    throw fail('CORE_KERNEL_TRUNCATED', `is only ${view.byteLength} bytes long, too short for a Linux kernel`, 'check the download, or build the kernel again', view.byteLength);
  }
  throw fail('CORE_KERNEL_NOT_BZIMAGE', `is not a Linux bzImage${what === undefined ? ' (no HdrS signature at 0x202)' : `, but ${what}`}`, hint, SETUP_HEADER.magic);
}

/** What a file that people try to boot is, if it can be told from its first bytes. */
function describeOther(view: DataView): [string | undefined, string] {
  const magic = view.byteLength >= 4 ? view.getUint32(0, true) : 0;
  if (magic === 0x464c_457f) return ['an ELF file', 'give the compressed kernel (bzImage or /boot/vmlinuz-…); an ELF kernel needs a multiboot header'];
  if ((magic & 0xffff) === 0x8b1f) return ['a gzip file', 'unpack it first (gunzip)'];
  if (magic === 0xfd37_7a58 || magic === 0x587a_37fd) return ['an xz file', 'unpack it first (unxz)'];
  if (view.byteLength >= 0x40 && view.getUint32(0x38, true) === 0x644d_5241) return ['a kernel for arm64', 'use a kernel for x86'];
  return [undefined, 'give a bzImage, as in /boot/vmlinuz-… of an x86 distribution'];
}

function checkPresent(bytes: Uint8Array, needed: number, what: string, fail: Fail): void {
  if (bytes.byteLength >= needed) return;
  throw fail('CORE_KERNEL_TRUNCATED', `is truncated: ${what} needs ${needed} bytes and the file has ${bytes.byteLength}`, 'check the download, or copy the file again', bytes.byteLength);
}

function checkAddresses(image: BzImage, fail: Fail): void {
  if (image.code32Start < 0x10_0000) {
    throw fail('CORE_KERNEL_UNSUPPORTED', `wants to be loaded at 0x${image.code32Start.toString(16)}, below 1 MiB`, 'use a bzImage', SETUP_HEADER.code32Start);
  }
  const alignment = image.kernelAlignment;
  if (image.relocatable && (alignment === 0 || (alignment & (alignment - 1)) !== 0)) {
    throw fail('CORE_KERNEL_UNSUPPORTED', `has a kernel_alignment of 0x${alignment.toString(16)}, not a power of two`, 'the setup header is damaged; copy the file again', SETUP_HEADER.kernelAlignment);
  }
  if (image.prefAddress + image.initSize > 0x1_0000_0000) {
    throw fail('CORE_KERNEL_UNSUPPORTED', `wants memory above 4 GiB (${formatSize(image.initSize)} at 0x${image.prefAddress.toString(16)})`, 'use a kernel that runs below 4 GiB', SETUP_HEADER.prefAddress);
  }
}

function formatVersion(version: number): string {
  return `${version >> 8}.${String(version & 0xff).padStart(2, '0')}`;
}
