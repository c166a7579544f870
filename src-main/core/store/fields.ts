/** Top-level elements of a JSON object as written: what a change is about, numbers and order inside kept. */

/** Element name → its JSON text. The text must be valid JSON (it was parsed before). */
export function topLevelFields(json: string): Map<string, string> {
  const fields = new Map<string, string>();
  let at = json.indexOf('{') + 1;
  while (at > 0 && at < json.length) {
    const nameStart = json.indexOf('"', at);
    const end = json.indexOf('}', at);
    if (nameStart === -1 || (end !== -1 && end < nameStart)) break;
    const nameEnd = endOfString(json, nameStart);
    const name: unknown = JSON.parse(json.slice(nameStart, nameEnd));
    const valueStart = json.indexOf(':', nameEnd) + 1;
    const valueEnd = endOfValue(json, valueStart);
    fields.set(String(name), json.slice(valueStart, valueEnd).trim());
    at = valueEnd + 1;
    if (json[valueEnd] === '}') break;
  }
  return fields;
}

/**
 * Names of elements that differ. A choice type counts as one (`value[x]` by its written name is enough: both names
 * are listed when the type changes), and a primitive's `_name` belongs to `name`.
 */
export function changedFields(before: string, after: string): string[] {
  const old = topLevelFields(before);
  const now = topLevelFields(after);
  const changed = new Set<string>();
  for (const [name, text] of now) if (old.get(name) !== text) changed.add(elementOf(name));
  for (const name of old.keys()) if (!now.has(name)) changed.add(elementOf(name));
  return [...changed].sort();
}

/** The element a member of the object belongs to: `_birthDate` to `birthDate`. */
export function elementOf(name: string): string {
  return name.startsWith('_') ? name.slice(1) : name;
}

/** One element as it stands among the members of its object, its `_name` behind it; null when it is not there. */
export function elementText(fields: ReadonlyMap<string, string>, element: string): string | null {
  const value = fields.get(element);
  const extra = fields.get(`_${element}`);
  if (extra === undefined) return value === undefined ? null : `${JSON.stringify(element)}:${value}`;
  const beside = `${JSON.stringify(`_${element}`)}:${extra}`;
  return value === undefined ? beside : `${JSON.stringify(element)}:${value},${beside}`;
}

function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x22) return at + 1;
  }
  return json.length;
}

/** Index of the comma or brace after the value that starts at `start`. */
function endOfValue(json: string, start: number): number {
  let depth = 0;
  for (let at = start; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === 0x22) at = endOfString(json, at) - 1;
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      if (depth === 0) return at;
      depth -= 1;
    } else if (code === 0x2c && depth === 0) return at;
  }
  return json.length;
}
