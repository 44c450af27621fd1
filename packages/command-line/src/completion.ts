/**
 * Completion for bash, zsh and fish. The scripts know nothing: they ask the program, with the words typed so far, and the answer comes from the declarations, so that a new
 * option or format needs no new script.
 */
import type { AnyCommand, CompletionSource, OptionDeclaration } from './command.ts';
import { optionOf } from './parse.ts';

export interface Completion {
  /** Each with what it means, where there is something to say. */
  readonly words: readonly (readonly [word: string, describe: string])[];
  readonly source: CompletionSource;
}

const NOTHING: Completion = { words: [], source: 'none' };

export interface CompletionInput<Host> {
  readonly names: readonly string[];
  readonly load: (name: string) => Promise<AnyCommand<Host>>;
  /** What a value may be, by option and by the words before it, where the declaration cannot know. */
  readonly valuesOf?: (command: AnyCommand<Host>, option: string, typed: readonly string[]) => Promise<readonly string[] | undefined>;
}

/** @param typed the words behind the program's name; the last is being typed, and may be empty */
export async function completeWords<Host>({ names, load, valuesOf }: CompletionInput<Host>, typed: readonly string[]): Promise<Completion> {
  const current = typed.at(-1) ?? '';
  const before = typed.slice(0, -1);
  const name = before[0];
  if (name === undefined) {
    const commands = await Promise.all(names.filter((candidate) => candidate.startsWith(current)).map(load));
    return { words: commands.map((command) => [command.name, command.summary]), source: 'none' };
  }
  if (!names.includes(name)) return NOTHING;
  const command = await load(name);
  const [written, value] = current.startsWith('--') && current.includes('=') ? [current.slice(0, current.indexOf('=')), current.slice(current.indexOf('=') + 1)] : [before.at(-1)!, current];
  const option = before.length > 1 || written !== before.at(-1) ? optionOf(command, written) : undefined;
  if (option?.value !== undefined) {
    const found = (await valuesOf?.(command, written, before)) ?? (await choicesOf(option));
    return { words: matching(found.map((word) => [word, '']), value), source: found.length === 0 ? (option.completes ?? 'none') : 'none' };
  }
  if (current.startsWith('-')) return { words: matching(optionWords(command), current), source: 'none' };
  const place = before.slice(1).filter((word) => !word.startsWith('-')).length;
  const word = command.words[Math.min(place, command.words.length - 1)];
  if (word === undefined) return NOTHING;
  return { words: matching((word.choices ?? []).map((choice) => [choice, '']), current), source: word.completes ?? 'none' };
}

const choicesOf = async ({ choices }: OptionDeclaration): Promise<readonly string[]> => (typeof choices === 'function' ? choices() : (choices ?? []));

function optionWords(command: Pick<AnyCommand<never>, 'options'>): (readonly [string, string])[] {
  return [...Object.entries(command.options).filter(([, { isIgnored }]) => isIgnored !== true).map(([name, { describe }]) => [`--${name}`, describe] as const), ['--help', 'what it does, its options, examples'] as const];
}

const matching = (words: readonly (readonly [string, string])[], start: string): (readonly [string, string])[] => words.filter(([word]) => word.startsWith(start));

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** What the scripts read: the source in the first line, then a word and its meaning in each. */
export function completionText({ words, source }: Completion): string {
  return [source, ...words.map(([word, describe]) => (describe === '' ? word : `${word}\t${describe}`))].join('\n');
}

/** For `eval "$(PROGRAM completion bash)"`, and its like in the others. */
export function completionScript(program: string, shell: (typeof SHELLS)[number]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  switch (shell) {
    // A colon or an equals sign would part words for bash: what is before it must not be given again.
    case 'bash': return `${name}() {
  local answer source line current="\${COMP_LINE:0:COMP_POINT}"
  local -a typed
  read -ra typed <<< "$current"
  [[ $current == *[[:space:]] ]] && typed+=("")
  answer=$(${program} complete-words -- "\${typed[@]:1}" 2>/dev/null) || return
  { read -r source; COMPREPLY=(); while IFS=$'\\t' read -r line _; do COMPREPLY+=("$line"); done; } <<< "$answer"
  local word="\${typed[-1]}" prefix=""
  if [[ $word == *=* && $COMP_WORDBREAKS == *=* ]]; then prefix="\${word%=*}="; fi
  COMPREPLY=("\${COMPREPLY[@]#"$prefix"}")
  [[ $source == file ]] && COMPREPLY+=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
  [[ $source == folder ]] && COMPREPLY+=($(compgen -d -- "\${COMP_WORDS[COMP_CWORD]}"))
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o filenames -F ${name} ${program}`;
    case 'zsh': return `#compdef ${program}
${name}() {
  local -a lines entries
  lines=("\${(@f)$(${program} complete-words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  local source=$lines[1] line
  for line in "\${(@)lines[2,-1]}"; do entries+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}"); done
  (( \${#entries} )) && _describe '${program}' entries
  [[ $source == file ]] && _files
  [[ $source == folder ]] && _files -/
}
compdef ${name} ${program}`;
    case 'fish': return `function ${name}
  set -l answer (${program} complete-words -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
  switch "$answer[1]"
    case file
      __fish_complete_path (commandline -ct)
    case folder
      __fish_complete_directories (commandline -ct)
  end
  printf '%s\\n' $answer[2..-1]
end
complete -c ${program} -f -a '(${name})'`;
  }
}
