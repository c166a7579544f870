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

/**
 * The object with one element as `text` says (`elementText`), null: without it. What stands in for it among the types of
 * a choice goes: an element has one value.
 */
export function withElement(json: string, element: string, text: string | null): string {
  const fields = topLevelFields(json);
  const given = topLevelFields(text === null ? '{}' : `{${text}}`);
  const choice = text === null ? undefined : choices.find((name) => isTypeOf(name, element));
  for (const name of fields.keys()) {
    const of = elementOf(name);
    if (of === element || (choice !== undefined && isTypeOf(choice, of))) {
      if (!given.has(name)) fields.delete(name);
    }
  }
  for (const [name, value] of given) fields.set(name, value);
  return `{${[...fields].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

/** Elements of FHIR R4 resources that have one of several types. */
const choices = [
  'abatement',
  'allowed',
  'asNeeded',
  'born',
  'deceased',
  'dosage',
  'effective',
  'fastingStatus',
  'medication',
  'multipleBirth',
  'occurrence',
  'occurred',
  'onset',
  'performed',
  'reported',
  'serviced',
  'timing',
  'value',
] as const;

const isTypeOf = (choice: string, element: string): boolean =>
  element.startsWith(choice) && /^[A-Z]/.test(element.slice(choice.length));

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
