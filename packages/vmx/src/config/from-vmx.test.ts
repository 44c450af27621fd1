import { describe, expect, it } from 'vitest';
import type { VmxSettings } from './from-vmx.ts';
import { readVmxSettings } from './from-vmx.ts';
import { VmxFile } from './vmx-file.ts';

const read = (text: string): VmxSettings => readVmxSettings(VmxFile.parse(new TextEncoder().encode(text), 'vms/a.vmx'));

describe('readVmxSettings', () => {
  it('reads the keys of VMware and ours, whatever their case', () => {
    const settings = read(`.encoding = "UTF-8"
config.version = "8"
DisplayName = "Debian"
guestOS = "debian12-64"
MemSize = "256"
numvcpus = "1"
firmware = "bios"
rtc.startTime = "86400"
worldswitch.kernel = "vmlinuz"
worldswitch.initrd = "/boot/initrd"
worldswitch.append = "console=ttyS0 x=|22y|22"
worldswitch.icount = "TRUE"
worldswitch.reboot = "exit"
worldswitch.module1 = "b"
worldswitch.module0 = "a"
`);
    expect(settings).toEqual({
      displayName: 'Debian', serial: [undefined, undefined], debugcon: undefined, unused: [],
      config: {
        memory: 256 * 1024 ** 2, cpus: 1, rtc: new Date(86_400_000), kernel: 'vms/vmlinuz', initrd: '/boot/initrd', append: 'console=ttyS0 x="y"',
        icount: true, reboot: 'exit', modules: ['vms/a', 'vms/b'],
      },
    });
  });

  it('reads serial ports as VMware spells them and as we do', () => {
    expect(read('serial0.present = "TRUE"\nserial0.fileType = "file"\nserial0.fileName = "com1.txt"\nserial1.present="true"\nserial1.fileType="pipe"\nserial1.fileName="/srv/s"\nserial1.pipe.endPoint = "server"\n').serial)
      .toEqual([{ kind: 'file', path: 'vms/com1.txt' }, { kind: 'unix', path: '/srv/s' }]);
    expect(read('serial0.present = "FALSE"\nserial0.fileType = "device"\n').serial[0]).toEqual({ kind: 'none' });
    expect(read('worldswitch.serial0 = "pty"\nworldswitch.serial1 = "file:log"\n').serial).toEqual([{ kind: 'pty' }, { kind: 'file', path: 'vms/log' }]);
    expect(read('worldswitch.debugcon = "file:d.txt"').debugcon).toBe('file:vms/d.txt');
  });

  it('lists the entries that it does not use', () => {
    expect(read('memsize = "64"\nethernet0.present = "TRUE"\nscsi0:0.fileName = "d.vmdk"\nhpet0.present = "TRUE"\n').unused.map(({ key, line }) => [key, line])).toEqual([['ethernet0.present', 2], ['scsi0:0.fileName', 3]]);
  });

  it.each([
    ['memsize = "lots"', 'vms/a.vmx:2: memsize = "lots": not a number of megabytes from 1 to 3072', 'memsize = "512"'],
    ['memsize = "0"', 'from 1 to 3072', 'memsize = "512"'],
    ['memsize = "4096"', 'from 1 to 3072', 'memsize'],
    ['memsize = "-5"', 'memsize = "-5"', 'memsize'],
    ['numvcpus = "2"', 'vms/a.vmx:2: numvcpus = "2": not a number of virtual CPUs from 1 to 1', 'numvcpus = "1"'],
    ['firmware = "efi"', 'this version has no EFI firmware', 'firmware = "bios"'],
    ['serial0.present = "maybe"', 'expected TRUE or FALSE', 'serial0.present = "TRUE" (or FALSE)'],
    ['serial0.present = "TRUE"\nserial0.fileType = "device"', 'vms/a.vmx:3: serial0.fileType = "device"', 'serial0.fileType = "file" (or pipe)'],
    ['serial0.present = "TRUE"\nserial0.fileType = "file"', 'the file name is missing', 'serial0.fileName'],
    ['worldswitch.kernal = "x"', 'there is no such key', 'did you mean worldswitch.kernel?'],
    ['worldswitch.kernel = ""', 'a file name is missing', 'name a file'],
    ['worldswitch.serial0 = "tape"', 'not a connection', 'stdio, file:PATH'],
    ['encryption.data = "x"', 'vms/a.vmx:2: encryption.data: the virtual machine is encrypted', 'remove the encryption'],
  ])('refuses %j with its line and a remedy', (line, message, hint) => {
    expect(() => read(`# comment\n${line}\n`)).toThrow(expect.objectContaining({ code: 'VMX_CONFIG_VALUE', kind: 'usage', message: expect.stringContaining(message), hint: expect.stringContaining(hint) }));
  });
});
