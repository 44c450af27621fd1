import { describe, expect, it } from 'vitest';
import { Transcript } from './transcript.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('Transcript', () => {
  it('finds text that is there, that comes later, and that comes in pieces', async () => {
    const transcript = new Transcript();
    transcript.append(encode('boot ok\n/ # '));
    expect(await transcript.waitFor('ok', 1000)).toEqual({ before: 'boot ', text: 'ok', groups: [] });
    const later = transcript.waitFor('login:', 1000);
    for (const letter of 'debian login: ') transcript.append(encode(letter));
    expect((await later).before).toBe('\n/ # debian ');
  });

  it('begins after the last match, so a prompt is not found twice', async () => {
    const transcript = new Transcript();
    transcript.append(encode('# a # '));
    await transcript.waitFor('# ', 1000);
    await transcript.waitFor('# ', 1000);
    await expect(transcript.waitFor('# ', 20)).rejects.toMatchObject({ code: 'VMX_WAIT_TIMEOUT' });
  });

  it('gives the groups of a RegExp and ignores its position', async () => {
    const transcript = new Transcript();
    const pattern = /status (\d+)/g;
    pattern.lastIndex = 100;
    transcript.append(encode('status 42\n'));
    expect(await transcript.waitFor(pattern, 1000)).toEqual({ before: '', text: 'status 42', groups: ['42'] });
  });

  it('serves two waiters in order', async () => {
    const transcript = new Transcript();
    const first = transcript.waitFor('b', 1000);
    const second = transcript.waitFor('a', 1000);
    transcript.append(encode('ab'));
    expect((await first).before).toBe('a');
    transcript.append(encode('a'));
    expect((await second).before).toBe('');
  });

  it('decodes a character that is cut in two', async () => {
    const transcript = new Transcript();
    const [a, b] = encode('é');
    transcript.append(Uint8Array.of(a ?? 0));
    transcript.append(Uint8Array.of(b ?? 0));
    expect((await transcript.waitFor('é', 100)).text).toBe('é');
  });

  it('names the last line when time runs out or the machine ends', async () => {
    const transcript = new Transcript();
    transcript.append(encode('one\nKernel panic\n'));
    await expect(transcript.waitFor('prompt', 10)).rejects.toThrow('the last line is "Kernel panic"');
    const waiting = transcript.waitFor('prompt', 10_000);
    transcript.end('power-off');
    await expect(waiting).rejects.toMatchObject({ code: 'VMX_WAIT_ENDED' });
    await expect(transcript.waitFor('prompt', 10_000)).rejects.toThrow('the machine ended (power-off)');
    expect((await transcript.waitFor('panic', 10)).text).toBe('panic');
  });

  it('keeps a bounded amount, the newest', async () => {
    const transcript = new Transcript();
    transcript.append(encode('oldest'));
    const block = encode('x'.repeat(256 * 1024));
    for (let i = 0; i < 20; i++) transcript.append(block);
    transcript.append(encode('newest'));
    await expect(transcript.waitFor('oldest', 10)).rejects.toMatchObject({ code: 'VMX_WAIT_TIMEOUT' });
    expect((await transcript.waitFor('newest', 10)).before.length).toBeLessThan(2.1 * 1024 * 1024);
  });
});
