/**
 * The console on a real terminal and through pipes: `vmx run` around the EchoMachine, under script(1) where a terminal is needed.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'vmx-console-'));
afterAll(() => rmSync(folder, { recursive: true }));
const greeting = join(folder, 'greeting');
writeFileSync(greeting, 'ready\n');
const program = fileURLToPath(new URL('./echo-vmx.ts', import.meta.url));
const words = [process.execPath, program, 'run', '--kernel', greeting];

class Watched {
  readonly child: ChildProcess;
  output = '';
  errors = '';
  readonly closed: Promise<number>;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.on('data', (bytes: Buffer) => { this.output += bytes.toString('latin1'); });
    child.stderr?.on('data', (bytes: Buffer) => { this.errors += bytes.toString('latin1'); });
    this.closed = once(child, 'close').then(([status, signal]) => (status as number | null) ?? `signal ${String(signal)}` as unknown as number);
  }

  type(text: string): void {
    this.child.stdin?.write(Buffer.from(text, 'latin1'));
  }

  async see(text: string): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (!this.output.includes(text)) {
      if (Date.now() > deadline) throw new Error(`${JSON.stringify(text)} did not appear in ${JSON.stringify(this.output.slice(-500))} ${this.errors}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

const piped = (...options: string[]): Watched => new Watched(spawn(words[0] ?? '', [...words.slice(1), ...options], { stdio: 'pipe' }));

/** Runs `vmx run` in a terminal that a shell looks at before and after. */
function onTerminal(...options: string[]): Watched {
  const shell = join(folder, 'session.sh');
  const quoted = [...words, ...options].map((word) => `'${word}'`).join(' ');
  writeFileSync(shell, `stty rows 33 cols 77\nstty -g > '${folder}/before'\n${quoted}\necho "status $?"\nstty -g > '${folder}/after'\n`);
  return new Watched(spawn('script', ['--quiet', '--flush', '--return', '--command', `sh '${shell}'`, '/dev/null'], { stdio: 'pipe' }));
}

const hasScript = spawnSync('script', ['--version']).stdout?.toString().includes('util-linux') === true;

describe.skipIf(!hasScript)('on a terminal (skipped: no script(1) of util-linux)', () => {
  const same = (): void => expect(readFileSync(join(folder, 'after'), 'utf8')).toBe(readFileSync(join(folder, 'before'), 'utf8'));

  it('gives every key to the guest, Ctrl-C and Ctrl-Z too, and ends with Ctrl-A X and status 0', async () => {
    const session = onTerminal();
    await session.see('ready');
    session.type('ab\x03\x1a\x1c\x11\x13');
    await session.see('ab\x03\x1a\x1c\x11\x13');
    session.type('\x01\x01z');
    await session.see('\x01z');
    session.type('\x01x');
    await session.see('status 0');
    expect(await session.closed).toBe(0);
    same();
  });

  it('shows help and statistics, and types the size of the terminal', async () => {
    const session = onTerminal();
    await session.see('Ctrl-A H lists the keys');
    await session.see('ready');
    session.type('\x01h');
    await session.see('Ctrl-A S       print statistics');
    session.type('\x01s');
    await session.see('exit reason');
    session.type('\x01r');
    await session.see(' stty rows 33 cols 77\r');
    session.type('\x01x');
    await session.closed;
    same();
  });

  it('undoes what the guest did to the terminal', async () => {
    const session = onTerminal();
    await session.see('ready');
    session.type('\x1b[?1049h\x1b[?25l\x1b[1;31m');
    await session.see('\x1b[1;31m');
    session.type('\x01x');
    await session.see('\x1b[0m\x1b[?25h\x1b[?1049l');
    await session.closed;
  });

  it.each([['SIGTERM', 143], ['SIGHUP', 129], ['SIGINT', 130]] as const)('is restored after %s', async (signal, status) => {
    const session = onTerminal('--verbose');
    await session.see('ready');
    const { stdout } = spawnSync('pgrep', ['-f', `echo-vmx.ts run --kernel ${greeting} --verbose`], { encoding: 'utf8' });
    const pid = stdout.split('\n').map(Number).find((candidate) => candidate > 0 && readFileSync(`/proc/${candidate}/cmdline`, 'latin1').startsWith(process.execPath));
    process.kill(pid ?? expect.fail('the process was not found'), signal);
    await session.see(`status ${status}`);
    await session.closed;
    same();
  });

  it('is restored when the guest powers off, and when the monitor fails', async () => {
    for (const [command, status] of [['!off', 0], ['!exit 2', 5], ['!throw', 125]] as const) {
      const session = onTerminal();
      await session.see('ready');
      session.type(`${command}\n`);
      await session.see(`status ${status}`);
      await session.closed;
      same();
    }
  });

  it('takes a paste of 100 KiB without loss', async () => {
    const session = onTerminal();
    await session.see('ready');
    const text = Array.from({ length: 10_000 }, (_, i) => `line${i}\r`).join('');
    session.type(`\x1b[200~${text}\x1b[201~`);
    await session.see('\x1b[201~');
    expect(session.output.slice(session.output.indexOf('\x1b[200~') + 6, session.output.indexOf('\x1b[201~'))).toBe(text);
    session.type('\x01x');
    await session.closed;
  });
});

