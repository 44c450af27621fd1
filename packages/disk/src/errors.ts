/**
 * The one error class of the disk package: an image, a store or a request is unusable.
 *
 * `code` is stable and may be matched on; `kind` is small and decides the exit status of a command; `context` names the file, the offset in it and the field;
 * `hint` says what the user can do about it.
 */

/**
 * `usage` is the caller's words; `corrupt` an image that breaks its format's rules; `unsupported` one that keeps them in a way that is not implemented;
 * `denied` something an image asks for and its user has not allowed; the others are what the host answered.
 */
export type DiskErrorKind = 'usage' | 'not-found' | 'corrupt' | 'unsupported' | 'denied' | 'locked' | 'read-only' | 'no-space' | 'range' | 'io' | 'aborted';

export type DiskErrorCode =
  /** A structure of the image is wrong: `context.field` says which. */
  | 'DISK_IMAGE_CORRUPT'
  /** The image ends before what it refers to. */
  | 'DISK_IMAGE_TRUNCATED'
  /** A size or count is beyond what is accepted, before anything is allocated for it. */
  | 'DISK_IMAGE_LIMIT'
  | 'DISK_FEATURE_UNSUPPORTED'
  | 'DISK_FORMAT_UNKNOWN'
  | 'DISK_FORMAT_AMBIGUOUS'
  | 'DISK_OPTION_INVALID'
  | 'DISK_OPERATION_UNSUPPORTED'
  /** A backing file, data file or extent that the image names and the user has not allowed. */
  | 'DISK_REFERENCE_DENIED'
  | 'DISK_REFERENCE_MISSING'
  /** A parent that is not the one the child was made of. */
  | 'DISK_PARENT_MISMATCH'
  | 'DISK_CHAIN_LOOP'
  | 'DISK_OUT_OF_RANGE'
  | 'DISK_READ_ONLY'
  | 'DISK_LOCKED'
  | 'DISK_NOT_FOUND'
  | 'DISK_EXISTS'
  | 'DISK_NO_SPACE'
  | 'DISK_IO'
  | 'DISK_KEY_WRONG'
  | 'DISK_ABORTED';

export interface DiskErrorContext {
  /** As the user named it, or a URL. */
  readonly path?: string;
  /** In bytes, in the store. */
  readonly offset?: number;
  /** In the words of the format's specification. */
  readonly field?: string;
  readonly op?: string;
}

export interface DiskErrorDetails {
  readonly code: DiskErrorCode;
  readonly kind: DiskErrorKind;
  /** One line, no full stop; the path and the offset are put before it. */
  readonly message: string;
  readonly context?: DiskErrorContext;
  /** One line: what the user can do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class DiskError extends Error {
  readonly code: DiskErrorCode;
  readonly kind: DiskErrorKind;
  readonly context: DiskErrorContext;
  readonly hint: string | undefined;

  constructor(details: DiskErrorDetails) {
    const { path, offset } = details.context ?? {};
    const where = [path, offset === undefined ? undefined : `offset ${offset}`].filter((part) => part !== undefined).join(', ');
    super(where === '' ? details.message : `${where}: ${details.message}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DiskError';
    this.code = details.code;
    this.kind = details.kind;
    this.context = details.context ?? {};
    this.hint = details.hint;
  }
}

/** A structure of an image that breaks the rules of its format. */
export const corrupt = (message: string, context: DiskErrorContext, hint?: string): DiskError =>
  new DiskError({ code: 'DISK_IMAGE_CORRUPT', kind: 'corrupt', message, context, ...(hint === undefined ? {} : { hint }) });

/** A size, count or offset beyond what is accepted. */
export const beyondLimit = (message: string, context: DiskErrorContext): DiskError =>
  new DiskError({ code: 'DISK_IMAGE_LIMIT', kind: 'corrupt', message, context });

/** A variant or feature that is not implemented. */
export const unsupported = (message: string, context: DiskErrorContext, hint?: string): DiskError =>
  new DiskError({ code: 'DISK_FEATURE_UNSUPPORTED', kind: 'unsupported', message, context, ...(hint === undefined ? {} : { hint }) });

const SYSTEM_ERRORS: Readonly<Record<string, readonly [DiskErrorCode, DiskErrorKind, string]>> = {
  ENOENT: ['DISK_NOT_FOUND', 'not-found', 'no such file'],
  ENOTDIR: ['DISK_NOT_FOUND', 'not-found', 'a part of the path is not a directory'],
  EEXIST: ['DISK_EXISTS', 'usage', 'exists already'],
  EACCES: ['DISK_IO', 'denied', 'permission denied'],
  EPERM: ['DISK_IO', 'denied', 'not permitted'],
  EROFS: ['DISK_READ_ONLY', 'read-only', 'read-only file system'],
  EISDIR: ['DISK_IO', 'usage', 'is a directory'],
  ELOOP: ['DISK_REFERENCE_DENIED', 'denied', 'is a symbolic link'],
  ENOSPC: ['DISK_NO_SPACE', 'no-space', 'no space left on the device'],
  EDQUOT: ['DISK_NO_SPACE', 'no-space', 'disk quota exceeded'],
  EFBIG: ['DISK_NO_SPACE', 'no-space', 'larger than the file system allows'],
};

/** What the host answered to an operation on `path`. */
export function systemError(error: unknown, context: DiskErrorContext): DiskError {
  const errno = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const [code, kind, text] = SYSTEM_ERRORS[errno ?? ''] ?? ['DISK_IO', 'io', errno === undefined ? String(error) : `the host answered ${errno}`];
  return new DiskError({ code, kind, message: context.op === undefined ? text : `cannot ${context.op}: ${text}`, context, cause: error });
}
