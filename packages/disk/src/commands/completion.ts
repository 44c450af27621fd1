/** `vmx-disk completion SHELL`: the script that makes a shell ask for completions. */
import { completionScript, SHELLS } from '@worldswitch/command-line/completion';
import type { AnyCommand } from './command.ts';
import { diskCommand } from './command.ts';

export const completionCommand = diskCommand({
  name: 'completion',
  summary: 'prints the script that completes words of vmx-disk in a shell',
  words: [{ placeholder: 'SHELL', describe: 'the shell', choices: SHELLS }],
  options: {},
  examples: ['eval "$(vmx-disk completion bash)"', 'vmx-disk completion fish > ~/.config/fish/completions/vmx-disk.fish'],
  run: async ({ words }) => {
    const script = completionScript('vmx-disk', words[0] as (typeof SHELLS)[number]);
    return { value: { shell: words[0]!, script }, text: () => script };
  },
});

/** For `-o`: the options of the format that is being written, or of all. The options before the last comma stay. */
export async function formatOptionWords(command: AnyCommand, option: string, typed: readonly string[]): Promise<string[] | undefined> {
  if (command.options['option'] === undefined || !['-o', '--option', '--options'].includes(option)) return undefined;
  const { allFormats } = await import('../formats/all-formats.ts');
  const formats = await allFormats();
  const isWanted = ({ name, aliases }: (typeof formats)[number]): boolean => typed.some((word) => [name, ...aliases].includes(word.replace(/^-[fO]|^--\w+(-format)?=/, '')));
  const wanted = formats.filter(isWanted);
  const names = (wanted.length === 0 ? formats : wanted.slice(-1)).flatMap(({ options }) => Object.entries(options).flatMap(([name, declaration]) => {
    const values = declaration.type === 'choice' ? declaration.choices : declaration.type === 'flag' ? ['on', 'off'] : undefined;
    return [`${name}=`, ...(values ?? []).map((value) => `${name}=${value}`)];
  }));
  return [...new Set(names), 'help'].sort();
}
