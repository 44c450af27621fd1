/**
 * The program of a worker thread, as something that starts fast and small. A thread that reads TypeScript loads the stripper of types of its own, which takes 15 MiB and tens of
 * milliseconds a thread, unless Node.js' compile cache has the module without its types. Where there is no such cache, threads get what this thread has stripped: the module, and those
 * that it imports, as `data:` URLs.
 */
import { readFileSync } from 'node:fs';
import * as modules from 'node:module';

/** @param url of a module whose imports are relative, of `node:`, or of types only */
export function workerUrl(url: URL): URL {
  const isTypeScript = url.protocol === 'file:' && url.pathname.endsWith('.ts');
  return isTypeScript && modules.getCompileCacheDir() === undefined && 'stripTypeScriptTypes' in modules ? new URL(dataUrl(url)) : url;
}

function dataUrl(url: URL): string {
  const code = strip(readFileSync(url, 'utf8')).replace(/(\bfrom\s*)'(\.\.?\/[^']+)'/g, (_, from: string, name: string) => `${from}'${dataUrl(new URL(name, url))}'`);
  return `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
}

/** Without the warning that it is experimental, for someone who only converts an image. */
function strip(code: string): string {
  const { emitWarning } = process;
  try {
    process.emitWarning = () => undefined;
    return modules.stripTypeScriptTypes(code);
  } finally {
    process.emitWarning = emitWarning;
  }
}
