import { describe, expect, it } from 'vitest';
import { Cpu } from '../cpu/cpu.ts';
import { GuestFault, pageFaultCode, vector } from '../cpu/fault.ts';
import { cr0, cr4, efer, flag } from '../cpu/state.ts';
import { setPkru } from '../cpu/microcode/control-registers.ts';
import { PAGE_ATTRIBUTES_BASE, pageAttribute } from './layout.ts';
import { PhysicalMemory } from './physical.ts';

/** A CPU with paging, seen through the linear memory of microcode: every access walks, fills and faults as an instruction's does. */
interface World {
  readonly cpu: Cpu;
  readonly memory: PhysicalMemory;
  set(options: { cr0?: number; cr4?: number; efer?: number; cpl?: number; ac?: boolean }): void;
}

const quiet = { read: (_at: number, size: 1 | 2 | 4): number => (size === 4 ? 0xffff_ffff : size === 2 ? 0xffff : 0xff), write: () => undefined };

const world = (): World => {
  const memory = new PhysicalMemory(0x80_0000);
  const cpu = new Cpu({
    memory, ports: quiet, clock: { nowNs: () => 0 }, tscHz: 1e9, random: () => 0, interrupts: { pending: () => false, acknowledge: () => -1 },
    apic: { readBaseMsr: () => 0n, writeBaseMsr: () => true, readTpr: () => 0, writeTpr: () => undefined, readMsr: () => undefined, writeMsr: () => false },
  });
  const { state } = cpu;
  return {
    cpu, memory,
    set(options) {
      state.set64('cr3', 0x1000n);
      state.set64('cr0', BigInt((options.cr0 ?? cr0.wp) | cr0.pe) + 0x8000_0000n);
      state.set64('cr4', BigInt(options.cr4 ?? cr4.pae));
      state.set64('efer', BigInt(options.efer ?? efer.lme | efer.lma | efer.nxe));
      state.set('cpl', options.cpl ?? 0);
      state.set('flags', 2 | (options.ac ? flag.ac : 0));
      cpu.stateChanged();
      cpu.flushTlb(true);
    },
  };
};

const P = 1n, W = 2n, U = 4n, A = 0x20n, D = 0x40n, LARGE = 0x80n, NX = 1n << 63n;

/** Four levels to one 4 KiB page at linear 0x40_0000, with the leaf given. */
const fourLevels = (memory: PhysicalMemory, leaf: bigint, upper: bigint = P | W | U): void => {
  memory.writeU64(0x1000, 0x2000n | upper);
  memory.writeU64(0x2000, 0x3000n | upper);
  memory.writeU64(0x3000 + 8 * 2, 0x4000n | upper);
  memory.writeU64(0x4000, leaf);
};
const LINEAR = 0x40_0000n;

const faultOf = (access: () => unknown): GuestFault => {
  try {
    access();
  } catch (fault) {
    if (fault instanceof GuestFault) return fault;
    throw fault;
  }
  throw new Error('no fault');
};

