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
  const { status, stdout, stderr } = spawnSync('qemu-img', args, { encoding: 'utf8', timeout: 60_000 });
  return { status, output: `${stdout}${stderr}` };
}

/** Throws with what it said unless qemu-img ends with 0. */
export function mustPassQemuImg(...args: readonly string[]): string {
  const { status, output } = qemuImg(...args);
  if (status !== 0) throw new Error(`qemu-img ${args.join(' ')} ended with ${status}: ${output}`);
  return output;
}
