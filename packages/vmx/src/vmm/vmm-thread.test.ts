import { describe, expect, it } from 'vitest';
import { makeMultibootElf } from '../../../core/src/testing/boot-images.ts';
import { VM } from '../vm.ts';
import { prepareVmm, startVmm } from './vmm-thread.ts';

/** 32-bit code: writes 5 to isa-debug-exit. */
const kernel = makeMultibootElf({ code: [0x66, 0xba, 0xf4, 0x00, 0xb0, 5, 0xee, 0xf4, 0xeb, 0xfd] });

describe('a VMM thread that was made ready', () => {
  it('runs the next machine, and the one after that has its own', async () => {
    prepareVmm();
    prepareVmm();
    for (let n = 0; n < 2; n++) {
      const vm = await VM.start({ kernel, memory: '4M', append: '', translate: false, debugExit: true });
      expect(await vm.exited).toEqual({ reason: 'debug-exit', status: 11 });
    }
  }, 20_000);

  it('is for machines that have no program of their own', async () => {
    prepareVmm();
    const own = startVmm(new URL('../testing/echo-worker.ts', import.meta.url));
    const spare = startVmm(undefined);
    expect(own).not.toBe(spare);
    expect(startVmm(undefined)).not.toBe(spare);
    await Promise.all([own.terminate(), spare.terminate()]);
  });
});
