/**
 * Obtains the test guests, with and without the programs of the bench, and prints where they are:
 *   node test/guests/main.ts [amd64|i386|all] [--mirror URL] [--suite NAME] [--refresh]
 */
import { parseArgs } from 'node:util';
import { GUEST_ARCHITECTURES, GuestError, type GuestOptions, obtainGuest } from './guests.ts';
import { compilePrograms } from './programs.ts';

const USAGE = 'usage: npm run guests -- [amd64|i386|all] [--mirror URL] [--suite NAME] [--refresh]';

async function main(): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: { mirror: { type: 'string' }, suite: { type: 'string' }, refresh: { type: 'boolean' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return 2;
  }
  const { help, mirror, suite, refresh } = parsed.values;
  if (help === true) {
    console.log(USAGE);
    return 0;
  }
  const wanted = parsed.positionals[0] ?? 'all';
  const architectures = GUEST_ARCHITECTURES.filter((arch) => wanted === 'all' || wanted === arch);
  if (architectures.length === 0 || parsed.positionals.length > 1) {
    console.error(USAGE);
    return 2;
  }
  const options: GuestOptions = {
    report: (line) => console.error(line),
    ...(mirror === undefined ? {} : { mirror }),
    ...(suite === undefined ? {} : { suite }),
    ...(refresh === undefined ? {} : { refresh }),
  };
  for (const arch of architectures) {
    const guest = await obtainGuest(arch, options);
    console.log(`${arch} ${guest.release}\n  kernel ${guest.kernel}\n  initrd ${guest.initrd}`);
    const programs = compilePrograms(arch);
    if ('missing' in programs) {
      console.log(`  skipped: the initrd with the programs of the bench: ${programs.missing}`);
    } else {
      console.log(`  initrd ${(await obtainGuest(arch, { ...options, refresh: false, files: programs.files })).initrd} (with the programs of the bench)`);
    }
  }
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof GuestError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 1;
}
