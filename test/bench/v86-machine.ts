/**
 * v86 as a process with the guest's console on its standard input and output, as the other peers are: one machine, a kernel started directly.
 *
 *   node test/bench/v86-machine.ts --wasm FILE --bios FILE --vga-bios FILE --kernel FILE --initrd FILE --memory-mib N --append TEXT
 *
 * The library starts a kernel by an option ROM, so it needs a BIOS that runs it; the time that this takes is part of its boot.
 */
import { readFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { V86 } from 'v86';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { wasm: text, bios: text, 'vga-bios': text, kernel: text, initrd: text, 'memory-mib': text, append: text } });

function image(option: 'bios' | 'vga-bios' | 'kernel' | 'initrd'): { buffer: ArrayBuffer } {
  const bytes = readFileSync(values[option] ?? '');
  return { buffer: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer };
}

const machine = new V86({
  wasm_path: values.wasm ?? '',
  bios: image('bios'),
  vga_bios: image('vga-bios'),
  bzimage: image('kernel'),
  initrd: image('initrd'),
  cmdline: values.append ?? '',
  memory_size: Number(values['memory-mib']) * 1024 * 1024,
  vga_memory_size: 2 * 1024 * 1024,
  acpi: false,   // its ACPI is experimental, and the boot slower with it
  autostart: true,
  disable_keyboard: true,
  disable_mouse: true,
  disable_speaker: true,
});

// One write for all that comes between two turns of the event loop: a write for each byte would cost the peer time.
let output: number[] = [];
machine.add_listener('serial0-output-byte', (byte) => {
  if (output.length === 0) {
    setImmediate(() => {
      const bytes = Uint8Array.from(output);
      output = [];
      for (let at = 0; at < bytes.length;) {
        at += writeSync(1, bytes, at);
      }
    });
  }
  output.push(byte);
});
process.stdin.on('data', (bytes: Buffer) => machine.serial0_send(bytes.toString('latin1')));
process.on('SIGTERM', () => process.exit(0));
