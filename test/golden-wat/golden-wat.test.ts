import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import loadWabt from 'wabt';
import { Disassembler } from '../../packages/core/src/cpu/disassemble/disassembler.ts';
import { generateRegions } from '../../packages/core/src/cpu/translator/compile.ts';
import { functionTexts, moduleText } from '../../packages/core/src/wasm/wat.ts';
import { parseBlocks } from './blocks.ts';
import { blockFiles, folder, goldenFiles } from './golden.ts';
import { regionOf } from './translate.ts';

describe('golden wat', () => {
  it.each([...goldenFiles()])('%s is what `npm run golden-wat` writes', (name, text) => {
    const file = join(folder, name);
    expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(text);
  });

  it.each(blockFiles)('$name: bytes and text of the blocks agree', ({ blocks }) => {
    const disassembler = new Disassembler({ hasFeature: () => true });
    for (const block of blocks) {
      let { at } = block;
      for (const { bytes, text } of block.instructions) {
        expect(disassembler.disassemble(bytes, 0, block.mode === 'user64' ? 64 : 32, at)).toEqual({ text, lengthBytes: bytes.length });
        at += BigInt(bytes.length);
      }
    }
  });

  it('is text that assembles to the code again', async () => {
    const { parseWat } = await loadWabt();
    for (const { blocks } of blockFiles) {
      for (const block of blocks) {
        const region = regionOf(block);
        if (!region) continue;
        const { bytes } = generateRegions([region.job], region.target);
        const parsed = parseWat('region.wat', moduleText(bytes, { alignments: true }), { simd: true, threads: true, tail_call: true, bulk_memory: true, sign_extension: true });
        parsed.resolveNames();
        const again = parsed.toBinary({ write_debug_names: true }).buffer;
        parsed.destroy();
        expect(functionTexts(again, { alignments: true })[0]!.text).toBe(functionTexts(bytes, { alignments: true })[0]!.text);
      }
    }
  });

  it('shows the guest code of a region in blocks', () => {
    const [loop] = parseBlocks('= loop | rcx=5\n48 01 d0 | add rax,rdx\n48 ff c9 | dec rcx\n75 f8 | jne short 0000000010000800h');
    expect(regionOf(loop!)!.guest).toBe(`;; block 0
;;   0000000010000800  add rax,rdx
;;   0000000010000803  dec rcx
;;   0000000010000806  jne short 0000000010000800h
;; block 1
;;   0000000010000808  int3
`);
  });

  it('has names that differ', () => {
    const names = blockFiles.flatMap(({ name, blocks }) => blocks.map((block) => `${name}: ${block.name}`));
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(100);
  });

  it('refuses a line that is no instruction', () => {
    expect(() => parseBlocks('= name\n90 nop')).toThrow(/line 2: not an instruction/);
    expect(() => parseBlocks('.mode real')).toThrow(/line 1: .mode real is not a mode/);
  });
});
