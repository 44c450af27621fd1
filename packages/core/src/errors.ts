/**
 * The one error class of the core: what the embedder handed us (an image, a configuration) is unusable.
 *
 * A guest's wrong-doing never becomes a CoreError: it is an exception inside the guest, or data in an outcome.
 * `code` is stable and may be matched on; `kind` is small and decides the exit status of a command; `context` names the
 * file, offset and figures; `hint` says what the user can do about it.
 */

export type CoreErrorKind = 'corrupt' | 'unsupported' | 'range' | 'usage';

export type CoreErrorCode =
  | 'CORE_KERNEL_TRUNCATED'
  | 'CORE_KERNEL_NOT_BZIMAGE'
  | 'CORE_KERNEL_UNSUPPORTED'
  | 'CORE_MULTIBOOT_NO_HEADER'
  | 'CORE_MULTIBOOT_BAD_IMAGE'
  | 'CORE_MULTIBOOT_UNSUPPORTED'
  | 'CORE_COMMAND_LINE_TOO_LONG'
  | 'CORE_MEMORY_TOO_SMALL'
  | 'CORE_ROM_BAD_SIZE'
  | 'CORE_CONFIG_INVALID'
  | 'CORE_STATE_INVALID';

export type CoreErrorContext = Readonly<Record<string, string | number>>;

export interface CoreErrorDetails {
  readonly code: CoreErrorCode;
  readonly kind: CoreErrorKind;
  /** One line, naming the file where there is one; no full stop. */
  readonly message: string;
  readonly context?: CoreErrorContext;
  /** One line: the remedy. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class CoreError extends Error {
  readonly code: CoreErrorCode;
  readonly kind: CoreErrorKind;
  readonly context: CoreErrorContext;
  readonly hint: string | undefined;

  constructor(details: CoreErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CoreError';
    this.code = details.code;
    this.kind = details.kind;
    this.context = details.context ?? {};
    this.hint = details.hint;
  }
}

/** Sizes as a user reads them: whole MiB or KiB where exact, rounded up to MiB otherwise. */
export function formatSize(bytes: number): string {
  const MIB = 1024 * 1024;
  if (bytes >= MIB) return `${Math.ceil(bytes / MIB)} MiB`;
  if (bytes >= 1024) return `${Math.ceil(bytes / 1024)} KiB`;
  return `${bytes} bytes`;
}
