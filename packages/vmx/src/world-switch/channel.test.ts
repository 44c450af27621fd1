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
    expect(channel.takeRequests()).toBe(REQUEST.stop | REQUEST.statistics);
    expect(channel.takeRequests()).toBe(0);
  });

  it('does not sleep when the bell rang after it was read', () => {
    const channel = WorldSwitch.create(1);
    const seen = channel.vmmBell();
    channel.ringVmm();
    const start = performance.now();
    channel.sleep(seen, 2000);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('wakes the event loop of the VMX, at once if the bell rang before it listened', async () => {
    const channel = WorldSwitch.create(1);
    let seen = channel.vmxBell();
    channel.ringVmx();
    await channel.heardVmx(seen);
    seen = channel.vmxBell();
    setTimeout(() => channel.ringVmx(), 5);
    await channel.heardVmx(seen);
    expect(channel.vmxBell()).toBe(seen + 1);
  });

  it('rings for room once, and only for a side that asked', () => {
    const channel = WorldSwitch.create(1);
    const [vmm, vmx] = [channel.vmmBell(), channel.vmxBell()];
    channel.outputTaken();
    channel.inputTaken();
    expect([channel.vmmBell(), channel.vmxBell()]).toEqual([vmm, vmx]);
    channel.wantOutputSpace();
    channel.outputTaken();
    channel.outputTaken();
    channel.wantInputSpace();
    channel.inputTaken();
    channel.inputTaken();
    expect([channel.vmmBell(), channel.vmxBell()]).toEqual([vmm + 1, vmx + 1]);
  });
});
