import { describe, expect, it } from 'vitest';
import { REQUEST, WorldSwitch } from './channel.ts';

describe('WorldSwitch', () => {
  it('looks the same from both sides', () => {
    const vmx = WorldSwitch.create(2);
    const vmm = new WorldSwitch(vmx.shared, 2);
    vmx.serial[0]?.toGuest.write(Uint8Array.of(1));
    vmx.serial[1]?.toGuest.write(Uint8Array.of(2, 3));
    vmm.serial[1]?.toHost.write(Uint8Array.of(4, 5, 6));
    vmm.debug.write(Uint8Array.of(7, 8, 9, 10));
    expect(vmm.serial.map(({ toGuest }) => toGuest.length)).toEqual([1, 2]);
    expect(vmx.serial.map(({ toHost }) => toHost.length)).toEqual([0, 3]);
    expect(vmx.debug.length).toBe(4);
  });

  it('delivers each request once and keeps those that come together', () => {
    const channel = WorldSwitch.create(1);
    channel.request(REQUEST.statistics);
    channel.request(REQUEST.stop);
    expect(channel.stopRequested()).toBe(true);
    expect(channel.takeRequests()).toBe(REQUEST.stop | REQUEST.statistics);
    expect(channel.takeRequests()).toBe(0);
  });

  it('does not sleep when the doorbell rang after it was read', () => {
    const channel = WorldSwitch.create(1);
    const seen = channel.doorbell();
    channel.ringVmm();
    const start = performance.now();
    channel.sleep(seen, 2000);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('asks for one message until the VMX has looked', () => {
    const channel = WorldSwitch.create(1);
    expect(channel.announceOutput()).toBe(true);
    expect(channel.announceOutput()).toBe(false);
    channel.acknowledgeOutput();
    expect(channel.announceOutput()).toBe(true);
  });

  it('rings a stalled VMM once when output was taken, and tells the VMX once when input was', () => {
    const channel = WorldSwitch.create(1);
    const before = channel.doorbell();
    channel.outputTaken();
    expect(channel.doorbell()).toBe(before);
    channel.wantOutputSpace();
    channel.outputTaken();
    channel.outputTaken();
    expect(channel.doorbell()).toBe(before + 1);
    expect(channel.inputTaken()).toBe(false);
    channel.wantInputSpace();
    expect([channel.inputTaken(), channel.inputTaken()]).toEqual([true, false]);
  });
});
