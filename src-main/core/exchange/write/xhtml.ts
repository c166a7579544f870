/** Narrative: writing XHTML that cannot be broken out of, and reading others' as plain text without ever running it. */
import { decodeEntities } from '../../../../src-shared/fhir/entities.ts';

/** XML 1.0 text: markup escaped, characters that XML forbids shown as U+FFFD. */
export function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters XML 1.0 has no way to write
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  );
}

const breaking = new Set([
  'p',
  'div',
  'br',
  'tr',
  'ul',
  'ol',
  'table',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'blockquote',
  'pre',
  'dt',
  'dd',
  'caption',
  'hr',
]);
const plain = (text: string): string => decodeEntities(text).replaceAll('\u00a0', ' ');

/** The text of an XHTML narrative, blocks on lines, list items with a bullet, cells apart. Linear, tolerant of anything. */
export function narrativeText(div: string): string {
  const out: string[] = [];
  let at = 0;
  while (at < div.length) {
    const open = div.indexOf('<', at);
    const until = open === -1 ? div.length : open;
    if (until > at) out.push(plain(div.slice(at, until)).replace(/[ \t\r\n]+/g, ' '));
    if (open === -1) break;
    const comment = div.startsWith('<!--', open);
    const close = div.indexOf(comment ? '-->' : '>', open);
    if (close === -1) {
      out.push(plain(div.slice(open)));
      break;
    }
    at = close + (comment ? 3 : 1);
    const name = comment ? '' : (/^<\/?([a-z0-9]+)/i.exec(div.slice(open, open + 16))?.[1]?.toLowerCase() ?? '');
    if (breaking.has(name)) out.push('\n');
    else if (name === 'li') out.push(div[open + 1] === '/' ? '' : '\n• ');
    else if ((name === 'td' || name === 'th') && div[open + 1] === '/') out.push('  ·  ');
  }
  return out
    .join('')
    .split('\n')
    .map((line) => withoutTail(line).trim())
    .filter((line) => line !== '')
    .join('\n');
}

/** The dots of empty cells at a line's end go. By hand: a pattern that may share out blanks between dots never ends. */
function withoutTail(line: string): string {
  let end = line.length;
  while (end > 0 && /[\s·]/.test(line[end - 1] ?? '')) end -= 1;
  return line.slice(end).includes('·') ? line.slice(0, end) : line;
}
