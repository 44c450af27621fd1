#!/usr/bin/env node
/**
 * The `vmx` program: runs the command line and is the one place that prints its result and exits.
 */
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import manifest from '@worldswitch/vmx/package.json' with { type: 'json' };
import { prepareVmm } from '@worldswitch/vmx/vmm-thread';

const words = process.argv.slice(2);
// What a static import names would be loaded before this line.
if (words[0] === 'run') prepareVmm();
const { renderError, runCommandLine } = await import('@worldswitch/vmx/command-line');

/** A reader that is stuck must not hold a process that a signal wants to end. */
const STUCK_READER_MS = 500;

/** Writes and waits until a pipe has taken it: process.exit() would cut it off. */
async function print(stream: NodeJS.WriteStream, text: string, patient: boolean): Promise<void> {
  if (text !== '') stream.write(text);
  const giveUp = patient ? [] : [setTimeout(STUCK_READER_MS, 'stuck')];
  // A reader that has gone (EPIPE) wants nothing more.
  while (stream.writableLength > 0 && !stream.destroyed && !stream.errored) {
    const event = await Promise.race([once(stream, 'drain'), once(stream, 'close'), ...giveUp]).catch(() => 'stuck');
    if (event === 'stuck') return;
  }
}

function quietly(): void {
  // EPIPE: the status tells the rest.
}

process.stdout.on('error', quietly);
process.stderr.on('error', quietly);
// A defect: one line, and the 'exit' listeners put the terminal back.
process.on('uncaughtException', (error) => {
  const { stderr, status } = renderError(error);
  process.exitCode = status;
  process.stderr.write(process.env.VMX_DEBUG === undefined ? stderr : `${error.stack}\n`);
  process.exit();
});

const { status, stdout, stderr } = await runCommandLine(words, manifest.version, {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  on: (event, listener) => process.on(event, listener),
  off: (event, listener) => process.off(event, listener),
  exitNow: (code) => process.exit(code),
});
await print(process.stdout, stdout, status < 124);
await print(process.stderr, stderr, status < 124);
process.exit(status);
