/**
 * The command line: declares the commands to yargs, and makes text of what they return. Prints and exits nothing itself.
 */
import type { Argv } from 'yargs';
import yargs from 'yargs';
import type { Command, CommandHost, CommandResult } from './commands/command.ts';
import { runCommand } from './commands/run.ts';
import { VmxError } from './errors.ts';
import { errorStatus, EXIT_STATUS } from './exit-status.ts';
import { nearest } from '@worldswitch/command-line/nearest';

const COMMANDS: readonly Command[] = [runCommand];
const HELP_WIDTH = 110;

/** What the process is to print and to exit with. */
export interface Rendered {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command that `argv` (without node and script) names. Never throws. */
export async function runCommandLine(argv: readonly string[], version: string, host: CommandHost): Promise<Rendered> {
  try {
    const parsed = parse(argv, version);
    return 'printed' in parsed ? { status: 0, stdout: `${parsed.printed}\n`, stderr: '' } : renderResult(await parsed.start(host));
  } catch (error) {
    return renderError(error);
  }
}

function renderResult(result: CommandResult): Rendered {
  const notices = (result.notices ?? []).map((line) => `vmx: ${line}\n`).join('');
  return { status: result.status, stdout: result.output ?? '', stderr: notices + (result.report ?? '') };
}

/** One line: what is wrong and what to do about it. A defect of ours says where it happened. */
export function renderError(error: unknown): Rendered {
  if (error instanceof VmxError) {
    return { status: errorStatus(error.kind), stdout: '', stderr: `vmx: ${error.message}${error.hint === undefined ? '' : `; ${error.hint}`}\n` };
  }
  const where = error instanceof Error ? ` ${error.stack?.split('\n')[1]?.trim() ?? ''}` : '';
  return { status: EXIT_STATUS.vmxFailed, stdout: '', stderr: `vmx: internal error: ${error instanceof Error ? error.message : String(error)}${where}; please report this\n` };
}

type Parsed = { readonly printed: string } | { readonly start: (host: CommandHost) => Promise<CommandResult> };

/** @throws VmxError of kind `usage` */
function parse(argv: readonly string[], version: string): Parsed {
  let start: ((host: CommandHost) => Promise<CommandResult>) | undefined;
  let printed = '';
  let problem: VmxError | undefined;
  const parser = COMMANDS.reduce((y, command) => declare(y, command, (begin) => { start = begin; }), yargs([]))
    .scriptName('vmx')
    .usage('vmx COMMAND [OPTION …]')
    .version(version)
    .help()
    .alias('help', 'h')
    .locale('en')
    .wrap(asksForHelp(argv) ? HELP_WIDTH : null)
    .strict()
    .demandCommand(1, 'a command is missing')
    .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false, 'greedy-arrays': false, 'parse-numbers': false, 'parse-positional-numbers': false })
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      problem ??= usage(message ?? error.message, argv);
    });
  const stray = valueOfFlag(argv);
  if (stray !== undefined) throw stray;
  parser.parse([...argv], {}, (_error: unknown, _args: unknown, output: string) => { printed = output; });
  if (problem !== undefined) throw problem;
  if (start !== undefined && printed === '') return { start };
  return { printed: withExamples(printed) };
}

/**
 * Might the words ask for help? yargs lays a command's help out whenever it runs the command, asked or not, and breaking its lines is half of the time that the command
 * line takes.
 */
const asksForHelp = (argv: readonly string[]): boolean => argv.some((word) => /^-.*h|^help$/.test(word));

/** yargs takes any value but `true` for no: --icount=maybe would be the same as nothing. */
function valueOfFlag(argv: readonly string[]): VmxError | undefined {
  const command = COMMANDS.find(({ name }) => argv.includes(name));
  for (const word of argv) {
    const [, name, value] = /^--([^=]+)=(.*)$/s.exec(word) ?? [];
    if (name !== undefined && command?.options[name]?.type === 'boolean' && value !== 'true' && value !== 'false') return error(`--${name} takes no value: ${word}`, `write --${name}, or leave it out`);
  }
  return undefined;
}

/** Examples come first in a help, right below the usage line; yargs would put them last. */
function withExamples(help: string): string {
  const examples = COMMANDS.find(({ name }) => help.startsWith(`vmx ${name} `))?.examples ?? (help.startsWith('vmx COMMAND') ? COMMANDS.flatMap((command) => command.examples) : []);
  return examples.length === 0 ? help : help.replace('\n', `\n\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}\n`);
}

function declare(parser: Argv, command: Command, begin: (start: (host: CommandHost) => Promise<CommandResult>) => void): Argv {
  const { name, positional, summary, options, notes } = command;
  const words = positional === undefined ? '' : ` [${positional.name}]`;
  const usageWords = positional === undefined ? '' : ` [${positional.placeholder}]`;
  return parser.command(`${name}${words}`, summary, (y) => {
    const declared = positional === undefined ? y : y.positional(positional.name, { type: 'string', describe: `${positional.placeholder}: ${positional.describe}` });
    return declared.usage(`vmx ${name}${usageWords} [OPTION …]`).options(options).epilogue(notes ?? '');
  }, (args) => begin(async (host) => await command.run(args, host)));
}

function usage(message: string, argv: readonly string[]): VmxError {
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/.exec(message)?.[1]?.split(', ')[0];
  const first = argv.find((word) => !word.startsWith('-'));
  const command = COMMANDS.find(({ name }) => name === first);
  if (unknown === undefined) {
    const lower = message.replace(/^Not enough arguments following: (.*)$/, 'option --$1 needs a value');
    return error(lower.charAt(0).toLowerCase() + lower.slice(1).split('\n')[0], command === undefined ? 'see vmx --help' : `see vmx ${command.name} --help`);
  }
  if (command === undefined) return unknownWord(first === undefined ? 'option' : 'command', first ?? unknown, COMMANDS.map(({ name }) => name), first === undefined ? '--' : '', 'see vmx --help');
  if (argv.some((word) => word === `--${unknown}` || word.startsWith(`--${unknown}=`) || (unknown.length === 1 && word.startsWith('-') && !word.startsWith('--')))) {
    return unknownWord('option', unknown, Object.keys(command.options), unknown.length === 1 ? '-' : '--', `see vmx ${command.name} --help`);
  }
  return error(`unexpected argument ${unknown}`, `see vmx ${command.name} --help`);
}

function unknownWord(what: string, word: string, names: readonly string[], dashes: string, otherwise: string): VmxError {
  const meant = nearest(word, names);
  return error(`unknown ${what} ${dashes}${word}`, meant === undefined ? otherwise : `did you mean ${dashes === '' ? '' : '--'}${meant}?`);
}

function error(message: string, hint: string): VmxError {
  return new VmxError({ code: 'VMX_OPTION_INVALID', kind: 'usage', message, hint });
}