describe('page walk', () => {
  it('translates four levels and sets accessed and dirty bits where hardware does', () => {
    const { cpu, memory, set } = world();
    fourLevels(memory, 0x5000n | P | W | U);
    memory.writeU32(0x5010, 0xcafe_f00d);
    set({});
    expect(cpu.memory.read(LINEAR + 0x10n, 4)).toBe(0xcafe_f00dn);
    expect([0x1000, 0x2000, 0x3010, 0x4000].map((at) => memory.readU64(at) & (A | D))).toEqual([A, A, A, A]);
    cpu.memory.write(LINEAR + 0x10n, 4, 1n);
    expect(memory.readU64(0x4000) & (A | D)).toBe(A | D);
    expect(memory.readU32(0x5010)).toBe(1);
  });

  it('maps large pages of 2 MiB, and of 4 MiB with 32-bit entries', () => {
    const { cpu, memory, set } = world();
    memory.writeU64(0x1000, 0x2000n | P | W);
    memory.writeU64(0x2000, 0x3000n | P | W);
    memory.writeU64(0x3010, 0x20_0000n | P | W | LARGE);
    memory.writeU8(0x21_2345, 0x77);
    set({});
    expect(cpu.memory.read(LINEAR + 0x1_2345n, 1)).toBe(0x77n);
    memory.writeU32(0x1000 + 4, 0x40_0000 | 0x83);
    memory.writeU8(0x41_2345, 0x88);
    set({ cr4: cr4.pse, efer: 0 });
    expect(cpu.memory.read(LINEAR + 0x1_2345n, 1)).toBe(0x88n);
  });

  it.each([
    ['not present', { leaf: 0n, cpl: 0, write: false }, 0],
    ['not present, user write', { leaf: 0n, cpl: 3, write: true }, pageFaultCode.write | pageFaultCode.user],
    ['supervisor page from user', { leaf: 0x5000n | P | W, cpl: 3, write: false }, pageFaultCode.present | pageFaultCode.user],
    ['read-only page from user', { leaf: 0x5000n | P | U, cpl: 3, write: true }, pageFaultCode.present | pageFaultCode.write | pageFaultCode.user],
    ['read-only page from supervisor with WP', { leaf: 0x5000n | P, cpl: 0, write: true }, pageFaultCode.present | pageFaultCode.write],
    ['a reserved address bit', { leaf: 0x5000n | P | W | (1n << 45n), cpl: 0, write: false }, pageFaultCode.present | pageFaultCode.reserved],
  ] as const)('faults on %s', (_name, { leaf, cpl, write }, code) => {
    const { cpu, memory, set } = world();
    fourLevels(memory, leaf);
    set({ cpl });
    const fault = faultOf(() => (write ? cpu.memory.write(LINEAR, 1, 0n) : cpu.memory.read(LINEAR, 1)));
    expect([fault.vector, fault.errorCode, fault.address]).toEqual([vector.pf, code, LINEAR]);
    expect(memory.readU64(0x4000) & D).toBe(0n);
  });

  it('lets the supervisor write a read-only page without WP', () => {
    const { cpu, memory, set } = world();
    fourLevels(memory, 0x5000n | P);
    set({ cr0: 0 });
    cpu.memory.write(LINEAR, 1, 9n);
    expect(memory.readU8(0x5000)).toBe(9);
  });

  it('keeps the supervisor out of user pages with SMAP, unless AC is set', () => {
    const { cpu, memory, set } = world();
    fourLevels(memory, 0x5000n | P | W | U);
    set({ cr4: cr4.pae | cr4.smap });
    expect(faultOf(() => cpu.memory.read(LINEAR, 1)).errorCode).toBe(pageFaultCode.present);
    set({ cr4: cr4.pae | cr4.smap, ac: true });
    expect(cpu.memory.read(LINEAR, 1)).toBe(0n);
    // AC lets explicit accesses through, not those to descriptor tables
    expect(faultOf(() => cpu.memory.readSystem(LINEAR, 1)).errorCode).toBe(pageFaultCode.present);
  });

  it('sees a change of PKRU at once', () => {
    const { cpu, memory, set } = world();
    fourLevels(memory, 0x5000n | P | W | U | (1n << 59n));
    set({ cr4: cr4.pae | cr4.pke, cpl: 3 });
    cpu.memory.write(LINEAR, 1, 1n);
    setPkru(cpu, 0b1000);
    expect(cpu.memory.read(LINEAR, 1)).toBe(1n);
    expect(faultOf(() => cpu.memory.write(LINEAR, 1, 2n)).errorCode).toBe(pageFaultCode.present | pageFaultCode.write | pageFaultCode.user | pageFaultCode.protectionKey);
    setPkru(cpu, 0b0100);
    expect(faultOf(() => cpu.memory.read(LINEAR, 1)).errorCode).toBe(pageFaultCode.present | pageFaultCode.user | pageFaultCode.protectionKey);
  });

  it('leaves paging structures in ROM as they are, and marks those in RAM as written', () => {
    const { cpu, memory, set } = world();
    fourLevels(memory, 0x5000n | P | W);
    const image = memory.bytes.slice(memory.hostAddress(0x4000), memory.hostAddress(0x4000) + 0x1000);
    memory.mapRom(0x4000, image);
    set({});
    cpu.memory.write(LINEAR, 1, 7n);
    expect(memory.readU8(0x5000)).toBe(7);
    expect(memory.readU64(0x4000)).toBe(0x5000n | P | W);
    const attributes = [3, 4].map((page) => memory.bytes[PAGE_ATTRIBUTES_BASE + page]! & (pageAttribute.dirty | pageAttribute.readOnly));
    expect(attributes).toEqual([pageAttribute.dirty, pageAttribute.readOnly]);
  });

  it('raises #GP for an address that is not canonical', () => {
    const { cpu, set } = world();
    set({});
    expect(faultOf(() => cpu.memory.read(0x8000_0000_0000n, 1)).vector).toBe(vector.gp);
    expect(faultOf(() => cpu.memory.read(0x7fff_ffff_fffcn, 8)).vector).toBe(vector.gp);
  });

  it('ignores NX in a data access, and treats it as reserved without EFER.NXE', () => {
    const { cpu, memory, set } = world();
    fourLevels(memory, 0x5000n | P | W | NX);
    set({});
    expect(cpu.memory.read(LINEAR, 1)).toBe(0n);
    set({ efer: efer.lme | efer.lma });
    expect(faultOf(() => cpu.memory.read(LINEAR, 1)).errorCode).toBe(pageFaultCode.present | pageFaultCode.reserved);
  });
});

