import { describe, expect, it } from 'vitest';
import { CoreError } from '../errors.ts';
import { makeBzImage, makeMultibootElf, MULTIBOOT_ENTRY_OFFSET } from '../testing/boot-images.ts';
import type { MachineConfig } from './config.ts';
import { createPc } from './machine.ts';
import type { Pc } from './machine.ts';

const MIB = 0x10_0000;
const ENTRY = MIB + MULTIBOOT_ENTRY_OFFSET;

const u32 = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >>> 24) & 0xff];
// 32-bit code, a line an instruction: mov dx, port; mov al/ax/eax, value; out dx, al/ax/eax.
const outb = (port: number, value: number): number[] => [0x66, 0xba, port & 0xff, port >> 8, 0xb0, value, 0xee];
const outw = (port: number, value: number): number[] => [0x66, 0xba, port & 0xff, port >> 8, 0x66, 0xb8, value & 0xff, value >> 8, 0x66, 0xef];
const outl = (port: number, value: number): number[] => [0x66, 0xba, port & 0xff, port >> 8, 0xb8, ...u32(value), 0xef];
const print = (text: string): number[] => [...text].flatMap((character) => outb(0x3f8, character.charCodeAt(0)));
const exit = (value: number): number[] => outl(0xf4, value);
const STOP = [0xfa, 0xf4, 0xeb, 0xfd];

function machine(code: readonly number[], config: Partial<MachineConfig> = {}) {
  let serial = '';
  const pc = createPc(
    {
      memoryBytes: 4 * MIB,
      boot: { kind: 'kernel', kernel: makeMultibootElf({ code: [...code, ...STOP] }), kernelPath: 'test.elf', commandLine: '' },
      virtualTime: { nsPerInstruction: 1 },
      onReset: 'end',
      ...config,
    },
    {
      monotonicNs: () => 0,
      wallClockMs: () => 0,
      randomBytes: (into) => into.fill(1),
      serialOutput: (port, byte) => {
        serial += port === 0 ? String.fromCharCode(byte) : '';
      },
    },
  );
  return { pc, serial: () => serial };
}

/** Runs until the machine ends, or sleeps for good, or has run long enough. */
function run(pc: Pc, slices = 200): string {
  for (let slice = 0; slice < slices; slice++) {
    const end = pc.runSlice(10_000);
    if (end === 'ended') return pc.outcome?.reason ?? '';
    if (end === 'halted') {
      if (pc.idleNs() === Infinity) return 'halted';
      pc.idled();
    }
  }
  return 'running';
}

describe('how a machine ends', () => {
  it('by isa-debug-exit, with the value written', () => {
    const { pc, serial } = machine([...print('hi'), ...exit(5)]);
    expect(run(pc)).toBe('debug-exit');
    expect(pc.outcome).toEqual({ reason: 'debug-exit', value: 5 });
    expect(serial()).toBe('hi');
  });

  it('by ACPI soft-off', () => {
    expect(run(machine(outw(0x604, 0x2000)).pc)).toBe('power-off');
  });

  it('by the reset register, the keyboard controller or port 0x92', () => {
    for (const code of [outb(0xcf9, 6), outb(0x64, 0xfe), outb(0x92, 1)]) expect(run(machine(code).pc)).toBe('reset');
  });

  it('by a triple fault', () => {
    expect(run(machine([0x0f, 0x0b]).pc)).toBe('triple-fault');
  });

  it('not at all, when it halts with interrupts off', () => {
    const { pc } = machine([]);
    expect(run(pc, 20)).toBe('running');
    expect(pc.outcome).toBeUndefined();
  });
});

describe('a reset that restarts', () => {
  it('loads the kernel again into a machine as it was', () => {
    // Prints the byte after the code, increments it, and resets: a fresh image prints the same again.
    const address = ENTRY + 0x100;
    const code = [0xa0, ...u32(address), 0x66, 0xba, 0xf8, 0x03, 0xee, 0xfe, 0x05, ...u32(address), ...outb(0xcf9, 6)];
    const padded = [...code, ...STOP, ...new Array<number>(0x100 - code.length - STOP.length).fill(0), 0x41];
    const { pc, serial } = machine(padded, { onReset: 'restart' });
    for (let slice = 0; slice < 20 && serial().length < 3; slice++) pc.runSlice(1000);
    expect(serial().slice(0, 3)).toBe('AAA');
  });
});

