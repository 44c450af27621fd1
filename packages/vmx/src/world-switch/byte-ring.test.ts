import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { ByteRing } from './byte-ring.ts';

function ring(capacityBytes: number): { ring: ByteRing; shared: SharedArrayBuffer } {
  const shared = new SharedArrayBuffer(ByteRing.sharedBytes(capacityBytes));
  return { ring: new ByteRing(shared, 0, capacityBytes), shared };
}

describe('ByteRing', () => {
  it('gives back the bytes in order across the wrap', () => {
    const { ring: r } = ring(8);
    const into = new Uint8Array(8);
    expect(r.write(Uint8Array.of(1, 2, 3, 4, 5))).toBe(5);
    expect(r.read(into.subarray(0, 3))).toBe(3);
    expect(r.write(Uint8Array.of(6, 7, 8, 9, 10, 11, 12))).toBe(6);
    expect(r.freeBytes).toBe(0);
    expect(r.writeByte(99)).toBe(false);
    expect(r.read(into)).toBe(8);
    expect([...into]).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    expect(r.length).toBe(0);
  });

  it('peek leaves the bytes, skip takes them', () => {
    const { ring: r } = ring(4);
    const into = new Uint8Array(4);
    r.writeByte(7);
    r.writeByte(8);
    expect(r.peek(into)).toBe(2);
    expect(r.length).toBe(2);
    r.skip(1);
    expect(r.read(into)).toBe(1);
    expect(into[0]).toBe(8);
  });

  it('keeps counting when the 32-bit counts wrap', () => {
    const { ring: r, shared } = ring(16);
    new Int32Array(shared, 0, 2).fill(-3);   // 0xffff_fffd: three bytes before the wrap
    expect(r.length).toBe(0);
    expect(r.write(Uint8Array.from({ length: 10 }, (_, i) => i))).toBe(10);
    expect(r.length).toBe(10);
    const into = new Uint8Array(16);
    expect(r.read(into)).toBe(10);
    expect([...into.subarray(0, 10)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('refuses a capacity that is no power of two', () => {
    expect(() => ring(12)).toThrow(RangeError);
  });

  it('carries 4 MiB between two threads without loss or reordering', async () => {
    const capacityBytes = 4096;
    const { ring: r, shared } = ring(capacityBytes);
    const total = 4 * 1024 * 1024;
    const source = `
      import { workerData } from 'node:worker_threads';
      const { ByteRing } = await import(workerData.url);
      const ring = new ByteRing(workerData.shared, 0, ${capacityBytes});
      let sent = 0, seed = 1;
      const chunk = new Uint8Array(777);
      while (sent < ${total}) {
        const n = Math.min(chunk.length, ${total} - sent);
        for (let i = 0; i < n; i++) { seed = (seed * 48271) % 0x7fffffff; chunk[i] = seed; }
        let at = 0;
        while (at < n) at += ring.write(chunk.subarray(at, n));
        sent += n;
      }`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { workerData: { shared, url: new URL('./byte-ring.ts', import.meta.url).href } });
    let received = 0;
    let seed = 1;
    let wrong = 0;
    const into = new Uint8Array(1000);
    while (received < total) {
      const count = r.read(into);
      for (let i = 0; i < count; i++) {
        seed = (seed * 48271) % 0x7fffffff;
        if (into[i] !== (seed & 0xff)) wrong++;
      }
      received += count;
      if (count === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await worker.terminate();
    expect(wrong).toBe(0);
    expect(received).toBe(total);
  });
});
