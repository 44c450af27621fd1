import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeMultibootElf } from '../../../core/src/testing/boot-images.ts';
import { loadBootImages } from '../config/boot-images.ts';
import { checkConfig } from '../config/vm-config.ts';
import { VmxError } from '../errors.ts';
import { buildPc } from './core-machine.ts';
import type { MachineSpec } from './worker-protocol.ts';

const folder = mkdtempSync(join(tmpdir(), 'vmx-images-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** 32-bit code: prints `text` on COM1, then resets through port 0xcf9. */
function printThenReset(text: string): number[] {
  const out = (port: number, value: number): number[] => [0x66, 0xba, port & 0xff, port >> 8, 0xb0, value, 0xee];
  return [...[...text].flatMap((character) => out(0x3f8, character.charCodeAt(0))), ...out(0xcf9, 6), 0xfa, 0xf4, 0xeb, 0xfd];
}

async function machineFrom(path: string): Promise<{ spec: MachineSpec; runUntil: (length: number) => string }> {
  const config = checkConfig({ kernel: path, memory: '4M', append: '', icount: true, rtc: new Date(0) });
  const spec: MachineSpec = { ...config, append: '', trace: { translation: false, watAt: undefined }, images: await loadBootImages(config) };
  let text = '';
  const machine = buildPc(spec, { serial: (_port, byte) => { text += String.fromCharCode(byte); }, debug: () => undefined }, { startTranslator: () => undefined, translatorFailed: () => undefined, say: () => undefined });
  return {
    spec,
    runUntil: (length) => {
      for (let slice = 0; slice < 20 && text.length < length; slice++) machine.runSlice(1000);
      return text;
    },
  };
}

describe('images from files', () => {
  it('are not kept once they are loaded, and a reset reads them again', async () => {
    const path = join(folder, 'kernel');
    writeFileSync(path, makeMultibootElf({ code: printThenReset('a') }));
    const { spec, runUntil } = await machineFrom(path);
    expect(spec.images.kernel?.bytes.length).toBe(0);
    writeFileSync(path, makeMultibootElf({ code: printThenReset('b') }));
    expect(runUntil(3)).toMatch(/^ab+$/);
  });

  it('that have gone when a reset wants them are an error that names the file', async () => {
    const path = join(folder, 'gone');
    writeFileSync(path, makeMultibootElf({ code: printThenReset('a') }));
    const { runUntil } = await machineFrom(path);
    rmSync(path);
    expect(() => runUntil(3)).toThrow(VmxError);
    expect(() => runUntil(3)).toThrow(/gone: cannot read .*no such file/);
  });
});
