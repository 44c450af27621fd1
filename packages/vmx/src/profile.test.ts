import { describe, expect, it } from 'vitest';
import { ProfileRecorder, renderProfile } from './profile.ts';
import { SymbolTable } from './symbols.ts';

const map = ['ffffffff81000000 T clear_page', 'ffffffff81000100 T entry_SYSCALL_64', ...Array.from({ length: 10 }, (_, n) => `ffffffff8200${n}000 t filler${n}`)].join('\n');
const entries = { syscall: 0xffffffff9b000100n, sysenter: 0n };

const recorded = (): ProfileRecorder => {
  const recorder = new ProfileRecorder();
  for (let n = 0; n < 4; n++) recorder.record({ linear: 0xffffffff9b000010n, isUser: false }, 0.5);
  recorder.record({ linear: 0xffffffff9b000020n, isUser: false }, 1);
  recorder.record({ linear: 0x401234n, isUser: true }, 0.5);
  recorder.record({ linear: 0xffffffffc0000000n, isUser: false }, 0.5);
  return recorder;
};

describe('the profile', () => {
  it('names functions of a kernel that was moved, and adds up by function and by address', () => {
    expect(renderProfile(recorded().profile(entries), SymbolTable.parse(map, 'map'))).toBe(`7 samples of 4 ms in the guest, 12.5% in programs

        ms       %  samples  function (the kernel was moved by 0x1a000000)
       3.0   75.0%        5  clear_page
       0.5   12.5%        1  (programs)
       0.5   12.5%        1  (unknown)

        ms       %  samples  address
       2.0   50.0%        4  ffffffff9b000010  clear_page+0x10
       1.0   25.0%        1  ffffffff9b000020  clear_page+0x20
       0.5   12.5%        1  0000000000401234  program
       0.5   12.5%        1  ffffffffc0000000
`);
  });

  it('does without symbols, and without samples', () => {
    expect(renderProfile(recorded().profile(entries), undefined)).not.toContain('function');
    expect(renderProfile(new ProfileRecorder().profile(entries), undefined)).toBe('0 samples of 0 ms in the guest, 0.0% in programs\n\n        ms       %  samples  address\n');
  });

  it('tells a program from the kernel at the same address', () => {
    const recorder = new ProfileRecorder();
    for (const isUser of [true, false]) recorder.record({ linear: 0x1000n, isUser }, 1);
    expect(recorder.profile(entries).samples).toEqual([{ linear: 0x1000n, isUser: true, samples: 1, timeMs: 1 }, { linear: 0x1000n, isUser: false, samples: 1, timeMs: 1 }]);
  });
});