describe('through pipes', () => {
  it('passes bytes untouched in both directions, Ctrl-A too', async () => {
    const session = piped();
    await session.see('ready');
    session.type('\x01x\x00\xff\n!off\n');
    expect(await session.closed).toBe(0);
    expect(session.output).toBe('ready\n\x01x\x00\xff\n!off\n');
    expect(session.errors).toBe('');
  });

  it('goes on after the end of the input', async () => {
    const session = piped('--timeout', '1');
    session.child.stdin?.end('hello');
    await session.see('hello');
    expect(await session.closed).toBe(124);
    expect(session.errors).toBe('vmx: ended after 1 s (--timeout)\n');
  });

  it('--exit-on ends with 0 when the text comes, and with 1 when the guest ends without it', async () => {
    const seen = piped('--exit-on', 'login:');
    seen.type('debian login: ');
    expect(await seen.closed).toBe(0);
    const missed = piped('--exit-on', 'login:');
    missed.type('!off\n');
    expect(await missed.closed).toBe(1);
    expect(missed.errors).toBe('vmx: the guest ended before the text of --exit-on appeared\n');
  });

  it('the first Ctrl-C stops in order, with statistics', async () => {
    const session = piped('--stats');
    await session.see('ready');
    session.child.kill('SIGINT');
    expect(await session.closed).toBe(130);
    expect(session.errors).toContain('stopping; Ctrl-C again ends at once');
    expect(session.errors).toContain('exit reason');
  });

  it('a second signal ends at once, even when the monitor does not answer', async () => {
    const session = piped();
    await session.see('ready');
    session.type('!busy 20000\n');
    await new Promise((resolve) => setTimeout(resolve, 300));
    session.child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const start = performance.now();
    session.child.kill('SIGINT');
    expect(await session.closed).toBe(130);
    expect(performance.now() - start).toBeLessThan(1500);
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', `(echo '!flood 100000000'; sleep 2) | '${words.join("' '")}' | head -c 20 | wc -c; echo "status \${PIPESTATUS[1]}"`], { encoding: 'utf8', timeout: 20_000 });
    expect([status, stderr, stdout]).toEqual([0, '', '20\nstatus 141\n']);
  });

  it('a signal ends it in time although the reader of its output is stuck', async () => {
    const child = spawn(words[0] ?? '', words.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.write('!flood 100000000\n');   // nobody reads child.stdout
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const start = performance.now();
    child.kill('SIGTERM');
    const [status] = await once(child, 'exit') as [number];
    expect(status).toBe(143);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('keeps all output of a guest that ends while the reader is slow', async () => {
    const { stdout } = spawnSync('bash', ['-c', `printf '!flood 2000000\\n!off\\n' | '${words.join("' '")}' | (sleep 1; wc -c)`], { encoding: 'utf8', timeout: 20_000 });
    expect(Number(stdout)).toBe('ready\n!flood 2000000\n!off\n'.length + 2_000_000);
  });

  it('writes the debug port and COM2 to files', async () => {
    const session = piped('--serial', 'stdio', '--serial', `file:${folder}/com2`, '--debugcon', `file:${folder}/debug`);
    session.type('!debug hello\n!off\n');
    expect(await session.closed).toBe(0);
    expect(readFileSync(join(folder, 'debug'), 'utf8')).toBe('hello');
    expect(readFileSync(join(folder, 'com2'), 'utf8')).toBe('');
  });
});
