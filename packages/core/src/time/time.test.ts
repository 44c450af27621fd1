// Clocks and timers.
import { describe, expect, it } from 'vitest';
import { HostClock, VirtualClock } from './clock.ts';
import { Timers } from './timers.ts';

describe('virtual clock', () => {
  it('follows retired instructions and skips forward only', () => {
    let retired = 0;
    const clock = new VirtualClock(() => retired, 2);
    retired = 50;
    expect(clock.nowNs()).toBe(100);
    clock.skipTo(1000);
    clock.skipTo(10);
    retired += 5;
    expect(clock.nowNs()).toBe(1010);
    expect([clock.instructionsUntil(1015), clock.instructionsUntil(1000)]).toEqual([3, 1]);
    retired = 0;
    clock.set(5000);
    expect(clock.nowNs()).toBe(5000);
  });
});

describe('host clock', () => {
  it('stands still while paused and never goes back', () => {
    let host = 1000;
    const clock = new HostClock(() => host);
    host = 1500;
    expect(clock.nowNs()).toBe(500);
    clock.pause();
    host = 9000;
    expect(clock.nowNs()).toBe(500);
    clock.resume();
    host = 9100;
    expect(clock.nowNs()).toBe(600);
    host = 9000;
    expect(clock.nowNs()).toBe(600);
    clock.set(7);
    expect(clock.nowNs()).toBe(7);
  });

  it('cuts long steps while the guest runs, and pays back slowly, or at once when it idled', () => {
    let host = 0;
    const clock = new HostClock(() => host);
    host += 105e6;
    expect(clock.nowNs()).toBe(5.5e6);
    host += 1e6;
    expect(clock.nowNs()).toBe(6.6e6);
    for (let step = 0; step < 2000; step++) {
      host += 1e6;
      clock.nowNs();
    }
    expect(clock.nowNs()).toBe(host);
    host += 3e9;
    clock.nowNs();
    host += 1e9;
    clock.catchUp();
    expect(clock.nowNs()).toBe(host);
  });
});

function powered() {
  const clock = { ns: 0, nowNs: () => clock.ns };
  const timers = new Timers(clock);
  const fired: string[] = [];
  const make = (name: string) => timers.create(() => void fired.push(name));
  return { clock, timers, fired, make };
}

describe('timers', () => {
  it('fire in the order of deadlines, and of creation at the same one', () => {
    const { clock, timers, fired, make } = powered();
    const [a, b, c] = ['a', 'b', 'c'].map(make);
    c.scheduleAt(10);
    b.scheduleAt(10);
    a.scheduleAt(20);
    timers.schedule(5, () => void fired.push('once'));
    expect(timers.nextDeadlineNs()).toBe(5);
    clock.ns = 10;
    timers.runDue();
    expect(fired).toEqual(['once', 'b', 'c']);
    expect([a.pending, b.pending, timers.nextDeadlineNs()]).toEqual([true, false, 20]);
  });

  it('re-arm, cancel, and tell when the earliest deadline became earlier, or is seen to be due', () => {
    const { clock, timers, fired, make } = powered();
    let earlier = 0;
    timers.onDue = () => void earlier++;
    const timer = make('x');
    timer.scheduleAt(100);
    timer.scheduleAt(50);
    timer.scheduleAt(70);
    expect(earlier).toBe(2);
    clock.ns = 60;
    expect(timers.guestClock.nowNs()).toBe(60);
    expect(earlier).toBe(2);
    clock.ns = 70;
    timers.guestClock.nowNs();
    expect(earlier).toBe(3);
    timer.cancel();
    timer.scheduleAt(90);
    timers.runDue();
    timer.scheduleAt(Infinity);
    clock.ns = 200;
    timers.runDue();
    expect([fired, timers.nextDeadlineNs(), timer.deadlineNs]).toEqual([[], Infinity, Infinity]);
    timer.cancel();
    expect(() => timer.scheduleAt(NaN)).toThrow(RangeError);
  });

  it('a timer that re-arms in the past does not hang the host', () => {
    const { clock, timers } = powered();
    let count = 0;
    const timer = timers.create(() => {
      count++;
      timer.scheduleAt(0);
    });
    timer.scheduleAt(0);
    clock.ns = 1e9;
    timers.runDue();
    expect(count).toBeGreaterThan(100);
    expect(count).toBeLessThan(1e5);
  });

  it('keeps the heap in order through many changes', () => {
    const { clock, timers } = powered();
    const fired: number[] = [];
    const all = Array.from({ length: 100 }, (_, index) => timers.create(() => void fired.push(all[index].order)));
    let seed = 1;
    const random = (): number => (seed = (seed * 48271) % 0x7fff_ffff);
    const deadline = new Map<number, number>();
    for (let step = 0; step < 2000; step++) {
      const timer = all[random() % 100];
      if (random() % 3 === 0) {
        timer.cancel();
        deadline.delete(timer.order);
      } else {
        const ns = random() % 1000;
        timer.scheduleAt(ns);
        deadline.set(timer.order, ns);
      }
      expect(timers.nextDeadlineNs()).toBe(Math.min(Infinity, ...deadline.values()));
    }
    clock.ns = 1000;
    timers.runDue();
    expect(fired).toEqual([...deadline].toSorted(([a, x], [b, y]) => x - y || a - b).map(([order]) => order));
  });
});
