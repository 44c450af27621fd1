#!/usr/bin/env node
/**
 * The `vmx` program: runs the command line and prints its result. `vmx disk …` is `vmx-disk …`.
 */
import manifest from '@worldswitch/vmx/package.json' with { type: 'json' };
import { printAndExit, watchProcess } from './print.ts';

const words = process.argv.slice(2);
if (words[0] === 'disk') {
  process.argv.splice(2, 1);
  await import('./vmx-disk.ts');
}
// What a static import names would be loaded before this line.
if (words[0] === 'run') (await import('@worldswitch/vmx/vmm-thread')).prepareVmm();
const { renderError, runCommandLine } = await import('@worldswitch/vmx/command-line');

watchProcess(renderError);
await printAndExit(await runCommandLine(words, manifest.version, {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  on: (event, listener) => process.on(event, listener),
  off: (event, listener) => process.off(event, listener),
  exitNow: (code) => process.exit(code),
}));
