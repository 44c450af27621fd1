/** `npm run docs:isa`: writes docs/isa.md. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isaPage } from './isa-page.ts';

const file = join(import.meta.dirname, '../../docs/isa.md');
writeFileSync(file, isaPage());
process.stdout.write(`${file}\n`);
