#!/usr/bin/env node
/**
 * The `vmx-disk` program; `vmx disk` is the same. Its first SIGINT or SIGTERM ends the work in a clean way, its second at once.
 */
import { constants } from 'node:os';
import { renderError, runCommandLine } from '@worldswitch/disk/command-line';
import manifest from '@worldswitch/disk/package.json' with { type: 'json' };
import { printAndExit, watchProcess } from './print.ts';

let interruption: AbortController | undefined;
let signalled: NodeJS.Signals | undefined;

/** Signals end a command that never asks, as they end every process. */
function listenToSignals(): AbortSignal {
  if (interruption !== undefined) return interruption.signal;
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(128 + constants.signals[name]);
      signalled = name;
      controller.abort();
    });
  }
  interruption = controller;
  return controller.signal;
}

watchProcess(renderError);
const rendered = await runCommandLine(process.argv.slice(2), manifest.version, {
  stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, get signal() { return listenToSignals(); },
});
await printAndExit(signalled === undefined || rendered.status === 0 ? rendered : { ...rendered, status: 128 + constants.signals[signalled] });
