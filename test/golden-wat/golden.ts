/** The golden files: by file of blocks a `.wat` with what the translator makes of each, and one table of all sizes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GuestBlock } from './blocks.ts';
import { parseBlocks } from './blocks.ts';
import type { Translated } from './translate.ts';
import { translateBlock } from './translate.ts';

export const folder = import.meta.dirname;

interface BlockFile {
  readonly name: string;
  readonly blocks: readonly GuestBlock[];
}

export const blockFiles: readonly BlockFile[] =
  readdirSync(join(folder, 'blocks')).filter((file) => file.endsWith('.ins')).sort().map((file) => ({ name: file.replace(/\.ins$/, ''), blocks: parseBlocks(readFileSync(join(folder, 'blocks', file), 'utf8')) }));

/** What each golden file is to hold, by its name. */
export const goldenFiles = (): Map<string, string> => {
  const files = new Map<string, string>();
  const sizes: string[] = [];
  for (const { name, blocks } of blockFiles) {
    const translated = blocks.map((block) => ({ block, region: translateBlock(block) }));
    files.set(`${name}.wat`, translated.map(({ block, region }) => section(block, region)).join('\n'));
    sizes.push(...translated.map(({ block, region }) => sizeLine(name, block, region)));
  }
  files.set('sizes.txt', `${'guest bytes'.padStart(11)}${'translated'.padStart(14)}${'blocks'.padStart(8)}${'wasm bytes'.padStart(12)}  block\n${sizes.join('')}`);
  return files;
};

/** Where the state's registers lie, and records, is not the translator's: names only, so that a new register does not change every file. */
const withoutPlaces = (text: string): string => text
  .replaceAll(/offset=\w+ \(i32\.const 0\) \(;([^;]+);\)/g, '[$1]')
  .replaceAll(/\(i32\.const \w+\) \(;([^;]+);\)/g, '[$1]');

const section = (block: GuestBlock, { instructions, text }: Translated): string => {
  const guest = block.instructions.map((instruction) => `;;   ${instruction.text}\n`).join('');
  return `;; ${block.mode}: ${block.name}\n${guest}${instructions ? withoutPlaces(text) : ';; is left to the interpreter\n'}`;
};

const sizeLine = (file: string, block: GuestBlock, region: Translated): string =>
  `${String(region.guestBytes).padStart(11)}${String(region.instructions).padStart(14)}${String(region.blocks).padStart(8)}${String(region.sizeBytes).padStart(12)}  ${file}: ${block.name}\n`;
