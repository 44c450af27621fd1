/**
 * RFC 822 style control data as Debian uses it: `Packages`, `Release` and `.sources` files.
 *
 * Reference: deb822(5); Debian Policy 5.1 "Syntax of control files".
 * Missing: nothing that these three kinds of file use. A line that fits no rule is ignored.
 */
/** One paragraph; field names are in lower case, continuation lines are kept and joined by `\n`. */
export type Paragraph = ReadonlyMap<string, string>;

/** Yields the paragraphs of `text`. Comment lines (`#` in the first column) are dropped, also inside a field. */
export function* parseDeb822(text: string): Generator<Paragraph> {
  let paragraph = new Map<string, string>();
  let last: string | undefined;
  for (const raw of text.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line.startsWith('#')) {
      continue;
    }
    if (line.trim() === '') {
      if (paragraph.size > 0) {
        yield paragraph;
      }
      paragraph = new Map();
      last = undefined;
      continue;
    }
    if (/^[ \t]/.test(line)) {
      if (last !== undefined) {
        paragraph.set(last, `${paragraph.get(last) ?? ''}\n${line.trim()}`);
      }
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) {
      last = undefined;
      continue;
    }
    last = line.slice(0, colon).trim().toLowerCase();
    paragraph.set(last, line.slice(colon + 1).trim());
  }
  if (paragraph.size > 0) {
    yield paragraph;
  }
}

/** The words of a field that may have several values, on one line or over many. */
export function words(value: string | undefined): string[] {
  return (value ?? '').split(/\s+/).filter((word) => word !== '');
}
