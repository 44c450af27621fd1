/**
 * What a command is: its words and options as data, and a handler that returns a result. Reading a command line, help and completion come from the data, so that an option is
 * written once; nothing here prints or exits.
 */

/** What a shell offers for a value, besides the words that are listed. */
export type CompletionSource = 'file' | 'folder' | 'none';

export interface OptionDeclaration {
  /** One letter. */
  readonly short?: string;
  /** Other long names, without dashes. */
  readonly aliases?: readonly string[];
  /** What stands for its value in the help; an option without one is a flag. */
  readonly value?: string;
  /** It may be given several times; its values are a list. */
  readonly isRepeatable?: boolean;
  readonly describe: string;
  /** The values that there are; a function where they take time to find. Others are refused only where `isClosed` says so. */
  readonly choices?: readonly string[] | (() => Promise<readonly string[]>);
  readonly isClosed?: boolean;
  readonly completes?: CompletionSource;
  /** Understood and without a meaning here: left out of help and completion. */
  readonly isIgnored?: boolean;
}
export type OptionDeclarations = Readonly<Record<string, OptionDeclaration>>;

export interface WordDeclaration {
  /** As the usage line has it: `IMAGE`. */
  readonly placeholder: string;
  readonly describe: string;
  readonly isOptional?: boolean;
  /** As many as are given, at least one unless it is optional; the last word of a command that may have words behind it too (`convert A B … TARGET`). */
  readonly isRepeatable?: boolean;
  readonly choices?: readonly string[];
  readonly completes?: CompletionSource;
}

type ArgumentValue<D extends OptionDeclaration> = D extends { readonly isRepeatable: true } ? readonly string[] : D extends { readonly value: string } ? string | undefined : boolean;

export interface Arguments<O extends OptionDeclarations = OptionDeclarations> {
  readonly options: { readonly [N in keyof O]: ArgumentValue<O[N]> };
  /** Those that are no options, in order; as many as the declaration asks for. */
  readonly words: readonly string[];
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json | undefined };

export interface CommandResult {
  /** 0 when it is not given. */
  readonly status?: number;
  /** For --json. */
  readonly value: Json;
  /** For a person: lines without the last newline; nothing is printed where it is empty. */
  readonly text: () => string;
  /** Lines for standard error, each without the name of the program. */
  readonly notices?: readonly string[];
  /** Standard output has had other bytes (an image): neither value nor text goes there. */
  readonly hasWritten?: boolean;
}

export interface Command<Host, O extends OptionDeclarations = OptionDeclarations> {
  readonly name: string;
  /** One line, no full stop. */
  readonly summary: string;
  readonly words: readonly WordDeclaration[];
  readonly options: O;
  readonly examples: readonly string[];
  /** What the help says below the options. */
  readonly notes?: string;
  /** The options that need no words beside them: `-o help`. */
  readonly isQuestion?: (options: Arguments<O>['options']) => boolean;
  readonly run: (args: Arguments<O>, host: Host) => Promise<CommandResult>;
  /** The exit status for an error, where a script relies on one that is not 1. */
  readonly errorStatus?: (error: unknown) => number;
}
export type AnyCommand<Host> = Omit<Command<Host>, 'run' | 'isQuestion'> & { readonly run: (args: never, host: Host) => Promise<CommandResult>; readonly isQuestion?: (options: never) => boolean };

/** The words make no sense. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  /** @param message one line, no full stop */
  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

/** Checks the types of a declaration against each other. */
export function defineCommand<Host, const O extends OptionDeclarations>(command: Command<Host, O>): Command<Host, O> {
  return command;
}
