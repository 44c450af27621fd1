/**
 * One conversion as a process, for as long as bin/vmx-disk is not there to be measured: convert-process.ts FROM FORMAT TO FORMAT [-c] [OPTION=VALUE …]
 */
import { convertToFile } from '../../packages/disk/src/convert/convert-to-file.ts';
import { openDisk } from '../../packages/disk/src/open-disk.ts';

const [from, fromFormat, to, toFormat, ...more] = process.argv.slice(2);
await using disk = await openDisk(from!, { format: fromFormat! });
const options = Object.fromEntries(more.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]));
await convertToFile(disk, { path: to!, format: toFormat!, options, replace: true, isDurable: false }, more.includes('-c') ? { compress: {} } : {});
