/**
 * The main job of `npm start`: obtains a test guest and runs it in this terminal.
 *
 *   npm start -- [--guest amd64|i386] [--mirror URL] [OPTION OF vmx run …]
 *
 * Options that name another kernel, initramfs or command line take the place of the guest's own.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GUEST_ARCHITECTURES, GuestError, type GuestOptions, obtainGuest } from './guests.ts';

const vmx = join(import.meta.dirname, '../../bin/vmx.ts');

/** Takes `--name VALUE` or `--name=VALUE` out of `args`. */
function takeOption(args: string[], name: string): string | undefined {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at < 0) {
    return undefined;
  }
  const [option] = args.splice(at, 1);
  return option === name ? args.splice(at, 1)[0] ?? '' : option!.slice(name.length + 1);
}

function has(args: readonly string[], name: string): boolean {
  return args.some((arg) => arg === name || arg.startsWith(`${name}=`));
}

/** The arguments of `vmx run`. */
async function commandLine(given: readonly string[]): Promise<string[]> {
  const args = [...given];
  const wanted = takeOption(args, '--guest') ?? 'amd64';
  const mirror = takeOption(args, '--mirror');
  const arch = GUEST_ARCHITECTURES.find((candidate) => candidate === wanted);
  if (arch === undefined) {
    throw new GuestError(`--guest ${wanted}: there are ${GUEST_ARCHITECTURES.join(' and ')}`);
  }
  if (has(args, '--kernel') || has(args, '--help') || has(args, '-h')) {
    return ['run', ...args];
  }
  const options: GuestOptions = { report: (line) => console.error(line), ...(mirror === undefined ? {} : { mirror }) };
  const guest = await obtainGuest(arch, options);
  return [
    'run',
    '--kernel', guest.kernel,
    ...(has(args, '--initrd') ? [] : ['--initrd', guest.initrd]),
    ...(has(args, '--append') ? [] : ['--append', 'console=ttyS0']),
    ...args,
  ];
}

try {
  const args = await commandLine(process.argv.slice(2));
  // In this process, so that no further one stands between the terminal and the machine.
  process.argv.splice(1, process.argv.length, vmx, ...args);
  await import(pathToFileURL(vmx).href);
} catch (error) {
  if (!(error instanceof GuestError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 1;
}
