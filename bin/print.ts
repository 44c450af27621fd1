/** What the programs do with what a command line returns: this alone prints and ends the process. */
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

export interface Printable {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

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

/** Before the command runs. @param renderError makes one line of a defect */
export function watchProcess(renderError: (error: unknown) => Printable): void {
  process.stdout.on('error', quietly);
  process.stderr.on('error', quietly);
  // A defect: one line, and the 'exit' listeners put the terminal back.
  process.on('uncaughtException', (error) => {
    const { stderr, status } = renderError(error);
    process.exitCode = status;
    process.stderr.write(process.env.VMX_DEBUG === undefined ? stderr : `${error.stack}\n`);
    process.exit();
  });
}

export async function printAndExit({ status, stdout, stderr }: Printable): Promise<never> {
  await print(process.stdout, stdout, status < 124);
  await print(process.stderr, stderr, status < 124);
  process.exit(status);
}
