import { describe, expect, it } from 'vitest';
import { CoreError } from '../errors.ts';
import { ArrayMemory, makeBzImage } from '../testing/boot-images.ts';
import type { KernelShape } from '../testing/boot-images.ts';
import { E820_TYPE, memoryMap } from './e820.ts';
import { loadLinux } from './linux-boot.ts';
import type { LinuxBootOptions } from './linux-boot.ts';

const MIB = 0x10_0000;

function boot(shape: Partial<KernelShape> = {}, options: Partial<LinuxBootOptions> = {}, ramMib = 64) {
  const memory = new ArrayMemory(ramMib * MIB);
  const entry = loadLinux(memory, {
    kernel: makeBzImage(shape),
    kernelPath: 'vmlinuz',
    commandLine: 'console=ttyS0',
    entry: 'auto',
    memoryMap: memoryMap(ramMib * MIB, { acpiBytes: 0x1_0000, nvsBytes: 0x1000 }),
    rsdpAddress: 0xf_0000,
    ...options,
  });
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

describe('the zero page', () => {
  it('holds the header, command line, memory map and RSDP address', () => {
    const { memory, entry } = boot();
    const zeroPage = entry.rsi;
    expect(memory.u32(zeroPage + 0x202)).toBe(0x5372_6448);
    expect(memory.text(memory.u32(zeroPage + 0x228))).toBe('console=ttyS0');
    expect(memory.u64(zeroPage + 0x70)).toBe(0xf_0000);
    const count = memory.bytes[zeroPage + 0x1e8] ?? 0;
    const entries = Array.from({ length: count }, (_, i) => zeroPage + 0x2d0 + i * 20).map((at) => [memory.u64(at), memory.u64(at + 8), memory.u32(at + 16)]);
    expect(entries).toContainEqual([0, 0x9_fc00, E820_TYPE.ram]);
    expect(entries).toContainEqual([MIB, 63 * MIB - 0x1_1000, E820_TYPE.ram]);
    expect(entries).toContainEqual([64 * MIB - 0x1_0000, 0x1_0000, E820_TYPE.acpi]);
    expect(memory.bytes[zeroPage + 0x210]).toBe(0xff);
  });

  it('takes nothing from beyond the header of the image', () => {
    const kernel = makeBzImage();
    kernel.fill(0xee, 0x2d0, 0x400);
    const { memory, entry } = boot({}, { kernel });
    const count = memory.bytes[entry.rsi + 0x1e8] ?? 0;
    expect(memory.bytes.subarray(entry.rsi + 0x2d0 + count * 20, entry.rsi + 0x1000).every((byte) => byte === 0)).toBe(true);
  });
});

describe('the entry', () => {
  it('is 64-bit where the kernel has one, with 4 GiB mapped one to one', () => {
    const { memory, entry } = boot();
    expect(entry).toMatchObject({ mode: 'long', ip: MIB + 0x200, codeSelector: 0x10, dataSelector: 0x18 });
    // Walk the tables for an address in each GiB.
    for (const address of [0x1234_5678, 0x4234_5678, 0x9234_5678, 0xfee0_0020]) {
      const pdpt = memory.u64(entry.cr3) & ~0xfff;
      const directory = memory.u64(pdpt + Math.floor(address / 0x4000_0000) * 8) - 3;
      const pde = memory.u64(directory + (Math.floor(address / 0x20_0000) % 512) * 8);
      expect(pde % 0x20_0000).toBe(0x83);
      expect(pde - 0x83).toBe(address - (address % 0x20_0000));
    }
  });

  it('is 32-bit when asked, or when the kernel has no other', () => {
    expect(boot({}, { entry: '32' }).entry).toMatchObject({ mode: 'protected', ip: MIB });
    expect(boot({ xloadFlags: 0 }).entry).toMatchObject({ mode: 'protected', ip: MIB });
    expect(errorOf(() => boot({ xloadFlags: 0 }, { entry: '64' })).code).toBe('CORE_KERNEL_UNSUPPORTED');
  });

  it('has a flat GDT of the right width', () => {
    for (const [mode, code] of [['64', 0x00af_9b00], ['32', 0x00cf_9b00]] as const) {
      const { memory, entry } = boot({}, { entry: mode });
      expect(memory.u32(entry.gdt.base + entry.codeSelector + 4)).toBe(code);
      expect(memory.u32(entry.gdt.base + entry.dataSelector + 4)).toBe(0x00cf_9300);
      expect(memory.bytes.subarray(entry.gdt.base, entry.gdt.base + 8).every((byte) => byte === 0)).toBe(true);
    }
  });
});

describe('placement', () => {
  it('loads the kernel after its setup sectors, whatever their number', () => {
    for (const setupSects of [3, 27]) {
      const { memory } = boot({ setupSects });
      expect([...memory.bytes.subarray(MIB, MIB + 4)]).toEqual([0, 7, 14, 21]);
      expect(memory.bytes[MIB + 0x2fff]).toBe((0x2fff * 7) & 0xff);
    }
  });

  it('puts the initrd below the ACPI tables, page aligned', () => {
    const initrd = new Uint8Array(5000).fill(0xa5);
    const { memory, entry } = boot({}, { initrd });
    const address = memory.u32(entry.rsi + 0x218);
    expect(memory.u32(entry.rsi + 0x21c)).toBe(5000);
    expect(address % 4096).toBe(0);
    expect(address + 5000).toBeLessThanOrEqual(64 * MIB - 0x1_1000);
    expect(memory.bytes[address]).toBe(0xa5);
    expect(memory.bytes[address + 4999]).toBe(0xa5);
  });

  it('keeps every byte of the initrd at or below initrd_addr_max', () => {
    const { memory, entry } = boot({ initrdAddrMax: 0x1ff_ffff }, { initrd: new Uint8Array(4096) });
    expect(memory.u32(entry.rsi + 0x218)).toBe(0x1ff_f000);
  });

  it('uses the hole below the run address when RAM above the kernel is short', () => {
    const initrd = new Uint8Array(3 * MIB);
    const { memory, entry } = boot({ initSize: 0x100_0000 }, { initrd }, 33);
    const address = memory.u32(entry.rsi + 0x218);
    expect(address).toBeGreaterThanOrEqual(MIB + 0x3000);
    expect(address + initrd.byteLength).toBeLessThanOrEqual(16 * MIB);
  });
});

describe('what cannot be booted', () => {
  it.each([
    ['an empty file', new Uint8Array(0), 'CORE_KERNEL_TRUNCATED', /too short/],
    ['a cut file', makeBzImage().subarray(0, 0x1000), 'CORE_KERNEL_TRUNCATED', /truncated.*the kernel needs/],
    ['a file cut in its setup', makeBzImage({ setupSects: 10 }).subarray(0, 0x400), 'CORE_KERNEL_TRUNCATED', /setup sectors/],
    ['a file cut in its header', makeBzImage().subarray(0, 0x210), 'CORE_KERNEL_TRUNCATED', /setup header/],
    ['text', new TextEncoder().encode('hello, world\n'.repeat(100)), 'CORE_KERNEL_NOT_BZIMAGE', /not a Linux bzImage/],
    ['an ELF kernel', Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, ...new Array<number>(1000).fill(0)]), 'CORE_KERNEL_NOT_BZIMAGE', /ELF/],
    ['a short gzip file', Uint8Array.of(0x1f, 0x8b, 8, 0), 'CORE_KERNEL_NOT_BZIMAGE', /gzip/],
    ['a zImage', makeBzImage({ loadFlags: 0 }), 'CORE_KERNEL_UNSUPPORTED', /zImage/],
    ['protocol 2.01', makeBzImage({ version: 0x0201 }), 'CORE_KERNEL_UNSUPPORTED', /2\.01/],
    ['a crooked alignment', makeBzImage({ kernelAlignment: 0x3000 }), 'CORE_KERNEL_UNSUPPORTED', /kernel_alignment/],
    ['a low load address', makeBzImage({ code32Start: 0x1_0000 }), 'CORE_KERNEL_UNSUPPORTED', /below 1 MiB/],
    ['a run address above 4 GiB', makeBzImage({ prefAddress: 0x2_0000_0000 }), 'CORE_KERNEL_UNSUPPORTED', /above 4 GiB/],
  ] as const)('%s: one line that names the file, and a remedy', (_name, kernel, code, message) => {
    const error = errorOf(() => boot({}, { kernel }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^vmlinuz: [^\n]+$/);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(/\w/);
    expect(error.context).toMatchObject({ path: 'vmlinuz' });
  });

  it('too little memory says how much is needed, and that much is enough', () => {
    const error = errorOf(() => boot({ initSize: 0x300_0000 }, {}, 32));
    expect(error).toMatchObject({ code: 'CORE_MEMORY_TOO_SMALL', kind: 'range' });
    expect(error.message).toMatch(/needs at least 65 MiB of memory; the machine has 32 MiB/);
    expect(boot({ initSize: 0x300_0000 }, {}, 65).entry.ip).toBe(MIB + 0x200);
  });

  it('an initrd that does not fit is named, and the size given is enough', () => {
    const options = { initrd: new Uint8Array(40 * MIB), initrdPath: 'initrd.img' };
    const error = errorOf(() => boot({}, options, 32));
    expect(error.message).toMatch(/initrd\.img \(40 MiB\) need at least (\d+) MiB/);
    const needed = Number(error.context['neededBytes']) / MIB;
    expect(boot({}, options, needed).memory.writes).toBeGreaterThan(0);
    expect(errorOf(() => boot({}, options, needed - 1)).code).toBe('CORE_MEMORY_TOO_SMALL');
  });

  it('a command line longer than the kernel takes', () => {
    const error = errorOf(() => boot({ cmdlineSize: 20 }, { commandLine: 'x'.repeat(21) }));
    expect(error).toMatchObject({ code: 'CORE_COMMAND_LINE_TOO_LONG', context: { mostBytes: 20 } });
    expect(boot({ cmdlineSize: 20 }, { commandLine: 'x'.repeat(20) }).entry.rsi).toBeGreaterThan(0);
  });

  it('no damaged header does more than throw a CoreError', () => {
    const good = makeBzImage();
    for (let offset = 0x1f1; offset < 0x268; offset++) {
      for (const value of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
        const kernel = good.slice();
        kernel[offset] = value;
        try {
          boot({}, { kernel }, 20);
        } catch (error) {
          if (!(error instanceof CoreError)) throw new Error(`byte 0x${offset.toString(16)} = 0x${value.toString(16)}`, { cause: error });
        }
      }
    }
  });
});
