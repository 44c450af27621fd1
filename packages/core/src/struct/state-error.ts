/** Saved state that cannot be what this build saves: malformed, out of range, or of another version. */
import { CoreError } from '../errors.ts';

export class StateError extends CoreError {
  readonly path: string;

  constructor(path: string, expected: string, found: unknown) {
    super({
      code: 'CORE_STATE_INVALID',
      kind: 'corrupt',
      message: `saved state: ${path} should be ${expected}, found ${describe(found)}`,
      context: { path },
      hint: 'The state was damaged or saved by a newer version',
    });
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
