/** How a volume is to be made, in qemu-img's words: options of the `luks` format, and of qcow2 with `encrypt.` before each name. */
import type { OptionTable, OptionValues } from '../../format.ts';
import { HASHES } from './header.ts';
import type { LuksCreation } from './volume.ts';

export const luksOptions = {
  'cipher-alg': { type: 'choice', choices: ['aes-128', 'aes-192', 'aes-256'], default: 'aes-256', describe: 'the cipher of the data' },
  'cipher-mode': { type: 'choice', choices: ['xts', 'cbc'], default: 'xts', describe: 'how blocks of a sector are chained' },
  'ivgen-alg': { type: 'choice', choices: ['plain64', 'plain', 'essiv'], default: 'plain64', describe: 'how a sector\'s number becomes its initial vector; essiv hashes the key by sha256' },
  'hash-alg': { type: 'choice', choices: HASHES, default: 'sha256', describe: 'the hash of passphrases' },
  'iter-time': { type: 'number', least: 1, most: 60_000, default: 2000, describe: 'milliseconds that trying a passphrase takes on this machine' },
} as const satisfies OptionTable;

export function luksCreation(options: OptionValues<typeof luksOptions>): Omit<LuksCreation, 'passphrase' | 'random'> {
  const vector = options['ivgen-alg'];
  return {
    cipher: options['cipher-alg'], mode: options['cipher-mode'], vector: vector === 'essiv' ? 'essiv:sha256' : vector, hash: options['hash-alg'], iterationMs: options['iter-time'],
  };
}
