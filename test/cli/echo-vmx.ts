/** The `vmx` program around the EchoMachine, for tests of the console: the same as bin/vmx.ts but for the worker. */
import { runCommandLine } from '../../packages/vmx/src/cli.ts';

const { status, stdout, stderr } = await runCommandLine(process.argv.slice(2), '0.0.0', {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  on: (event, listener) => process.on(event, listener),
  off: (event, listener) => process.off(event, listener),
  exitNow: (code) => process.exit(code),
  vmParts: { workerUrl: new URL('../../packages/vmx/src/testing/echo-worker.ts', import.meta.url) },
});
process.stdout.write(stdout);
process.stderr.write(stderr, () => process.exit(status));
