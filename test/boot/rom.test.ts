// The whole way from `vmx run` to the CPU and back with a ROM of a few instructions: needs no guest from anywhere.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VM } from '@worldswitch/vmx';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'vmx-rom-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A 64 KiB ROM that begins with `code` at f000:0000; the reset vector jumps there. */
function rom(...code: readonly number[]): Uint8Array {
  const image = new Uint8Array(0x1_0000).fill(0xf4);
  image.set(code);
  image.set([0xea, 0x00, 0x00, 0x00, 0xf0], 0xfff0);   // jmp f000:0000
  return image;
}

/** Echoes COM1 until it reads `q`, then writes 5 to isa-debug-exit. */
const echo = rom(
  0xba, 0xfc, 0x03, 0xb0, 0x03, 0xee,   // mov dx, 0x3fc; mov al, DTR | RTS; out dx, al
  0xba, 0xfa, 0x03, 0xb0, 0x07, 0xee,   // mov dx, 0x3fa; mov al, enable and reset FIFOs; out dx, al
  0xba, 0xfd, 0x03,                     // 0x0c: mov dx, 0x3fd
  0xec, 0xa8, 0x01, 0x74, 0xfb,         // in al, dx; test al, DR; jz in
  0xba, 0xf8, 0x03, 0xec,               // mov dx, 0x3f8; in al, dx
  0x3c, 0x71, 0x74, 0x03,               // cmp al, 'q'; je 0x1f
  0xee, 0xeb, 0xed,                     // out dx, al; jmp 0x0c
  0xb0, 0x05, 0xe6, 0xf4, 0xf4,         // 0x1f: mov al, 5; out 0xf4, al; hlt
);
const hello = [0xb0, 0x68, 0xe6, 0xe9, 0xb0, 0x69, 0xe6, 0xe9];   // "hi" to port 0xe9
const reset = rom(...hello, 0xba, 0xf9, 0x0c, 0xb0, 0x06, 0xee, 0xf4);   // mov dx, 0xcf9; mov al, hard reset; out dx, al
const tripleFault = rom(0x0f, 0x01, 0x1e, 0x00, 0x80, 0xcd, 0x03);   // lidt [0x8000] (RAM, zero: limit 0); int 3
const spin = rom(0xeb, 0xfe);

function file(name: string, image: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, image);
  return path;
}

async function vmx(input: string, ...args: string[]): Promise<{ status: number; output: string; errors: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/vmx.ts'), 'run', ...args], { stdio: 'pipe' });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => { output += text; });
  child.stderr.setEncoding('latin1').on('data', (text: string) => { errors += text; });
  child.stdin.end(input);
  const [status] = await once(child, 'close') as [number];
  return { status, output, errors };
}

describe('vmx run --bios', () => {
  it('echoes what is typed before the guest listens, without loss, and ends with the status of isa-debug-exit', async () => {
    const text = Array.from({ length: 3000 }, (_, i) => `line ${i}\n`).join('');
    expect(await vmx(`${text}q`, '--bios', file('echo', echo), '--debug-exit')).toEqual({ status: (5 << 1) | 1, output: text, errors: '' });
  });

  it('ends when the text of --exit-on appears', async () => {
    expect(await vmx('login: more', '--bios', file('echo', echo), '--exit-on', 'login:')).toMatchObject({ status: 0, errors: '' });
  });

  it('ends at --timeout while the guest computes', async () => {
    const { status, errors } = await vmx('', '--bios', file('spin', spin), '--timeout', '0.5', '--stats');
    expect(status).toBe(124);
    expect(Number(/^instructions +([\d,]+)/m.exec(errors)?.[1]?.replaceAll(',', ''))).toBeGreaterThan(100_000);
  });

  it('--no-reboot ends at a reset with 0, at a triple fault with 1', async () => {
    const debug = join(folder, 'debug');
    expect((await vmx('', '--bios', file('reset', reset), '--no-reboot', '--debugcon', `file:${debug}`)).status).toBe(0);
    expect(readFileSync(debug, 'utf8')).toBe('hi');
    expect(await vmx('', '--bios', file('fault', tripleFault), '--no-reboot')).toEqual({ status: 1, output: '', errors: 'vmx: the guest ended by a triple fault\n' });
  });

  it('powers on again after a reset', async () => {
    const { status, output } = await vmx('', '--bios', file('reset', reset), '--debugcon', 'stdio', '--timeout', '1');
    expect(status).toBe(124);
    expect(output).toMatch(/^hihihi/);
  });
});

describe('VM with a ROM', () => {
  it('gives COM1 as a stream and counts instructions', async () => {
    await using vm = await VM.start({ bios: echo, debugExit: true });
    await vm.write('abc');
    expect((await vm.waitFor('abc', { timeoutMs: 10_000 })).before).toBe('');
    await vm.write('q');
    expect(await vm.exited).toEqual({ reason: 'debug-exit', status: 11 });
    expect((await vm.statistics())?.serialInBytes).toBe(4);
  });

  it('repeats a run with icount: the same number of instructions', async () => {
    const count = async (): Promise<number | undefined> => {
      const vm = await VM.start({ bios: reset, icount: true, reboot: 'exit' });
      await vm.exited;
      return (await vm.statistics())?.instructions;
    };
    expect(await count()).toBe(await count());
  });
});
