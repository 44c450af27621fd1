/** `vmx-disk ls`: the files in an image. */
import type { Json } from '@worldswitch/command-line/command';
import type { FileSystem, Node, NodeKind } from '../filesystem/file-system.ts';
import { find, list, walk } from '../filesystem/tree.ts';
import { diskCommand } from './command.ts';
import { FILE_SYSTEM_OPTIONS, withFileSystem } from './file-system-options.ts';

interface Row {
  readonly name: string;
  readonly node: Node;
  readonly target: string | undefined;
}

export const lsCommand = diskCommand({
  name: 'ls',
  summary: 'lists the files in a file system of an image',
  words: [{ placeholder: 'IMAGE', describe: 'the image', completes: 'file' }, { placeholder: 'PATH', describe: 'a directory or file in it; the root where it is not given', isOptional: true }],
  options: {
    ...FILE_SYSTEM_OPTIONS,
    long: { short: 'l', describe: 'kinds, permissions, owners, sizes and times too' },
    recursive: { short: 'R', describe: 'all that is below, by path' },
  },
  examples: ['vmx-disk ls disk.qcow2 /etc', 'vmx-disk ls -l -R --partition 2 disk.vmdk'],
  run: ({ options, words }) => withFileSystem(words[0]!, options, false, async (fileSystem) => {
    const found = await find(fileSystem, words[1] ?? '/', { followLast: !options.long });
    const rows: Row[] = [];
    const add = async (name: string, node: Node): Promise<void> => void rows.push({ name, node, target: node.kind === 'symlink' ? await fileSystem.target(node) : undefined });
    if (found.node.kind !== 'directory') await add(found.path, found.node);
    else if (options.recursive) for await (const { path, node } of walk(fileSystem, found)) await add(path, node);
    else if (options.long) for (const { name, node } of await list(fileSystem, found.node)) await add(name, node);
    else for (const { name, node } of await list(fileSystem, found.node)) rows.push({ name, node, target: undefined });
    return {
      value: { 'file-system': summaryOf(fileSystem), path: found.path, entries: rows.map(rowValue) }, notices: fileSystem.notes,
      text: () => rows.map((row) => (options.long ? longText(row) : row.name)).join('\n'),
    };
  }),
});

const summaryOf = ({ type, label, id, size, blockBytes }: FileSystem): Json => ({ type, label, id, size, 'block-size': blockBytes });

const rowValue = ({ name, node, target }: Row): Json => ({
  name, kind: node.kind, size: node.size, mode: node.mode.toString(8).padStart(4, '0'), uid: node.uid, gid: node.gid, links: node.links, modified: new Date(node.mtimeMs).toISOString(), target,
  ...(node.device === undefined ? {} : { device: `${node.device.major}:${node.device.minor}` }),
});

const LETTERS: Readonly<Record<NodeKind, string>> = { file: '-', directory: 'd', symlink: 'l', 'character-device': 'c', 'block-device': 'b', fifo: 'p', socket: 's' };

function longText({ name, node, target }: Row): string {
  const permissions = [...'rwxrwxrwx'].map((letter, i) => ((node.mode >> (8 - i)) & 1 ? letter : '-'));
  for (const [bit, place, lower, upper] of [[0o4000, 2, 's', 'S'], [0o2000, 5, 's', 'S'], [0o1000, 8, 't', 'T']] as const) if ((node.mode & bit) !== 0) permissions[place] = permissions[place] === 'x' ? lower : upper;
  const size = node.device === undefined ? String(node.size) : `${node.device.major}, ${node.device.minor}`;
  return `${LETTERS[node.kind]}${permissions.join('')} ${String(node.links).padStart(3)} ${String(node.uid).padStart(5)} ${String(node.gid).padStart(5)} ${size.padStart(12)} ${new Date(node.mtimeMs).toISOString().slice(0, 16).replace('T', ' ')} ${name}${target === undefined ? '' : ` -> ${target}`}`;
}