describe('a guest that can only reset', () => {
  it.each([['a triple fault', [0x0f, 0x0b]], ['the reset register', outb(0xcf9, 6)]] as const)('by %s still gives way to its host after each slice', (_name, code) => {
    const { pc } = machine(code, { onReset: 'restart' });
    for (let slice = 0; slice < 5; slice++) expect(pc.runSlice(1000)).toBe('budget');
    expect(pc.outcome).toBeUndefined();
  });

  it('or has ended, stays so', () => {
    const { pc } = machine(exit(3));
    expect(run(pc)).toBe('debug-exit');
    const { instructionsRetired } = pc;
    expect(pc.runSlice(1000)).toBe('ended');
    expect(pc.instructionsRetired).toBe(instructionsRetired);
  });
});

describe('time', () => {
  /** sti; hlt with a gate for the timer's vector 8, then prints T and ends. */
  const timerProgram = (): number[] => {
    const idt = ENTRY + 0x200;
    const handler = ENTRY + 0x180;
    const main = [0x0f, 0x01, 0x1d, ...u32(ENTRY + 0x1f0), 0xfb, 0xf4, ...print('T'), ...exit(0)];
    const at = (offset: number, bytes: readonly number[], into: number[]): void => void bytes.forEach((byte, i) => (into[offset + i] = byte));
    const image = new Array<number>(0x200 + 9 * 8).fill(0);
    at(0, main, image);
    at(0x180, [0x50, 0xb0, 0x20, 0xe6, 0x20, 0x58, 0xcf], image);
    at(0x1f0, [0xff, 0x07, ...u32(idt)], image);
    at(0x200 + 8 * 8, [handler & 0xff, (handler >> 8) & 0xff, 0x10, 0, 0, 0x8e, (handler >> 16) & 0xff, 0], image);
    return image;
  };

  it('jumps to the next timer while the CPU is halted', () => {
    const { pc, serial } = machine(timerProgram());
    expect(run(pc)).toBe('debug-exit');
    expect(serial()).toBe('T');
    // The timer ticks every 65536 / 1.193182 MHz = 54.925 ms; the run itself is a few hundred instructions.
    expect(pc.nowNs).toBeGreaterThan(54.9e6);
    expect(pc.nowNs).toBeLessThan(54.95e6);
    expect(pc.instructionsRetired).toBeLessThan(1000);
  });

  it('follows retired instructions, so that two runs are alike', () => {
    const runs = [1, 2].map(() => {
      const { pc } = machine(timerProgram());
      run(pc);
      return [pc.nowNs, pc.instructionsRetired];
    });
    expect(runs[0]).toEqual(runs[1]);
  });

  it('is the host’s by default: a halted machine says how long it sleeps', () => {
    let ns = 0;
    const kernel = makeMultibootElf({ code: timerProgram() });
    const pc = createPc(
      { memoryBytes: 4 * MIB, boot: { kind: 'kernel', kernel, kernelPath: 'test.elf', commandLine: '' } },
      { monotonicNs: () => ns, wallClockMs: () => 0, randomBytes: () => undefined, serialOutput: () => undefined },
    );
    expect(pc.runSlice(10_000)).toBe('halted');
    expect(pc.idleNs()).toBeGreaterThan(54.9e6);
    ns += pc.idleNs() / 2;
    pc.idled();
    expect(pc.runSlice(10_000)).toBe('halted');
    ns += pc.idleNs();
    pc.idled();
    expect(pc.idleNs()).toBe(0);
    expect(pc.runSlice(10_000)).toBe('ended');
  });
});

describe('a CPU that is halted with interrupts off', () => {
  it('sleeps, also while one is pending', () => {
    let ns = 0;
    // The 8259A with all lines open, then the end of machine().
    const code = [...outb(0x20, 0x11), ...outb(0x21, 0x20), ...outb(0x21, 4), ...outb(0x21, 1), ...outb(0x21, 0), ...outb(0x43, 0x34), ...outb(0x40, 0), ...outb(0x40, 0), ...STOP];
    const pc = createPc(
      { memoryBytes: 4 * MIB, boot: { kind: 'kernel', kernel: makeMultibootElf({ code }), kernelPath: 'test.elf', commandLine: '' } },
      { monotonicNs: () => ns, wallClockMs: () => 0, randomBytes: () => undefined, serialOutput: () => undefined },
    );
    expect(pc.runSlice(10_000)).toBe('halted');
    for (let tick = 0; tick < 3; tick++) {
      expect(pc.idleNs()).toBeGreaterThan(1e6);
      ns += pc.idleNs();
      pc.idled();
      expect(pc.runSlice(10_000)).toBe('halted');
    }
    expect(pc.cpu.state.get('interruptPending')).toBe(1);
  });
});

