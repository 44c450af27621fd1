/**
 * Debian's order of package versions.
 *
 * Reference: deb-version(7), "Sorting algorithm"; Debian Policy 5.6.12.
 */
function split(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(':');
  const epoch = colon < 0 ? 0 : Number.parseInt(version.slice(0, colon), 10);
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return dash < 0
    ? { epoch, upstream: rest, revision: '' }
    : { epoch, upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) };
}

/** A tilde sorts before the end of the string, letters before everything else. */
function weight(character: string | undefined): number {
  if (character === undefined || /[0-9]/.test(character)) {
    return 0;
  }
  if (character === '~') {
    return -1;
  }
  const code = character.charCodeAt(0);
  return /[a-zA-Z]/.test(character) ? code : code + 256;
}

/** Compares runs of non-digits by weight and runs of digits by value, in turn. */
function compareParts(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !/[0-9]/.test(a[i]!)) || (j < b.length && !/[0-9]/.test(b[j]!))) {
      const difference = weight(a[i]) - weight(b[j]);
      if (difference !== 0) {
        return difference;
      }
      i++;
      j++;
    }
    const digitsA = /^[0-9]*/.exec(a.slice(i))![0];
    const digitsB = /^[0-9]*/.exec(b.slice(j))![0];
    const difference = Number(BigInt(digitsA || '0') - BigInt(digitsB || '0'));
    if (difference !== 0) {
      return difference;
    }
    i += digitsA.length;
    j += digitsB.length;
  }
  return 0;
}

/** Negative when `a` is older than `b`, positive when it is newer, 0 when both are the same version. */
export function compareVersions(a: string, b: string): number {
  const x = split(a);
  const y = split(b);
  return x.epoch - y.epoch || compareParts(x.upstream, y.upstream) || compareParts(x.revision, y.revision);
}
