/**
 * The command line of vmx-disk: finds the command, reads its words by its declaration, and makes text of what it returns. Prints and exits nothing itself.
 *
 * A start has to be short, so a command's file is loaded when it is named, and help and completion when they are asked for.
 */
import { UsageError } from '@worldswitch/command-line/command';
import type { Json, OptionDeclarations } from '@worldswitch/command-line/command';
import { nearest } from '@worldswitch/command-line/nearest';
import { parseWords } from '@worldswitch/command-line/parse';
import type { AnyCommand, Arguments, CommandHost, CommandResult } from './commands/command.ts';
import { EXIT_STATUS } from './commands/exit-status.ts';
import { DiskError } from './errors.ts';

const PROGRAM = 'vmx-disk';

/** Each returns its declaration. */
const COMMANDS: Readonly<Record<string, () => Promise<AnyCommand>>> = {
  info: async () => (await import('./commands/info.ts')).infoCommand,
  create: async () => (await import('./commands/create.ts')).createCommand,
  convert: async () => (await import('./commands/convert.ts')).convertCommand,
  resize: async () => (await import('./commands/resize.ts')).resizeCommand,
  check: async () => (await import('./commands/check.ts')).checkCommand,
  compare: async () => (await import('./commands/compare.ts')).compareCommand,
  digest: async () => (await import('./commands/digest.ts')).digestCommand,
  diff: async () => (await import('./commands/diff.ts')).diffCommand,
  patch: async () => (await import('./commands/patch.ts')).patchCommand,
  measure: async () => (await import('./commands/measure.ts')).measureCommand,
  map: async () => (await import('./commands/map.ts')).mapCommand,
  snapshot: async () => (await import('./commands/snapshot.ts')).snapshotCommand,
  commit: async () => (await import('./commands/commit.ts')).commitCommand,
  rebase: async () => (await import('./commands/rebase.ts')).rebaseCommand,
  bitmap: async () => (await import('./commands/bitmap.ts')).bitmapCommand,
  amend: async () => (await import('./commands/amend.ts')).amendCommand,
  dd: async () => (await import('./commands/dd.ts')).ddCommand,
  bench: async () => (await import('./commands/bench.ts')).benchCommand,
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
  partitions: async () => (await import('./commands/partitions.ts')).partitionsCommand,
  ls: async () => (await import('./commands/ls.ts')).lsCommand,
  cat: async () => (await import('./commands/cat.ts')).catCommand,
  cp: async () => (await import('./commands/cp.ts')).cpCommand,
  tar: async () => (await import('./commands/tar.ts')).tarCommand,
  mkfs: async () => (await import('./commands/mkfs.ts')).mkfsCommand,
  sparsify: async () => (await import('./commands/sparsify.ts')).sparsifyCommand,
  formats: async () => (await import('./commands/formats.ts')).formatsCommand,
  completion: async () => (await import('./commands/completion.ts')).completionCommand,
};
const NAMES = Object.keys(COMMANDS);

/** What every command understands. */
const STANDARD_OPTIONS = {
  json: { describe: 'print the result, and an error, as JSON' },
  output: { value: 'FORM', choices: ['human', 'json'], isClosed: true, describe: 'as qemu-img has it' },
  quiet: { short: 'q', describe: 'print nothing but errors' },
  trace: { value: 'PATTERN', describe: 'understood, without effect', isIgnored: true },
} as const satisfies OptionDeclarations;

const ABOUT = 'Makes, converts, checks and describes disk images. The words of qemu-img are understood.';
const EXAMPLES = ['vmx-disk info disk.qcow2', 'vmx-disk create -f qcow2 disk.qcow2 20G'];
const NOTES = `vmx-disk COMMAND --help says what a command does. vmx disk is the same as vmx-disk.

Exit status: 0 done, 1 an error; check and compare have more, see their --help; 125 a defect of vmx-disk, 128 + n ended by signal n.`;

