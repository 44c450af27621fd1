/**
 * Boots a Linux kernel, runs a command in its shell, prints what it says and powers the guest off.
 *
 *   node bin/bootstrap.mjs examples/uname.ts KERNEL INITRD [COMMAND]
 *
 * The initrd gives a shell on the serial console, as that of `npm run guests` does.
 */
import { VM } from '@worldswitch/vmx';

const [kernel = 'vmlinuz', initrd = 'initrd', command = 'uname -a'] = process.argv.slice(2);

// `await using` pulls the plug should anything below fail.
await using vm = await VM.start({ kernel, initrd, append: 'console=ttyS0 quiet', memory: '256M' });
await vm.waitFor('# ', { timeoutMs: 120_000 });
const { output, status } = await vm.exec(command);
process.stdout.write(output);
await vm.write('poweroff\n');
const exit = await vm.exited;
process.exitCode = exit.reason === 'power-off' ? status : 1;