describe('accesses across pages', () => {
  it('writes neither page when the second one faults', () => {
    const { cpu, memory, set } = world();
    fourLevels(memory, 0x5000n | P | W);
    set({});
    const fault = faultOf(() => cpu.memory.write(LINEAR + 0xffen, 4, 0x1111_1111n));
    expect(fault.address).toBe(LINEAR + 0x1000n);
    expect(memory.readU16(0x5ffe)).toBe(0);
    memory.writeU64(0x4008, 0x7000n | P | W);
    cpu.memory.write(LINEAR + 0xffen, 4, 0x4433_2211n);
    expect([memory.readU16(0x5ffe), memory.readU16(0x7000)]).toEqual([0x2211, 0x4433]);
    expect(cpu.memory.read(LINEAR + 0xffen, 4)).toBe(0x4433_2211n);
  });

  it('reaches devices where there is no RAM, in pieces', () => {
    const { cpu, memory, set } = world();
    const seen: string[] = [];
    memory.mmio = { read: (at, size) => { seen.push(`r${size}@${at.toString(16)}`); return 0x1020_3040; }, write: (at, size, value) => { seen.push(`w${size}@${at.toString(16)}=${value.toString(16)}`); } };
    fourLevels(memory, 0xfec0_0000n | P | W);
    set({});
    expect(cpu.memory.read(LINEAR, 8)).toBe(0x1020_3040_1020_3040n);
    cpu.memory.write(LINEAR + 8n, 2, 0xabcdn);
    expect(seen).toEqual(['r4@fec00000', 'r4@fec00004', 'w2@fec00008=abcd']);
  });
});

describe('physical addresses of 4 GiB and above', () => {
  it('hold nothing: all-ones are read, and neither the RAM nor the device 4 GiB below sees a write', () => {
    const { cpu, memory, set } = world();
    const seen: number[] = [];
    memory.mmio = { read: (at) => seen.push(at), write: (at) => { seen.push(at); } };
    memory.writeU32(0x5000, 0x1234_5678);
    for (const page of [0x5000n, 0xfee0_0000n]) {
      fourLevels(memory, 0x1_0000_0000n | page | P | W);
      set({});
      expect(cpu.memory.read(LINEAR, 4)).toBe(0xffff_ffffn);
      cpu.memory.write(LINEAR, 4, 0n);
    }
    expect(memory.readU32(0x5000)).toBe(0x1234_5678);
    expect(seen).toEqual([]);
  });
});

describe('TLB', () => {
  it('keeps a translation until it is flushed', () => {
    const { cpu, memory, set } = world();
    fourLevels(memory, 0x5000n | P | W);
    memory.writeU8(0x5000, 5);
    memory.writeU8(0x6000, 6);
    set({});
    expect(cpu.memory.read(LINEAR, 1)).toBe(5n);
    memory.writeU64(0x4000, 0x6000n | P | W);
    expect(cpu.memory.read(LINEAR, 1)).toBe(5n);
    cpu.flushTlbPage(LINEAR);
    expect(cpu.memory.read(LINEAR, 1)).toBe(6n);
  });

  it('keeps global pages over a load of CR3', () => {
    const { cpu, memory, set } = world();
    fourLevels(memory, 0x5000n | P | W | 0x100n);
    memory.writeU8(0x5000, 5);
    set({ cr4: cr4.pae | cr4.pge });
    expect(cpu.memory.read(LINEAR, 1)).toBe(5n);
    memory.writeU64(0x4000, 0n);
    cpu.flushTlb(false);
    expect(cpu.memory.read(LINEAR, 1)).toBe(5n);
    cpu.flushTlb(true);
    expect(faultOf(() => cpu.memory.read(LINEAR, 1)).vector).toBe(vector.pf);
  });

  it('forgets all of a large page with INVLPG of any address in it', () => {
    const { cpu, memory, set } = world();
    memory.writeU64(0x1000, 0x2000n | P | W);
    memory.writeU64(0x2000, 0x3000n | P | W);
    memory.writeU64(0x3010, 0x20_0000n | P | W | LARGE);
    memory.writeU8(0x20_0000, 1);
    memory.writeU8(0x40_0000, 2);
    set({});
    expect(cpu.memory.read(LINEAR, 1)).toBe(1n);
    memory.writeU64(0x3010, 0x40_0000n | P | W | LARGE);
    cpu.flushTlbPage(LINEAR + 0x12_3000n);
    expect(cpu.memory.read(LINEAR, 1)).toBe(2n);
  });
});
