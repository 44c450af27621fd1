/**
 * The one error class of the VMX process: a configuration, a file or a host resource is unusable.
 *
 * What the guest does wrong is never a VmxError; it is a `VmExit`. `code` is stable and may be matched on; `kind` is small
 * and decides the exit status of a command; `context` names the file, line and figures; `hint` is the remedy.
 */

import type { CoreErrorCode } from '@worldswitch/core';

/** `usage` is the caller's words (a wrong option or key), the others are what the host or a file answered. */
export type VmxErrorKind = 'usage' | 'not-found' | 'corrupt' | 'unsupported' | 'io' | 'range' | 'timeout' | 'internal';

export type VmxErrorCode =
  | 'VMX_CONFIG_SYNTAX'
  | 'VMX_CONFIG_VALUE'
  | 'VMX_CONFIG_UNREADABLE'
  | 'VMX_OPTION_INVALID'
  | 'VMX_NOTHING_TO_BOOT'
  | 'VMX_IMAGE_UNREADABLE'
  | 'VMX_IMAGE_TRUNCATED'
  | 'VMX_SERIAL_UNAVAILABLE'
  | 'VMX_SYMBOLS_UNUSABLE'
  | 'VMX_PROFILE_UNWRITABLE'
  | 'VMX_WAIT_TIMEOUT'
  | 'VMX_WAIT_ENDED'
  | 'VMX_MACHINE_FAILED';

export interface VmxErrorDetails {
  /** Images are judged by the core, whose codes begin with CORE_. */
  readonly code: VmxErrorCode | CoreErrorCode;
  readonly kind: VmxErrorKind;
  /** One line that names the file or option; no full stop. */
  readonly message: string;
  readonly context?: Readonly<Record<string, string | number>>;
  /** One line: what the user can do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class VmxError extends Error {
  readonly code: VmxErrorCode | CoreErrorCode;
  readonly kind: VmxErrorKind;
  readonly context: Readonly<Record<string, string | number>>;
  readonly hint: string | undefined;

  constructor(details: VmxErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'VmxError';
    this.code = details.code;
    this.kind = details.kind;
    this.context = details.context ?? {};
    this.hint = details.hint;
  }
}

/** What an errno means to a user, for the codes that opening a file or socket gives. */
const ERRNO_TEXT: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  EADDRINUSE: 'address in use',
  ENOSPC: 'no space left on the device',
  EROFS: 'read-only file system',
  ENAMETOOLONG: 'name too long',
  EMFILE: 'too many open files',
};

/** The reason inside a system error in words: `no such file` for ENOENT. */
export function describeSystemError(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return ERRNO_TEXT[error.code] ?? error.code;
  }
  return error instanceof Error ? error.message : String(error);
}
