/**
 * A machine without a CPU, to test the VMX and the world switch with: a 16-byte receive FIFO whose content it echoes on the same port.
 *
 * A line `!WORD` is a command: `!off`, `!reset`, `!fault`, `!exit N`, `!flood N` (prints N digits), `!throw`, `!debug TEXT`, `!busy MS`.
 */
import type { CodePosition, ExitCount, GuestMachine, GuestOutcome, GuestOutput, SliceEnd } from '../vmm/guest-machine.ts';

const FIFO_BYTES = 16;

export class EchoMachine implements GuestMachine {
  outcome: GuestOutcome | undefined;
  instructionsRetired = 0;
  readonly #output: GuestOutput;
  readonly #fifos: number[][] = [[], []];
  readonly #lines: string[] = ['', ''];
  #toPrint: string | undefined;
  #flood = 0;
  #halts = 0;

  constructor(output: GuestOutput, greeting: string) {
    this.#output = output;
    this.#toPrint = greeting;
  }

  runSlice(maxInstructions: number): SliceEnd {
    let left = maxInstructions;
    if (this.#toPrint !== undefined) this.#print(0, this.#toPrint);
    this.#toPrint = undefined;
    while (left-- > 0) {
      this.instructionsRetired++;
      if (this.#flood > 0) {
        this.#output.serial(0, 0x30 + (this.#flood-- % 10));
        continue;
      }
      const port = this.#fifos.findIndex((fifo) => fifo.length > 0);
      if (port === -1) {
        this.#halts++;
        return 'halted';
      }
      this.#take(port, this.#fifos[port]?.shift() ?? 0);
      if (this.outcome !== undefined) return 'ended';
    }
    return 'budget';
  }

  idleNs(): number {
    return Number.POSITIVE_INFINITY;
  }

  idled(): void {}

  receive(port: number, bytes: Uint8Array): number {
    const fifo = this.#fifos[port] ?? [];
    const taken = Math.min(FIFO_BYTES - fifo.length, bytes.length);
    fifo.push(...bytes.subarray(0, taken));
    return taken;
  }

  exits(): readonly ExitCount[] {
    return [{ reason: 'halt', count: this.#halts, timeNs: 0 }];
  }

  cpuStatistics(): undefined {}

  position(): CodePosition {
    return { linear: BigInt(this.#toPrint === undefined ? 0x1000 : 0x2000), isUser: false };
  }

  kernelEntries(): { syscall: bigint; sysenter: bigint } {
    return { syscall: 0n, sysenter: 0n };
  }

  #print(port: number, text: string): void {
    for (const byte of new TextEncoder().encode(text)) this.#output.serial(port, byte);
  }

  #take(port: number, byte: number): void {
    this.#output.serial(port, byte);
    if (byte !== 0x0a) {
      this.#lines[port] += String.fromCharCode(byte);
      return;
    }
    const line = this.#lines[port] ?? '';
    this.#lines[port] = '';
    if (line.startsWith('!')) this.#command(line.slice(1));
  }

  #command(command: string): void {
    const [word = '', ...rest] = command.split(' ');
    const argument = rest.join(' ');
    if (word === 'off') this.outcome = { reason: 'power-off' };
    if (word === 'reset') this.outcome = { reason: 'reset' };
    if (word === 'fault') this.outcome = { reason: 'triple-fault' };
    if (word === 'exit') this.outcome = { reason: 'debug-exit', value: Number(argument) };
    if (word === 'flood') this.#flood = Number(argument);
    if (word === 'throw') throw new Error('as the test asked');
    if (word === 'debug') for (const byte of new TextEncoder().encode(argument)) this.#output.debug(byte);
    if (word === 'busy') for (const end = performance.now() + Number(argument); performance.now() < end;);
  }
}
