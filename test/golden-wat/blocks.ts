/**
 * Guest code blocks as text, whose translation is kept for review (golden-wat.ts):
 *
 *   .mode user64
 *   = sum of an array | rcx=5
 *   48 03 02     | add rax,[rdx]
 *
 * A name and what differs from the registers of translate.ts when it runs, `at=` being where the code lies and `gsbase=` the base of GS; then an instruction a line: bytes and disassembly.
 */

const modes = ['user64', 'user32'] as const;

export interface GuestBlock {
  readonly name: string;
  readonly mode: (typeof modes)[number];
  readonly registers: ReadonlyMap<string, bigint>;
  readonly at: bigint;
  readonly instructions: readonly { readonly bytes: Uint8Array; readonly text: string }[];
}

const CODE = 0x1000_0800n;

export const parseBlocks = (text: string): GuestBlock[] => {
  const blocks: (GuestBlock & { instructions: GuestBlock['instructions'][number][] })[] = [];
  let mode: GuestBlock['mode'] = 'user64';
  for (const [index, line] of text.split('\n').entries()) {
    const [first = '', second = ''] = line.split('|').map((part) => part.trim());
    if (!first) continue;
    if (first.startsWith('.')) {
      const named = modes.find((known) => first === `.mode ${known}`);
      if (!named) throw new SyntaxError(`line ${index + 1}: ${first} is not a mode`);
      mode = named;
    } else if (first.startsWith('= ')) {
      const registers = new Map(second.split(' ').filter(Boolean).map((item) => {
        const [name = '', value = ''] = item.split('=');
        return [name, BigInt(`0x${value}`)] as const;
      }));
      const at = registers.get('at') ?? CODE;
      registers.delete('at');
      blocks.push({ name: first.slice(2), mode, registers, at, instructions: [] });
    } else {
      if (!/^([0-9a-f]{2} ?)+$/.test(first) || !second || !blocks.length) throw new SyntaxError(`line ${index + 1}: not an instruction of a block: bytes | disassembly`);
      blocks.at(-1)!.instructions.push({ bytes: new Uint8Array(Buffer.from(first.replaceAll(' ', ''), 'hex')), text: second });
    }
  }
  return blocks;
};
