import { describe, expect, it } from 'vitest';
import { CoreError } from '../errors.ts';
import { ArrayMemory, makeMultibootElf, writeMultibootHeader } from '../testing/boot-images.ts';
import { memoryMap } from './e820.ts';
import { isMultiboot, loadMultiboot } from './multiboot.ts';
import type { MultibootOptions } from './multiboot.ts';

const MIB = 0x10_0000;

function boot(image: Uint8Array, options: Partial<MultibootOptions> = {}, ramMib = 16) {
  const memory = new ArrayMemory(ramMib * MIB);
  memory.bytes.fill(0xcc);
  const entry = loadMultiboot(memory, { image, path: 'kernel.elf', commandLine: 'kernel.elf a b', modules: [], memoryMap: memoryMap(ramMib * MIB), ...options });
  return { memory, entry };
}

function errorOf(action: () => unknown): CoreError {
  try {
    action();
  } catch (error) {
    if (error instanceof CoreError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

/** A flat image whose header says where it goes; `entry` is 0x30 bytes in. */
function addressedImage(addresses: (load: number) => number[]): Uint8Array {
  const image = new Uint8Array(0x200).fill(0x11);
  writeMultibootHeader(new DataView(image.buffer), 0x10, 0x1_0003, addresses(0x20_0000));
  return image;
}

describe('an ELF image', () => {
  it.each([
    ['ELF32', makeMultibootElf(), MIB + 0x20],
    ['ELF64', makeMultibootElf({ bits: 64, machine: 62, virtualBase: 0xffff_ffff_8010_0000 - 0xffff_ffff_0000_0000 }), MIB + 0x20],
    ['an image linked high', makeMultibootElf({ virtualBase: 0xc010_0000 }), MIB + 0x20],
  ])('%s is entered at its physical entry with its segment loaded and its bss zero', (_name, image, ip) => {
    const { memory, entry } = boot(image);
    expect(entry).toMatchObject({ mode: 'protected', ip, rax: 0x2bad_b002 });
    expect([...memory.bytes.subarray(ip, ip + 3)]).toEqual([0xf4, 0xeb, 0xfd]);
    expect(memory.bytes.subarray(MIB + 0x400, MIB + 0x2000).every((byte) => byte === 0)).toBe(true);
    expect(memory.bytes[MIB + 0x2000]).toBe(0xcc);
  });
});

describe('an image with addresses in its header', () => {
  it('loads the rest of the file when load_end_addr is 0, and clears the bss', () => {
    const { memory, entry } = boot(addressedImage((load) => [load + 0x10, load, 0, load + 0x1000, load + 0x30]));
    expect(entry.ip).toBe(0x20_0030);
    expect(memory.u32(0x20_0010)).toBe(0x1bad_b002);
    expect(memory.bytes[0x20_01ff]).toBe(0x11);
    expect(memory.bytes[0x20_0200]).toBe(0);
    expect(memory.bytes[0x20_1000]).toBe(0xcc);
  });

  it.each([
    ['load_addr above header_addr', (load: number) => [load, load + 4, 0, 0, load]],
    ['load_addr before the file', (load: number) => [load + 0x100, load, 0, 0, load]],
    ['load_end_addr beyond the file', (load: number) => [load + 0x10, load, load + 0x1000, 0, load]],
    ['load_end_addr below load_addr', (load: number) => [load + 0x10, load, load - 4, 0, load]],
  ])('refuses %s', (_name, addresses) => {
    expect(errorOf(() => boot(addressedImage(addresses))).code).toBe('CORE_MULTIBOOT_BAD_IMAGE');
  });

  it('refuses a file that ends inside the header', () => {
    const image = addressedImage((load) => [load + 0x10, load, 0, 0, load]).subarray(0, 0x28);
    expect(errorOf(() => boot(image)).message).toMatch(/truncated inside its multiboot header/);
  });
});

describe('the information structure', () => {
  it('gives memory sizes, map, command line, loader name and modules', () => {
    const { memory, entry } = boot(makeMultibootElf(), { modules: [{ bytes: Uint8Array.of(1, 2, 3), text: 'env x' }, { bytes: new Uint8Array(5000).fill(9), text: 'second' }] });
    const info = entry.rbx;
    expect(memory.u32(info)).toBe(0x24d);
    expect(memory.u32(info + 4)).toBe(640);
    expect(memory.u32(info + 8)).toBe(15 * 1024);
    expect(memory.text(memory.u32(info + 16))).toBe('kernel.elf a b');
    expect(memory.text(memory.u32(info + 64))).toBe('Worldswitch');

    expect(memory.u32(info + 20)).toBe(2);
    const list = memory.u32(info + 24);
    const [start, end] = [memory.u32(list), memory.u32(list + 4)];
    expect(start % 4096).toBe(0);
    expect(start).toBeGreaterThanOrEqual(MIB + 0x2000);
    expect([...memory.bytes.subarray(start, end)]).toEqual([1, 2, 3]);
    expect(memory.text(memory.u32(list + 8))).toBe('env x');
    expect(memory.u32(list + 20) - memory.u32(list + 16)).toBe(5000);
    expect(memory.u32(list + 16)).toBeGreaterThanOrEqual(end);

    const ranges: number[][] = [];
    const mapEnd = memory.u32(info + 48) + memory.u32(info + 44);
    for (let at = memory.u32(info + 48); at < mapEnd; at += memory.u32(at) + 4) ranges.push([memory.u64(at + 4), memory.u64(at + 12), memory.u32(at + 20)]);
    expect(ranges).toContainEqual([0, 0x9_fc00, 1]);
    expect(ranges).toContainEqual([MIB, 15 * MIB, 1]);
  });
});

describe('what cannot be booted', () => {
  it.each([
    ['no header', new Uint8Array(10_000), 'CORE_MULTIBOOT_NO_HEADER'],
    ['an empty file', new Uint8Array(0), 'CORE_MULTIBOOT_NO_HEADER'],
    ['a required feature that is unknown', makeMultibootElf({ multibootFlags: 0x8 }), 'CORE_MULTIBOOT_UNSUPPORTED'],
    ['another machine', makeMultibootElf({ machine: 40 }), 'CORE_MULTIBOOT_BAD_IMAGE'],
    ['a cut segment', makeMultibootElf().subarray(0, 0x1080), 'CORE_MULTIBOOT_BAD_IMAGE'],
    ['a segment over the BIOS', makeMultibootElf({ physicalBase: 0xf_0000 }), 'CORE_MULTIBOOT_BAD_IMAGE'],
    ['a segment over the vectors', makeMultibootElf({ physicalBase: 0 }), 'CORE_MULTIBOOT_BAD_IMAGE'],
    ['a segment beyond RAM', makeMultibootElf({ physicalBase: 0x200_0000 }), 'CORE_MEMORY_TOO_SMALL'],
    ['a bss beyond RAM', makeMultibootElf({ memoryBytes: 0x4000_0000 }), 'CORE_MEMORY_TOO_SMALL'],
  ] as const)('%s', (_name, image, code) => {
    const error = errorOf(() => boot(image));
    expect(error.code).toBe(code);
    expect(error.message).toContain('kernel.elf');
    expect(error.hint).toMatch(/\w/);
  });

  it('a header beyond the first 8192 bytes, unaligned, or with a wrong checksum is none', () => {
    const at = (offset: number): Uint8Array => {
      const image = new Uint8Array(0x4000);
      writeMultibootHeader(new DataView(image.buffer), offset, 0, []);
      return image;
    };
    expect(isMultiboot(at(0x1ff4))).toBe(true);
    expect(isMultiboot(at(0x1ff8))).toBe(false);
    expect(isMultiboot(at(0x102))).toBe(false);
    const wrong = at(0x100);
    wrong[0x108] = (wrong[0x108] ?? 0) ^ 1;
    expect(isMultiboot(wrong)).toBe(false);
  });

  it('no damaged image does more than throw a CoreError', () => {
    for (const bits of [32, 64] as const) {
      const good = makeMultibootElf({ bits });
      for (let offset = 0x10; offset < 0x80; offset++) {
        for (const value of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
          const image = good.slice();
          image[offset] = value;
          try {
            boot(image, {}, 2);
          } catch (error) {
            if (!(error instanceof CoreError)) throw new Error(`byte 0x${offset.toString(16)} = 0x${value.toString(16)}`, { cause: error });
          }
        }
      }
    }
  });
});
