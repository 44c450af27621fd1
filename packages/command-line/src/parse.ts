/** Reads the words of a command by its declaration, as getopt_long does: `-f qcow2`, `-fqcow2`, `-pc`, `--format=qcow2`, `--format qcow2`, options anywhere, `--` before words that begin with a dash. */
import { UsageError } from './command.ts';
import type { Arguments, OptionDeclaration, OptionDeclarations, WordDeclaration } from './command.ts';
import { nearest } from './nearest.ts';

interface Declared {
  readonly name: string;
  readonly declaration: OptionDeclaration;
}

/** The shape that reading needs of a command. */
export interface CommandWords<O extends OptionDeclarations = OptionDeclarations> {
  readonly name: string;
  readonly words: readonly WordDeclaration[];
  readonly options: O;
  readonly isQuestion?: (options: never) => boolean;
}

/** @throws UsageError that says what is wrong and what may have been meant */
export function parseWords<O extends OptionDeclarations>(program: string, command: CommandWords<O>, given: readonly string[]): Arguments<O> {
  const hint = `see ${program} ${command.name} --help`;
  const values: Record<string, boolean | string | string[] | undefined> = {};
  for (const [name, declaration] of Object.entries(command.options)) values[name] = declaration.isRepeatable === true ? [] : declaration.value === undefined ? false : undefined;
  const take = ({ name, declaration }: Declared, written: string, value: string | undefined): void => {
    if (declaration.value === undefined) {
      values[name] = true;
      return;
    }
    if (value === undefined) throw new UsageError(`${written} needs a value, ${declaration.value}`, hint);
    if (declaration.isClosed === true && Array.isArray(declaration.choices) && !declaration.choices.includes(value)) throw new UsageError(`${written} ${value}: it is one of ${declaration.choices.join(', ')}`, hint);
    if (declaration.isRepeatable === true) (values[name] as string[]).push(value);
    else values[name] = value;
  };
  const words: string[] = [];
  for (let i = 0; i < given.length; i++) {
    const word = given[i]!;
    if (word === '--') {
      words.push(...given.slice(i + 1));
      break;
    }
    // A number is no option: `resize IMAGE -1G`.
    if (word === '-' || !word.startsWith('-') || /^-\d/.test(word)) {
      words.push(word);
    } else if (word.startsWith('--')) {
      const [written = '', ...rest] = word.split('=');
      const option = longOption(command, written.slice(2)) ?? unknown(written, Object.keys(command.options), hint);
      const needsNext = option.declaration.value !== undefined && rest.length === 0;
      if (option.declaration.value === undefined && rest.length > 0) throw new UsageError(`${written} takes no value`, hint);
      take(option, written, needsNext ? given[++i] : rest.join('='));
    } else {
      for (let at = 1; at < word.length; at++) {
        const written = `-${word[at]}`;
        const option = shortOption(command, word[at]!) ?? unknown(written, [], hint);
        if (option.declaration.value === undefined) {
          take(option, written, undefined);
        } else {
          take(option, written, at + 1 < word.length ? word.slice(at + 1) : given[++i]);
          break;
        }
      }
    }
  }
  if (command.isQuestion?.(values as never) !== true) checkCount(command, words, hint);
  return { options: values as Arguments<O>['options'], words };
}

function longOption(command: CommandWords, written: string): Declared | undefined {
  for (const [name, declaration] of Object.entries(command.options)) if (name === written || declaration.aliases?.includes(written) === true) return { name, declaration };
  return undefined;
}

function shortOption(command: CommandWords, letter: string): Declared | undefined {
  for (const [name, declaration] of Object.entries(command.options)) if (declaration.short === letter) return { name, declaration };
  return undefined;
}

/** The option that a word sets, for completion: `--format`, `-f`. */
export const optionOf = (command: CommandWords, word: string): OptionDeclaration | undefined =>
  (word.startsWith('--') ? longOption(command, word.slice(2)) : /^-\w$/.test(word) ? shortOption(command, word[1]!) : undefined)?.declaration;

function unknown(written: string, names: readonly string[], hint: string): never {
  const meant = nearest(written.replace(/^-+/, ''), names);
  throw new UsageError(`unknown option ${written}`, meant === undefined ? hint : `did you mean --${meant}?`);
}

function checkCount({ words: declared }: CommandWords, words: readonly string[], hint: string): void {
  const needed = declared.filter(({ isOptional }) => isOptional !== true);
  if (words.length < needed.length) throw new UsageError(`${needed[words.length]!.placeholder} is missing`, hint);
  if (!declared.some(({ isRepeatable }) => isRepeatable) && words.length > declared.length) throw new UsageError(`unexpected argument ${words[declared.length]}`, hint);
  const first = declared[0];
  if (first?.choices !== undefined && words[0] !== undefined && first.isOptional !== true && !first.choices.includes(words[0])) throw new UsageError(`${first.placeholder} is one of ${first.choices.join(', ')}, not ${words[0]}`, hint);
}
