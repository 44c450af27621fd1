/**
 * The test guest's user space: busybox and an /init that gives a shell or runs one command.
 *
 * Kernel command line:
 *   ws.exec=WORD or ws.exec="SEVERAL WORDS"   run this with sh -c instead of a shell, then power off
 * Lines that programs can wait for on the console:
 *   WORLDSWITCH-READY           /init is through; the shell's prompt or the command's output follows
 *   WORLDSWITCH-EXIT STATUS     the command has ended
 *
 * Reference: Linux Documentation/filesystems/ramfs-rootfs-initramfs.rst.
 * Missing: kernel modules and a writable disk; `ws.exec` cannot hold a double quote.
 */
import { type CpioEntry, FileType, writeCpio } from './cpio.ts';

/** A file that a test adds to its guest. */
export interface GuestFile {
  /** Path in the guest, without a slash in front: `bin/prog`. */
  readonly name: string;
  readonly data: Uint8Array | string;
  /** Permissions; 0o755 when not given. */
  readonly mode?: number;
}

const INIT = `#!/bin/busybox sh
export PATH=/sbin:/usr/sbin:/bin:/usr/bin HOME=/root TERM=linux ENV=/etc/shrc
/bin/busybox mount -t proc -o nosuid,nodev,noexec proc /proc
/bin/busybox mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
/bin/busybox mount -t devtmpfs -o nosuid devtmpfs /dev
/bin/busybox mkdir -p /dev/pts
/bin/busybox mount -t devpts devpts /dev/pts
/bin/busybox mount -t tmpfs tmpfs /tmp
/bin/busybox mount -t tmpfs tmpfs /run
/bin/busybox --install -s
/bin/busybox hostname worldswitch
cd /root

read -r cmdline < /proc/cmdline
run=
case $cmdline in
  *ws.exec=\\"*) run=\${cmdline#*ws.exec=\\"}; run=\${run%%\\"*} ;;
  *\\"ws.exec=*) run=\${cmdline#*\\"ws.exec=}; run=\${run%%\\"*} ;;
  *ws.exec=*) run=\${cmdline#*ws.exec=}; run=\${run%% *} ;;
esac

echo WORLDSWITCH-READY
if [ -n "$run" ]; then
  /bin/sh -c "$run"
  echo "WORLDSWITCH-EXIT $?"
else
  # A session of its own on the console's real device gives the shell job control and Ctrl-C.
  setsid cttyhack /bin/sh
fi
exec /sbin/poweroff
`;

/** Process 1 is a script, not busybox init, so ending the machine needs -f; busybox sh would run its own applet. */
function ending(applet: string): string {
  return `#!/bin/busybox sh\n/bin/busybox sync\nexec /bin/busybox ${applet} -f\n`;
}

const SHRC = `poweroff() { /sbin/poweroff; }
reboot() { /sbin/reboot; }
halt() { /sbin/halt; }
PS1='\\w # '
`;

const DIRECTORIES = ['bin', 'dev', 'etc', 'proc', 'root', 'run', 'sbin', 'sys', 'tmp', 'usr', 'usr/bin', 'usr/sbin'];

/** The initramfs of a guest, as a newc archive; the same input gives the same bytes. */
export function buildInitramfs(busybox: Uint8Array, extraFiles: readonly GuestFile[] = []): Uint8Array {
  const directories = new Set(DIRECTORIES);
  for (const { name } of extraFiles) {
    const parts = name.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      directories.add(parts.slice(0, depth).join('/'));
    }
  }
  const file = (name: string, data: Uint8Array | string, mode = 0o755): CpioEntry => ({ name, data, mode: FileType.file | mode });
  return writeCpio([
    ...[...directories].sort().map((name): CpioEntry => ({ name, mode: FileType.directory | 0o755 })),
    // The kernel opens /dev/console for /init before devtmpfs is there.
    { name: 'dev/console', mode: FileType.characterDevice | 0o600, device: [5, 1] },
    { name: 'dev/null', mode: FileType.characterDevice | 0o666, device: [1, 3] },
    file('bin/busybox', busybox),
    { name: 'bin/sh', mode: FileType.symlink | 0o777, data: 'busybox' },
    file('init', INIT),
    file('etc/shrc', SHRC, 0o644),
    file('etc/passwd', 'root::0:0:root:/root:/bin/sh\n', 0o644),
    file('etc/group', 'root:x:0:\n', 0o644),
    file('sbin/poweroff', ending('poweroff')),
    file('sbin/reboot', ending('reboot')),
    file('sbin/halt', ending('halt')),
    ...extraFiles.map(({ name, data, mode }) => file(name, data, mode)),
  ]);
}
