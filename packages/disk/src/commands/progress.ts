/** How a command shows how far it is. */
import { Progress } from '@worldswitch/command-line/progress';
import type { ProgressReport } from '@worldswitch/command-line/progress';
import type { CommandHost } from './command.ts';

export interface ProgressArguments {
  readonly 'show-progress': boolean;
  readonly progress: string | undefined;
  readonly quiet?: boolean;
}

/** Runs `work` with a report to call; the last line is finished however it ends. */
export async function withProgress<T>(host: CommandHost, options: ProgressArguments, description: string, work: (onProgress: (report: ProgressReport) => void) => Promise<T>): Promise<T> {
  const wanted = options.progress as 'bar' | 'json' | 'none' | undefined;
  const progress = new Progress(host.stderr, wanted ?? (options.quiet !== true && (options['show-progress'] || host.stderr.isTTY === true) ? 'bar' : 'none'), description);
  try {
    return await work(progress.report);
  } finally {
    progress.finish();
  }
}
