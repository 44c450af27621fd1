/** Options of a new image, in qemu-img's words. */
import { luksOptions } from '../../encryption/luks/options.ts';
import type { OptionTable } from '../../format.ts';

export const options = {
  compat: { type: 'choice', choices: ['0.10', '1.1', 'v2', 'v3'], default: '1.1', describe: 'version 2 (0.10, read by old programs) or version 3 (1.1)' },
  cluster_size: { type: 'size', least: 512, most: 2 * 1024 * 1024, isPowerOfTwo: true, default: 64 * 1024, describe: 'the unit of allocation' },
  refcount_bits: { type: 'number', least: 1, most: 64, default: 16, describe: 'width of a refcount: 1, 2, 4 … 64; one bit allows no snapshots' },
  lazy_refcounts: { type: 'flag', default: false, describe: 'write refcounts when the image is closed; it is repaired when it was not' },
  extended_l2: { type: 'flag', default: false, describe: 'allocate a 32nd of a cluster at a time' },
  compression_type: { type: 'choice', choices: ['zlib', 'zstd'], default: 'zlib', describe: 'of compressed clusters' },
  preallocation: { type: 'choice', choices: ['off', 'metadata', 'falloc', 'full'], default: 'off', describe: 'give every cluster its place; falloc and full write it too' },
  'encrypt.format': { type: 'choice', choices: ['luks'], describe: 'encipher the data' },
  'encrypt.cipher-alg': luksOptions['cipher-alg'],
  'encrypt.cipher-mode': luksOptions['cipher-mode'],
  'encrypt.ivgen-alg': luksOptions['ivgen-alg'],
  'encrypt.hash-alg': luksOptions['hash-alg'],
  'encrypt.iter-time': luksOptions['iter-time'],
  data_file: { type: 'text', describe: 'keep the data in this other file beside the image' },
  data_file_raw: { type: 'flag', default: false, describe: 'the data file can be read as a raw disk at any time' },
} as const satisfies OptionTable;
