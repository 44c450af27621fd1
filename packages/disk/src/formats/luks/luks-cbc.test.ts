/** The suite once more, for what old volumes are enciphered by: beside luks.test.ts, so that they run at the same time. */
import type { Format } from '../../format.ts';
import { testFormat } from '../../testing/test-format.ts';
import { luks } from './format.ts';

testFormat({
  format: luks as unknown as Format,
  variants: [
    { name: 'aes-128-cbc-essiv:sha256, sha1', options: { 'iter-time': 1, 'cipher-alg': 'aes-128', 'cipher-mode': 'cbc', 'ivgen-alg': 'essiv', 'hash-alg': 'sha1' }, passphrase: 'correct horse battery staple' },
  ],
  qemuName: 'luks', survivesPowerCuts: true, operations: 100, headerBytes: 256 * 1024,
});