/** What the process is to print and to exit with. */
export interface Rendered {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command that `argv` (without node and script) names. Never throws. */
export async function runCommandLine(argv: readonly string[], version: string, host: CommandHost): Promise<Rendered> {
  let command: AnyCommand | undefined;
  const asJson = argv.includes('--json') || argv.includes('--output=json') || argv.some((word, i) => word === '--output' && argv[i + 1] === 'json');
  try {
    const [name, ...words] = argv;
    if (name === '--version' || name === '-V') return printed(`${PROGRAM} ${version}`);
    if (name === undefined) throw new UsageError('a command is missing', `see ${PROGRAM} --help`);
    if (name === '--help' || name === '-h' || name === 'help') return printed(await help(words[0]));
    if (name === 'complete-words') return printed(await complete(words[0] === '--' ? words.slice(1) : words));
    command = await load(name);
    if (asksForHelp(words)) return printed(await help(name));
    const args: Arguments<typeof STANDARD_OPTIONS> = parseWords(PROGRAM, { ...command, options: { ...command.options, ...STANDARD_OPTIONS } }, words);
    const result = await command.run(args as never, host);
    const { takeLockNotice } = await import('./store/file-lock.ts');
    const notice = args.options.quiet ? undefined : takeLockNotice();
    return renderResult(notice === undefined ? result : { ...result, notices: [...(result.notices ?? []), notice] }, asJson, args.options.quiet);
  } catch (error) {
    return renderError(error, asJson, command);
  }
}

const printed = (text: string): Rendered => ({ status: EXIT_STATUS.ok, stdout: `${text}\n`, stderr: '' });

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).some((word) => word === '--help' || word === '-h');
}

async function load(name: string): Promise<AnyCommand> {
  const found = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (found !== undefined) return found();
  if (name.startsWith('-')) throw new UsageError(`${name} is no command`, `see ${PROGRAM} --help`);
  const meant = nearest(name, NAMES);
  throw new UsageError(`unknown command ${name}`, meant === undefined ? `see ${PROGRAM} --help` : `did you mean ${meant}?`);
}

const withStandardOptions = (command: AnyCommand): AnyCommand => ({ ...command, options: { ...command.options, ...STANDARD_OPTIONS } });

async function help(name: string | undefined): Promise<string> {
  const { commandHelp, programHelp } = await import('@worldswitch/command-line/help');
  if (name !== undefined) return commandHelp(PROGRAM, withStandardOptions(await load(name)));
  return programHelp(PROGRAM, ABOUT, await Promise.all(NAMES.map(load)), EXAMPLES, NOTES);
}

async function complete(typed: readonly string[]): Promise<string> {
  const { completeWords, completionText } = await import('@worldswitch/command-line/completion');
  const { formatOptionWords } = await import('./commands/completion.ts');
  return completionText(await completeWords({ names: NAMES, load: async (name) => withStandardOptions(await load(name)), valuesOf: formatOptionWords }, typed));
}

function renderResult({ status = EXIT_STATUS.ok, value, text, notices = [], hasWritten = false }: CommandResult, asJson: boolean, isQuiet: boolean): Rendered {
  const words = hasWritten || isQuiet ? '' : asJson ? jsonText(value) : text();
  return { status, stdout: words === '' ? '' : `${words}\n`, stderr: notices.map((line) => `${PROGRAM}: ${line}\n`).join('') };
}

const jsonText = (value: Json): string => JSON.stringify(value, undefined, 2);

/** One line: what is wrong and what to do about it. A defect of ours says where it happened. */
export function renderError(error: unknown, asJson = false, command?: AnyCommand): Rendered {
  const status = statusOf(error, command);
  if (!(error instanceof DiskError || error instanceof UsageError)) {
    const where = error instanceof Error ? ` ${error.stack?.split('\n')[1]?.trim() ?? ''}` : '';
    return { status, stdout: '', stderr: `${PROGRAM}: internal error: ${error instanceof Error ? error.message : String(error)}${where}; please report this\n` };
  }
  if (asJson) {
    const { code, kind, context } = error instanceof DiskError ? error : { code: 'DISK_OPTION_INVALID', kind: 'usage', context: {} };
    return { status, stdout: '', stderr: `${JSON.stringify({ error: { code, kind, message: error.message, ...context, hint: error.hint } })}\n` };
  }
  return { status, stdout: '', stderr: `${PROGRAM}: ${error.message}${error.hint === undefined ? '' : `; ${error.hint}`}\n` };
}

function statusOf(error: unknown, command: AnyCommand | undefined): number {
  if (error instanceof DiskError && error.kind === 'aborted') return EXIT_STATUS.interrupted;
  if (!(error instanceof DiskError || error instanceof UsageError)) return EXIT_STATUS.defect;
  return command?.errorStatus?.(error) ?? EXIT_STATUS.failed;
}
