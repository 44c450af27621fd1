/** An image, or a part of one, to standard output. */
import { DiskError } from '../errors.ts';
import { invalidOption } from './image-options.ts';

/**
 * The bytes are the writer's again when the promise is through, so it waits until they have gone.
 * @throws DiskError for a terminal
 */
export function writerTo(stdout: NodeJS.WritableStream): (bytes: Uint8Array) => Promise<void> {
  if ('isTTY' in stdout && stdout.isTTY === true) throw invalidOption('an image is not written to a terminal', 'send standard output to a file or a program');
  return (bytes) => new Promise((done, fail) => {
    stdout.write(bytes, (error) => (error === null || error === undefined ? done() : fail(new DiskError({ code: 'DISK_IO', kind: 'io', message: `cannot write to standard output: ${error.message}`, cause: error }))));
  });
}
