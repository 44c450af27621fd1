/** Other programs as judges of what is served: they run while this process answers them. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { JudgeAnswer } from './qemu-img.ts';

export const hasProgram = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

/** Ends after a minute. */
export function runProgram(program: string, ...args: readonly string[]): Promise<JudgeAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { output += text; });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output }));
  });
}

/** Throws with what it said unless the program ends with 0. */
export async function mustPassProgram(program: string, ...args: readonly string[]): Promise<string> {
  const { status, output } = await runProgram(program, ...args);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${output}`);
  return output;
}

/** A program that runs until the test ends it. */
export async function startProgram(isReady: () => Promise<boolean> | boolean, program: string, ...args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { output += text; });
  for (let waited = 0; !(await isReady()); waited += 20) {
    if (child.exitCode !== null || waited > 10_000) throw new Error(`${program} does not serve: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return child;
}
