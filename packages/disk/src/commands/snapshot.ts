/** `vmx-disk snapshot`: in words, or with qemu-img's -l, -c, -a and -d. */
import { changeSnapshots, listSnapshots } from '../operations/snapshots.ts';
import type { SnapshotAction } from '../operations/snapshots.ts';
import { diskCommand } from './command.ts';
import { invalidOption, OPEN_OPTIONS, openImage } from './image-options.ts';
import { snapshotRows, snapshotValue } from './snapshot-text.ts';

const ACTIONS = ['list', 'create', 'apply', 'delete'] as const;

export const snapshotCommand = diskCommand({
  name: 'snapshot',
  summary: 'lists, makes, goes back to or deletes snapshots inside an image',
  words: [
    { placeholder: 'list|create|apply|delete', describe: 'what to do; list, or what -c, -a or -d says, where it is left out', isOptional: true, choices: ACTIONS },
    { placeholder: 'IMAGE', describe: 'the image', completes: 'file' },
    { placeholder: 'SNAPSHOT', describe: 'the name of a new one; a name or an id otherwise', isOptional: true },
  ],
  options: {
    ...OPEN_OPTIONS,
    list: { short: 'l', describe: 'as qemu-img has it: the same as list' },
    create: { short: 'c', value: 'SNAPSHOT', describe: 'the same as create' },
    apply: { short: 'a', value: 'SNAPSHOT', describe: 'the same as apply' },
    delete: { short: 'd', value: 'SNAPSHOT', describe: 'the same as delete' },
  },
  examples: ['vmx-disk snapshot create disk.qcow2 before-upgrade', 'vmx-disk snapshot apply disk.qcow2 before-upgrade', 'vmx-disk snapshot -l disk.qcow2'],
  notes: 'No machine may be running on the image. What was written since a snapshot is lost when it is applied.',
  run: async ({ options, words }) => {
    const { action, image, name } = readRequest(options, words);
    await using disk = await openImage(image, options, { readOnly: action === 'list', withoutParent: action === 'list' });
    if (action !== 'list') await changeSnapshots(disk, action, name, Date.now());
    const snapshots = await listSnapshots(disk);
    return {
      value: { filename: image, snapshots: snapshots.map(snapshotValue) },
      text: () => (action !== 'list' || snapshots.length === 0 ? '' : ['Snapshot list:', ...snapshotRows(snapshots)].join('\n')),
    };
  },
});

interface Request {
  readonly action: 'list' | SnapshotAction;
  readonly image: string;
  readonly name: string;
}

function readRequest(options: { readonly list: boolean; readonly create: string | undefined; readonly apply: string | undefined; readonly delete: string | undefined }, words: readonly string[]): Request {
  const switches = (['create', 'apply', 'delete'] as const).flatMap((action) => (options[action] === undefined ? [] : [{ action, name: options[action] }]));
  if (switches.length + (options.list ? 1 : 0) > 1) throw invalidOption('-l, -c, -a and -d: one of them is wanted');
  const isAction = (word: string): word is (typeof ACTIONS)[number] => (ACTIONS as readonly string[]).includes(word);
  const [first = '', second, third] = words;
  // An image may be called `list`: with one word alone, or with a switch, it is an image.
  if (switches.length === 0 && !options.list && second !== undefined && isAction(first)) {
    if (first !== 'list' && (third === undefined || third === '')) throw invalidOption('SNAPSHOT is missing', `write vmx-disk snapshot ${first} IMAGE SNAPSHOT`);
    if (first === 'list' && third !== undefined) throw invalidOption(`unexpected argument ${third}`);
    return { action: first, image: second, name: third ?? '' };
  }
  if (second !== undefined) throw invalidOption(isAction(second) ? `${second} comes before the image` : switches.length > 0 || options.list ? `unexpected argument ${second}` : `${first} is none of ${ACTIONS.join(', ')}`, 'see vmx-disk snapshot --help');
  if (switches[0]?.name === '') throw invalidOption('SNAPSHOT is empty');
  return { action: switches[0]?.action ?? 'list', image: first, name: switches[0]?.name ?? '' };
}
