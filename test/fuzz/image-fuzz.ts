/**
 * What a user may hand over: kernels, multiboot images, ROMs, .vmx files, damaged in every way. Whatever they are, the machine is made, or the error
 * is one that names its file; and nothing large is allocated or waited for.
 */
import { CoreError } from '../../packages/core/src/errors.ts';
import { planBoot } from '../../packages/core/src/machine/boot.ts';
import type { MachineConfig } from '../../packages/core/src/machine/config.ts';
import { PhysicalMemory } from '../../packages/core/src/memory/physical.ts';
import { makeBzImage, makeMultibootElf, writeMultibootHeader } from '../../packages/core/src/testing/boot-images.ts';
import { readVmxSettings } from '../../packages/vmx/src/config/from-vmx.ts';
import { VmxFile } from '../../packages/vmx/src/config/vmx-file.ts';
import { VmxError } from '../../packages/vmx/src/errors.ts';
import { Random } from './random.ts';

const MIB = 0x10_0000;
/** Of processor time, so that a busy machine does not count. */
const SLOWEST_MS = 2000;
const interesting = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_f000, 0xffff_ffff];

export function fuzzImages(seed: number): string | undefined {
  const random = new Random(seed);
  const what = random.pick(['bzImage', 'multiboot', 'multiboot', 'rom', 'vmx', 'vmx'] as const);
  const began = process.cpuUsage();
  try {
    if (what === 'vmx') readVmx(random);
    else boot(random, what);
  } catch (thrown) {
    const isTyped = what === 'vmx' ? thrown instanceof VmxError : thrown instanceof CoreError;
    if (!isTyped) return `image seed ${seed} ${what}: threw ${thrown instanceof Error ? thrown.stack ?? '' : String(thrown)}`;
    if (/\n/.test((thrown as Error).message)) return `image seed ${seed} ${what}: the message has more than one line: ${JSON.stringify((thrown as Error).message)}`;
  }
  const { user, system } = process.cpuUsage(began);
  const tookMs = (user + system) / 1000;
  return tookMs > SLOWEST_MS ? `image seed ${seed} ${what}: took ${Math.round(tookMs)} ms` : undefined;
}

function boot(random: Random, what: 'bzImage' | 'multiboot' | 'rom'): void {
  const image = damaged(random, what === 'rom' ? random.bytes(0x1_0000) : what === 'bzImage' ? bzImage(random) : multiboot(random));
  const source: MachineConfig['boot'] = what === 'rom' ? { kind: 'bios', image, path: 'random.rom' } : {
    kind: 'kernel', kernel: image, kernelPath: 'random.img', commandLine: 'x'.repeat(random.pick([0, 10, 3000])),
    ...(random.chance(30) ? { initrd: new Uint8Array(random.pick([0, 1, 5000, 3 * MIB])), initrdPath: 'random.initrd' } : {}),
    ...(random.chance(20) ? { linuxEntry: random.pick(['auto', '32', '64'] as const) } : {}),
  } as MachineConfig['boot'];
  const memoryBytes = random.pick([1, 2, 8, 64]) * MIB;
  const plan = planBoot(source, memoryBytes, 0);
  if (plan.load) plan.load(new PhysicalMemory(memoryBytes));
}

function bzImage(random: Random): Uint8Array {
  return makeBzImage({ version: random.pick([0x0200, 0x0204, 0x0206, 0x020a, 0x020c, 0x020f]), setupSects: random.below(8), prefAddress: random.pick([0x10_0000, 0x100_0000]), initSize: random.pick([0x1000, 0x4_0000, 0x40_0000]) });
}

function multiboot(random: Random): Uint8Array {
  if (random.chance(40)) {
    const image = random.bytes(0x2000);
    const load = random.pick([0x10_0000, 0x20_0000, random.u32()]);
    writeMultibootHeader(new DataView(image.buffer), random.below(0x80) * 4, 0x1_0000, [load, load, load + random.pick([0, 0x1000, 0x4000]), load + random.pick([0, 0x2000, random.u32()]), load + 0x40].map((value) => value >>> 0));
    return image;
  }
  return makeMultibootElf({ bits: random.pick([32, 64]), machine: random.pick([3, 62]), memoryBytes: random.pick([0x400, 0x2000, 0x8000_0000, 0xffff_ffff]), physicalBase: random.pick([0x10_0000, 0, 0x9_f000, 0xffff_f000]) });
}

/** Some bytes or numbers changed, most of them in headers; sometimes cut off. */
function damaged(random: Random, image: Uint8Array): Uint8Array {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  for (let n = random.below(6); n > 0; n--) {
    const at = random.chance(70) ? (random.chance(50) ? 0x1f0 + random.below(0x80) : random.below(0x80)) : random.below(image.length - 8);
    if (at + 8 > image.length) continue;
    const value = random.chance(60) ? random.pick(interesting) : random.u32();
    if (random.chance(40)) view.setUint8(at, value & 0xff);
    else if (random.chance(30)) view.setBigUint64(at, random.u64(), true);
    else view.setUint32(at, value, true);
  }
  return random.chance(20) ? image.slice(0, random.below(image.length)) : image;
}

const keys = ['memsize', 'numvcpus', 'firmware', 'bios440.filename', 'rtc.startTime', 'serial0.present', 'serial0.fileType', 'serial0.fileName', 'serial0.startConnected', 'serial1.pipe.endPoint', '.encoding', 'guestOS', 'worldswitch.kernel', 'worldswitch.module3', 'worldswitch.serial0', 'worldswitch.icount', 'worldswitch.debugcon', 'worldswitch.nothing', 'scsi0:0.fileName', 'displayName', '__proto__', 'constructor'];
const values = ['TRUE', 'FALSE', '512', '-1', '1e9', '99999999999999999999', 'file', 'pipe', 'UTF-8', 'windows-1252', 'utf-16le', 'no-such-set', 'a|22b', '|', '|0A|0D', '|00', '|ZZ', 'file:x', 'unix:y', 'pty', '', ' ', '../../x', '\u{1f600}', '0x10'];

function readVmx(random: Random): void {
  const lines: string[] = [];
  for (let n = random.below(12); n > 0; n--) {
    const key = random.pick(keys), value = random.chance(97) ? random.pick(values) : `${random.pick(['', 'b'])}${random.pick([' ', 'a', '"', '#', '|22', '=']).repeat(random.pick([100, 100_000]))}`;
    lines.push(random.pick([`${key} = "${value}"`, `${key} = "${value}"`, `${key}="${value}" # text`, `${key} = ${value}`, `${key} = ${value} "`, `# ${value}`, `${value}`, `${key}`]));
  }
  let bytes: Uint8Array = new TextEncoder().encode(lines.join(random.pick(['\n', '\r\n', '\r'])));
  if (random.chance(30) && bytes.length > 0) for (let n = random.below(4); n > 0; n--) bytes[random.below(bytes.length)] = random.u32() & 0xff;
  if (random.chance(5)) bytes = bytes.subarray(0, random.below(bytes.length + 1));
  const file = VmxFile.parse(bytes, 'random.vmx');
  readVmxSettings(file);
  for (const entry of file.entries()) file.set(entry.key, entry.value);
  const again = VmxFile.parse(file.toBytes(), 'random.vmx');
  for (const entry of file.entries()) if (entry.key.toLowerCase() !== '.encoding' && again.get(entry.key)?.value !== entry.value) throw new TypeError(`${entry.key} = ${JSON.stringify(entry.value.slice(0, 80))} comes back as ${JSON.stringify(again.get(entry.key)?.value.slice(0, 80))}`);
}
