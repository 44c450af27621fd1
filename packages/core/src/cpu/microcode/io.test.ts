import { describe, expect, it } from 'vitest';
import { GuestFault, vector } from '../fault.ts';
import { flag } from '../state.ts';
import { TSS, protectedCore } from './fake-core.ts';
import type { FakeCore } from './fake-core.ts';
import { ins, outs, port_in, port_out } from './io.ts';

const [RAX, RCX, RDX, RSI, RDI] = [0, 1, 2, 6, 7];
const gp0 = new GuestFault(vector.gp, 0);

describe('IN and OUT', () => {
  it('use an immediate port or DX, and AL, AX, EAX', () => {
    const core = protectedCore();
    core.portValue = 0xffff_fff5;
    core.state.setReg(RAX, 0x1111_1111_1111_1111n);
    core.state.setReg(RDX, 0xffff_03f8n);
    core.execute(port_in, { opcode: 0xe4, immediate: -1n });
    expect(core.state.reg(RAX)).toBe(0x1111_1111_1111_11f5n);
    core.execute(port_in, { opcode: 0xed, operandSize: 16 });
    expect(core.state.reg(RAX)).toBe(0x1111_1111_1111_fff5n);
    core.execute(port_in, { opcode: 0xed, operandSize: 64 });
    expect(core.state.reg(RAX)).toBe(0xffff_fff5n);
    core.execute(port_out, { opcode: 0xee });
    core.execute(port_out, { opcode: 0xe7, immediate: 0x70n });
    expect(core.portLog).toEqual(['in ff 1', 'in 3f8 2', 'in 3f8 4', 'out 3f8 1 f5', 'out 70 4 fffffff5']);
  });

  it('ask the permission bitmap above IOPL', () => {
    const core = protectedCore(3);
    const out = (port: number, opcode: number): GuestFault | undefined => {
      core.state.setReg(RDX, BigInt(port));
      return core.execute(port_out, { opcode });
    };
    core.poke(TSS + 0x88 + 0x60 / 8, 0b1111_0111);
    expect(out(0x63, 0xee)).toBeUndefined();
    expect(out(0x62, 0xee)).toEqual(gp0);
    expect(out(0x63, 0xef)).toEqual(gp0);
    core.state.set('segmentLimit', 0x88 + 0x60 / 8, 7);
    expect(out(0x63, 0xee)).toEqual(gp0);
    core.state.rflags = flag.iopl;
    expect(out(0x62, 0xee)).toBeUndefined();
    core.state.rflags = flag.iopl | flag.vm;
    expect(out(0x62, 0xee)).toEqual(gp0);
  });
});

describe('INS and OUTS', () => {
  const stringCore = (count: number): FakeCore => {
    const core = protectedCore();
    core.state.setReg(RDX, 0x1f0n);
    core.state.setReg(RCX, BigInt(count));
    core.state.setReg(RSI, 0x4000n);
    core.state.setReg(RDI, 0x4ffcn);
    core.portValue = 0xbbaa;
    return core;
  };

  it('repeats', () => {
    const core = stringCore(4);
    expect(core.execute(ins, { opcode: 0x6d, operandSize: 16, repeat: 0xf3 })).toBeUndefined();
    expect([core.state.reg(RCX), core.state.reg(RDI), core.peek(0x5002, 2), core.state.rip]).toEqual([0n, 0x5004n, 0xbbaa, 0x5002n]);
    core.poke(0x4000, 1, 2, 3);
    core.state.setReg(RSI, 0x4001n);
    core.state.rflags = flag.df;
    core.state.setReg(RCX, 2n);
    core.portLog.length = 0;
    core.execute(outs, { opcode: 0x6e, repeat: 0xf3 });
    expect(core.portLog).toEqual(['out 1f0 1 2', 'out 1f0 1 1']);
    expect(core.state.reg(RSI)).toBe(0x3fffn);
  });

  it('stops where it faults, without reading the port', () => {
    const core = stringCore(4);
    core.missingPages.add(5);
    expect(core.execute(ins, { opcode: 0x6d, operandSize: 16, repeat: 0xf3 })?.vector).toBe(vector.pf);
    expect([core.state.reg(RCX), core.state.reg(RDI), core.state.rip]).toEqual([2n, 0x5000n, 0x5000n]);
    expect(core.portLog).toHaveLength(2);
  });

  it('starts over when the run loop is wanted', () => {
    const core = stringCore(3);
    core.ports.read = () => { core.state.set('budget', 0); return 7; };
    core.execute(ins, { opcode: 0x6c, repeat: 0xf3 });
    expect([core.state.reg(RCX), core.state.rip]).toEqual([2n, 0x5000n]);
    const none = stringCore(0);
    none.execute(ins, { opcode: 0x6c, repeat: 0xf3 });
    expect(none.portLog).toEqual([]);
    expect(none.state.rip).toBe(0x5002n);
  });

  it('checks the segment', () => {
    const core = stringCore(1);
    core.state.set('segmentAccess', 0xc091, 0);
    expect(core.execute(ins, { opcode: 0x6c })).toEqual(gp0);
    core.state.set('segmentLimit', 0xfff, 3);
    expect(core.execute(outs, { opcode: 0x6e, segment: 3 })).toEqual(gp0);
    core.state.set('segmentLimit', 0xfff, 2);
    expect(core.execute(outs, { opcode: 0x6e, segment: 2 })).toEqual(new GuestFault(vector.ss, 0));
  });
});
