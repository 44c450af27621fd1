/**
 * What a command of the command line is. Its handler returns a result; cli.ts makes text of it, and only bin/ prints or exits.
 */
import type { Options } from 'yargs';
import type { ConsoleInput, ConsoleOutput } from '../console/terminal.ts';
import type { VmParts } from '../vm.ts';

export interface CommandResult {
  readonly status: number;
  /** For standard output. */
  readonly output?: string;
  /** Lines for standard error, each without the name of the program. */
  readonly notices?: readonly string[];
  /** A block for standard error, as it is. */
  readonly report?: string;
}

/** The process around a command, given by bin/ so that library code touches none. */
export interface CommandHost {
  readonly stdin: ConsoleInput;
  readonly stdout: ConsoleOutput;
  readonly stderr: ConsoleOutput;
  readonly on: (event: HostEvent, listener: () => void) => void;
  readonly off: (event: HostEvent, listener: () => void) => void;
  /** For a user who has asked twice. */
  readonly exitNow: (status: number) => void;
  /** For tests. */
  readonly vmParts?: VmParts;
}

type HostEvent = 'exit' | 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGCONT';

export interface Command {
  readonly name: string;
  /** The positional argument, as it appears in the usage line; the words behind the name. */
  readonly positional?: { readonly name: string; readonly placeholder: string; readonly describe: string };
  readonly summary: string;
  readonly examples: readonly string[];
  readonly options: Readonly<Record<string, Options>>;
  /** What the help says below the options. */
  readonly notes?: string;
  readonly run: (args: CommandArguments, host: CommandHost) => Promise<CommandResult>;
}

/** As yargs has parsed them: by option name, undefined where not given. */
export type CommandArguments = Readonly<Record<string, unknown>>;
