/** What a command of vmx-disk is: as in @worldswitch/command-line, with the process around it. */
import { defineCommand } from '@worldswitch/command-line/command';
import type { AnyCommand as AnyCommandOf, Command as CommandOf, OptionDeclarations } from '@worldswitch/command-line/command';

/** The process around a command, given by bin/ so that nothing here touches it. */
export interface CommandHost {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: { readonly write: (text: string) => unknown; readonly isTTY?: boolean; readonly columns?: number };
  /** Aborted by SIGINT or SIGTERM, from its first use on; a command that never asks for it ends at once. */
  readonly signal: AbortSignal;
}

export type Command<O extends OptionDeclarations> = CommandOf<CommandHost, O>;
export type AnyCommand = AnyCommandOf<CommandHost>;
export type { Arguments, CommandResult, Json } from '@worldswitch/command-line/command';

export const diskCommand = <const O extends OptionDeclarations>(command: Command<O>): Command<O> => defineCommand<CommandHost, O>(command);
