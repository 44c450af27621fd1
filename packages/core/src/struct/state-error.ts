/** Saved state that cannot be what this build saves: malformed, out of range, or of another version. */
export class StateError extends Error {
  readonly code = 'STATE_INVALID';
  readonly kind = 'corrupt';
  readonly path: string;

  constructor(path: string, expected: string, found: unknown) {
    super(`saved state: ${path} should be ${expected}, found ${describe(found)}`);
    this.name = 'StateError';
    this.path = path;
  }
}

function describe(found: unknown): string {
  if (found instanceof Uint8Array) return `${found.length} bytes`;
  if (Array.isArray(found)) return `an array of ${found.length}`;
  if (typeof found === 'object' && found !== null) return 'a record';
  if (typeof found === 'string') return `text of ${found.length} characters`;
  return String(found);
}
