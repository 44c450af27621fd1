import { describe, expect, it } from 'vitest';
import { defineCommand, UsageError } from './command.ts';
import { completeWords, completionScript, completionText, SHELLS } from './completion.ts';
import { commandHelp, programHelp } from './help.ts';
import { parseWords } from './parse.ts';
import { Progress, progressLine } from './progress.ts';

const copy = defineCommand<undefined, {
  readonly format: { readonly short: 'f'; readonly value: 'FORMAT'; readonly describe: string; readonly choices: () => Promise<readonly string[]> };
  readonly option: { readonly short: 'o'; readonly value: string; readonly isRepeatable: true; readonly describe: string };
  readonly level: { readonly value: string; readonly describe: string; readonly choices: readonly string[]; readonly isClosed: true };
  readonly quiet: { readonly short: 'q'; readonly describe: string; readonly aliases: readonly string[] };
  readonly cache: { readonly short: 't'; readonly value: string; readonly describe: string; readonly isIgnored: true };
}>({
  name: 'copy',
  summary: 'copies an image',
  words: [{ placeholder: 'SOURCE', describe: 'what to copy', completes: 'file' }, { placeholder: 'TARGET', describe: 'where to', isOptional: true, completes: 'file' }],
  options: {
    format: { short: 'f', value: 'FORMAT', describe: 'of the source', choices: async () => ['qcow2', 'raw'] },
    option: { short: 'o', value: 'NAME=VALUE', isRepeatable: true, describe: 'of the target' },
    level: { value: 'LEVEL', describe: 'how hard', choices: ['low', 'high'], isClosed: true },
    quiet: { short: 'q', describe: 'say nothing', aliases: ['silent'] },
    cache: { short: 't', value: 'MODE', describe: 'ignored', isIgnored: true },
  },
  examples: ['program copy a b', 'program copy -f raw a b'],
  notes: 'Exit status: 0.',
  run: async () => ({ value: null, text: () => '' }),
});
const parse = (...words: string[]): ReturnType<typeof parseWords<typeof copy.options>> => parseWords('program', copy, words);

describe('the words of a command', () => {
  it.each([
    [['-f', 'raw', 'a', 'b']], [['-fraw', 'a', 'b']], [['a', 'b', '--format', 'raw']], [['a', '--format=raw', 'b']], [['--format=raw', '--', 'a', 'b']],
  ])('%j', (words) => {
    expect(parse(...words)).toEqual({ options: { format: 'raw', option: [], level: undefined, quiet: false, cache: undefined }, words: ['a', 'b'] });
  });

  it('joined letters, repeated options, a number that is no option, a lone dash', () => {
    expect(parse('-qo', 'a=1', '-ob=2,c=3', '-1G', '-')).toEqual({ options: { format: undefined, option: ['a=1', 'b=2,c=3'], level: undefined, quiet: true, cache: undefined }, words: ['-1G', '-'] });
    expect(parse('--silent', '--option=a=b', 'x').options).toMatchObject({ quiet: true, option: ['a=b'] });
  });

  it.each([
    [[], 'SOURCE is missing'], [['a', 'b', 'c'], 'unexpected argument c'], [['-f'], '-f needs a value, FORMAT'], [['--formt', 'raw', 'a'], 'unknown option --formt', 'did you mean --format?'],
    [['-z', 'a'], 'unknown option -z', 'see program copy --help'], [['--quiet=1', 'a'], '--quiet takes no value'], [['--level', 'odd', 'a'], '--level odd: it is one of low, high'],
  ])('%j is refused', (words, message, hint?: string) => {
    const thrown = ((): unknown => { try { return parse(...words); } catch (error) { return error; } })();
    expect(thrown).toBeInstanceOf(UsageError);
    expect((thrown as UsageError).message).toBe(message);
    if (hint !== undefined) expect((thrown as UsageError).hint).toBe(hint);
  });
});

it('help has the usage, the examples, every option that means something, and the notes', () => {
  expect(commandHelp('program', copy)).toBe(`program copy [OPTION …] SOURCE [TARGET]

Copies an image.

Examples:
  program copy a b
  program copy -f raw a b

Arguments:
  SOURCE  what to copy
  TARGET  where to

Options:
  -f, --format FORMAT      of the source
  -o, --option NAME=VALUE  of the target (repeatable)
      --level LEVEL        how hard: low, high
  -q, --quiet              say nothing (also --silent)

Exit status: 0.`);
  expect(programHelp('program', 'It is a program.', [copy], ['program copy a'], 'Notes.')).toContain('Commands:\n  copy  copies an image\n');
});

describe('completion', () => {
  const complete = async (...typed: string[]): Promise<string[]> => completionText(await completeWords({ names: ['copy'], load: async () => copy }, typed)).split('\n');

  it.each([
    [['c'], ['none', 'copy\tcopies an image']], [['x'], ['none']], [['copy', '-f', ''], ['none', 'qcow2', 'raw']], [['copy', '-f', 'q'], ['none', 'qcow2']], [['copy', '--format=r'], ['none', 'raw']],
    [['copy', '--le'], ['none', '--level\thow hard']], [['copy', '--level', 'h'], ['none', 'high']], [['copy', ''], ['file']], [['copy', 'a', ''], ['file']], [['unknown', ''], ['none']], [['copy', '-o', ''], ['none']],
  ])('%j', async (typed, expected) => {
    expect(await complete(...typed)).toEqual(expected);
  });

  it.each(SHELLS)('a script for %s asks the program', (shell) => {
    expect(completionScript('vmx-disk', shell)).toContain('vmx-disk complete-words -- ');
  });
});

describe('progress', () => {
  const shown = (mode: 'bar' | 'json' | 'none'): string => {
    let text = '', now = 0;
    const progress = new Progress({ write: (more) => { text += more; }, columns: 90 }, mode, 'convert', () => now);
    for (const [ms, transferred] of [[0, 0], [10, 10e6], [2000, 100e6], [4000, 400e6]] as const) {
      now = ms;
      progress.report({ transferred, size: 400e6 });
    }
    progress.finish();
    return text;
  };

  it('is a bar with speed and time left', () => {
    expect(shown('bar').split('\r')).toEqual(['', 'convert [------------------------] 0 %, 0.0 MB/s', 'convert [######------------------] 25 %, 50 MB/s, 6.0 s left', 'convert [########################] 100 %, 100 MB/s, 4.0 s in all', 'convert [########################] 100 %, 100 MB/s, 4.0 s in all\n']);
    expect(progressLine({ transferred: 1e6, size: 1e12 }, 1000, 'x')).toContain('277 h 46 min left');
  });

  it('is lines of JSON', () => {
    expect(shown('json').trim().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([
      { transferred: 0, size: 400e6, elapsed: 0, description: 'convert' }, { transferred: 100e6, size: 400e6, elapsed: 2, description: 'convert' },
      { transferred: 400e6, size: 400e6, elapsed: 4, description: 'convert' }, { transferred: 400e6, size: 400e6, elapsed: 4, description: 'convert' },
    ]);
    expect(shown('none')).toBe('');
  });
});
