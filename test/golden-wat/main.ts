/** `npm run golden-wat`: writes what the translator makes of the blocks now. The difference is for review. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, goldenFiles } from './golden.ts';

for (const [name, text] of goldenFiles()) writeFileSync(join(folder, name), text);
