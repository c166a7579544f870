/**
 * Finds and rewrites `Reference.reference` in JSON text without parsing and printing it: every other byte stays as it
 * came, so 1.50 stays 1.50. In FHIR R4 a member named `reference` whose value is a string is always Reference.reference.
 */

export type FoundReference = {
  /** Offsets of the string token, quotes included. */
  readonly start: number;
  readonly end: number;
  /** Its value, unescaped. */
  readonly text: string;
};

/** Offset after the closing quote of the string that opens at `open`; the text's end if it never closes. */
function afterString(json: string, open: number): number {
  let at = open + 1;
  for (;;) {
    const quote = json.indexOf('"', at);
    if (quote === -1) return json.length;
    let slashes = 0;
    while (quote - 1 - slashes > open && json[quote - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (at < json.length && ' \n\r\t'.includes(json[at] ?? '.')) at += 1;
  return at;
}

/** The value of a string token; undefined where it is not JSON. */
function stringIn(token: string): string | undefined {
  if (!token.includes('\\')) return token.slice(1, -1);
  try {
    const value: unknown = JSON.parse(token);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined; // a broken escape: the store only holds JSON, so nobody refers by it
  }
}

/** All references of a JSON text, in order. Linear in its length, no recursion. */
export function* findReferences(json: string): Generator<FoundReference> {
  let at = json.indexOf('"');
  while (at !== -1) {
    const end = afterString(json, at);
    const colon = skipSpace(json, end);
    let next = end;
    if (json[colon] === ':' && stringIn(json.slice(at, end)) === 'reference') {
      const start = skipSpace(json, colon + 1);
      if (json[start] === '"') {
        next = afterString(json, start);
        const text = stringIn(json.slice(start, next));
        if (text !== undefined) yield { start, end: next, text };
      }
    }
    at = json.indexOf('"', next);
  }
}

/** The JSON text with each reference for which `rewrite` answers replaced; everything else byte for byte as it was. */
export function rewriteReferences(json: string, rewrite: (reference: string) => string | null): string {
  const parts: string[] = [];
  let from = 0;
  for (const found of findReferences(json)) {
    const replaced = rewrite(found.text);
    if (replaced === null || replaced === found.text) continue;
    parts.push(json.slice(from, found.start), JSON.stringify(replaced));
    from = found.end;
  }
  parts.push(json.slice(from));
  return parts.join('');
}
