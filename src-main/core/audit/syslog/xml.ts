/** XML 1.0 as text: elements with attributes, nothing else. What XML cannot hold becomes U+FFFD. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these may not stand in XML
const notXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const special: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
  // A parser would read these as spaces (XML 1.0 §3.3.3).
  ['\t', '&#9;'],
  ['\n', '&#10;'],
  ['\r', '&#13;'],
]);

/** A value between quotation marks; safe as an element's text, too. */
export function escapeAttribute(value: string): string {
  const clean = value.toWellFormed().replace(notXml, '\ufffd');
  return clean.replace(/[&<>"'\t\n\r]/g, (char) => special.get(char) ?? char);
}

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * One element.
 * @param name and the names of attributes: ours, never taken from data
 * @param children made by this function or `escapeAttribute`
 */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`)
    .join('');
  const inside = children.join('');
  return inside === '' ? `<${name}${given}/>` : `<${name}${given}>${inside}</${name}>`;
}
