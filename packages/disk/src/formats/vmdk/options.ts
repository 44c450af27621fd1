/** The options, with qemu-img's names. */
import type { OptionTable, OptionValues } from '../../format.ts';

const SUBFORMATS = ['monolithicSparse', 'monolithicFlat', 'twoGbMaxExtentSparse', 'twoGbMaxExtentFlat', 'streamOptimized'] as const;

export const OPTIONS = {
  subformat: {
    type: 'choice', choices: SUBFORMATS, default: 'monolithicSparse',
    describe: 'one growing file; one file of full size; the same in files of 2 GiB; or compressed for transport, as OVF packages and ESXi want it',
  },
  adapter_type: { type: 'choice', choices: ['ide', 'lsilogic', 'buslogic', 'legacyESX'], default: 'ide', describe: 'the controller that the disk is meant for; ESXi wants lsilogic' },
  hwversion: { type: 'number', least: 1, most: 99, describe: 'the virtual hardware, 4 when it is not given' },
  toolsversion: { type: 'number', most: 0xffff_ffff, default: 2_147_483_647, describe: "the version of the guest's VMware tools; 2147483647 is that of those the guest's system brings" },
  zeroed_grain: { type: 'flag', default: false, describe: 'zeros without room for them (version 2); sparse subformats only' },
  compat6: { type: 'flag', default: false, describe: 'virtual hardware 6, where hwversion is not given' },
  preallocation: { type: 'choice', choices: ['off', 'full'], default: 'off', describe: 'write every byte of a flat subformat at once' },
} as const satisfies OptionTable;

export type VmdkOptions = typeof OPTIONS;

/** What the descriptor says of the virtual hardware. */
export const hardware = (options: OptionValues<VmdkOptions>): { adapterType: string; hwVersion: string; toolsVersion: string } =>
  ({ adapterType: options.adapter_type, hwVersion: String(options.hwversion ?? (options.compat6 ? 6 : 4)), toolsVersion: String(options.toolsversion) });