describe('serial input', () => {
  it('reaches the guest', () => {
    // Polls LSR for received data, reads it, sends it back, twice.
    const echo = [0x66, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xfb, 0x66, 0xba, 0xf8, 0x03, 0xec, 0xee];
    const { pc, serial } = machine([...echo, ...echo, ...exit(0)]);
    pc.runSlice(1000);
    expect(pc.receive(0, Uint8Array.of(0x78))).toBe(1);
    pc.runSlice(1000);
    expect(pc.receive(0, Uint8Array.of(0x79))).toBe(1);
    expect(run(pc)).toBe('debug-exit');
    expect(serial()).toBe('xy');
    expect(pc.receive(7, Uint8Array.of(1))).toBe(0);
  });
});

describe('a BIOS image', () => {
  it('runs from its reset vector, and the host bridge switches it to RAM', () => {
    const rom = new Uint8Array(0x1_0000);
    // jmp f000:e000
    rom.set([0xea, 0x00, 0xe0, 0x00, 0xf0], 0xfff0);
    const out = (value: number): number[] => [0xb0, value, 0xe6, 0xe9];
    // mov eax, dword; mov dx, cf8; out dx, eax; mov al, byte; mov dx, cfd; out dx, al
    const pam0 = (value: number): number[] => [0x66, 0xb8, ...u32(0x8000_0058), 0xba, 0xf8, 0x0c, 0x66, 0xef, 0xb0, value, 0xba, 0xfd, 0x0c, 0xee];
    // The code runs from low RAM while f_0000 changes under it: copy 0x100 bytes to 0:7c00 and go there.
    const copy = [0xfc, 0x31, 0xc0, 0x8e, 0xc0, 0x8e, 0xd0, 0xbc, 0x00, 0x7c, 0x0e, 0x1f, 0xbe, 0x00, 0xe1, 0xbf, 0x00, 0x7c, 0xb9, 0x00, 0x01, 0xf3, 0xa4, 0xea, 0x00, 0x7c, 0x00, 0x00];
    // mov ax, f000; mov ds, ax; mov al, [0]; out e9, al
    const readTop = [0xb8, 0x00, 0xf0, 0x8e, 0xd8, 0xa0, 0x00, 0x00, 0xe6, 0xe9];
    const main = [...out(0x31), ...readTop, ...pam0(0x30), ...readTop, 0xc6, 0x06, 0x00, 0x00, 0x77, ...pam0(0x10), ...readTop, 0xc6, 0x06, 0x00, 0x00, 0x78, ...readTop, ...pam0(0x00), ...readTop, 0xf4];
    rom.set(copy, 0xe000);
    rom.set(main, 0xe100);
    rom[0] = 0x52;
    const bytes: number[] = [];
    const pc = createPc(
      { memoryBytes: 4 * MIB, boot: { kind: 'bios', image: rom, path: 'rom.bin' }, virtualTime: { nsPerInstruction: 1 } },
      { monotonicNs: () => 0, wallClockMs: () => 0, randomBytes: () => undefined, serialOutput: () => undefined, debugOutput: (byte) => void bytes.push(byte) },
    );
    run(pc, 5);
    // ROM; then RAM, which is empty; what was written there; read-only RAM keeps it; ROM again.
    expect(bytes).toEqual([0x31, 0x52, 0x00, 0x77, 0x77, 0x52]);
  });
});

describe('what cannot be built', () => {
  const code = (action: () => unknown): string => {
    try {
      action();
    } catch (error) {
      if (error instanceof CoreError) return error.code;
      throw error;
    }
    return 'built';
  };

  it.each([0, 4096, 1.5 * MIB + 1, 3073 * MIB, Number.NaN])('a machine with %d bytes of memory', (memoryBytes) => {
    expect(code(() => machine([], { memoryBytes }))).toBe('CORE_CONFIG_INVALID');
  });

  it('a kernel without the memory it needs', () => {
    const boot = { kind: 'kernel', kernel: makeBzImage(), kernelPath: 'vmlinuz', commandLine: '' } as const;
    expect(code(() => machine([], { boot }))).toBe('CORE_MEMORY_TOO_SMALL');
    expect(code(() => machine([], { boot, memoryBytes: MIB }))).toBe('CORE_MEMORY_TOO_SMALL');
    expect(code(() => machine([], { boot, memoryBytes: 32 * MIB }))).toBe('built');
  });
});
