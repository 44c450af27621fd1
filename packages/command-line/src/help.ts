/** The text of --help: examples first, since they are what is looked for. */
import type { AnyCommand, OptionDeclaration, WordDeclaration } from './command.ts';

const WIDTH = 110;
const MOST_LABEL = 30;

export function usageLine(program: string, command: Pick<AnyCommand<never>, 'name' | 'words'>): string {
  return [program, command.name, '[OPTION …]', ...command.words.map(wordUsage)].join(' ');
}

function wordUsage({ placeholder, isOptional, isRepeatable }: WordDeclaration): string {
  const word = isRepeatable === true ? `${placeholder} …` : placeholder;
  return isOptional === true ? `[${word}]` : word;
}

export function commandHelp(program: string, command: Pick<AnyCommand<never>, 'name' | 'summary' | 'words' | 'options' | 'examples' | 'notes'>): string {
  const options = Object.entries(command.options).filter(([, { isIgnored }]) => isIgnored !== true);
  const sections = [
    `${usageLine(program, command)}\n\n${wrap(sentence(command.summary), 0)}`,
    `Examples:\n${command.examples.map((example) => `  ${example}`).join('\n')}`,
    command.words.length === 0 ? '' : `Arguments:\n${table(command.words.map((word) => [word.placeholder, wordText(word)]))}`,
    `Options:\n${table(options.map(([name, declaration]) => [optionLabel(name, declaration), optionText(declaration)]))}`,
    (command.notes ?? '').split('\n').map((line) => (line.length > WIDTH ? wrap(line, 0) : line)).join('\n'),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

export function programHelp(program: string, about: string, commands: readonly Pick<AnyCommand<never>, 'name' | 'summary'>[], examples: readonly string[], notes: string): string {
  return [
    `${program} COMMAND [OPTION …]\n\n${wrap(about, 0)}`,
    `Examples:\n${examples.map((example) => `  ${example}`).join('\n')}`,
    `Commands:\n${table(commands.map(({ name, summary }) => [name, summary]))}`,
    notes,
  ].join('\n\n');
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function wordText({ describe, choices }: WordDeclaration): string {
  return choices === undefined ? describe : `${describe}: ${choices.join(', ')}`;
}

function optionLabel(name: string, { short, value }: OptionDeclaration): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

function optionText({ describe, choices, aliases, isRepeatable }: OptionDeclaration): string {
  const values = Array.isArray(choices) ? `: ${choices.join(', ')}` : '';
  const notes = [isRepeatable === true ? 'repeatable' : '', aliases === undefined ? '' : `also ${aliases.map((alias) => `--${alias}`).join(', ')}`].filter((note) => note !== '');
  return `${describe}${values}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`;
}

/** Two columns; the second is broken into lines. */
export function table(rows: readonly (readonly [label: string, text: string])[]): string {
  const column = Math.min(MOST_LABEL, Math.max(...rows.map(([label]) => label.length))) + 4;
  return rows.map(([label, text]) => {
    const lines = wrap(text, column);
    return `  ${label}`.length + 1 > column ? `  ${label}\n${' '.repeat(column)}${lines}` : `  ${label}`.padEnd(column) + lines;
  }).join('\n');
}

function wrap(text: string, indent: number): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
