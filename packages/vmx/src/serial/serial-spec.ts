/**
 * What a serial port is connected to, as `--serial` and `worldswitch.serial0` spell it.
 */
import { VmxError } from '../errors.ts';

export type SerialSpec =
  | { readonly kind: 'stdio' }
  | { readonly kind: 'none' }
  | { readonly kind: 'pty' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'unix'; readonly path: string };

export const SERIAL_FORMS = 'stdio, file:PATH, pty, unix:PATH or none';

/** undefined when `text` is none of the forms. */
export function parseSerialSpec(text: string): SerialSpec | undefined {
  if (text === 'stdio' || text === 'none' || text === 'pty') return { kind: text };
  const [, kind, path] = /^(file|unix):(.+)$/s.exec(text) ?? [];
  if (path === undefined) return undefined;
  return kind === 'file' ? { kind, path } : { kind: 'unix', path };
}

export function formatSerialSpec(spec: SerialSpec): string {
  return 'path' in spec ? `${spec.kind}:${spec.path}` : spec.kind;
}

/** @throws VmxError when two ports want the terminal */
export function checkOneStdio(specs: readonly SerialSpec[]): void {
  if (specs.filter(({ kind }) => kind === 'stdio').length > 1) {
    throw new VmxError({ code: 'VMX_OPTION_INVALID', kind: 'usage', message: 'two serial ports are connected to stdio', hint: 'give one of them --serial none, file:PATH, pty or unix:PATH' });
  }
}
