import { createPc } from '@worldswitch/core';
import type { RegionTarget, TranslationEvent } from '@worldswitch/core';
import { describe, expect, it } from 'vitest';
import { makeMultibootElf } from '../../../core/src/testing/boot-images.ts';
import { VM } from '../vm.ts';
import type { TraceSpec } from './translation-log.ts';
import { TranslationLog } from './translation-log.ts';

// mov ecx,1000; 1: add eax,ecx; dec ecx; jnz 1b; hlt
const code = [0xb9, 0xe8, 0x03, 0, 0, 0x01, 0xc8, 0x49, 0x75, 0xfb, 0xf4];

const target: RegionTarget = { memoryPages: 0x1000, tableSize: 10_000, firstFunction: 0 };

function logOf(spec: TraceSpec): { said: string; events: TranslationEvent[] } {
  let said = '';
  const events: TranslationEvent[] = [];
  const pc = createPc({ memoryBytes: 4 << 20, boot: { kind: 'kernel', kernel: makeMultibootElf({ code }), kernelPath: 'k', commandLine: '', modules: [] }, translation: { hotAfter: 10, onEvent: (event) => {
    events.push(event);
    log.note(event, target);
  } } }, { monotonicNs: () => 0, wallClockMs: () => 0, randomBytes: () => undefined, serialOutput: () => undefined });
  const log = new TranslationLog(spec, () => pc.memory.bytes, (text) => { said += text; });
  pc.runSlice(10_000);
  return { said, events };
}

describe('the log of the translator', () => {
  it('has a line for each region', () => {
    const { said, events } = logOf({ translation: true, watAt: undefined });
    expect(events.length).toBeGreaterThan(0);
    expect(said.trimEnd().split('\n')).toHaveLength(events.length);
    expect(said).toMatch(/^made 0000000000[0-9a-f]{6}: 4 instructions in \d blocks on 1 pages, \d+ bytes of wasm, 0\.00 ms$/m);
  });

  it('has the guest code and the WebAssembly of a region that holds an address', () => {
    const { linear } = logOf({ translation: false, watAt: undefined }).events[0]!;
    const { said } = logOf({ translation: false, watAt: linear + 2n });
    expect(said).toMatch(/^;; made .*\n;; block 0\n;; {3}[0-9a-f]{8} {2}add eax,ecx\n;; {3}[0-9a-f]{8} {2}dec ecx\n;; {3}[0-9a-f]{8} {2}jne short [0-9a-f]+h\n/);
    expect(said).toContain('(local $rax i64)');
    expect(said).toMatch(/\(i32\.const 0x[0-9a-f]+\) \(;interpret [0-9a-f]+;\)/);
    expect(said).toMatch(/\(local\.set \$rax \(i64\.load offset=0x1000 \(i32\.const 0\) \(;rax;\)\)\)/);
  });

  it('reaches the program that asked, from the thread that runs the guest', async () => {
    // mov ecx,1000; 1: add eax,ecx; dec ecx; jnz 1b; jmp 0
    const forever = [...code.slice(0, -1), 0xeb, 0xf4];
    const vm = new VM({ kernel: makeMultibootElf({ code: forever }), memory: '4M', traceTranslation: true, dumpWatAt: 0n });
    const said = new Promise<string>((resolve) => { vm.onTrace = resolve; });
    await vm.start();
    expect(await said).toMatch(/^made [0-9a-f]{16}: \d+ instructions in \d+ blocks on 1 pages, \d+ bytes of wasm, \d+\.\d\d ms\n$/);
    await vm.stop();
    expect((await vm.statistics())?.translation?.regionsMade).toBeGreaterThan(0);
  }, 60_000);

  it('says nothing of others, and nothing unless it is asked to', () => {
    expect(logOf({ translation: false, watAt: 0xffff_0000n }).said).toBe('');
    expect(logOf({ translation: false, watAt: undefined }).said).toBe('');
  });
});
