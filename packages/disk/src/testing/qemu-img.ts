/** qemu-img as a judge of what is written, where the machine has one. */
import { spawnSync } from 'node:child_process';

export const hasQemuImg = spawnSync('qemu-img', ['--version']).status === 0;

export interface JudgeAnswer {
  readonly status: number | null;
  /** Of both streams. */
  readonly output: string;
}

/** Ends after a minute. */
export function qemuImg(...args: readonly string[]): JudgeAnswer {
  return qemuImgIn(undefined, ...args);
}

/** @param folder where it runs: names of data files are relative to that for qemu, not to the image */
function qemuImgIn(folder: string | undefined, ...args: readonly string[]): JudgeAnswer {
  const { status, stdout, stderr } = spawnSync('qemu-img', args, { encoding: 'utf8', timeout: 60_000, cwd: folder });
  return { status, output: `${stdout}${stderr}` };
}

/** Throws with what it said unless qemu-img ends with 0. */
export function mustPassQemuImg(...args: readonly string[]): string {
  return mustPassQemuImgIn(undefined, ...args);
}

export function mustPassQemuImgIn(folder: string | undefined, ...args: readonly string[]): string {
  const { status, output } = qemuImgIn(folder, ...args);
  if (status !== 0) throw new Error(`qemu-img ${args.join(' ')} ended with ${status}: ${output}`);
  return output;
}
