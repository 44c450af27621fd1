/** kvm-unit-tests' `unittests.cfg`: one section a test (the format is described at the top of that file). */

export interface KutTest {
  readonly name: string;
  readonly file: string;
  readonly arch?: string;
  readonly arguments?: string;
  /** As `-m` says it. */
  readonly memory?: string;
  readonly accelerator?: string;
  readonly machine: string;
  readonly groups: readonly string[];
}

export function parseUnittests(text: string): KutTest[] {
  const tests: KutTest[] = [];
  for (const section of text.split(/^\[/m).slice(1)) {
    const name = section.slice(0, section.indexOf(']'));
    const values = new Map<string, string>();
    for (const line of section.split('\n').slice(1)) {
      const [, key, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      if (key !== undefined && value !== undefined) values.set(key, value);
    }
    const file = values.get('file');
    if (file === undefined) continue;
    const machine = values.get('qemu_params') ?? values.get('extra_params') ?? '';
    const memory = /-m (\w+)/.exec(machine)?.[1];
    const [arch, accelerator] = [values.get('arch'), values.get('accel')];
    const argument = values.get('test_args')?.replace(/^(['"])(.*)\1$/, '$2');
    tests.push({
      name, file, machine, groups: values.get('groups')?.split(/\s+/) ?? [],
      ...(arch !== undefined && { arch }), ...(accelerator !== undefined && { accelerator }), ...(argument !== undefined && { arguments: argument }),
      ...(memory !== undefined && { memory: /^\d+$/.test(memory) ? `${memory}M` : memory }),
    });
  }
  return tests;
}

/** Why a test cannot say anything about this machine, or undefined. */
export function unsupported(test: KutTest): string | undefined {
  if (test.accelerator === 'kvm' || test.machine.includes('-enable-kvm')) return 'tests KVM itself';
  if (/^(hypercall|vmexit_vmcall|asyncpf|kvmclock.*|vmware_backdoors)$/.test(test.name)) return "tests KVM's paravirtual interfaces";
  if (/\+vmx|\+svm/.test(test.machine) || /^(vmx|svm|ept)/.test(test.name)) return 'needs nested virtualization';
  if (test.machine.includes('hv_passthrough') || test.groups.includes('hyperv')) return 'needs Hyper-V enlightenments';
  if (test.machine.includes('intel-iommu')) return 'needs an IOMMU';
  return undefined;
}
